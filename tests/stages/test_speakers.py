"""Names in captions of every make reach the summary as speakers, and never as words."""

import pytest

from svs.engines.captions import read
from svs.model.speech import Transcript
from svs.stages.outline import outline
from svs.stages.summarize import summarize
from svs.text.sentences import sentences
from tests.engines.test_speakers import MAKES


@pytest.mark.parametrize("make", MAKES)
def test_a_summary_knows_who_speaks_and_no_words_are_names(tmp_path, make):
    file = tmp_path / "captions"
    file.write_text(MAKES[make])
    segments = read(file, "captions").segments
    said = sentences(
        Transcript(engine="captions", model="", language="en", translated=False, segments=segments)
    )
    summary = outline(summarize(said, "en", "auto", "9"), said, "en", "2", ())
    assert {spoken.said_by for spoken in summary.sentences} == {"Ada Byron", "Charles"}
    chapters = [word for spoken in summary.chapters for word in spoken.title.split()]
    texts = [spoken.text for spoken in (*summary.sentences, *said)]
    words = " ".join([*summary.phrases, *chapters, *texts]).lower()
    assert not any(name in words for name in ("ada", "byron", "charles"))
    assert "engine" in words
