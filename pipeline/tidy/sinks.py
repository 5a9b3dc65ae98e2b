"""Sinks: where rows go. A new one is a class with write and close, and one line in SINKS.

Rows arrive as Arrow tables in the order of their documents; every table is written even when it is empty.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.tidy.schema import TABLES, Table

_ARROW = {"string": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
# Cells that a spreadsheet would run as a formula get an apostrophe before them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Writes the rows of one table."""

    def write(self, rows: Any) -> None:
        """Write an Arrow table of rows."""

    def close(self) -> None:
        """Finish the file."""


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


class Parquet:
    """One Parquet file a table (zstd)."""

    suffix = ".parquet"

    def __init__(self, table: Table, path: Path) -> None:
        self.writer = pq.ParquetWriter(path, arrow_schema(table), compression="zstd")

    def write(self, rows: Any) -> None:
        """Write rows as one row group."""
        self.writer.write_table(rows)

    def close(self) -> None:
        """Write the footer."""
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
        self.writer.writerows([_cell(v) for v in row] for row in zip(*columns, strict=True))

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


SINKS: dict[str, type[Parquet] | type[Csv]] = {"parquet": Parquet, "csv": Csv}


class Dataset:
    """All tables of a dataset being written to a folder, in one or more formats."""

    def __init__(self, folder: Path, formats: Sequence[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.sinks: dict[str, list[Sink]] = {
            table.name: [SINKS[f](table, folder / (table.name + SINKS[f].suffix)) for f in formats]
            for table in TABLES
        }

    def write(self, table: str, rows: Any) -> None:
        """Write an Arrow table of one table's rows to all formats."""
        for sink in self.sinks[table]:
            sink.write(rows)

    def close(self) -> None:
        """Finish all files."""
        for sinks in self.sinks.values():
            for sink in sinks:
                sink.close()
