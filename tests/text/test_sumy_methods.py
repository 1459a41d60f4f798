"""sumy's methods by name: their ratings, and a clear error when one of them fails."""

import pytest
import sumy.summarizers.lsa
from numpy.linalg import LinAlgError

from svs.errors import SvsError, UsageError
from svs.text.sumy_methods import ratings

TEXTS = ["The lamp guides ships.", "Ships need a lamp.", "Umbrellas sing.", "Bread rises."]


@pytest.mark.parametrize("method", ["lexrank", "lsa", "textrank", "luhn", "sumbasic", "kl", "reduction"])
def test_every_method_rates_every_text(method):
    rated = ratings(method, TEXTS, "en")
    assert len(rated) == len(TEXTS)
    assert rated == ratings(method, TEXTS, "en")


def test_what_is_like_the_others_is_rated_higher():
    rated = ratings("luhn", TEXTS, "en")
    assert min(rated[:2]) > max(rated[2:])


@pytest.mark.parametrize("problem", [LinAlgError("SVD did not converge"), MemoryError()])
def test_a_method_that_fails_says_so_and_names_another(monkeypatch, problem):
    def fail(*_, **__):
        raise problem  # numpy does so on rare matrices, and on large ones; no small text makes it

    monkeypatch.setattr(sumy.summarizers.lsa, "singular_value_decomposition", fail)
    with pytest.raises(SvsError, match=r"the method lsa fails on this text: (SVD|MemoryError)") as refused:
        ratings("lsa", TEXTS, "en")
    assert "--method auto" in refused.value.hint


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="no method 'magic'") as refused:
        ratings("magic", TEXTS, "en")
    assert "auto, lexrank, lsa" in refused.value.hint
