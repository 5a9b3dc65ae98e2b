"""The same eight reports in any format, and what was found in them, for the tests of readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import ingest, route
from pipeline.ingest import Item, Limits, Unread
from pipeline.model import Document, Options, Report, Source

SAMPLE = Path(__file__).parents[1] / "data/sample"
EIGHT = sorted(SAMPLE.glob("*.txt"))
TEXTS = {path.stem: ingest.read(path).text for path in EIGHT}


def read(path: Path, limits: Limits | None = None) -> tuple[list[Source], list[Unread]]:
    """All texts of a file and all that could not be read."""
    found = list(ingest.sources(Item(path, path.name), limits or Limits()))
    return (
        [f for f in found if isinstance(f, Source)],
        [f for f in found if isinstance(f, Unread)],
    )


def documents(path: Path) -> list[Document]:
    """All of a file taken the whole route; nothing in it may be unread."""
    found = list(route.documents(Item(path, path.name), Options(), Limits()))
    assert [f for f in found if isinstance(f, Unread)] == []
    return [f for f in found if isinstance(f, Document)]


def facts(read: list[Document]) -> dict[str, list[Any]]:
    """Every achievement, honour and practice with all it says, report by report."""
    reports = [r for d in sorted(read, key=lambda d: d.source.text) for r in d.reports]
    return {
        "achievements": [r.achievements for r in reports],
        "honours": [r.honours for r in reports],
        "practices": [r.practices for r in reports],
        "branches": [r.branch for r in reports],
        "titles": [r.title for r in reports],
    }


def plain(report: Mapping[str, object]) -> list[str]:
    """The paragraphs of a gold report: title, by-line, and the text below them."""
    rows = [str(report["title"] or ""), str(report["branch"]), str(report["lead"])]
    for section in report["sections"]:  # type: ignore[attr-defined]
        rows += [section["heading"], section["body"]]
    return [line for row in rows for line in row.split("\n") if line]


def kinds(source: Source) -> dict[str, str]:
    """What is furniture in a source, and of which kind."""
    return {source.text[slice(*f.source)]: f.kind for f in source.furniture}


def facts_of(report: Report) -> tuple[object, ...]:
    """What was found in one report, its layout and its facts."""
    return (
        report.branch,
        report.title,
        [report.article.text.clean[slice(*s.heading)] for s in report.article.sections],
        report.article.text.clean,
        report.achievements,
        report.honours,
        report.practices,
    )


def reports_of(source: Source | Unread) -> list[Report]:
    """The reports of a source, which must be readable."""
    assert isinstance(source, Source), source
    return list(route.document(source, Options()).reports)


def assert_anchored(source: Source) -> None:
    """Anchors lie in order, each inside a line, and hold every character that is not white space.

    Furniture is what one of them holds.
    """
    at = 0
    for anchor in source.anchors:
        assert at <= anchor.start < anchor.end <= len(source.text)
        assert "\n" not in source.text[anchor.start : anchor.end]
        assert not source.text[at : anchor.start].strip()
        at = anchor.end
    assert not source.text[at:].strip()
    lines = {(a.start, a.end) for a in source.anchors}
    assert all(f.source in lines for f in source.furniture)


def assert_told(unread: Unread) -> None:
    """What was wrong is said, and what to do."""
    assert unread.what
    assert unread.cure


def changed(data: bytes, changes: Sequence[tuple[int, int]]) -> bytes:
    """These bytes with some of them others; a place beyond their end is counted on from their start."""
    other = bytearray(data)
    for at, byte in changes:
        other[at % len(other)] = byte
    return bytes(other)
