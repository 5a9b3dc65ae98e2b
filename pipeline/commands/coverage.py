"""`zhibu lexicon coverage`: which dimension terms a corpus uses, and which speak of something else there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.lexicon import Lexicons
from pipeline.model import Document, Report

# A term that stands in sections of another dimension more than this share of its hits over-fires.
OVER = 0.5


class Coverage(NamedTuple):
    """A dimension term and its hits: in sections of its own dimension, of another, of none known."""

    term: str
    dimension: str
    weight: float
    hits: int
    documents: int
    own: int
    other: int
    elsewhere: int
    mostly: str  # the dimension of the sections that most of its hits stand in, empty where none
    state: str  # unused, over-firing, or empty


def coverage(documents: Iterable[Document], lexicons: Lexicons) -> list[Coverage]:
    """Give the coverage of every dimension term, by the scheme's order of dimensions, then by term.

    Hits are counted as the route counts them: a term inside a longer one is no hit of its own.
    """
    hits: dict[str, Counter[str]] = {}
    seen: Counter[str] = Counter()
    for document in documents:
        here: set[str] = set()
        for report in document.reports:
            for term, dimension in _hits(report):
                hits.setdefault(term, Counter())[dimension] += 1
                here.add(term)
        seen.update(here)
    keys = lexicons.scheme.dimensions
    terms = {t.term: t for t in lexicons.scheme.terms}.values()
    return [
        _row(t.term, t.dimension, t.weight, hits.get(t.term, Counter()), seen[t.term])
        for t in sorted(terms, key=lambda t: (keys.index(t.dimension), t.term))
    ]


def _hits(report: Report) -> Iterator[tuple[str, str]]:
    """Each dimension term found, with the dimension of its section (empty where none is known)."""
    spans = [
        (section.heading[0], section.body[1], score.dimension if score else "")
        for section, score in zip(report.article.sections, report.section_dimensions, strict=True)
    ]
    for found in report.terms:
        if found.dimension is not None:
            yield (
                found.term,
                next((d for start, end, d in reversed(spans) if start <= found.start < end), ""),
            )


def _row(term: str, own: str, weight: float, hits: Counter[str], documents: int) -> Coverage:
    total, mine, none = sum(hits.values()), hits[own], hits[""]
    other = total - mine - none
    known = sorted((-count, key) for key, count in hits.items() if key and count)
    state = "" if total else "unused"
    if total and other > OVER * total:
        state = "over-firing"
    mostly = known[0][1] if known else ""
    return Coverage(term, own, weight, total, documents, mine, other, none, mostly, state)
