"""A file that breaks off is found from a whole one, however long its last page is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.media import ffmpeg
from svs.media.truncation import breaks_off, headers_within, left_over


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    made = {}
    for suffix in ("ogg", "wav", "avi", "aiff"):
        path = folder / f"talk.{suffix}"
        ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=3", str(path)])
        made[suffix] = path.read_bytes()
    return made


@pytest.mark.parametrize("suffix", ["ogg", "wav", "avi", "aiff"])
@given(part=st.floats(0.05, 0.999))
def test_any_part_of_a_file_breaks_off_and_the_whole_does_not(whole, tmp_path_factory, suffix, part):
    path = tmp_path_factory.mktemp("part") / "talk"
    data = whole[suffix]
    path.write_bytes(data)
    assert not breaks_off(path)
    path.write_bytes(data[: min(len(data) - 1, int(len(data) * part))])
    assert breaks_off(path)


@given(data=st.binary(max_size=300), head=st.sampled_from([b"OggS", b"RIFF", b"FORM", b""]))
def test_rubbish_is_no_trouble(tmp_path_factory, data, head):
    path = tmp_path_factory.mktemp("rubbish") / "talk"
    path.write_bytes(head + data)
    assert breaks_off(path) in (True, False)


def test_a_wav_that_was_written_to_a_pipe_says_nothing_of_its_size(whole, tmp_path):
    path = tmp_path / "talk.wav"
    path.write_bytes(b"RIFF\xff\xff\xff\xff" + whole["wav"][8:])
    assert not breaks_off(path)


@pytest.mark.parametrize("at", [1 << 20, (1 << 20) + 4096])
@pytest.mark.parametrize("back", range(15))
def test_headers_across_the_blocks_that_are_read_are_found_once(tmp_path, at, back):
    path = tmp_path / "joined"
    path.write_bytes(bytes(at - back) + b"APETAGEX" + b"ID3\x03\0" + bytes(5000))
    assert headers_within(path) == 2
    flv = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
    path.write_bytes(flv + bytes(at - back) + flv + bytes(5000))
    assert left_over(path) == len(flv) + 5000
