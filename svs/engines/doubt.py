"""What of Whisper's text is to be doubted: loops, guesses, and words where nobody speaks.

Calibrated with tiny.en and base so that every text on noise, music, tones, clicks and silence (3 to 25 s of
each) is doubted, and none on clear readings and talks.
"""

import re

from svs.engines.decoder import Hypothesis
from svs.text.loops import plain_words

_TOO_REPETITIVE = 2.4  # compression ratio of a loop (OpenAI's and faster-whisper's default)
_TOO_UNLIKELY = -1.0  # mean log probability of guesswork (likewise)
_SILENT = 0.8  # probability of no speech that speech never has
_RATHER_SILENT, _RATHER_UNLIKELY = 0.45, -0.6  # nor both of these together
_LEAST_SPEECH = 0.3  # seconds of speech; real words take longer
_FEW = 3  # words

_PHANTOM = re.compile(
    r"thank you( (very|so) much)?|thanks( for watching)?|thank you for watching|you|bye( bye)?|okay|oh|"
    r"(please )?(like and )?subscribe( to .*)?|see you (next time|in the next video)|"
    r"(subtitles|captions|transcription|transcribed|translated|subs?) (by|of|from) .*|.*amara org.*|"
    r"sous titr(es|age) .*|untertitel .*|merci( d avoir regardé.*)?|vielen dank( fürs zuschauen)?|"
    r"gracias( por ver.*)?|grazie( per .*)?|obrigad[oa].*|ご視聴ありがとうございました|谢谢观看|字幕.*"
)


def wrong(found: Hypothesis) -> bool:
    """Say whether a text is a loop or guesswork, so that another search is worth while."""
    return found.repetition > _TOO_REPETITIVE or found.likelihood < _TOO_UNLIKELY


def credibility(found: Hypothesis) -> tuple[float, float]:
    """Return what orders texts: those that do not repeat themselves first, then by likelihood."""
    return -max(_TOO_REPETITIVE, found.repetition), found.likelihood


def doubtful(found: Hypothesis) -> bool:
    """Say whether a text is not to be relied on."""
    unlikely = found.no_speech > _RATHER_SILENT and found.likelihood < _RATHER_UNLIKELY
    return wrong(found) or unlikely or found.no_speech > _SILENT


def invented(text: str, speech: float, *, doubted: bool) -> bool:
    """Say whether nobody said this: hardly any speech, and a text that is doubted or usual without speech."""
    words = plain_words(text)
    phantom = bool(_PHANTOM.fullmatch(" ".join(words)))
    if speech >= _LEAST_SPEECH:
        return False
    said = speech > 0 and len(words) == 1 and not doubted  # a short "Okay" may be said
    return (phantom and not said) or (doubted and len(words) <= _FEW)


def without_repetition(text: str, before: str) -> str:
    """Return a text without the words at its start that repeat the end of the text before it.

    A piece that is decoded on may begin with what was decoded already. One word alone may well be said twice.
    """
    words = text.split()
    plain, earlier = ([re.sub(r"\W", "", word.lower()) for word in t.split()] for t in (text, before))
    for count in range(min(len(words), len(earlier)), 1, -1):
        if plain[:count] == earlier[-count:]:
            return " ".join(words[count:])
    return text
