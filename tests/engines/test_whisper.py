"""Whisper through faster-whisper, with the micro model that knows the bundled talk."""

import pytest

from svs.engines.whisper import Whisper
from svs.errors import MissingError, UsageError
from svs.media import pcm
from svs.model.job import Options


def _tick(done, total):
    pass


def _text(batches):
    return " ".join(segment.text for batch in batches for segment in batch.segments)


@pytest.fixture(scope="module")
def audio(talk_pcm, tmp_path_factory):
    """Return the beginning of the talk: two batches and more."""
    audio = tmp_path_factory.mktemp("audio") / "audio.pcm"
    audio.write_bytes(pcm.read_bytes(talk_pcm, 0, 75 * pcm.RATE))
    return audio


@pytest.fixture(scope="module")
def whole(audio, micro_whisper):
    engine = Whisper(micro_whisper, "micro", Options(), None)
    return list(engine.transcribe(audio, 0.0, _tick))


def test_batches_follow_each_other_to_the_end_of_the_audio(whole, audio):
    ends = [batch.end for batch in whole]
    assert ends == sorted(ends)
    assert ends[-1] == whole[-1].total == pcm.seconds(audio)
    starts = [segment.start for batch in whole for segment in batch.segments]
    assert starts == sorted(starts)


def test_going_on_after_a_batch_gives_the_rest_as_it_was(whole, audio, micro_whisper):
    engine = Whisper(micro_whisper, "micro", Options(), "en")
    assert list(engine.transcribe(audio, whole[0].end, _tick)) == whole[1:] != []


def test_doubtful_windows_are_decoded_again_and_stay_suspect(talk_pcm, micro_whisper, monkeypatch, tmp_path):
    audio = tmp_path / "short.pcm"
    audio.write_bytes(pcm.read_bytes(talk_pcm, 0, 12 * pcm.RATE))
    monkeypatch.setattr("svs.engines.doubt._TOO_UNLIKELY", 0.5)  # now everything looks wrong
    runs = [
        list(Whisper(micro_whisper, "micro", Options(), None).transcribe(audio, 0.0, _tick)) for _ in range(2)
    ]
    segments = [segment for batch in runs[0] for segment in batch.segments]
    assert segments
    assert all(segment.suspect for segment in segments)
    assert runs[0] == runs[1]


def test_the_number_of_threads_does_not_change_the_segments(whole, audio, micro_whisper):
    assert (
        list(Whisper(micro_whisper, "micro", Options(threads=1), None).transcribe(audio, 0.0, _tick)) == whole
    )


def test_progress_never_falls_and_stays_within_the_audio(audio, micro_whisper):
    ticks = []
    engine = Whisper(micro_whisper, "micro", Options(), None)
    batches = engine.transcribe(audio, 0.0, lambda done, total: ticks.append((done, total)))
    ticks.extend((batch.end, batch.total) for batch in batches)
    assert [done for done, _ in ticks] == sorted(done for done, _ in ticks)
    assert {total for _, total in ticks} == {pcm.seconds(audio)}


def test_a_long_prompt_with_long_hotwords_leaves_room_for_the_text(talk_pcm, micro_whisper, tmp_path):
    audio = tmp_path / "short.pcm"
    audio.write_bytes(pcm.read_bytes(talk_pcm, 0, 12 * pcm.RATE))
    engine = Whisper(micro_whisper, "micro", Options(prompt="light " * 400, hotwords="ship " * 400), None)
    assert any("too long" in warning for warning in engine.warnings)
    list(engine.transcribe(audio, 0.0, _tick))  # the decoder would refuse a prompt that fills its context
    assert not Whisper(micro_whisper, "micro", Options(prompt="Lighthouses."), None).warnings


def test_silence_is_one_empty_batch(tmp_path, micro_whisper):
    audio = tmp_path / "silence.pcm"
    audio.write_bytes(bytes(2 * 5 * pcm.RATE))
    (batch,) = Whisper(micro_whisper, "micro", Options(), None).transcribe(audio, 0.0, _tick)
    assert (batch.end, batch.total, batch.segments) == (5.0, 5.0, ())


@pytest.mark.parametrize(("options", "language"), [(Options(translate=True), None), (Options(), "de")])
def test_an_english_model_refuses_what_it_cannot_do(micro_whisper, options, language):
    with pytest.raises(UsageError, match="only knows English"):
        Whisper(micro_whisper, "micro", options, language)


def test_a_folder_without_a_model_is_an_error_that_names_it(tmp_path):
    with pytest.raises(MissingError, match=str(tmp_path)):
        Whisper(tmp_path, "nothing", Options(), None)


@pytest.mark.parametrize(("wanted", "used"), [("default", "int8"), ("float32", "float32")])
def test_a_processor_computes_in_int8_unless_the_user_chose(micro_whisper, wanted, used):
    engine = Whisper(micro_whisper, "micro", Options(device="cpu", compute_type=wanted), None)
    assert engine._whisper.model.compute_type.startswith(used)


@pytest.fixture(scope="module")
def two_files(audio, tmp_path_factory):
    """Return the beginning of the talk, its first 40 s as one speaker's, and the rest as another's."""
    folder = tmp_path_factory.mktemp("two")
    border, end = 40 * pcm.RATE, 75 * pcm.RATE
    first, rest = pcm.read_bytes(audio, 0, border), pcm.read_bytes(audio, border, end)
    (folder / "audio.1.pcm").write_bytes(first + bytes(len(rest)))
    (folder / "audio.2.pcm").write_bytes(bytes(len(first)) + rest)
    return folder / "audio.pcm"


def test_what_each_speaker_says_is_theirs_and_in_time_order(two_files, whole, micro_whisper):
    engine = Whisper(micro_whisper, "micro", Options(), None, ("left", "right"))
    batches = list(engine.transcribe(two_files, 0.0, _tick))
    ends = [batch.end for batch in batches]
    assert ends == sorted(set(ends))
    assert ends[-1] == batches[-1].total == 75.0
    for segment in (segment for batch in batches for segment in batch.segments):
        assert segment.speaker == ("left" if segment.end < 41 else "right")
    assert sum(len(batch.segments) for batch in batches) >= sum(len(batch.segments) for batch in whole) - 1


def test_windows_that_end_together_are_one_batch_and_none_is_lost_on_resume(audio, micro_whisper, tmp_path):
    sound = audio.read_bytes()
    for file in pcm.files(tmp_path / "audio.pcm", 2):
        file.write_bytes(sound)
    engine = Whisper(micro_whisper, "micro", Options(), None, ("left", "right"))
    batches = list(engine.transcribe(tmp_path / "audio.pcm", 0.0, _tick))
    assert len({batch.end for batch in batches}) == len(batches) > 1
    for batch in filter(lambda batch: batch.segments, batches):
        left, right = ([s.text for s in batch.segments if s.speaker == side] for side in ("left", "right"))
        assert left == right
        assert list(engine.transcribe(tmp_path / "audio.pcm", batch.end, _tick)) == [
            other for other in batches if other.end > batch.end
        ]
