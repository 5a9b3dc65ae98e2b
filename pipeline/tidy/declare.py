"""How a table and its columns are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Keys that other tables name their rows by.
HOMES = {
    "document_id": "documents",
    "report_id": "reports",
    "section_id": "sections",
    "sentence_id": "sentences",
}

Type = Literal["string", "int", "float", "bool"]
# The stage of the route whose work a column holds.
Layer = Literal["source", "layout", "segment", "classify", "extract", "tidy"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, unit (where it measures) and meaning.

    `values` are all it may hold, where that is closed; `lexicon` (table, roles) says where these are the
    lexicon's values, and ("dimensions",) where they are the keys of the scheme. `least` and `most` bound
    numbers. `layer` is what fills it where that is not what fills the rest of its table.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    lexicon: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    layer: Layer | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what one row is, its columns in order, what fills them; `key` is unique."""

    name: str
    row: str
    key: str
    layer: Layer
    columns: tuple[Column, ...]

    def layer_of(self, column: Column) -> Layer:
        """Give the stage of the route that fills a column."""
        return column.layer or self.layer

    @property
    def foreign(self) -> dict[str, str]:
        """The columns that are keys of another table: column → that table's name."""
        return {
            c.name: HOMES[c.name] for c in self.columns if HOMES.get(c.name, self.name) != self.name
        }
