"""The sink of one Excel workbook for the office: Chinese titles, frozen heads, filters, no formulas.

A table of facts has the branch before its columns and the whole sentence after them, so that a number is
read beside the words it came from. Values stay as the other formats have them.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.tidy.schema import BY_NAME, TABLES
from pipeline.tidy.sinks import FORMULA
from pipeline.tidy.titles import TABLE_TITLES, column_title

# What Excel can hold: rows of a sheet (the head is one), characters of a cell.
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
# Sheets in the order an office reads them; the others follow.
_FIRST = ("reports", "practices", "achievements", "honours")
# Width of a column in characters: long texts, keys, all else.
_WIDE, _KEY, _USUAL = 48, 10, 14
_LONG = {"text", "body", "evidence", "message", "cure", "title", "heading", "branch", "path"}
# Excel keeps the time a file was made; ours must not depend on it.
_MADE = datetime(2000, 1, 1)


class Xlsx:
    """One workbook dataset.xlsx, a sheet a table (more where a sheet is full)."""

    def __init__(self, folder: Path) -> None:
        import xlsxwriter

        # rows go to disk as they come
        self.book = xlsxwriter.Workbook(str(folder / "dataset.xlsx"), {"constant_memory": True})
        self.book.set_properties({"created": _MADE, "title": "支部数据集"})
        self.head = self.book.add_format({"bold": True, "bg_color": "#F2DCDB", "bottom": 1})
        # text that looks like a formula stays text even after the cell is edited
        self.quoted = self.book.add_format({"quote_prefix": True})
        self.branches: dict[str, str | None] = {}
        self.sentences: dict[str, str] = {}
        self.sheets: dict[str, _Sheet] = {}
        others = [t.name for t in TABLES if t.name not in _FIRST]
        for name in (*_FIRST, *others):
            self.sheets[name] = _Sheet(self, name)

    def write(self, table: str, rows: Any) -> None:
        """Write an Arrow table of rows; reports and sentences come before the facts that name them."""
        found = rows.to_pylist()
        if table == "reports":
            self.branches.update((row["report_id"], row["branch"]) for row in found)
        if table == "sentences":
            self.sentences.update((row["sentence_id"], row["text"]) for row in found)
        for row in found:
            self.sheets[table].write(row)

    def close(self) -> None:
        """Set the filters and finish the file."""
        for sheet in self.sheets.values():
            sheet.close()
        self.book.close()


class _Sheet:
    """The sheet of one table, and those that follow it when it is full."""

    def __init__(self, owner: Xlsx, table: str) -> None:
        self.owner = owner
        self.table = table
        self.columns = [c.name for c in BY_NAME[table].columns]
        self.branch = "report_id" in self.columns and "branch" not in self.columns
        self.sentence = "sentence_id" in self.columns and BY_NAME[table].key != "sentence_id"
        self.number = 0
        self._begin()

    def _begin(self) -> None:
        self.number += 1
        name = TABLE_TITLES[self.table] + (f" {self.number}" if self.number > 1 else "")
        self.sheet = self.owner.book.add_worksheet(name)
        titles = [column_title(self.table, c) for c in self.columns]
        widths = [
            _WIDE if c in _LONG else _KEY if c.endswith("_id") or c == "sha256" else _USUAL
            for c in self.columns
        ]
        if self.branch:
            titles.insert(0, "支部")
            widths.insert(0, _WIDE)
        if self.sentence:
            titles.append("原句")
            widths.append(_WIDE)
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width)
        self.sheet.freeze_panes(1, 1)
        for at, title in enumerate(titles):
            self.sheet.write_string(0, at, title, self.owner.head)
        self.last = 0
        self.width = len(titles)

    def write(self, row: dict[str, Any]) -> None:
        if self.last + 1 >= MOST_ROWS:
            self.close()
            self._begin()
        self.last += 1
        cells = list(row.values())
        if self.branch:
            cells.insert(0, self.owner.branches.get(row["report_id"]))
        if self.sentence:
            cells.append(self.owner.sentences.get(row["sentence_id"]))
        for at, value in enumerate(cells):
            self._cell(at, value)

    def _cell(self, at: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(self.last, at, value)
        elif isinstance(value, int | float):
            self.sheet.write_number(self.last, at, value)
        else:
            # the other formats have the whole text
            text = value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - 1] + "…"
            style = self.owner.quoted if text.startswith(FORMULA) else None
            self.sheet.write_string(self.last, at, text, style)

    def close(self) -> None:
        self.sheet.autofilter(0, 0, self.last, self.width - 1)
