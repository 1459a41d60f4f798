"""How much each sentence sounds like the beginning of something new: cue words, pauses, questions.

The weights are those of a logistic regression on recordings with chapters by people, rounded
(tools/eval_chapters.py). Cue words are known for English; everything else counts in every language.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from svs.model.speech import Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WORDS = 15  # of a sentence that may hold a cue
_CLOSING_WORDS = 5  # that may close what was before
_LONGEST, _USUAL = 6.0, 0.2  # seconds: a pause counts no longer; the usual one is at least this
_PAUSE, _LENGTH, _QUESTION, _ANSWER, _CLOSING = 0.16, 0.08, 0.13, -0.15, 0.25

FILLERS = r"^(?:(?:um|uh|er|oh|well|yeah|yes|okay|ok|all right|alright|right|and|but)[,.]? )*"
"""A pattern of what may be said before a sentence really begins."""


def _any(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(part.strip() for part in text.split('/'))})\b")


_MOVING_ON = _any(r"""
    mov(?:e|ing) on / moving / go(?:ing)? on to / turn(?:ing)? to / switch(?:ing)? (?:to|gears) / back
    to / on to / over to
    / jump(?:ing)? (?:in|into|to) / dive into / get(?:ting)? (?:into|started) / hand (?:it )?over
    / the next / next, / next (?:one|thing|topic|question|item|up|step|part|section|slide|point|is|we|i|let)
    / (?:an)?other (?:thing|topic|question|one|point|example) / first(?:ly| of all| thing| question| up|,)
    / second(?:ly| thing| question|,) / third(?:ly| thing|,) / last(?:ly| thing| question| topic| part)
    / final(?:ly| thing| question) / to start / start (?:with|by|off) / begin with / wrap up
    / in (?:this|the next) (?:video|section|part|lecture|chapter|episode|lesson)
    / let's (?:talk|look|move|go|start|see|get|take|turn|do|discuss|say|now|begin) / let us
    / let me (?:talk|show|start|move|give|go|turn|tell|explain|introduce|just show)
    / i(?:'d| would) like to (?:talk|ask|start|move|turn|discuss|show|know)
    / i want(?:ed)? to (?:talk|ask|start|move|turn|discuss|show|get|go|touch)
    / (?:i'm|i am|we're|we are) (?:going to|gonna)
    (?:talk|look|show|start|discuss|move|do|go|cover|see|be|build|use|try)
    / talk(?:ing)? (?:a (?:little )?bit )?(?:more )?about / speaking of / (?:what|how) about / questions?
    / to summarize / in summary / in conclusion / to conclude / agenda / presentation / discuss
""")
_CUES = (
    (0.10, re.compile(FILLERS + r"so\b")),
    (0.25, re.compile(FILLERS + r"(?:so[,.]? )?now\b")),
    (0.45, _any("hello / hi / welcome / good (?:morning|afternoon|evening) / my name is / today")),
    (0.40, _MOVING_ON),
    (
        -0.13,
        re.compile(
            r"^(?:and|but|because|or|which|that|that's|it|it's|he|she|they|they're|them|this|these|those|"
            r"then|also|if|like|for example|just|who|where|with|of|to|in|as|at)\b"
        ),
    ),
)
_CLOSINGS = _any("""
    thank you / thanks / that's it / that is it / makes sense / got it / great / awesome / perfect /
    cool / okay / all right
    / alright / very good / excellent / fair enough / interesting / that's all / so that's / that was /
    there (?:you|we) go
""")


def openings(sentences: Sequence[Sentence], language: str) -> "Floats":
    """Return for each sentence how much it sounds like a beginning, in log-odds: about -0.3 to 1.5."""
    import numpy as np

    texts = [
        (sentence.said or sentence.text).lower().replace("\u2019", "'").strip() for sentence in sentences
    ]
    asked = np.array([text.endswith("?") for text in texts], float)
    words = np.array([len(text.split()) for text in texts])
    value = _PAUSE * _pauses(sentences) + _LENGTH * np.log1p(words) + _QUESTION * asked
    value[1:] += _ANSWER * asked[:-1]
    if language == "en":
        value += [_cue(text.split()) for text in texts]
    return np.asarray(value)


def _pauses(sentences: Sequence[Sentence]) -> "Floats":
    """Return the logarithm of the pause before each sentence, as a multiple of the usual pause."""
    import numpy as np

    gaps = [0.0, *(max(0.0, after.start - before.end) for before, after in pairwise(sentences))]
    usual = max(_USUAL, median([gap for gap in gaps if gap > 0] or [0.0]))
    return np.array([math.log1p(min(gap, _LONGEST) / usual) for gap in gaps])


def _cue(words: Sequence[str]) -> float:
    opening = " ".join(words[:_WORDS])
    closing = _CLOSING * bool(_CLOSINGS.search(" ".join(words[:_CLOSING_WORDS])))
    return closing + sum(weight for weight, cue in _CUES if cue.search(opening))
