"""Nothing in the folder that svs is run in is imported, by svs or by the Pythons that it starts."""

import sys
from importlib.metadata import packages_distributions

import pytest

TWIN = "open({marker!r}, 'a').write(__name__ + '\\n')\n"


@pytest.fixture
def trapped(tmp_path):
    """Return a folder with a twin of every module that svs may import, and the file that they write to."""
    folder, marker = tmp_path / "recordings", tmp_path / "imported"
    folder.mkdir()
    names = {*sys.stdlib_module_names, *packages_distributions(), "svs"}
    for name in names:
        if name.isidentifier():
            (folder / f"{name}.py").write_text(TWIN.format(marker=str(marker)))
    return folder, marker


@pytest.mark.parametrize("arguments", [["summarize", "--subtitles", "never", "talk.mp4"], ["doctor"]])
def test_no_command_imports_from_the_current_folder(svs, talk_video, trapped, with_model, arguments):
    folder, marker = trapped
    (folder / "talk.mp4").symlink_to(talk_video)
    done = svs(*arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert not marker.exists(), marker.read_text()
