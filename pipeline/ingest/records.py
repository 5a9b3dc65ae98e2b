"""Rows of any table → Sources: which column holds the text, what the others say, one Source a row."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import NamedTuple

from pipeline.ingest.base import Item, Limits, Read, Unread
from pipeline.lexicon.load import terms
from pipeline.model import Anchor, Issue, Source

# Rows looked at to choose the column of the texts.
SAMPLE = 100
# A table whose columns have no known name holds texts where a column has a cell as long as this, in
# characters: names, titles and addresses are shorter, the shortest report is not.
TEXT = 40
# Longest name of a column; a first row with a longer cell is a row like the others.
NAME = 30
# Rows among which the one with the columns' names is looked for: titles of the table may stand above.
HEADS = 5
# Characters that a cell of Excel holds at most.
FULL = 32_767
ROLES = {
    "title_column": "title",
    "date_column": "date",
    "publication_column": "publication",
    "author_column": "author",
    "branch_column": "branch",
}
TEXT_ROLE = "text_column"
NAME_IT = "name the column with --text-column"


class Record(NamedTuple):
    """A row as the file counts them, its cells by the names of their columns."""

    row: int
    cells: Mapping[str, str]


Line = tuple[int, Sequence[str]]  # a row before its columns have names


@dataclass(frozen=True, slots=True)
class Table:
    """What all rows of a table share."""

    item: Item
    sha256: str
    media: str
    encoding: str = "utf-8"
    sheet: str | None = None

    @property
    def shown(self) -> str:
        """The path that rows about the whole table show."""
        return self.item.shown if self.sheet is None else f"{self.item.shown}#sheet={self.sheet}"

    def row(self, number: int) -> str:
        """The path of one row."""
        join = "#" if self.sheet is None else "&"
        return f"{self.shown}{join}row={number}"

    def locator(self, number: int, column: int) -> str:
        """Where a cell stands, as its program would say it."""
        return f"row {number}" if self.sheet is None else f"{self.sheet}!{letters(column)}{number}"


def letters(column: int) -> str:
    """Give a column's letters, counted from 0: A … Z, AA …"""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def named(lines: Iterator[Line | Unread], limits: Limits) -> Iterator[Record | Unread]:
    """Give rows their columns' names from the row that holds them, where one does."""
    first: list[Line | Unread] = []
    for line in lines:
        first.append(line)
        if sum(not isinstance(f, Unread) for f in first) >= HEADS:
            break
    held = [f for f in first if not isinstance(f, Unread)]
    known = {*_names(limits, TEXT_ROLE), squeezed(limits.text_column or "")}
    head = next((line for line in held if any(squeezed(c) in known and c for c in line[1])), None)
    if head is None and held and max(map(len, held[0][1]), default=0) <= NAME:
        head = held[0]
    names = _unique(head[1] if head else ())
    yield from (f for f in first if isinstance(f, Unread))
    above = [line for line in held if head is not None and line[0] < head[0]]
    for number, cells in chain(above, (h for h in held if head is None or h[0] > head[0])):
        yield Record(number, _by_name(names, cells))
    for line in lines:
        yield line if isinstance(line, Unread) else Record(line[0], _by_name(names, line[1]))


def _unique(cells: Sequence[str]) -> list[str]:
    """Names of columns; those without one, or with one that stands before, get their number."""
    names: list[str] = []
    for n, cell in enumerate(cells, 1):
        name = cell.strip()
        names.append(name if name and name not in names else f"{name} column {n}".strip())
    return names


def _by_name(names: list[str], cells: Sequence[str]) -> dict[str, str]:
    while len(names) < len(cells):
        names.append(f"column {len(names) + 1}")
    return dict(zip(names, cells, strict=False))


def texts(table: Table, records: Iterator[Record | Unread], limits: Limits) -> Read:
    """Give one Source a row; an Unread where a row has no text, or no column holds texts."""
    sample = list(islice(records, SAMPLE))
    rows = [r for r in sample if isinstance(r, Record)]
    columns = list(dict.fromkeys(name for row in rows for name in row.cells))
    wanted = limits.text_column
    column = _given(columns, wanted) if wanted else _found(rows, columns, _names(limits, TEXT_ROLE))
    if column is None:
        yield from (r for r in sample if isinstance(r, Unread))
        if rows:
            yield _without(table, columns, wanted)
        return
    found = {
        role: _first(columns, _names(limits, role_column), column)
        for role_column, role in ROLES.items()
    }
    meta = {name: role for role, name in found.items() if name is not None}
    at = columns.index(column)
    for record in chain(sample, records):
        if isinstance(record, Unread):
            yield record
        elif any(cell.strip() for cell in record.cells.values()):
            yield _source(table, record, column, at, meta)


def _without(table: Table, columns: list[str], wanted: str | None) -> Unread:
    shown = ", ".join(c[:NAME] for c in columns[:20])
    if wanted:
        return Unread(table.shown, f"no column {wanted}; its columns are: {shown}", NAME_IT)
    return Unread(table.shown, f"no column of texts; its columns are: {shown}", NAME_IT)


def _source(
    table: Table, record: Record, column: str, at: int, meta: Mapping[str, str]
) -> Source | Unread:
    text = record.cells.get(column, "")
    path = table.row(record.row)
    if not text.strip():
        return Unread(path, f"no text in its column {column}", "fill it in, or remove the row")
    others = {k: v.strip() for k, v in record.cells.items() if k != column and v.strip()}
    # columns without a known role keep their own names, unless those are taken
    plain = [(k, v) for k, v in others.items() if k not in meta and k not in ROLES.values()]
    said = [(meta[k], v) for k, v in others.items() if k in meta]
    text, issues = _sound(text, table)
    anchor = Anchor(0, len(text), None, None, table.locator(record.row, at))
    return Source(
        path,
        table.item.stem,
        table.sha256,
        table.media,
        table.encoding,
        text,
        issues,
        (anchor,),
        (),
        (*plain, *said),
    )


def _sound(text: str, table: Table) -> tuple[str, tuple[Issue, ...]]:
    """A text without half characters, and what may be wrong with it."""
    issues: list[Issue] = []
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "\ufffd" in text:
        place = text.index("\ufffd")
        what = f"{text.count(chr(0xFFFD))} characters of this row could not be decoded"
        cure = "save the table again as UTF-8"
        issues.append(Issue("read", "warning", what, cure, (place, place + 1)))
    if table.sheet is not None and len(text) >= FULL:
        what = f"the cell is full ({FULL} characters): its text may have been cut"
        issues.append(
            Issue("read", "warning", what, "give this report as a file", (len(text) - 1, len(text)))
        )
    return text, tuple(issues)


# --- columns ---------------------------------------------------------------------------------------


def squeezed(name: str) -> str:
    """Give a column's name as it is compared: without case, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum())


@cache
def _known(folder: str | None, role: str) -> frozenset[str]:
    return frozenset(map(squeezed, terms(folder, "layout", role)))


def _names(limits: Limits, role: str) -> frozenset[str]:
    """Known names of columns of a role, from the layout lexicon."""
    return _known(limits.lexicons, role)


def _first(columns: list[str], names: frozenset[str], other: str) -> str | None:
    return next((c for c in columns if c != other and squeezed(c) in names), None)


def _given(columns: list[str], wanted: str) -> str | None:
    """The column that the user named, or numbered from 1."""
    same = [c for c in columns if c == wanted] or [
        c for c in columns if squeezed(c) == squeezed(wanted) != ""
    ]
    if same:
        return same[0]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(columns):
        return columns[int(wanted) - 1]
    return None


def _found(rows: list[Record], columns: list[str], names: frozenset[str]) -> str | None:
    """The column with a known name, else the one with the longest texts."""
    known = [c for c in columns if squeezed(c) in names]
    total = {c: sum(len(row.cells.get(c, "").strip()) for row in rows) for c in columns}
    if known:
        return max(known, key=lambda c: total[c])
    longest = max(columns, key=lambda c: total[c], default=None)
    if longest is None or max(len(row.cells.get(longest, "")) for row in rows) < TEXT:
        return None
    return longest


def digest(item: Item) -> str:
    """Hash a file's bytes without holding them."""
    if item.data is not None:
        return hashlib.sha256(item.data).hexdigest()
    with item.file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
