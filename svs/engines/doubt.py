"""Which of Whisper's texts are doubtful: loops, guesses, and words where there is no speech.

Calibrated with tiny.en and base so that every text on noise, music, tones, clicks and silence (3 to 25 s of
each) is doubtful, and no text of clear readings and talks.
"""

import re

from svs.engines.decoder import Hypothesis
from svs.text.loops import plain_words

_TOO_REPETITIVE = 2.4  # compression ratio of a loop (OpenAI's and faster-whisper's default)
_TOO_UNLIKELY = -1.0  # mean log probability of guesswork (the same default)
_SILENT = 0.8  # probability of no speech that speech never reaches
_RATHER_SILENT, _RATHER_UNLIKELY = 0.45, -0.6  # speech never has both of these together
_MIN_SPEECH = 0.3  # seconds; real words take longer
_FEW_WORDS = 3

_PHANTOM = re.compile(
    r"thank you( (very|so) much)?|thanks( for watching)?|thank you for watching|you|bye( bye)?|okay|oh|"
    r"(please )?(like and )?subscribe( to .*)?|see you (next time|in the next video)|"
    r"(subtitles|captions|transcription|transcribed|translated|subs?) (by|of|from) .*|.*amara org.*|"
    r"sous titr(es|age) .*|untertitel .*|merci( d avoir regardé.*)?|vielen dank( fürs zuschauen)?|"
    r"gracias( por ver.*)?|grazie( per .*)?|obrigad[oa].*|ご視聴ありがとうございました|谢谢观看|字幕.*"
)


def wrong(found: Hypothesis) -> bool:
    """Return whether a text is a loop or guesswork, so that another search is worthwhile."""
    return found.repetition > _TOO_REPETITIVE or found.likelihood < _TOO_UNLIKELY


def credibility(found: Hypothesis) -> tuple[float, float]:
    """Return the sort key of texts: less repetition first, then likelihood."""
    return -max(_TOO_REPETITIVE, found.repetition), found.likelihood


def doubtful(found: Hypothesis) -> bool:
    """Return whether a text is unreliable."""
    unlikely = found.no_speech > _RATHER_SILENT and found.likelihood < _RATHER_UNLIKELY
    return wrong(found) or unlikely or found.no_speech > _SILENT


def invented(text: str, speech: float, *, doubted: bool) -> bool:
    """Return whether nobody said this: hardly any speech, and a text that is doubted or usual in silence."""
    words = plain_words(text)
    phantom = bool(_PHANTOM.fullmatch(" ".join(words)))
    if speech >= _MIN_SPEECH:
        return False
    said = speech > 0 and len(words) == 1 and not doubted  # a short "Okay" may be said
    return (phantom and not said) or (doubted and len(words) <= _FEW_WORDS)


def without_repetition(text: str, before: str) -> str:
    """Return a text without the words at its start that repeat the end of the text before it.

    The next piece may begin with words that were decoded already. A single word may really be said twice.
    """
    words = text.split()
    plain, earlier = ([re.sub(r"\W", "", word.lower()) for word in t.split()] for t in (text, before))
    for count in range(min(len(words), len(earlier)), 1, -1):
        if plain[:count] == earlier[-count:]:
            return " ".join(words[count:])
    return text
