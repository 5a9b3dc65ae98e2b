"""The same eight reports in any format, and what was found in them, for the tests of readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import ingest, route
from pipeline.ingest import Item, Limits, Unread
from pipeline.model import Document, Options, Source

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
