"""N-grams looked up as integers agree with n-grams cut out as strings."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify.grams import Grams
from pipeline.classify.model import ngrams

VOCABULARY = {"党": 0, "党员": 1, "党员学": 2, "学": 3, "0": 4, "𠀀员": 5, "员学": 6}


@given(st.lists(st.text(alphabet="党员学0𠀀，", max_size=12), max_size=6))
def test_same_as_cutting_strings(texts: list[str]) -> None:
    lengths = np.array([len(t) for t in texts], dtype=np.int64)
    found = Grams(VOCABULARY).cells("".join(texts), lengths)
    want = Counter(
        row * len(VOCABULARY) + VOCABULARY[gram]
        for row, text in enumerate(texts)
        for gram in ngrams(text)
        if gram in VOCABULARY
    )
    assert Counter(found.tolist()) == want


def test_empty_vocabulary_finds_nothing() -> None:
    assert Grams({}).cells("党员", np.array([2])).tolist() == []


def test_longer_grams_are_never_found() -> None:
    assert Grams({"党员学习": 0, "学": 1}).cells("党员学习", np.array([4])).tolist() == [1]
