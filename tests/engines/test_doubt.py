"""What nobody said is left out: usual phantoms and doubted scraps where there is hardly any speech."""

import pytest

from svs.engines.doubt import invented


@pytest.mark.parametrize(
    ("text", "speech", "doubted", "left_out"),
    [
        ("Thank you for watching.", 0.0, False, True),
        ("Subtitles by the Amara.org community", 0.2, False, True),
        ("Thank you for watching.", 1.0, False, False),
        ("Okay.", 0.2, False, False),
        ("Okay.", 0.2, True, True),
        ("so it", 0.0, True, True),
        ("so it", 0.0, False, False),
        ("so it", 1.0, True, False),
        ("so it goes on", 0.0, True, False),
    ],
)
def test_only_phantoms_and_doubted_scraps_without_speech_are_invented(text, speech, doubted, left_out):
    assert invented(text, speech, doubted=doubted) is left_out
