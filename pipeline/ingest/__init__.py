"""Readers: a file → the raw texts that all source offsets count in.

A new format is one module with a function `sources(item, limits)` and one line in READERS for each suffix.
It yields a Source for every text in the file (one for most formats, many for archives and tables), and an
Unread for every part that cannot be read; it may raise ReadError for the file as a whole. Parsers are
imported inside their own reader, so that a command pays only for the formats it meets.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Reader, Unread, outermost
from pipeline.model import Source

__all__ = ["READERS", "Item", "Limits", "Unread", "one", "read", "readable", "sources"]

# suffix → module with sources(item: Item, limits: Limits) -> Iterator[Source | Unread]
READERS: dict[str, str] = {
    ".bmp": "pipeline.ingest.scan",
    ".csv": "pipeline.ingest.table",
    ".doc": "pipeline.ingest.docx",
    ".docx": "pipeline.ingest.docx",
    ".eml": "pipeline.ingest.mail",
    ".gz": "pipeline.ingest.archive",
    ".htm": "pipeline.ingest.html",
    ".html": "pipeline.ingest.html",
    ".jpeg": "pipeline.ingest.scan",
    ".jpg": "pipeline.ingest.scan",
    ".jsonl": "pipeline.ingest.table",
    ".md": "pipeline.ingest.text",
    ".mht": "pipeline.ingest.html",
    ".mhtml": "pipeline.ingest.html",
    ".parquet": "pipeline.ingest.table",
    ".pdf": "pipeline.ingest.pdf",
    ".png": "pipeline.ingest.scan",
    ".tar": "pipeline.ingest.archive",
    ".text": "pipeline.ingest.text",
    ".tgz": "pipeline.ingest.archive",
    ".tif": "pipeline.ingest.scan",
    ".tiff": "pipeline.ingest.scan",
    ".tsv": "pipeline.ingest.table",
    ".txt": "pipeline.ingest.text",
    ".xls": "pipeline.ingest.table",
    ".xlsx": "pipeline.ingest.table",
    ".zip": "pipeline.ingest.archive",
}


def sources(item: Item, limits: Limits) -> Read:
    """Read everything in a file; what cannot be read comes as Unread, and nothing is raised for it."""
    if not limits.wants(item.shown):
        return
    if limits.opened is not None:
        limits.opened(item)
    module = READERS.get(item.name.suffix.lower())
    if module is None:
        kind = item.name.suffix or "files without a suffix"
        cure = f"convert it to one of {', '.join(sorted(READERS))}"
        yield Unread(item.shown, f"no reader for {kind}", cure)
        return
    reader: Reader = import_module(module).sources
    try:
        for found in reader(item, limits):
            if isinstance(found, Source) and len(found.text) > limits.characters:
                raise limits.too_long(len(found.text), found.path)
            yield found
    except ReadError as error:
        yield Unread(error.where, error.what, error.cure)


def read(path: Path, lexicons: str | None = None) -> Source:
    """Read one text: a file's first, or the one a path as rows show it leads to (a.zip!/x.txt, a.csv#row=2).

    `lexicons` is the folder of lexicons that name a table's columns and a web page's by-line.
    Raises ReadError where that fails.
    """
    shown, limits = str(path), Limits(lexicons=lexicons)
    file = Path(outermost(shown))
    if not path.exists() and file.is_file() and file != path:
        return one(Item(file, str(file)), shown, limits)[0]
    for found in sources(Item(path, shown), limits):
        if isinstance(found, Unread):
            raise ReadError(found.what, found.path, found.cure)
        return found
    raise ReadError("no text in it", shown, "check the file")


def one(item: Item, shown: str, limits: Limits) -> tuple[Source, Item]:
    """Read the text of a shown path (of a member, a row) again; gives it and what it was read from.

    Raises ReadError where it is not there or cannot be read.
    """
    opened: list[Item] = []
    for found in sources(item, replace(limits, only=shown, opened=opened.append)):
        if found.path == shown and isinstance(found, Unread):
            raise ReadError(found.what, shown, found.cure)
        if found.path == shown and isinstance(found, Source):
            return found, opened[-1]
    raise ReadError("not in this file any more", shown, "run `zhibu run` again")


def readable(path: Path) -> bool:
    """Tell whether a reader exists for this file's suffix."""
    return path.suffix.lower() in READERS
