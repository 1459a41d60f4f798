"""The faster LexRank and Luhn rate as sumy's own do."""

import json
import warnings
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.luhn import LuhnSummarizer

from svs.text.sumy_fast import FastLexRank, FastLuhn
from svs.text.words import Tokenizer, stemmer, stop_words

PAIRS = [(LexRankSummarizer, FastLexRank), (LuhnSummarizer, FastLuhn)]
TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())


def rate(method, texts):
    found = {}

    def take(infos):
        found.update({info.order: info.rating for info in infos})
        return ()

    summarizer = method(stemmer("en"))
    summarizer.stop_words = stop_words("en")
    sentences = [Sentence(text, Tokenizer()) for text in texts]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sumy divides by zero where nothing is alike
        summarizer(ObjectDocumentModel([Paragraph(sentences)]), take)
    return [found[order] for order in range(len(texts))]


@pytest.mark.parametrize(("slow", "fast"), PAIRS)
def test_a_talk_is_rated_as_by_sumy(slow, fast):
    texts = [sentence["text"] for sentence in TALK["sentences"]]
    rated = rate(fast, texts)
    assert rated == pytest.approx(rate(slow, texts), abs=1e-12)
    assert len(set(rated)) > 10


# Weights of words met by chance hardly ever meet LexRank's threshold, where a rounding error would decide.
texts = st.lists(
    st.lists(st.sampled_from(["lamp", "lens", "ship", "tide", "bee", "hive", "the"]), max_size=9).map(
        " ".join
    ),
    min_size=1,
    max_size=25,
    unique=True,
)


@pytest.mark.parametrize(("slow", "fast"), PAIRS)
@settings(max_examples=60)
@given(texts)
def test_any_text_is_rated_as_by_sumy(slow, fast, texts):
    assert rate(fast, texts) == pytest.approx(rate(slow, texts), abs=1e-12, nan_ok=True)
