"""Sinks of one database file: SQLite for every tool, DuckDB for large sets. Both have the same views.

The file is written anew each time, beside the old one, which the run then replaces: a client that has
the old file open keeps reading it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from pipeline.tidy import sql
from pipeline.tidy.schema import BY_NAME, SCHEMA_VERSION, TABLES


class Sqlite:
    """One file dataset.sqlite, all in one transaction; the same rows give the same bytes."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "dataset.sqlite", isolation_level=None)
        # the file is thrown away when it is not finished, so that it needs no journal
        self._run("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")
        # fixed, or the bytes would depend on how SQLite was built
        self._run("PRAGMA page_size = 4096", "PRAGMA auto_vacuum = NONE")
        self._run(f"PRAGMA user_version = {SCHEMA_VERSION}", "BEGIN")
        self._run(*map(sql.create_sqlite, TABLES))

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)

    def write(self, table: str, rows: Any) -> None:
        """Insert an Arrow table of rows."""
        marks = ", ".join("?" * rows.num_columns)
        columns = [column.to_pylist() for column in rows.columns]
        insert = f'INSERT INTO "{table}" VALUES ({marks})'
        key = [c.name for c in BY_NAME[table].columns].index(BY_NAME[table].key)
        for row in zip(*columns, strict=True):
            try:
                self.connection.execute(insert, row)
            except sqlite3.IntegrityError:
                self._again(insert, row, key)

    def _again(self, insert: str, row: tuple[Any, ...], key: int) -> None:
        """Insert a row whose key is taken: one fault said twice must not cost the dataset."""
        for n in range(2, 10_000):
            try:
                self.connection.execute(insert, (*row[:key], f"{row[key]}~{n}", *row[key + 1 :]))
                return
            except sqlite3.IntegrityError:
                continue
        raise sqlite3.IntegrityError(f"too many rows have the key {row[key]}")

    def close(self) -> None:
        """Make indexes and views, and finish the file."""
        for table in TABLES:
            self._run(*sql.indexes(table))
        self._run(*sql.create_views(), "COMMIT")
        self.connection.close()


class Duckdb:
    """One file dataset.duckdb; its rows are the same each time, its bytes need not be."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self.connection = duckdb.connect(str(folder / "dataset.duckdb"), config={"threads": 1})
        for table in TABLES:
            for statement in sql.create_duckdb(table):
                self.connection.execute(statement)

    def write(self, table: str, rows: Any) -> None:
        """Insert an Arrow table of rows."""
        self.connection.register("incoming", rows)
        self.connection.execute(f'INSERT INTO "{table}" SELECT * FROM incoming')
        self.connection.unregister("incoming")

    def close(self) -> None:
        """Make indexes and views, and finish the file."""
        for table in TABLES:
            for statement in sql.indexes(table):
                self.connection.execute(statement)
        for statement in sql.create_views():
            self.connection.execute(statement)
        self.connection.execute("CHECKPOINT")
        self.connection.close()
