"""The carried Whisper models on speech of three synthetic voices, with silence, noise and music between."""

import re
import shutil
import subprocess
import wave

import jiwer
import numpy as np
import pytest

from svs.engines.whisper import Whisper
from svs.media import pcm
from svs.media.probe import probe
from svs.model.job import Options
from svs.models import installed
from svs.stages.extract import extract

TEXTS = (
    "The first train to the coast leaves at half past seven every morning.",
    "Most passengers bring their own breakfast and read a newspaper.",
    "A long tunnel under the hill makes the windows dark for two minutes.",
    "When the light comes back, you can see the harbor and the fishing boats.",
    "The conductor checks every ticket and tells children about the old bridge.",
    "In winter the snow often closes the line, and a bus takes people home.",
    "Engineers repaired the bridge last summer because the iron was weak.",
    "Now heavy trains may cross it again, but only at walking speed.",
)
BETWEEN = ("silence", "noise", "silence", "music", "pause", "noise", "music")
SECONDS = {"pause": 1.0, "silence": 6.0, "noise": 5.0, "music": 5.0}
pytestmark = pytest.mark.slow
MODELS = [("base", 0.06), ("tiny.en", 0.12)]


def _words(text):
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def _spoken(text, voice, folder):
    """Return a text as samples in 16 kHz, and without the silence around it."""
    file = folder / "spoken.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(file)], check=True)
    with wave.open(str(file)) as stream:
        rate, samples = stream.getframerate(), np.frombuffer(stream.readframes(10**9), "<i2")
    places = np.arange(0, len(samples) - 1, rate / pcm.RATE)
    samples = np.interp(places, np.arange(len(samples)), samples)
    loud = np.flatnonzero(np.abs(samples) > 300)
    return samples[loud[0] : loud[-1] + 1]


def _without_words(kind):
    count = round(SECONDS[kind] * pcm.RATE)
    if kind == "noise":
        return np.random.default_rng(1).normal(0, 600, count)
    if kind == "music":
        time = np.arange(count) / pcm.RATE
        chord = sum(np.sin(2 * np.pi * tone * time) for tone in (220, 277.2, 329.6))
        return 1500 * chord * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * time))
    return np.zeros(count)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Return a file of two voices, and when each sentence begins and ends."""
    if not shutil.which("flite"):
        pytest.skip("flite is not installed")
    folder = tmp_path_factory.mktemp("voices")
    pieces, times = [np.zeros(pcm.RATE // 2)], []
    for index, text in enumerate(TEXTS):
        samples = _spoken(text, ("slt", "rms")[index % 2], folder)
        begin = sum(map(len, pieces)) / pcm.RATE
        times.append((begin, begin + len(samples) / pcm.RATE))
        pieces.append(samples)
        pieces.extend(_without_words(kind) for kind in BETWEEN[index : index + 1])
    audio = folder / "voices.pcm"
    audio.write_bytes(np.concatenate(pieces).round().astype("<i2").tobytes())
    return audio, times


@pytest.fixture
def load(carried):
    """Load a carried model as a job would."""

    def engine(name):
        model = installed.ready(installed.find(name).folder, print)
        return Whisper(model.folder, name, Options(), None)

    return engine


def _segments(engine, audio):
    batches = list(engine.transcribe(audio, 0.0, lambda done, total: None))
    return [s for batch in batches for s in batch.segments], batches


@pytest.mark.parametrize(("name", "worst"), MODELS)
def test_every_sentence_of_the_talks_first_topic_is_transcribed(load, talk, talk_pcm, tmp_path, name, worst):
    end = talk["topics"][0]["end"]
    audio = tmp_path / "topic.pcm"
    audio.write_bytes(pcm.read_bytes(talk_pcm, 0, round(end * pcm.RATE)))
    segments, batches = _segments(load(name), audio)
    text = _words(" ".join(segment.text for segment in segments))
    said = [_words(sentence["text"]) for sentence in talk["sentences"] if sentence["end"] <= end]
    assert jiwer.wer(" ".join(said), text) < worst
    for sentence in said:
        found = [word for word in sentence.split() if word in text.split()]
        assert len(found) >= len(sentence.split()) / 2, f"absent: {sentence}"
    assert not any(batch.gaps for batch in batches)


@pytest.mark.parametrize(("name", "worst"), MODELS)
def test_nothing_is_lost_between_silence_noise_and_music(load, recording, name, worst):
    audio, times = recording
    segments, batches = _segments(load(name), audio)
    assert jiwer.wer(_words(" ".join(TEXTS)), _words(" ".join(s.text for s in segments))) < worst
    assert not any(batch.gaps for batch in batches)
    for segment in segments:
        middle = (segment.start + segment.end) / 2
        assert any(begin - 0.5 < middle < end + 0.5 for begin, end in times), f"invented: {segment}"
    for begin, _ in times:
        assert min(abs(segment.start - begin) for segment in segments) < 0.4, "a start is off"


@pytest.mark.parametrize("kind", ["noise", "music", "silence"])
def test_nothing_is_invented_where_nobody_speaks(load, tmp_path, kind):
    audio = tmp_path / "audio.pcm"
    samples = np.concatenate([_without_words(kind)] * 6)
    audio.write_bytes(samples.round().astype("<i2").tobytes())
    segments, _ = _segments(load("tiny.en"), audio)
    assert segments == []


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Return the samples of two voices, of which the second one often begins before the first one ends."""
    if not shutil.which("flite"):
        pytest.skip("flite is not installed")
    folder = tmp_path_factory.mktemp("call")
    spoken = [_spoken(text, ("slt", "rms")[index % 2], folder) for index, text in enumerate(TEXTS)]
    sides = np.zeros((2, pcm.RATE + sum(map(len, spoken))))
    at = pcm.RATE // 2
    for index, samples in enumerate(spoken):
        sides[index % 2, at : at + len(samples)] = samples
        at += len(samples) + round((-1.2 if index % 4 == 0 else 0.3) * pcm.RATE)
    return sides[:, : at + pcm.RATE // 2]


@pytest.mark.parametrize("leak", [0.0, 0.3])
def test_two_who_speak_at_once_lose_no_words_on_channels_of_their_own(carried, call, tmp_path, leak):
    noise = np.random.default_rng(1).normal(0, 20, call.shape)
    heard, wrong = call + leak * call[::-1] + noise, {}
    for file, samples in (("call.wav", heard), ("mixed.wav", heard.mean(axis=0, keepdims=True))):
        with wave.open(str(tmp_path / file), "wb") as stream:
            stream.setnchannels(len(samples))
            stream.setsampwidth(2)
            stream.setframerate(pcm.RATE)
            stream.writeframes(samples.T.round().astype("<i2").tobytes())
        source, target = tmp_path / file, tmp_path / f"{file}.pcm"
        found = extract(source, probe(source), Options(), target, lambda *_: None)
        model = installed.ready(installed.find("tiny.en").folder, print)
        engine = Whisper(model.folder, "tiny.en", Options(), None, found.speakers)
        said = [s for batch in engine.transcribe(target, 0.0, lambda *_: None) for s in batch.segments]
        said.sort(key=lambda segment: segment.start)
        wrong[file] = jiwer.wer(_words(" ".join(TEXTS)), _words(" ".join(s.text for s in said)))
        for side, name in enumerate(found.speakers):
            mine = _words(" ".join(s.text for s in said if s.speaker == name))
            assert jiwer.wer(_words(" ".join(TEXTS[side::2])), mine) < 0.15
    assert found.speakers == ()
    assert wrong["call.wav"] < 0.1
    assert wrong["call.wav"] < wrong["mixed.wav"]
