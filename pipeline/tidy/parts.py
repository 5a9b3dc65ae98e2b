"""A run in parts: what makes it resumable, incremental, and the same for any number of workers.

The inputs, in order of their paths, are cut into parts at places that depend on the paths alone. A part is
worked by one process and kept as files under its key: the hash of its inputs, the version, the lexicons and
the scheme. A later run takes finished parts as they are, and joins all parts into the tables.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.tidy.duplicates import Known, duplicates
from pipeline.tidy.rows import SKETCHES, Row, Rows, key
from pipeline.tidy.schema import SCHEMA_VERSION, TABLES
from pipeline.tidy.sinks import Dataset, arrow_schema

# Inputs in a part: enough to keep a worker busy for some tenths of a second, few enough to redo.
TYPICAL, MOST = 32, 128
# A file of so many bytes is a part of its own: its rows are many, and no other file's work waits for them.
LARGE = 16 << 20
# Rows of a Parquet row group in the joined tables: with 50,000 joining 2,560 files took 30 MB more.
GROUP = 16_384
# A row group of texts is closed at so many bytes before that; writing one takes several times as many.
GROUP_BYTES = 8 << 20
# Rows of a part's table kept in memory before they are written.
HELD = 20_000
# Rows that say so keep their part from being taken as it is by a later run.
_AGAIN = "again"
AGAIN: Rows = {_AGAIN: []}


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read: where it is, its path below the input, and the hash of its bytes."""

    file: Path
    path: str
    sha256: str | None  # None where it cannot be read
    left_out: tuple[str, str] | None = None  # what it is, and the cure, where it is not to be read
    size: int = 0  # bytes


@dataclass(frozen=True, slots=True)
class Part:
    """Some inputs in a row, and the key of their results."""

    key: str
    inputs: tuple[Input, ...]


def digest(file: Path) -> str | None:
    """Hash a file's bytes; None where it cannot be read (the reader will say why)."""
    try:
        with file.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return None


def plan(inputs: Sequence[Input], *version: str) -> list[Part]:
    """Cut inputs into parts; a file added or removed changes only the part around it."""
    parts: list[Part] = []
    current: list[Input] = []

    def close() -> None:
        hashes = [
            f"{i.path}\x1f{i.sha256}" + (f"\x1f{i.left_out}" if i.left_out else "") for i in current
        ]
        parts.append(Part(key(SCHEMA_VERSION, *version, *hashes), tuple(current)))
        current.clear()

    for item in inputs:
        large = item.size >= LARGE
        if large and current:
            close()
        current.append(item)
        ends = int(key(item.path), 16) % TYPICAL == 0
        if large or ends or len(current) >= MOST:
            close()
    if current:
        close()
    return parts


def is_done(folder: Path, part: Part) -> bool:
    """Whether a part was finished before, and nothing in it is to be tried again."""
    return (folder / part.key).is_dir() and not is_unfinished(folder / part.key)


def is_unfinished(folder: Path) -> bool:
    """Whether something in a part's folder is to be tried again."""
    return (folder / _AGAIN).exists()


def write_part(folder: Path, part: Part, batches: Iterable[Rows]) -> None:
    """Write the rows of a part's documents; the part appears whole or not at all.

    Rows are written as they come, since one file may hold millions of texts.
    """
    working = folder / f"{part.key}.{os.getpid()}"
    working.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        collected: dict[str, list[Row]] = {}
        writers: dict[str, Any] = {}
        told: set[str] = set()

        def flush(name: str) -> None:
            if name not in writers:
                writer = pq.ParquetWriter(working / name, _SCHEMAS[name])
                writers[name] = stack.enter_context(writer)
            writers[name].write_table(arrow(name, collected[name]))
            collected[name] = []

        for rows in batches:
            for name, found in rows.items():
                if name == _AGAIN:
                    (working / _AGAIN).touch()
                    continue
                # keys hold the document's, so that only faults told apart meet again
                taken = told if name == "issues" else set()
                collected.setdefault(name, []).extend(_unique(found, taken))
                if len(collected[name]) >= HELD:
                    flush(name)
        for name in [name for name, held in collected.items() if held]:
            flush(name)
    target = folder / part.key
    if is_done(folder, part):
        shutil.rmtree(working)
    else:
        shutil.rmtree(target, ignore_errors=True)
        working.rename(target)


def _unique(rows: Iterable[Row], taken: set[str]) -> Iterator[Row]:
    """The rows, a key (the first column) that is taken made new: what is said twice costs no row."""
    for row in rows:
        name, n = row[0], 1
        while name in taken:
            n += 1
            name = f"{row[0]}~{n}"
        taken.add(name)
        yield row if n == 1 else (name, *row[1:])


_SCHEMAS = {table.name: arrow_schema(table) for table in TABLES} | {
    SKETCHES: pa.schema(
        [(name, pa.string()) for name in ("report_id", "document_id", "path")]
        + [("start", pa.int64())]
        + [(name, pa.binary()) for name in ("exact", "shingles", "numbers")]
        + [("branch", pa.string())]
    )
}


# What a part may hold: rows of all tables, and the sketches.
NAMES = tuple(_SCHEMAS)


def arrow(name: str, rows: Sequence[Row]) -> Any:
    """Give rows of a table, or sketches, as an Arrow table."""
    schema = _SCHEMAS[name]
    columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


def join(folder: Path, parts: Sequence[Part], dataset: Dataset) -> dict[str, int]:
    """Write all parts' rows to the dataset, table by table; gives the number of rows of each."""
    counts: dict[str, int] = {}
    copies = duplicates(_sketches(folder, parts))
    for table in TABLES:
        waiting: list[Any] = []
        counts[table.name] = held = taken = 0
        for part in parts:
            for group in _groups(folder / part.key / table.name):
                rows = _fitted(group, _SCHEMAS[table.name])
                waiting.append(linked(rows, copies) if table.name == "reports" else rows)
                held += rows.num_rows
                taken += rows.nbytes
                if held >= GROUP or taken >= GROUP_BYTES:
                    counts[table.name] += _flush(waiting, table.name, dataset)
                    held = taken = 0
        counts[table.name] += _flush(waiting, table.name, dataset)
    return counts


def _sketches(folder: Path, parts: Sequence[Part]) -> Iterator[Known]:
    """What all parts keep to tell copies by."""
    for part in parts:
        for rows in _groups(folder / part.key / SKETCHES):
            yield from knowns(rows)


def knowns(sketches: Any) -> Iterator[Known]:
    """Give the reports of an Arrow table or batch of sketches."""
    return map(Known, *(sketches[name].to_pylist() for name in Known._fields))


def linked(reports: Any, copies: dict[str, str]) -> Any:
    """Give an Arrow table or batch of reports in which each says which one it is a copy of."""
    firsts = [copies.get(report) for report in reports["report_id"].to_pylist()]
    at = reports.schema.get_field_index("duplicate_of")
    return reports.set_column(at, reports.schema.field(at), pa.array(firsts, pa.string()))


def _groups(path: Path) -> Iterator[Any]:
    """The rows of a part's table, as many at a time as were written together."""
    if path.is_file():
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                # a part is small: threads would save no time, and each keeps memory of its own
                yield file.read_row_group(group, use_threads=False)


def _fitted(rows: Any, schema: Any) -> Any:
    """Rows with today's columns: what an earlier declaration had not is null (rows kept of files gone)."""
    if rows.schema.names == schema.names:
        return rows
    columns = [
        rows[field.name] if field.name in rows.schema.names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _flush(waiting: list[Any], name: str, dataset: Dataset) -> int:
    if not waiting:
        return 0
    table = pa.concat_tables(waiting).combine_chunks()
    waiting.clear()
    dataset.write(name, table)
    count = int(table.num_rows)
    del table
    pa.default_memory_pool().release_unused()  # else what each table needed most stays with us
    return count


def clean(folder: Path, parts: Sequence[Part]) -> None:
    """Remove parts that no input has any more."""
    wanted = {part.key for part in parts}
    for path in folder.iterdir():
        if path.name not in wanted:
            shutil.rmtree(path)
