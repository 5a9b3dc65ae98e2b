"""Reading a dataset's tables back, from whichever format it was written in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import ZhibuError
from pipeline.tidy.schema import BY_NAME
from pipeline.tidy.sinks import arrow_schema, piece

Store = Callable[[Path, str], Any]  # folder, table → Arrow table


def _parquet(folder: Path, table: str) -> Any:
    first = folder / f"{table}.parquet"
    pieces: list[Any] = []
    last = False
    while not last:
        with pq.ParquetFile(piece(first, len(pieces) + 1)) as file:
            pieces.append(file.read())
            said = b"last" in (file.metadata.metadata or {})
        last = said or not piece(first, len(pieces) + 1).is_file()
    return pa.concat_tables([p.replace_schema_metadata(None) for p in pieces])


def _jsonl(folder: Path, table: str) -> Any:
    with (folder / f"{table}.jsonl").open(encoding="utf-8", newline="\n") as lines:
        rows = [json.loads(line) for line in lines]
    return pa.Table.from_pylist(rows, schema=arrow_schema(BY_NAME[table]))


def _sqlite(folder: Path, table: str) -> Any:
    declared = BY_NAME[table]
    file = (folder / "dataset.sqlite").absolute()
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(declared.columns)
    arrays = [
        pa.array(
            [None if v is None else bool(v) for v in values] if c.type == "bool" else values, f.type
        )
        for values, c, f in zip(columns, declared.columns, arrow_schema(declared), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(declared))


def _duckdb(folder: Path, table: str) -> Any:
    import duckdb

    with duckdb.connect(str(folder / "dataset.duckdb"), read_only=True) as connection:
        rows: Any = connection.sql(f'SELECT * FROM "{table}"').to_arrow_table()
    return rows.cast(arrow_schema(BY_NAME[table]))


# In order of preference: the file that tells of the table `runs`, and what reads a table.
_STORES: tuple[tuple[str, Store], ...] = (
    ("runs.parquet", _parquet),
    ("dataset.sqlite", _sqlite),
    ("runs.jsonl", _jsonl),
    ("dataset.duckdb", _duckdb),
)


def store_of(folder: Path) -> Store:
    """Give what reads the tables of a dataset.

    Raises ZhibuError where the folder holds no dataset. A run with other formats leaves the files of an
    earlier one as they were, so that only stores of the latest run are taken.
    """
    present = [(folder / name, store) for name, store in _STORES if (folder / name).is_file()]
    if not present:
        where = str(folder)
        if (folder / "runs.csv").is_file():
            raise ZhibuError(
                "the dataset is there as CSV only", where, "run again with --format parquet"
            )
        raise ZhibuError("no dataset in this folder", where, "write one with `zhibu run`")
    try:
        newest = max(present, key=lambda found: found[0].stat().st_mtime_ns)[1]
        latest = newest(folder, "runs").to_pylist()
        same = [store for _, store in present if store(folder, "runs").to_pylist() == latest]
    except (OSError, ValueError, sqlite3.Error, KeyError) as error:
        raise ZhibuError(
            f"the dataset cannot be read ({error})", str(folder), "run `zhibu run` again"
        ) from error
    return same[0]
