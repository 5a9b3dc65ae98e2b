"""`zhibu show`: the evidence of one row in its context, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline import ingest
from pipeline.commands.find import find
from pipeline.errors import ReadError, ZhibuError
from pipeline.ingest import Item, Limits
from pipeline.ingest.base import outermost
from pipeline.model import Anchor, Source
from pipeline.tidy.schema import BY_NAME
from pipeline.tidy.stores import Store, store_of

Box = tuple[float, float, float, float]
Row = dict[str, Any]
# Tables whose rows have a place in a source, the likeliest first; `documents` has none.
TABLES = (
    "achievements", "practices", "honours", "rejected", "terms", "sentences", "sections", "reports",
    "furniture", "issues",
)  # fmt: skip
# Characters of the source shown around the evidence.
AROUND = 60
# A place is longer than the evidence where it holds so many lines.
LINES = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A row's place: the row, its document, and what was read from the file again (None without it)."""

    table: str
    row: Row
    document: Row
    branch: str | None
    source: Source | None
    item: Item | None

    @property
    def span(self) -> tuple[int, int] | None:
        """The place in the source text, in code points."""
        start, end = self.row["source_start"], self.row["source_end"]
        return None if start is None or end is None else (start, end)

    @property
    def anchors(self) -> list[Anchor]:
        """The anchors that the place touches."""
        if self.source is None or self.span is None:
            return []
        start, end = self.span
        return [a for a in self.source.anchors if a.start < end and a.end > start]


def look_up(
    folder: Path,
    row_id: str,
    given: Sequence[Path],
    column: str | None,
    lexicons: str | None = None,
) -> Shown:
    """Find a row of a dataset and read its file again.

    `given` are the files and folders that the run read; without any, the file is looked for below the
    current directory and beside the dataset, and may be missing. `column` and `lexicons` are those that
    the run was given, on which what is read may depend. Raises ZhibuError for a row that is not
    there, a file that is not where it is said to be, or one that has changed.
    """
    store = store_of(folder)
    table, row = _row(store, folder, row_id)
    document = _first(store, folder, "documents", "document_id", row["document_id"])
    if document is None:
        raise ZhibuError("its document is not in the dataset", row_id, "run `zhibu run` again")
    report = row.get("report_id") and _first(
        store, folder, "reports", "report_id", row["report_id"]
    )
    branch = report["branch"] if report else None
    if document["sha256"] is None:  # it could not be read then, and is not read now
        return Shown(table, row, document, branch, None, None)
    file = _file(document["path"], given) if given else _nearby(document["path"], folder)
    if file is None:
        if given:
            cure = "give the files and folders that `zhibu run` read with --source"
            raise ZhibuError("not in the sources given", str(document["path"]), cure)
        return Shown(table, row, document, branch, None, None)
    limits = Limits(text_column=column, lexicons=lexicons)
    source, item = ingest.one(Item(file, outermost(document["path"])), document["path"], limits)
    if source.sha256 != document["sha256"]:
        raise ZhibuError("the file has changed since the run", str(file), "run `zhibu run` again")
    return Shown(table, row, document, branch, source, item)


def _row(store: Store, folder: Path, row_id: str) -> tuple[str, Row]:
    for name in TABLES:
        found = _first(store, folder, name, BY_NAME[name].key, row_id)
        if found is not None:
            return name, found
    raise ZhibuError("no row has this key", row_id, "take one from a table's first column")


def _first(store: Store, folder: Path, table: str, column: str, value: str) -> Row | None:
    rows = store(folder, table)
    found = rows.filter(pc.equal(rows[column], value)).slice(0, 1).to_pylist()
    return found[0] if found else None


def _file(path: str, given: Sequence[Path]) -> Path | None:
    wanted = outermost(path)
    return next((one.file for one in find(given) if one.path == wanted), None)


def _nearby(path: str, folder: Path) -> Path | None:
    """The file below the current directory or beside the dataset, where it is simply there."""
    wanted = outermost(path)
    for root in (Path(), folder.parent):
        if (root / wanted).is_file():
            return root / wanted
    return None


def lines(shown: Shown) -> Iterator[str]:
    """Give the lines to print: what the row is, where it stands, and the text around it."""
    row, path = shown.row, str(shown.document["path"])
    yield f"{shown.table} {row[BY_NAME[shown.table].key]}"
    if shown.branch:
        yield f"branch: {shown.branch}"
    yield f"file: {path}" + (f", page {page}" if (page := _page(shown)) else "")
    if shown.span is not None:
        yield f"characters: {shown.span[0]} to {shown.span[1]}"
    yield from _places(shown)
    text = row.get("evidence") or row.get("text") or row.get("heading") or row.get("message")
    if text and shown.table != "reports":
        yield f"evidence: {text}"
    if shown.source is not None and shown.span is not None:
        yield ""
        yield from context(shown.source.text, *shown.span).splitlines()


def _page(shown: Shown) -> int | None:
    page: int | None = shown.row.get("page")
    return page or next((a.page for a in shown.anchors if a.page), None)


def _places(shown: Shown) -> Iterator[str]:
    """Paragraphs, cells, elements and boxes, as far as the row or the file tells them; else the line."""
    locators = [a.locator for a in shown.anchors if a.locator]
    boxes = [" ".join(f"{v:.1f}" for v in a.box) for a in shown.anchors if a.box]
    none = True
    for name, column, found in (("locator", "locator", locators), ("box", "bbox", boxes)):
        places = list(dict.fromkeys(found or [p for p in [shown.row.get(column)] if p]))
        more = f" and {len(places) - LINES} more" if len(places) > LINES else ""
        if places:
            none = False
            yield f"{name}: {'; '.join(places[:LINES])}{more}"
    if none and shown.source is not None and shown.span is not None:
        yield f"line: {len(shown.source.text[: shown.span[0] + 1].splitlines())}"


def context(text: str, start: int, end: int) -> str:
    """Give the source around a place, which stands in 【】."""
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    before, after = text[left:start], text[end:right]
    more = ("…" if left else "", "…" if right < len(text) else "")
    return f"{more[0]}{before}【{text[start:end]}】{after}{more[1]}".strip("\n")


def draw(shown: Shown, target: Path) -> None:
    """Save the page of the row with its evidence marked; raises ZhibuError where there is none."""
    from pipeline.ingest import picture

    path = str(shown.document["path"])
    if shown.item is None:
        cure = "give the files and folders that `zhibu run` read with --source"
        raise ZhibuError("the file is not here to be drawn", path, cure)
    held = [a for a in shown.anchors if a.box is not None and a.page is not None]
    if not held or shown.span is None:
        cure = "leave --png out: it is for PDF files and scans"
        raise ZhibuError("this row has no box on a page", path, cure)
    page = held[0].page or 1
    on_page = [a for a in held if a.page == page]
    whole = [a.box for a in on_page if a.box]
    image = picture.marked(shown.item, page, whole, [_part(a, *shown.span) for a in on_page])
    try:
        image.save(target, "PNG")
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise ReadError(what, str(target), "choose a file you may write") from error


def _part(anchor: Anchor, start: int, end: int) -> Box:
    """The part of a line's box that a stretch of its characters takes: Chinese is set evenly."""
    left, top, right, bottom = anchor.box or (0.0, 0.0, 0.0, 0.0)
    size = anchor.end - anchor.start
    a, b = (
        (max(start, anchor.start) - anchor.start) / size,
        (min(end, anchor.end) - anchor.start) / size,
    )
    if bottom - top > 1.5 * (right - left) and size > 1:  # a line that runs down
        return (left, top + a * (bottom - top), right, top + b * (bottom - top))
    return (left + a * (right - left), top, left + b * (right - left), bottom)
