"""How a job gets its transcript: what the plan warns of."""

import pytest

from svs.media import ffmpeg
from svs.media.probe import probe
from svs.model.job import Options
from svs.models import installed
from svs.pipeline.plan import plan


@pytest.mark.parametrize(
    ("language", "wish", "warned"), [("ger", None, True), ("eng", None, False), ("ger", "en", False)]
)
def test_an_english_model_warns_of_audio_in_another_language(
    home, micro_whisper, talk_video, tmp_path, language, wish, warned
):
    installed.add(micro_whisper, "micro")  # which knows English only
    tagged = tmp_path / "talk.mkv"
    ffmpeg.run(
        [
            "-i",
            str(talk_video),
            "-map",
            "0:a",
            "-c",
            "copy",
            "-metadata:s:a:0",
            f"language={language}",
            str(tagged),
        ]
    )
    warnings = []
    options = Options(model="micro", language=wish, subtitles="never")
    plan(tagged, options, probe(tagged), warnings.append, lambda _: None, lambda _: None)
    assert [("German" in warning) for warning in warnings] == [True] * warned
