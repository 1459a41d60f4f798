"""tools/eval_speech.py: what counts as said, lost and invented, and its table for a recording."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from speech_mix import RATE, mix
from speech_scores import Reference, score, to_words
from speech_systems import Run, measure

from svs.media import ffmpeg

ROOT = Path(__file__).parents[2]


def heard(*parts):
    """Return segments of a second each."""
    return [{"start": start, "end": start + 1, "text": text, "suspect": False} for start, text in parts]


@pytest.mark.parametrize(
    ("one_way", "another", "language"),
    [
        ("At nine o'clock, Dr. Smith", "at 9 o’clock doctor smith", "en"),  # noqa: RUF001 - as in print
        ("one zero nine oh two", "10902", "en"),
        ("twenty-one, thirty", "21 30", "en"),
        ("¿Qué, 1881?", "qué 1881", "es"),
        ("的 知識が、", "的知識が", "ja"),
    ],
)
def test_words_are_equal_however_they_are_written(one_way, another, language):
    assert to_words(one_way, language) == to_words(another, language)


def test_substituted_lost_and_invented_words_are_counted():
    reference = Reference("en", ((None, "the child almost hurt the small dog"),))
    found = score(reference, heard((0, "Well, the child"), (1, "almost hid the small.")))
    assert (found.words, found.substituted, found.lost, found.invented) == (7, 1, 1, 1)


def test_all_words_are_invented_where_nothing_is_said():
    found = score(Reference("en", ((None, ""),)), [{**heard((0, "You"))[0], "suspect": True}])
    assert (found.words, found.lost, found.invented, found.suspect) == (0, 0, 1, 1)


def test_start_is_compared_where_a_segment_begins_with_the_utterance():
    reference = Reference("en", ((1.0, "go on from there"), (5.0, "nothing is lost"), (9.0, "it ends here")))
    found = score(reference, heard((1.25, "Go on from there, nothing is lost."), (8.5, "It ends here.")))
    assert found.starts == (0.25, None, 0.5)


def test_processor_time_and_memory_of_grandchildren_count(tmp_path):
    work = "import time; x = bytearray(200 << 20)\nwhile time.process_time() < .3: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"
    result = Run("", "svs", "", 1)
    assert measure([sys.executable, "-c", code], str(tmp_path), result)[0] == 0
    assert result.processor_seconds >= 0.3
    assert result.peak_mib >= 200


def test_mix_begins_each_recording_where_its_sound_begins(tmp_path):
    sound = np.concatenate([np.zeros(RATE), 8000 * np.sin(np.arange(RATE) / 5)]).astype("<i2")
    for name, samples in {"beep": sound, "mute": np.zeros(RATE, "<i2")}.items():
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
    references = {f"{name}.wav": Reference("en", ((None, name),)) for name in ("beep", "mute")}
    reference = mix(tmp_path, references, 0.5, tmp_path / "mix.wav")
    with wave.open(str(tmp_path / "mix.wav")) as file:
        mixed = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(mixed) >= 0.5 * 60 * RATE
    assert len(reference.said) >= 2
    for start, text in reference.said:
        assert text == "beep"
        place = round(start * RATE)
        assert not mixed[place - RATE : place].any()
        assert mixed[place : place + RATE // 20].any()


@pytest.mark.slow
def test_table_compares_svs_with_faster_whisper(tmp_path, talk, micro_whisper):
    first = talk["topics"][0]["end"]
    ffmpeg.run(["-i", str(ROOT / "svs/assets/talk.opus"), "-t", str(first), str(tmp_path / "talk.opus")])
    said = [sentence for sentence in talk["sentences"] if sentence["end"] <= first]
    reference = {"language": "en", "text": "", "utterances": said}
    (tmp_path / "refs.json").write_text(json.dumps({"talk.opus": reference, "missing.opus": {"text": None}}))
    written = tmp_path / "found.json"
    arguments = ["--model", micro_whisper, "--systems", "svs,batched", "--json", written]
    command = [sys.executable, ROOT / "tools/eval_speech.py", tmp_path, *arguments]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in shown.splitlines()[1:]]
    assert [row[:2] for row in rows[:2]] == [["talk.opus", "svs"], ["talk.opus", "batched"]]
    assert float(rows[0][2]) < 20
    assert all(run["segments"] and run["processor_seconds"] > 0 for run in json.loads(written.read_text()))
