"""Whisper through faster-whisper, with the micro model that knows the bundled talk."""

import pytest

from svs.engines.whisper import Whisper
from svs.errors import MissingError, UsageError
from svs.media import pcm
from svs.model import Options


def _tick(done, total):
    pass


def _text(batches):
    return " ".join(segment.text for batch in batches for segment in batch.segments)


@pytest.fixture(scope="module")
def whole(talk_pcm, micro_whisper):
    engine = Whisper(micro_whisper, "micro", Options(batch_size=3), None)
    return list(engine.transcribe(talk_pcm, 0.0, _tick))


def test_batches_follow_each_other_to_the_end_of_the_audio(whole, talk_pcm):
    ends = [batch.end for batch in whole]
    assert ends == sorted(ends)
    assert ends[-1] == whole[-1].total == pcm.seconds(talk_pcm)
    starts = [segment.start for batch in whole for segment in batch.segments]
    assert starts == sorted(starts)


def test_going_on_after_a_batch_gives_the_rest_as_it_was(whole, talk_pcm, micro_whisper):
    engine = Whisper(micro_whisper, "micro", Options(batch_size=3), "en")
    assert list(engine.transcribe(talk_pcm, whole[1].end, _tick)) == whole[2:]


def test_windows_that_look_wrong_are_heard_again_and_marked_if_they_stay_so(
    talk_pcm, micro_whisper, monkeypatch, tmp_path
):
    audio = tmp_path / "short.pcm"
    audio.write_bytes(pcm.read_bytes(talk_pcm, 0, 12 * pcm.RATE))
    monkeypatch.setattr("svs.engines.whisper._TOO_UNLIKELY", 0.5)  # now everything looks wrong
    monkeypatch.setattr("svs.engines.whisper._NOT_SPEECH", 2.0)
    runs = [
        [
            segment
            for batch in Whisper(micro_whisper, "micro", Options(), None).transcribe(audio, 0.0, _tick)
            for segment in batch.segments
        ]
        for _ in range(2)
    ]
    assert runs[0] == runs[1], "a second hearing must give the same"
    assert runs[0]
    assert all(segment.suspect for segment in runs[0])


def test_silence_is_one_empty_batch(tmp_path, micro_whisper):
    audio = tmp_path / "silence.pcm"
    audio.write_bytes(bytes(2 * 5 * pcm.RATE))
    (batch,) = Whisper(micro_whisper, "micro", Options(), None).transcribe(audio, 0.0, _tick)
    assert (batch.end, batch.total, batch.segments) == (5.0, 5.0, ())


@pytest.mark.parametrize(("options", "language"), [(Options(translate=True), None), (Options(), "de")])
def test_an_english_model_refuses_what_it_cannot_do(micro_whisper, options, language):
    with pytest.raises(UsageError, match="English only"):
        Whisper(micro_whisper, "micro", options, language)


def test_a_folder_without_a_model_is_an_error_that_names_it(tmp_path):
    with pytest.raises(MissingError, match=str(tmp_path)):
        Whisper(tmp_path, "nothing", Options(), None)
