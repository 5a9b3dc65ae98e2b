"""Sinks: where rows go. A new one is a class with write and close, and one line in SINKS.

Rows arrive as Arrow tables in the order of their documents, one table after another; every table is
written even when it is empty.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import ZhibuError
from pipeline.tidy.schema import TABLES, Table

_ARROW = {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
# Rows of a Parquet file; a table of more goes on in further files.
FILE_ROWS = 1_000_000
# Text cells that a spreadsheet would run as a formula begin so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class File(Protocol):
    """Writes the rows of one table."""

    def write(self, rows: Any) -> None:
        """Write an Arrow table of rows."""

    def close(self) -> None:
        """Finish the file."""


class Sink(Protocol):
    """Writes the rows of all tables in one format."""

    def write(self, table: str, rows: Any) -> None:
        """Write an Arrow table of one table's rows."""

    def close(self) -> None:
        """Finish all files."""


def arrow_schema(table: Table) -> Any:
    """Give the Arrow schema of a table, with the meaning of each column."""
    return pa.schema(
        [
            pa.field(
                c.name,
                _ARROW[c.type],
                nullable=not c.required,
                metadata={"meaning": c.meaning, **({"unit": c.unit} if c.unit else {})},
            )
            for c in table.columns
        ]
    )


def piece(path: Path, number: int) -> Path:
    """Give the path of a table's file of this number, from 1, after that of its first."""
    return path if number == 1 else path.with_suffix(f".part{number:04d}.parquet")


class Parquet:
    """One Parquet file a table (zstd), further ones where a table has more than FILE_ROWS rows.

    In the order of their names: `<table>.parquet`, `<table>.part0002.parquet` and so on, together
    `<table>.*parquet`; the last one says so in its metadata (`last`).
    """

    suffix = ".parquet"

    def __init__(self, table: Table, path: Path) -> None:
        self.path, self.number, self.rows = path, 1, 0
        self.schema = arrow_schema(table)
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def write(self, rows: Any) -> None:
        """Write rows as one row group."""
        if self.rows and self.rows + rows.num_rows > FILE_ROWS:
            self.writer.close()
            self.number, self.rows = self.number + 1, 0
            further = piece(self.path, self.number)
            self.writer = pq.ParquetWriter(further, self.schema, compression="zstd")
        self.writer.write_table(rows)
        self.rows += rows.num_rows

    def close(self) -> None:
        """Write the footer."""
        self.writer.add_key_value_metadata({"last": str(self.number)})
        self.writer.close()


class Csv:
    """One CSV file a table: UTF-8 with a mark, so that Excel opens it right; cells are never formulas."""

    suffix = ".csv"

    def __init__(self, table: Table, path: Path) -> None:
        self.file: IO[str] = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file, lineterminator="\r\n")
        self.writer.writerow([c.name for c in table.columns])

    def write(self, rows: Any) -> None:
        """Write rows."""
        columns = [column.to_pylist() for column in rows.columns]
        self.writer.writerows([cell(v) for v in row] for row in zip(*columns, strict=True))

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def cell(value: Any) -> Any:
    """Give a value as a CSV cell: no text is a formula to a spreadsheet, whole floats are integers."""
    if isinstance(value, str):
        return "'" + value if value.startswith(FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


class Jsonl:
    """One file of JSON lines a table: every column in every line, null where there is nothing."""

    suffix = ".jsonl"

    def __init__(self, table: Table, path: Path) -> None:
        self.file: IO[str] = path.open("w", encoding="utf-8", newline="")

    def write(self, rows: Any) -> None:
        """Write rows."""
        for row in rows.to_pylist():
            self.file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class Files:
    """A format that has a file of its own for each table."""

    def __init__(self, kind: type[Parquet] | type[Csv] | type[Jsonl], folder: Path) -> None:
        self.files: dict[str, File] = {
            table.name: kind(table, folder / (table.name + kind.suffix)) for table in TABLES
        }

    def write(self, table: str, rows: Any) -> None:
        """Write an Arrow table of one table's rows."""
        self.files[table].write(rows)

    def close(self) -> None:
        """Finish all files."""
        for file in self.files.values():
            file.close()


def _sqlite(folder: Path) -> Sink:
    from pipeline.tidy.databases import Sqlite

    return Sqlite(folder)


def _duckdb(folder: Path) -> Sink:
    from pipeline.tidy.databases import Duckdb

    return Duckdb(folder)


def _xlsx(folder: Path) -> Sink:
    from pipeline.tidy.workbook import Xlsx

    return Xlsx(folder)


# format → what opens it in a folder
SINKS: dict[str, Callable[[Path], Sink]] = {
    "parquet": lambda folder: Files(Parquet, folder),
    "csv": lambda folder: Files(Csv, folder),
    "jsonl": lambda folder: Files(Jsonl, folder),
    "sqlite": _sqlite,
    "duckdb": _duckdb,
    "xlsx": _xlsx,
}
# format → library that only some installations have; the extra that brings it has the format's name
_NEEDS = {"xlsx": "xlsxwriter"}


def check(formats: Sequence[str]) -> None:
    """Raise ZhibuError for a format that is unknown or whose library is not installed."""
    unknown = sorted(set(formats) - set(SINKS))
    if unknown:
        raise ZhibuError(
            f"unknown format {', '.join(unknown)}",
            "--format",
            f"choose from: {', '.join(sorted(SINKS))}",
        )
    for name in formats:
        if name in _NEEDS and find_spec(_NEEDS[name]) is None:
            raise ZhibuError(
                f"the format {name} needs {_NEEDS[name]}",
                "--format",
                f"pip install 'zhibu[{name}]'",
            )


class Dataset:
    """All tables of a dataset being written to a folder, in one or more formats."""

    def __init__(self, folder: Path, formats: Sequence[str]) -> None:
        check(formats)
        folder.mkdir(parents=True, exist_ok=True)
        self.sinks: list[Sink] = [SINKS[name](folder) for name in dict.fromkeys(formats)]

    def write(self, table: str, rows: Any) -> None:
        """Write an Arrow table of one table's rows to all formats."""
        for sink in self.sinks:
            sink.write(table, rows)

    def close(self) -> None:
        """Finish all files."""
        for sink in self.sinks:
            sink.close()
