"""However much a recording says: it is refused in a sentence, or the work on it can be stopped."""

import random

import pytest

from svs.errors import Stopped
from svs.model.speech import Sentence
from svs.stages.outline import outline
from svs.stages.summarize import summarize

CUES = {
    "srt": "{n}\n00:00:{s:02},000 --> 00:00:{s:02},900\nWe said it.\n\n",
    "vtt": "WEBVTT\n\n00:{s:02}.000 --> 00:{s:02}.900\nWe said it.\n\n",
    "ass": "Dialogue: 0,0:00:{s:02}.00,0:00:{s:02}.90,Default,,0,0,0,,We said it.\n",
}


@pytest.mark.parametrize("suffix", CUES)
def test_more_cues_than_a_day_has_are_refused(svs, tmp_path, suffix):
    cues = "".join(CUES[suffix].format(n=n, s=n % 60) for n in range(100_002))
    (tmp_path / f"talk.{suffix}").write_text(f"[Events]\n{cues}" if suffix == "ass" else cues)
    done = svs("summarize", f"talk.{suffix}")
    assert done.returncode == 3
    assert f"talk.{suffix} has more than 100,000 cues" in done.stderr


def test_more_words_than_a_day_has_are_refused(svs, tmp_path):
    said = "We said it. " * 15_000
    cues = "".join(f"{n}\n00:{n:02}:00,000 --> 00:{n:02}:59,000\n{said}{n}\n\n" for n in range(30))
    (tmp_path / "talk.srt").write_text(cues)
    done = svs("summarize", "talk.srt")
    assert done.returncode == 3
    assert "talk.srt has more than 5,000,000 letters" in done.stderr


@pytest.fixture(scope="module")
def long_talk():
    """Return a talk of many sentences on four topics."""
    chance = random.Random(1)
    words = [[f"{topic}{n}" for n in range(60)] for topic in ("ship", "lamp", "bread", "moss")]
    return [
        Sentence(5.0 * n, 5.0 * n + 4, " ".join(chance.choices(words[n // 150], k=10)).capitalize() + ".")
        for n in range(600)
    ]


class Stop:
    """Raises Stopped at a tick."""

    def __init__(self, at):
        self.ticks, self.at = 0, at

    def __call__(self):
        self.ticks += 1
        if self.ticks >= self.at:
            raise Stopped("stopped", "")


def test_a_summary_in_the_making_can_be_stopped_at_every_step(long_talk):
    counted = Stop(10_000)
    summary = summarize(long_talk, "en", "auto", "medium", counted)
    first = counted.ticks
    assert first > 7 + len(summary.sentences) / 2, "for a hundred sentences each, and while it chooses"
    outlined = outline(summary, long_talk, "en", "auto", (), counted)
    assert counted.ticks > first + 6 + len(outlined.chapters)
    for at in (1, first):
        stop = Stop(at)
        with pytest.raises(Stopped):
            summarize(long_talk, "en", "auto", "medium", stop)
        assert stop.ticks == at
    stop = Stop(counted.ticks - first)
    with pytest.raises(Stopped):
        outline(summary, long_talk, "en", "auto", (), stop)
