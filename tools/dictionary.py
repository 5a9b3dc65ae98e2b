"""Write data/DICTIONARY.md from the declaration of tables: `python -m tools.dictionary`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.lexicon.load import load
from pipeline.tidy import sql
from pipeline.tidy.contract import dictionary
from pipeline.tidy.schema import TABLES

FILE = Path(__file__).parents[1] / "data" / "DICTIONARY.md"


def text() -> str:
    """Give the dictionary; the columns of views are those an empty database shows."""
    with closing(sqlite3.connect(":memory:")) as empty:
        for statement in (*map(sql.create_sqlite, TABLES), *sql.create_views()):
            empty.execute(statement)
        views = {
            name: [c[0] for c in empty.execute(f'SELECT * FROM "{name}"').description]
            for name in sql.VIEWS
        }
    return dictionary(load(), views)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
