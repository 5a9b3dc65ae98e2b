"""Dimensions: which of a scheme's dimensions a section and each of its sentences speak of.

Three kinds of evidence are joined: the heading, the scheme's lexicon, and the trained classifier where the
scheme has one. A section is decided first, as a whole; a sentence then takes its section's dimension
unless its content plainly speaks of another, and abstains where nothing speaks.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from pipeline.classify import Model
from pipeline.lexicon import Lexicons, Matcher
from pipeline.model import Score, Section, Sentence, Term

Floats = npt.NDArray[np.float32]

# How a heading, the mean classifier score and the mean lexicon weight of a body count for a section;
# chosen on data/gold/dev.jsonl and stable around these values.
HEADING_LEXICON, HEADING_MODEL, BODY_LEXICON = 2.0, 0.3, 0.8
# Sections of one report seldom share a dimension: each further one with it must win by this much.
REPEAT = 1.5
# A section is left open where its best score is below LEAST and no clear winner.
LEAST, CLEAR = -1.0, 1.2
OUTRIGHT = 2.0
# Lexicon weights of one sentence count up to here: ten slogans are no more evidence than two.
CAP = 6.0
# So many sections of one report are decided against each other at a time: a book has more, a report never.
RIVALS = 200
THRESHOLD = 0.5
# Log-odds below this are certainly below THRESHOLD: their logistic is not computed.
LEAST_LOGIT = -0.01
# Without a classifier the lexicon speaks alone: this is its weight as log-odds.
LEXICON_SLOPE, LEXICON_INTERCEPT = 0.9, -2.0
# Weights of `features` below, fitted on data/gold/dev.jsonl (`zhibu train` fits them anew).
DEFAULT_COMBINE = (
    -2.92, 1.0, 0.45, -0.35, 3.2, -2.0, 0.6, 0.35, -0.1, -0.2, -0.02, -0.5, 0.1, 0.2,
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A scheme's lexicon, compiled."""

    matcher: Matcher
    weight: dict[str, tuple[int, float]]
    institutions: frozenset[str]
    neutral: re.Pattern[str]
    keys: tuple[str, ...]


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
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each dimension: arrays of shape (sentences, dimensions) and the hits."""

    model: Floats
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
    return Evidence(scores, np.minimum(lexicon, CAP), tuple(terms), model is not None)


def _quoted(norm: str, start: int, position: int) -> bool:
    """Whether a position stands in quotation marks: in headings these hold figures of speech."""
    return norm.count("“", start, position) > norm.count("”", start, position)


def decide_sections(
    norm: str,
    sections: Sequence[Section],
    sentences: Sequence[Sentence],
    evidence: Evidence,
    lexicons: Lexicons,
    article: bool = False,
) -> tuple[list[int | None], Floats]:
    """Give the dimension (index or None) of every section, and the scores behind it.

    The section with the clearest winner is decided first; each dimension already given makes it a
    little harder for the next section to take it too. An `article` that is no branch's report speaks of
    branches in general, and must name a dimension outright.
    """
    vocabulary = words(lexicons)
    scores = _section_scores(len(sections), sentences, evidence)
    rows: list[list[float]] = scores.tolist()
    chosen: list[int | None] = [None] * len(sections)
    taken = [0] * len(vocabulary.keys)
    named = [max(evidence.lexicon[i]) >= 2 for i, s in enumerate(sentences) if s.heading]
    left = [
        k
        for k, section in enumerate(sections)
        if not vocabulary.neutral.search(norm, *section.heading) or (k < len(named) and named[k])
    ]
    later = deque(left[RIVALS:])
    left = left[:RIVALS]
    while left:
        rivals = [[v - REPEAT * n for v, n in zip(rows[k], taken, strict=True)] for k in left]
        margins = [_margin(values) for values in rivals]
        clearest = margins.index(max(margins))
        values, margin, k = rivals[clearest], margins[clearest], left.pop(clearest)
        if later:
            left.append(later.popleft())
        best = max(values)
        if (best > OUTRIGHT and margin > CLEAR) if article else (best > LEAST or margin > CLEAR):
            chosen[k] = values.index(best)
            taken[values.index(best)] += 1
    return chosen, scores


def _section_scores(count: int, sentences: Sequence[Sentence], evidence: Evidence) -> Floats:
    """Give what speaks for each dimension in each of `count` sections, whose sentences stand in their order."""
    scores = np.zeros((count, evidence.model.shape[1]), dtype=np.float32)
    of = [s.section for s in sentences]
    for k in range(count):
        first, last = bisect_left(of, k), bisect_right(of, k)
        if first < last and sentences[first].heading:
            scores[k] += HEADING_LEXICON * np.minimum(evidence.lexicon[first], 4)
            scores[k] += HEADING_MODEL * evidence.model[first]
            first += 1
        if first < last:
            scores[k] += evidence.model[first:last].sum(axis=0) / (last - first)
            scores[k] += BODY_LEXICON * (evidence.lexicon[first:last].sum(axis=0) / (last - first))
    return scores


def _margin(values: list[float]) -> float:
    """By how much the greatest value is above the next."""
    ordered = sorted(values)
    return ordered[-1] - ordered[-2] if len(values) > 1 else ordered[-1]


def features(
    sentences: Sequence[Sentence],
    evidence: Evidence,
    chosen: Sequence[int | None],
    scores: Floats,
) -> Floats:
    """Give what speaks for each sentence and dimension: shape (sentences, dimensions, 14)."""
    model, lexicon = evidence.model, evidence.lexicon
    count, dimensions = model.shape
    of = np.array([s.section for s in sentences], dtype=np.int64)
    heading = np.array([s.heading for s in sentences], dtype=bool)[:, None]
    # A section left open and no section at all are both -1 here; `inside` tells them apart.
    open_last = np.array([-1 if d is None else d for d in (*chosen, None)], dtype=np.int64)
    section = np.where(of >= 0, open_last[of], -1)[:, None]
    inside, decided = (of >= 0)[:, None], section >= 0
    same = section == np.arange(dimensions)
    other = decided & ~same
    behind = np.zeros((count, dimensions), dtype=np.float32)
    at = decided[:, 0]
    behind[at] = scores[of[at]]
    table = np.empty((count, dimensions, len(DEFAULT_COMBINE)), dtype=np.float32)
    columns = (
        1.0,
        model,
        lexicon,
        _rivals(lexicon),
        same,
        other,
        heading & same,
        behind,
        ~inside,
        np.where(other, model, 0.0),
        model - _rivals(model),
        inside & ~decided,
        np.where(other, lexicon, 0.0),
        np.where(inside, 0.0, lexicon),
    )
    for k, column in enumerate(columns):
        table[:, :, k] = column
    return table


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
    chosen, scores = decide_sections(norm, sections, sentences, evidence, lexicons, article)
    weights = np.array(model.combine if model else DEFAULT_COMBINE, dtype=np.float32)
    logits = features(sentences, evidence, chosen, scores) @ weights
    tagged: list[list[Score]] = [[] for _ in sentences]
    likely = np.nonzero(logits > LEAST_LOGIT)
    shown = zip(
        *(x.tolist() for x in (*likely, logits[likely], evidence.lexicon[likely])), strict=True
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
