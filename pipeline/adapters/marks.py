"""What is known of a report, on the characters of one text: the ground that adapters stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pipeline.model import (
    Achievement,
    Honour,
    Practice,
    Rejected,
    Report,
    Score,
    Section,
    Sentence,
    Span,
    Term,
)

Where = Callable[[int, int], Span | None]  # (start, end) in clean text → its place elsewhere
# The layers whose items are a span with values, and what an item of each is.
ITEMS: dict[str, Any] = {
    "terms": Term,
    "practices": Practice,
    "achievements": Achievement,
    "honours": Honour,
    "rejected": Rejected,
}


class Marks(NamedTuple):
    """A report's layers without its text; spans are half-open, in code points of that text."""

    id: str
    branch: str | None
    title: str | None
    author: str | None
    lead: Span | None
    sections: tuple[tuple[Section, Score | None], ...] = ()
    sentences: tuple[tuple[Sentence, tuple[Score, ...]], ...] = ()
    terms: tuple[Term, ...] = ()
    practices: tuple[Practice, ...] = ()
    achievements: tuple[Achievement, ...] = ()
    honours: tuple[Honour, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def marks(report: Report) -> Marks:
    """Give a report's layers on its clean text."""
    return Marks(
        report.id,
        report.branch,
        report.title,
        report.author,
        report.article.lead,
        tuple(zip(report.article.sections, report.section_dimensions, strict=True)),
        tuple(zip(report.sentences, report.sentence_scores, strict=True)),
        *(tuple(getattr(report, name)) for name in ITEMS),
    )


def on_source(report: Report) -> Marks:
    """Give a report's layers on the text it was read from.

    A span covers all characters from its first to its last, also white space that clean text has not. What
    has no character there (an inserted one alone) is left out.
    """
    where = report.article.text.origin.source_span
    found = marks(report)
    moved: dict[str, Any] = {name: _moved(getattr(found, name), where) for name in ITEMS}
    return found._replace(
        lead=where(*found.lead) if found.lead else None,
        sections=tuple(
            (part, score)
            for section, score in found.sections
            if (part := _section(section, where)) is not None
        ),
        sentences=tuple(
            (sentence._replace(start=place[0], end=place[1]), scores)
            for sentence, scores in found.sentences
            if (place := where(sentence.start, sentence.end)) is not None
        ),
        **moved,
    )


def _moved(items: tuple[Any, ...], where: Where) -> tuple[Any, ...]:
    places = [(item, where(item.start, item.end)) for item in items]
    return tuple(item._replace(start=p[0], end=p[1]) for item, p in places if p is not None)


def _section(section: Section, where: Where) -> Section | None:
    """A section elsewhere; a part without characters is empty at the end (or start) of the other."""
    heading, body = where(*section.heading), where(*section.body)
    if heading is None:
        return body and section._replace(heading=(body[0], body[0]), body=body)
    return section._replace(heading=heading, body=body or (heading[1], heading[1]))
