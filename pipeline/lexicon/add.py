"""Merge edited suggestions into the lexicon files: all rows of a file, or none.

A row goes to a table (`units`, `practices` …) or to a scheme of dimensions (`dimensions/siqiang`), where
`value` is the term's weight. Files are edited line by line, so that every other byte stays as it was.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import LexiconError
from pipeline.lexicon.check import check
from pipeline.lexicon.edit import with_dimension_terms, with_rows
from pipeline.lexicon.load import SCHEMES, TABLES, Scheme, forget, read_scheme, read_table
from pipeline.lexicon.roles import ROLES

# Columns that `zhibu lexicon suggest` writes, the first row of what `add` reads.
SUGGESTION = (
    "term", "table", "role", "value", "dimension", "count", "documents", "context", "source", "note",
)  # fmt: skip
NEEDED = ("term", "table", "role", "value", "dimension", "source")
WEIGHTS = ("1", "2", "3")
# Tables whose values are a closed list: the kinds that practices may have.
CLOSED = ("practices",)


class Entry(NamedTuple):
    """One edited row, and the line it ends on."""

    term: str
    table: str
    role: str
    value: str
    dimension: str
    source: str
    note: str
    line: int


@dataclass(frozen=True)
class Merge:
    """What came of a merge: `faults` of rows (then nothing was changed), or rows added by file."""

    faults: tuple[LexiconError, ...]
    added: dict[str, int]


def add(file: Path, folder: Path) -> Merge:
    """Merge the rows of an edited file into a folder of lexicons.

    Raises LexiconError where the file or a lexicon cannot be read, the lexicons have faults already, or
    a file cannot be written. Where a row is refused the faults are given and nothing is changed.
    """
    entries, faults = read_entries(file)
    before, _ = check(folder)
    if before:
        what = f"the lexicons have faults already ({before[0]})"
        raise LexiconError(what, str(folder), "correct them: zhibu lexicon check")
    faults += _refused(file, folder, entries)
    if faults:
        return Merge(tuple(sorted(faults, key=lambda f: int(f.where.rsplit(":", 1)[1]))), {})
    changed = _changed(folder, entries)
    _prove(folder, changed, entries)
    _write(folder, changed)
    forget()  # what it holds was read before
    return Merge((), dict(sorted(Counter(_file(e.table) for e in entries).items())))


def read_entries(file: Path) -> tuple[list[Entry], list[LexiconError]]:
    """Read an edited file; gives its rows and the faults of those with a wrong number of cells.

    Raises LexiconError where it is no UTF-8 text or lacks a column. Rows without any cell are passed over.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LexiconError(
            f"cannot be opened ({error.strerror})", str(file), "check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise LexiconError("not UTF-8 text", f"{file}:1", "save it as CSV in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in NEEDED if c not in (reader.fieldnames or ())]
    if missing:
        cure = f"give the columns {', '.join(NEEDED)}"
        raise LexiconError(f"no column {', '.join(missing)}", f"{file}:1", cure)
    entries: list[Entry] = []
    faults: list[LexiconError] = []
    for record in reader:
        cells = [(record.get(c) or "").strip() for c in (*NEEDED, "note")]
        if not any(cells):
            continue
        if None in record or None in record.values():
            cure = f"give {len(reader.fieldnames or ())} cells, quoting those that hold a comma"
            faults.append(LexiconError("wrong number of cells", f"{file}:{reader.line_num}", cure))
            continue
        term, table, role, value, dimension, source, note = cells
        entries.append(Entry(term, table, role, value, dimension, source, note, reader.line_num))
    return entries, faults


# --- refusing ------------------------------------------------------------------------------------------


def _refused(file: Path, folder: Path, entries: list[Entry]) -> list[LexiconError]:
    """Faults of rows, each row by the first thing that is wrong with it."""
    schemes = {
        f"{SCHEMES}/{p.stem}": read_scheme(p) for p in sorted((folder / SCHEMES).glob("*.toml"))
    }
    tables = {t: read_table(folder / f"{t}.csv") for t in TABLES}
    values: dict[tuple[str, str], list[str]] = {}
    taken: dict[tuple[str, str, str], str] = {}
    for table, rows in tables.items():
        for row in rows:
            values.setdefault((table, row.role), []).append(row.value)
            taken[table, row.role, row.term] = f"{folder / table}.csv:{row.line}"
    for table, scheme in schemes.items():
        for term in (*(t.term for t in scheme.terms), *scheme.institutions):
            taken[table, "", term] = f"{folder / table}.toml"
    faults = []
    for entry in entries:
        fault = _common(entry, [*tables, *schemes])
        if fault is None:
            fault = (
                _scheme_fault(entry, schemes[entry.table])
                if entry.table in schemes
                else _table_fault(entry, values.get((entry.table, entry.role), []))
            )
        place = f"{file}:{entry.line}"
        key = (entry.table, entry.role, entry.term)
        if fault is None and key in taken:
            fault = (f"{entry.term} stands already in {taken[key]}", "remove the row")
        if fault is not None:
            faults.append(LexiconError(fault[0], place, fault[1]))
        taken.setdefault(key, place)
    return faults


Fault = tuple[str, str] | None  # what, cure


def _common(entry: Entry, known: list[str]) -> Fault:
    if not entry.term:
        return "no term", "fill it in or remove the row"
    if any(c in cell for cell in entry[:-1] if isinstance(cell, str) for c in "\r\n"):
        return f"{entry.term} has a line break in a cell", "put it on one line"
    if entry.table not in known:
        return f"unknown table {entry.table or '(empty)'}", f"use one of {', '.join(known)}"
    if not entry.source:
        return f"{entry.term} has no source", "say where it comes from"
    return None


def _table_fault(entry: Entry, values: list[str]) -> Fault:
    roles = ROLES[entry.table]
    if entry.role not in roles:
        what = f"{entry.term} has the unknown role {entry.role or '(empty)'}"
        return what, f"use one of {', '.join(sorted(roles))}"
    if entry.dimension:
        return f"{entry.term} has a dimension in a table without", "empty the cell"
    if not entry.value and values and all(values):
        return f"{entry.term} has no value", "give one, as the other rows of its role have"
    if entry.table in CLOSED and values and entry.value not in values:
        kinds = ", ".join(sorted({v or "(empty)" for v in values}))
        return f"{entry.term} has the unknown value {entry.value}", f"use one of {kinds}"
    return None


def _scheme_fault(entry: Entry, scheme: Scheme) -> Fault:
    if entry.role:
        return f"{entry.term} has a role in a scheme of dimensions", "empty the cell"
    if entry.dimension not in scheme.dimensions:
        what = f"{entry.term} has the unknown dimension {entry.dimension or '(empty)'}"
        return what, f"use one of {', '.join(scheme.dimensions)}"
    if entry.value not in WEIGHTS:
        what = f"{entry.term} has the value {entry.value or '(empty)'}"
        return what, f"give its weight: {', '.join(WEIGHTS)}"
    return None


# --- merging -------------------------------------------------------------------------------------------


def _file(table: str) -> str:
    return f"{table}.toml" if table.startswith(f"{SCHEMES}/") else f"{table}.csv"


def _changed(folder: Path, entries: list[Entry]) -> dict[str, bytes]:
    """New contents of the files that get rows."""
    result: dict[str, bytes] = {}
    for table in sorted({e.table for e in entries}):
        name, mine = _file(table), [e for e in entries if e.table == table]
        text = (folder / name).read_bytes().decode("utf-8")
        if name.endswith(".csv"):
            rows = [(e.term, e.role, e.value, e.source, e.note) for e in mine]
            new = with_rows(text, rows)
        else:
            terms = [(e.term, e.dimension, e.value, e.source) for e in mine]
            new = with_dimension_terms(text, terms, folder / name)
        result[name] = new.encode("utf-8")
    return result


def _prove(folder: Path, changed: dict[str, bytes], entries: list[Entry]) -> None:
    """Check the new files on a copy first; raises LexiconError where they are not what they should be."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "lexicons"
        keep: Callable[[str, list[str]], list[str]] = lambda _, names: [  # noqa: E731
            n for n in names if not n.endswith((".csv", ".toml")) and n != SCHEMES
        ]
        shutil.copytree(folder, copy, ignore=keep)
        for name, content in changed.items():
            (copy / name).write_bytes(content)
        faults, _ = check(copy)
        if faults:
            fault = faults[0].replace(str(copy), str(folder))
            raise LexiconError(f"the rows would make a fault ({fault})", str(folder), "correct it")
        for name in changed:
            mine = sum(_file(e.table) == name for e in entries)
            if _size(copy / name) != _size(folder / name) + mine:
                raise LexiconError("rows would get lost", str(folder / name), "write one a line")


def _size(path: Path) -> int:
    return len(read_table(path) if path.suffix == ".csv" else read_scheme(path).terms)


def _write(folder: Path, changed: dict[str, bytes]) -> None:
    """Put the new files in place, each whole or not at all, after all are written beside them."""
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in changed.items():
            path = (folder / name).resolve()  # a link stays one
            beside = path.with_name(f".{path.name}.new")
            written.append((beside, path))
            beside.write_bytes(content)
            shutil.copymode(path, beside)
        for beside, path in written:
            os.replace(beside, path)
    except OSError as error:
        for beside, _ in written:
            beside.unlink(missing_ok=True)
        what = f"cannot be written ({error.strerror})"
        raise LexiconError(what, str(folder), "check the permissions, or use --lexicons") from error
