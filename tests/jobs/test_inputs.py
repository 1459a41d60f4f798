"""Which recordings are meant by files, folders and patterns, and where their files go."""

import pytest

from svs.errors import InputError
from svs.jobs.inputs import apart, find
from svs.model.job import Options


@pytest.fixture
def shelf(tmp_path):
    """Return a folder with recordings, and what lies beside them."""
    names = ("b.mp4", "a.MKV", "notes.srt", "deep/c.wav", "deep/.d.wav")
    others = ("b.srt", "b.en.vtt", "b.summary.md", "notes.transcript.srt", "b.report.html", ".h.mp4", "x.pdf")
    for name in (*names, *others):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    return tmp_path


def names(files, folder):
    return [file.relative_to(folder).as_posix() for file in files]


def test_a_folder_means_its_recordings_and_captions_of_none(shelf):
    assert names(find([shelf]), shelf) == ["a.MKV", "b.mp4", "notes.srt"]


def test_recursive_takes_the_folders_in_it_too(shelf):
    assert names(find([shelf], recursive=True), shelf) == ["a.MKV", "b.mp4", "notes.srt", "deep/c.wav"]


def test_patterns_are_expanded_and_duplicates_are_one(shelf):
    (shelf / "link.mp4").symlink_to(shelf / "b.mp4")
    given = [shelf / "*.mp4", shelf / "deep" / ".." / "b.mp4", shelf / "deep"]
    assert names(find(given), shelf)[1:] == ["deep/c.wav"]
    assert len(find(given)) == 2


def test_a_name_with_brackets_that_is_there_is_no_pattern(tmp_path):
    file = tmp_path / "talk [1].mp4"
    file.touch()
    assert find([file]) == [file]


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.mp4", "there is no file"), ("*.mp4", "nothing matches"), ("empty", "folder without recordings")],
)
def test_what_is_not_there_is_refused(tmp_path, name, said):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=said):
        find([tmp_path / name])


def folders(options):
    return [wish.output_dir for wish in options]


def test_files_of_one_name_go_to_folders_of_their_own(tmp_path):
    one, two, other = tmp_path / "x/one/talk.mp4", tmp_path / "x/two/Talk.mp4", tmp_path / "x/two/other.mp4"
    wish = Options(formats=("md",), output_dir=str(tmp_path / "out"))
    expected = [str(tmp_path / "out" / name) for name in ("one", "two", "")]
    assert folders(apart([one, two, other], wish)) == [expected[0], expected[1], expected[2].rstrip("/")]


@pytest.mark.parametrize("output", [None, "out"])
def test_files_that_differ_by_suffix_alone_go_apart(tmp_path, output):
    recordings = [tmp_path / "talk.mp4", tmp_path / "talk.mkv"]
    wish = Options(formats=("md",), output_dir=str(tmp_path / output) if output else None)
    base = tmp_path / output if output else tmp_path
    assert folders(apart(recordings, wish)) == [str(base / "talk-mp4"), str(base / "talk-mkv")]


def test_without_files_no_folder_is_chosen(tmp_path):
    recordings = [tmp_path / "talk.mp4", tmp_path / "talk.mkv"]
    assert folders(apart(recordings, Options())) == [None, None]
