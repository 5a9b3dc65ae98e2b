"""Texts as they arrive, in many layouts, beside what they hold: tests/layouts/NAME.txt and NAME.json.

A JSON file lists a file's reports in order: title and branch (null where the text has none), headings
without their numbers, the body's first and last characters. Texts are composed, like the gold corpus.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline import ingest, route
from pipeline.model import Options, Report

FOLDER = Path(__file__).parent / "layouts"
# So many characters of a body's ends are looked for, and may stand this far inside.
END, BEFORE, BEHIND = 8, 60, 30
# What a heading may have before or behind what the list gives: its number, its mark.
NUMBER = 6


def squeeze(text: str | None) -> str:
    """Without any white space."""
    return re.sub(r"\s+", "", text or "")


def letters(text: str) -> str:
    """Without white space and marks."""
    return re.sub(r"[\W_]+", "", text)


def names() -> list[str]:
    """The layouts' names."""
    return sorted(p.stem for p in FOLDER.glob("*.json"))


def faults(name: str) -> list[str]:
    """What the pipeline gets wrong in a layout; empty where all is right."""
    want = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = list(_reports(next(p for p in FOLDER.glob(f"{name}.*") if p.suffix != ".json")))
    told = [] if len(found) == len(want) else [f"{len(found)} reports for {len(want)}"]
    for one in want:
        first = squeeze(one["first"])[:END]
        report = next((r for r in found if first in squeeze(r.article.text.clean)), None)
        if report is None:
            told.append(f"not found: {one['title'] or one['branch']}")
            continue
        found.remove(report)
        told += _differences(one, report)
    return told


def _reports(path: Path) -> Iterator[Report]:
    for source in ingest.sources(ingest.Item(path, str(path)), ingest.Limits()):
        assert not isinstance(source, ingest.Unread), source
        yield from route.document(source, Options()).reports


def _differences(want: dict[str, Any], report: Report) -> Iterator[str]:
    text = squeeze(report.article.text.clean)
    if _main(report.title) != _main(want["title"]):
        yield f"title {report.title} for {want['title']}"
    if squeeze(report.branch) != squeeze(want["branch"]):
        yield f"branch {report.branch} for {want['branch']}"
    if text.index(squeeze(want["first"])[:END]) > BEFORE:
        yield f"begins with {text[:20]}"
    last = text.find(squeeze(want["last"])[-END:])
    if last < 0 or len(text) - last > BEHIND:
        yield f"ends with {text[-20:]}"
    spans = (s.heading for s in report.article.sections)
    left = [letters(report.article.text.clean[slice(*span)]) for span in spans]
    for heading in map(letters, want["headings"]):
        hit = next((h for h in left if _same(h, heading)), None)
        if hit is None:
            yield f"heading missing: {heading}"
        else:
            left.remove(hit)
    yield from (f"heading too much: {h}" for h in left)


def _main(title: str | None) -> str:
    """A title without the subtitle that may stand behind it."""
    return re.split("[—─]{2}", squeeze(title))[0]


def _same(a: str, b: str) -> bool:
    return a == b or ((a.endswith(b) or b.endswith(a)) and abs(len(a) - len(b)) <= NUMBER)
