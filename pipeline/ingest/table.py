"""Tables with a column of texts: CSV, TSV, JSON lines, Parquet and Excel workbooks, row after row.

Files are read as they come, never whole: a table of two million rows takes the memory of a few.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from typing import IO, Any

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread
from pipeline.ingest.encoding import UTF16, detect
from pipeline.ingest.members import check_size as check_member
from pipeline.ingest.members import guarded
from pipeline.ingest.records import Line, Record, Table, digest, named, texts

# Bytes that tell a table's encoding and separator.
HEAD = 1 << 20
# Longest cell of a CSV or line of JSON, in characters: a quotation mark never closed swallows no more.
CELL = 64 << 20
# Rows of a Parquet batch: few, as each may hold a long text.
BATCH = 64
# Control characters that no text holds; more than this share of them means binary.
CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\f\x1a\x1b")
BINARY_SHARE = 0.02
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
TO_XLSX = "convert it: soffice --headless --convert-to xlsx FILE"
EMPTY = "remove it or put a table in"


def sources(item: Item, limits: Limits) -> Read:
    """Give one text a row, whatever kind of table the bytes are."""
    try:
        with _opened(item) as handle:
            head = handle.read(HEAD)
            handle.seek(0)
            yield from guarded(_read(handle, head, item, limits), item)
    except OSError as error:
        raise ReadError(
            f"cannot be opened ({error.strerror})", item.shown, "check the path and its permissions"
        ) from error


def _opened(item: Item) -> IO[bytes]:
    return item.file.open("rb") if item.data is None else io.BytesIO(item.data)


def _read(handle: IO[bytes], head: bytes, item: Item, limits: Limits) -> Read:
    suffix = item.name.suffix.lower()
    if not head.strip():
        raise ReadError("empty file", item.shown, EMPTY)
    if head.startswith(OLE):
        if ENCRYPTED in head or ENCRYPTED in handle.read(limits.bytes):
            raise ReadError("encrypted", item.shown, "save it without a password")
        raise ReadError("a workbook of Excel before 2007, which is not read", item.shown, TO_XLSX)
    if head.startswith(b"PK\x03\x04"):
        yield from _workbook(handle, item, limits)
    elif head.startswith(b"PAR1"):
        yield from _parquet(handle, item, limits)
    elif suffix == ".parquet":
        raise ReadError("no Parquet file", item.shown, "write the table again")
    elif suffix in (".xlsx", ".xls") and head.lstrip()[:1] == b"<":
        raise ReadError("a web page or XML named as a workbook", item.shown, "name it .html")
    elif suffix in (".xlsx", ".xls"):
        cure = "save the workbook again; name a table in plain text .csv"
        raise ReadError("no workbook, or a damaged one", item.shown, cure)
    else:
        yield from _lines(handle, head, item, limits)


# --- text: CSV, TSV, JSON lines ----------------------------------------------------------------------


def _lines(handle: IO[bytes], head: bytes, item: Item, limits: Limits) -> Read:
    whole = len(head) < HEAD
    # a sample cut inside a character would not decode: it ends with a line, or some bytes early
    encoding, skip = detect(head if whole else head[: head.rfind(b"\n") + 1 or HEAD - 4])
    if _binary(head, encoding):
        raise ReadError("binary data, not a table", item.shown, "save the table as .csv or .xlsx")
    handle.seek(skip)
    text = io.TextIOWrapper(handle, encoding, errors="replace", newline="")
    sample = head[skip:].decode(encoding, errors="replace")
    if item.name.suffix.lower() == ".jsonl":
        table = Table(item, digest(item), "application/jsonl", encoding)
        yield from texts(table, _json(text, table), limits)
        return
    first = next((line for line in sample.splitlines() if line.strip()), "")
    marks = "\t,;|" if item.name.suffix.lower() == ".tsv" else ",\t;|"
    separator = max(marks, key=_outside(first).count)
    media = "text/tab-separated-values" if separator == "\t" else "text/csv"
    table = Table(item, digest(item), media, encoding)
    yield from texts(table, named(_csv(text, separator, table), limits), limits)


def _binary(head: bytes, encoding: str) -> bool:
    data = head.decode(encoding, errors="replace").encode() if encoding in UTF16 else head
    return len(data) - len(data.translate(None, CONTROLS)) > BINARY_SHARE * len(data)


def _outside(line: str) -> str:
    """What of a line stands outside quotation marks."""
    return "".join(line.split('"')[::2])


def _csv(text: io.TextIOWrapper, separator: str, table: Table) -> Iterator[Line | Unread]:
    csv.field_size_limit(CELL)
    physical = _Physical(text)
    reader = csv.reader(physical, delimiter=separator)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unread(
                table.row(number),
                f"no row of a table: {error} (line {reader.line_num})",
                "check the quotation marks before it",
            )
            continue
        if any(cells):
            yield number, cells
        if physical.ended:  # the reader went on for more of this row: a cell is still open
            what = f"row {number} opens a quotation mark that is never closed"
            yield Unread(table.shown, f"{what}: all after it is in one cell", "close it")


class _Physical:
    """The lines of a file, bounded; remembers whether its end was reached."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(CELL)
        if not line:
            self.ended = True
            raise StopIteration
        return line


def _json(text: io.TextIOWrapper, table: Table) -> Iterator[Record | Unread]:
    number = 0
    while line := text.readline(CELL):
        number += 1
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Unread(table.row(number), f"no JSON ({error})", "write the line again")
            continue
        if isinstance(found, dict):
            yield Record(number, {str(k): _cell(v) for k, v in found.items()})
        else:
            yield Unread(table.row(number), "JSON, but no object", 'write {"text": "…"}')


def _cell(value: Any) -> str:
    """A value of any kind as text: lists as lines, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "\n".join(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode(detect(value)[0], errors="replace")
    return str(value)


# --- Parquet -----------------------------------------------------------------------------------------


def _parquet(handle: IO[bytes], item: Item, limits: Limits) -> Read:
    import pyarrow.parquet as pq

    table = Table(item, digest(item), "application/vnd.apache.parquet")
    source = handle if item.data is not None else str(item.file)
    # buffered and not in advance: a row group may be as large as the file
    with pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False) as file:
        if not file.metadata.num_rows:
            raise ReadError("no rows in it", item.shown, EMPTY)
        yield from texts(table, guarded(_batches(file), item), limits)


def _batches(file: Any) -> Iterator[Record]:
    number = 0
    names = list(dict.fromkeys(file.schema_arrow.names))
    for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
        columns = [batch.column(batch.schema.names.index(name)) for name in names]
        for at in range(batch.num_rows):
            number += 1
            cells = {n: _cell(c[at].as_py()) for n, c in zip(names, columns, strict=True)}
            yield Record(number, cells)


# --- Excel -------------------------------------------------------------------------------------------


def _workbook(handle: IO[bytes], item: Item, limits: Limits) -> Read:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        cure = "pip install 'zhibu[xlsx]'"
        raise ReadError("the reader of workbooks is not installed", item.shown, cure) from error
    _check_bomb(handle, item, limits)
    sha = digest(item)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    found = False
    unread: list[Unread] = []
    with closing(load_workbook(handle, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            table = Table(item, sha, media, sheet=sheet.title)
            sheet.reset_dimensions()  # some writers give a wrong size, which would cut the sheet
            rows = guarded(_rows(sheet), item)
            for text in texts(table, named(rows, limits), limits):
                if isinstance(text, Unread) and text.path == table.shown:
                    unread.append(text)
                else:
                    found = True
                    yield text
    # a sheet without texts beside one with them is an explanation or a list: no failure
    yield from (u._replace(left_out=found) for u in unread)
    if not found and not unread:
        raise ReadError("no cell with text in it", item.shown, EMPTY)


def _rows(sheet: Any) -> Iterator[Line]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_cell(value).replace("_x000D_", "\r") for value in row]
        if any(cells):
            yield number, cells


def _check_bomb(handle: IO[bytes], item: Item, limits: Limits) -> None:
    """Refuse a workbook whose parts unpack to too much, before openpyxl unpacks them."""
    try:
        with zipfile.ZipFile(handle) as parts:
            names = parts.namelist()
            for part in parts.infolist():
                check_member(part.file_size, part.compress_size, item.shown, limits)
    except zipfile.BadZipFile as error:
        raise ReadError(
            f"damaged or incomplete ({error})", item.shown, "save the workbook again"
        ) from error
    if "xl/workbook.xml" not in names and not any(n.endswith("workbook.xml") for n in names):
        raise ReadError("a zip archive, no workbook", item.shown, "name it .zip")
    handle.seek(0)
