"""A corpus for studies of the lexicons: documents in, rows of a CSV out."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from pipeline import route
from pipeline.commands.find import find
from pipeline.errors import ZhibuError
from pipeline.ingest import Item, Limits, Unread
from pipeline.model import Document, Options
from pipeline.tidy.sinks import cell


def read(sources: Sequence[Path], options: Options, unread: list[Unread]) -> Iterator[Document]:
    """Take files and folders the whole route, in order of path; what cannot be read goes to `unread`.

    Raises ZhibuError for a missing path or a folder without files that can be read.
    """
    limits = Limits(text_column=options.text_column, characters=options.characters)
    for found in find(sources):
        if found.left_out is not None:
            unread.append(Unread(found.path, *found.left_out, left_out=True))
            continue
        for document in route.documents(Item(found.file, found.path), options, limits):
            if isinstance(document, Unread):
                unread.append(document)
            else:
                yield document


def write(header: Sequence[str], rows: Sequence[Sequence[Any]], out: Path | None) -> None:
    """Write a CSV with `\\n` line ends to a file (with a byte-order mark) or to standard output.

    Raises ZhibuError where the file cannot be written.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    if out is None:
        sys.stdout.write(text.getvalue())
        return
    try:
        out.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise ZhibuError(what, str(out), "check the folder and its permissions") from error


def _cell(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else cell(value)
