"""Dimensions: which of a scheme's dimensions a section and each of its sentences speak of.

Three kinds of evidence are joined: the heading, the scheme's lexicon, and the trained classifier where the
scheme has one. A section is decided first, as a whole; a sentence then takes its section's dimension
unless its content plainly speaks of another, and abstains where nothing speaks.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pipeline.classify import Joining, Model
from pipeline.lexicon import Lexicons, Matcher
from pipeline.model import Score, Section, Sentence, Term

Floats = npt.NDArray[np.float32]

# An article that is no branch's report: a section's winner needs these log-odds, and this lead.
OUTRIGHT, CLEAR = 4.0, 1.2
# Log-odds of a section count for its sentences up to here, for and against.
SURE = 6.0
# Lexicon weights of one sentence count up to here: ten slogans are no more evidence than two.
CAP = 6.0
# Weight of an institution (三会一课) outside any section, as of a term that names its dimension.
INSTITUTION = 3.0
# The column of `features` below that marks a lead.
LEAD = 8
# Sentences of a story that are its opening, and as many its end.
EDGE = 2
THRESHOLD = 0.5
# Log-odds below this are certainly below THRESHOLD: their logistic is not computed.
LEAST_LOGIT = -0.01
# Without a classifier the lexicon speaks alone: this is its weight as log-odds.
LEXICON_SLOPE, LEXICON_INTERCEPT = 0.9, -2.0
# Weights of `section_features` and `features` below where a scheme has no trained model, alike for all
# dimensions: for sections set by hand, so that one of which nothing speaks stays open; for sentences fitted
# on data/gold/dev.jsonl with the lexicon alone. `zhibu train` fits a model's own.
DEFAULT_SECTIONS: tuple[float, ...] = (2.0, 0.3, 1.0, 0.8, 0.0, -8.0, 0.0, 1.0, 0.0)
DEFAULT_COMBINE: tuple[float, ...] = (
    -0.13, 0.54, 0.31, -0.11, 1.63, -0.57, 0.77, 0.58, -1.47, -0.02, 0.56, 0.38, 0.3, -0.64, 0.09,
    0.51, -0.29, 0.09, -1.7, -1.5, -1.7,
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A scheme's lexicon, compiled."""

    matcher: Matcher
    weight: dict[str, tuple[int, float]]
    institutions: frozenset[str]
    neutral: re.Pattern[str]
    keys: tuple[str, ...]
    default: int | None  # the dimension of institutions outside any section


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the scheme's lexicon once."""
    scheme = lexicons.scheme
    keys = scheme.dimensions
    weight = {t.term: (keys.index(t.dimension), t.weight) for t in scheme.terms}
    neutral = lexicons.alternatives("layout", "neutral_heading")
    return Words(
        Matcher([*weight, *scheme.institutions]),
        weight,
        frozenset(scheme.institutions),
        re.compile(neutral),
        keys,
        keys.index(scheme.default) if scheme.default in keys else None,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each dimension: arrays of shape (sentences, dimensions) and the hits.

    `any`, of shape (sentences, 1), tells whether a sentence speaks of any dimension at all.
    """

    model: Floats
    any: Floats
    lexicon: Floats
    terms: tuple[Term, ...]
    has_model: bool


def gather(
    norm: str, sentences: Sequence[Sentence], lexicons: Lexicons, model: Model | None
) -> Evidence:
    """Collect classifier scores and lexicon hits of all sentences of a report."""
    vocabulary = words(lexicons)
    keys = vocabulary.keys
    lexicon = np.zeros((len(sentences), len(keys)), dtype=np.float32)
    terms: list[Term] = []
    texts = [norm[s.start : s.end] for s in sentences]
    begins = list(accumulate((len(text) + 1 for text in texts), initial=0))
    # One search of all sentences: no term holds the line end between them.
    for at, end, term in vocabulary.matcher.find("\n".join(texts)):
        i = bisect_right(begins, at) - 1
        sentence = sentences[i]
        start = at - begins[i] + sentence.start
        found = vocabulary.weight.get(term)
        quoted = sentence.heading and _quoted(norm, sentence.start, start)
        if found is not None and not quoted:
            lexicon[i, found[0]] += found[1]
        elif found is None and sentence.section < 0 and vocabulary.default is not None:
            # Without a section to follow, an institution speaks of the scheme's default dimension.
            lexicon[i, vocabulary.default] += INSTITUTION
        terms.append(
            Term(
                start,
                start + end - at,
                term,
                "dimension" if found else "institution",
                keys[found[0]] if found else None,
            )
        )
    if model is not None:
        scores = model.scores(texts)
    else:
        scores = (LEXICON_SLOPE * np.minimum(lexicon, CAP) + LEXICON_INTERCEPT).astype(np.float32)
    # A model may have one output more than dimensions: whether a text speaks of any.
    by_dimension, more = scores[:, : len(keys)], scores[:, len(keys) :]
    any_ = more if more.shape[1] else by_dimension.max(axis=1, keepdims=True)
    return Evidence(by_dimension, any_, np.minimum(lexicon, CAP), tuple(terms), model is not None)


def _quoted(norm: str, start: int, position: int) -> bool:
    """Whether a position stands in quotation marks: in headings these hold figures of speech."""
    return norm.count("“", start, position) > norm.count("”", start, position)


def section_features(
    norm: str,
    sections: Sequence[Section],
    sentences: Sequence[Sentence],
    evidence: Evidence,
    lexicons: Lexicons,
) -> Floats:
    """Give what speaks for each section and dimension: shape (sections, dimensions, 9).

    Of the heading and of the body the lexicon and the classifier, the classifier on the whole report,
    whether the heading is one that never has a dimension (下一步), how long the body is, and whether the
    section is the last of several: honours, shortcomings and plans stand there.
    """
    count, dimensions = len(sections), evidence.model.shape[1]
    table = np.zeros((count, dimensions, len(DEFAULT_SECTIONS)), dtype=np.float32)
    if not count or not sentences:
        return table
    of = np.array([s.section for s in sentences], dtype=np.int64)
    headings = np.array([s.heading for s in sentences], dtype=bool)
    first = np.zeros(len(sentences), dtype=bool)
    first[np.unique(of, return_index=True)[1]] = True
    heads = np.flatnonzero(first & headings & (of >= 0))
    table[of[heads], :, 0] = np.minimum(evidence.lexicon[heads], 4)
    table[of[heads], :, 1] = evidence.model[heads]
    body = np.flatnonzero(~(first & headings) & (of >= 0))
    sizes = np.bincount(of[body], minlength=count)
    for column, values in ((2, evidence.model), (3, evidence.lexicon)):
        sums = np.zeros((count, dimensions))
        np.add.at(sums, of[body], values[body])
        table[:, :, column] = sums / np.maximum(sizes, 1)[:, None]
    # A heading without a body of its own stands for it.
    bare = sizes == 0
    table[bare, :, 2] = table[bare, :, 1]
    table[bare, :, 3] = table[bare, :, 0] / 2
    table[:, :, 4] = _overall(evidence.model, headings)
    neutral = words(lexicons).neutral
    unnamed = table[:, :, 0].max(axis=1) < 2
    table[:, :, 5] = [
        [float(u and neutral.search(norm, *s.heading) is not None)]
        for u, s in zip(unnamed.tolist(), sections, strict=True)
    ]
    table[:, :, 6] = np.log1p(sizes)[:, None]
    table[:, :, 7] = 1.0
    table[-1, :, 8] = count > 1
    return table


def _overall(values: Floats, headings: npt.NDArray[np.bool_]) -> Floats:
    """Give the mean of all sentences that are no headings: shape (dimensions,)."""
    prose = values[~headings]
    mean: Floats = prose.mean(axis=0) if len(prose) else np.zeros(values.shape[1], np.float32)
    return mean


def decide_sections(scores: Floats, article: bool = False) -> list[int | None]:
    """Give the dimension (index or None) of every section from its log-odds over having none.

    `scores` has shape (sections, dimensions). An `article` that is no branch's report speaks of branches
    in general, and must name a dimension outright.
    """
    if not len(scores):
        return []
    top = scores.max(axis=1)
    sure = (top > OUTRIGHT) & (top - _rivals(scores).min(axis=1) > CLEAR) if article else top > 0
    best = scores.argmax(axis=1)
    return [int(d) if yes else None for d, yes in zip(best, sure, strict=True)]


def features(
    sentences: Sequence[Sentence],
    evidence: Evidence,
    chosen: Sequence[int | None],
    scores: Floats,
) -> Floats:
    """Give what speaks for each sentence and dimension: shape (sentences, dimensions, 21)."""
    model, lexicon = evidence.model, evidence.lexicon
    count, dimensions = model.shape
    of = np.array([s.section for s in sentences], dtype=np.int64)
    heading = np.array([s.heading for s in sentences], dtype=bool)
    # A section left open and no section at all are both -1 here; `inside` tells them apart.
    open_last = np.array([-1 if d is None else d for d in (*chosen, None)], dtype=np.int64)
    section = np.where(of >= 0, open_last[of], -1)[:, None]
    inside, decided = (of >= 0)[:, None], section >= 0
    same = section == np.arange(dimensions)
    other = decided & ~same
    behind = np.zeros((count, dimensions), dtype=np.float32)
    at = decided[:, 0]
    behind[at] = np.clip(scores[of[at]], -SURE, SURE)
    rivals = _rivals(lexicon)
    # A report without sections is told as a story; before the first of several stands a lead.
    story, lead = ~inside & (len(chosen) == 0), ~inside & (len(chosen) > 0)
    place = np.arange(count)[:, None]
    table = np.empty((count, dimensions, len(DEFAULT_COMBINE)), dtype=np.float32)
    columns = (
        1.0,
        model,
        lexicon,
        rivals,
        same,
        other,
        heading[:, None] & same,
        behind,
        lead,
        story,
        np.where(other, model, 0.0),
        model - _rivals(model),
        inside & ~decided,
        np.where(other, lexicon, 0.0),
        np.where(inside, 0.0, lexicon),
        _around(model, of, heading),
        np.where(inside, evidence.any, 0.0),
        np.where(inside, 0.0, evidence.any),
        # A story opens with its scene and ends with a farewell; any report may end with a formula.
        story & (place < EDGE),
        story & (place >= count - EDGE),
        place == count - 1,
    )
    for k, column in enumerate(columns):
        table[:, :, k] = column
    return table


def _around(model: Floats, of: npt.NDArray[np.int64], headings: npt.NDArray[np.bool_]) -> Floats:
    """Give the mean score of each sentence's neighbours in its section, else of the whole report."""
    total, number = np.zeros_like(model), np.zeros((len(model), 1), dtype=np.float32)
    together = (of[1:] == of[:-1])[:, None]
    total[1:] += model[:-1] * together
    total[:-1] += model[1:] * together
    number[1:] += together
    number[:-1] += together
    mean: Floats = np.where(number > 0, total / np.maximum(number, 1), _overall(model, headings))
    return mean


def weigh(table: Floats, weights: Sequence[float], bias: Sequence[float]) -> Floats:
    """Give log-odds (rows, dimensions) of features (rows, dimensions, n); an empty `bias` is none."""
    logits: Floats = table @ np.array(weights, dtype=np.float32)
    return logits + np.array(bias, dtype=np.float32) if bias else logits


def _rivals(values: Floats) -> Floats:
    """Give for each cell the greatest value of its row's other cells, 0 where there are none."""
    if values.shape[1] < 2:
        return np.zeros_like(values)
    ordered = np.sort(values, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(values == best, second, best)


def tag(
    norm: str,
    sections: Sequence[Section],
    sentences: Sequence[Sentence],
    lexicons: Lexicons,
    model: Model | None,
    article: bool = False,
) -> tuple[list[Score | None], list[tuple[Score, ...]], tuple[Term, ...]]:
    """Tag sections and sentences; gives section scores, the scores of each sentence, lexicon hits.

    Sentences have one score a dimension whose probability reaches THRESHOLD, often none.
    """
    if not sentences:
        return [None] * len(sections), [], ()
    keys = lexicons.scheme.dimensions
    evidence = gather(norm, sentences, lexicons, model)
    table = section_features(norm, sections, sentences, evidence, lexicons)
    joining = model.joining if model else Joining(DEFAULT_SECTIONS, DEFAULT_COMBINE)
    scores = weigh(table, joining.sections, joining.section_bias)
    chosen = decide_sections(scores, article)
    logits = weigh(
        features(sentences, evidence, chosen, scores), joining.sentences, joining.sentence_bias
    )
    tagged: list[list[Score]] = [[] for _ in sentences]
    rows, columns = np.nonzero(logits > LEAST_LOGIT)
    shown = zip(
        rows.tolist(),
        columns.tolist(),
        logits[rows, columns].tolist(),
        evidence.lexicon[rows, columns].tolist(),
        strict=True,
    )
    for i, d, logit, lexicon in shown:
        probability = _logistic(logit)
        if probability >= THRESHOLD:
            of = sentences[i].section
            basis = _basis(of >= 0 and chosen[of] == d, lexicon, evidence.has_model)
            tagged[i].append(Score(keys[d], round(probability, 3), basis))
    decided = [
        None if d is None else Score(keys[d], round(_logistic(float(scores[k, d])), 3), "section")
        for k, d in enumerate(chosen)
    ]
    return decided, [tuple(found) for found in tagged], evidence.terms


def _basis(in_section: bool, lexicon: float, has_model: bool) -> str:
    """What chiefly speaks for a sentence's dimension."""
    if in_section:
        return "heading"
    return "lexicon" if lexicon >= 1 or not has_model else "model"


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 30.0), -30.0)))
