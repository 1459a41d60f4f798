"""A decoder that skips speech, for whatever reason: the loss is in the result, and svs warns of it."""

import pytest

from svs import outputs
from svs.engines.passage import Passage
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore

SKIPPED = (40.0, 60.0)  # seconds of the talk


@pytest.fixture
def result(home, talk_video, with_model, monkeypatch):
    """Summarize the talk with a decoder that never gives what is said in a stretch of it."""
    decode = Passage._decode

    def skipping(self, piece, language):
        return [s for s in decode(self, piece, language) if s.end < SKIPPED[0] or s.start > SKIPPED[1]]

    monkeypatch.setattr(Passage, "_decode", skipping)
    store = JobStore(home / "jobs")
    said = []
    job = store.create(describe(talk_video), Options(model="micro", subtitles="never"))
    return run(job, store, said.append), said


@pytest.mark.slow
def test_skipped_speech_is_a_gap_in_the_result_and_a_warning(result):
    found, said = result
    gaps = found.transcript.gaps
    assert gaps[0].start < SKIPPED[0] + 2
    assert gaps[-1].end > SKIPPED[1] - 2
    assert found.transcript.coverage < 0.95
    warnings = [event.message for event in said if event.kind == "warning"]
    assert any("not understood" in warning for warning in warnings)
    for name in ("md", "txt", "html"):
        assert "not understood" in outputs.render(found, name)
