"""What the declaration of columns promises, in the forms that others read.

The data package (frictionless), the dictionary (Markdown) and datasette's metadata are all made from
`schema` and `sql`; nothing is said of a column anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.tidy.schema import SCHEMA_VERSION, TABLES, Column, Table
from pipeline.tidy.sql import VIEW_MEANINGS, foreign_keys
from pipeline.tidy.titles import TABLE_TITLES, column_title

# Files of a dataset that tell of its tables.
PACKAGE = "datapackage.json"
DATASETTE = "datasette.json"
_FRICTIONLESS = {"string": "string", "int": "integer", "float": "number", "bool": "boolean"}
# format → how frictionless reads a table's file, in order of preference
_RESOURCES: dict[str, dict[str, Any]] = {
    "csv": {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8-sig"},
    "parquet": {"format": "parquet", "mediatype": "application/vnd.apache.parquet"},
    "jsonl": {"format": "jsonl", "mediatype": "application/jsonl", "encoding": "utf-8"},
}
TITLE = "What party branches did"
DESCRIPTION = (
    "One row a fact: sections tagged with dimensions, named practices, quantified achievements and honours"
    " of party-branch reports, each with the span of the text it was read from."
)
# The reports' words are their authors'; what the program adds is free to use.
LICENCES = [
    {
        "name": "CC-BY-4.0",
        "title": "Creative Commons Attribution 4.0 (tables and their description; the words of the"
        " reports remain their authors')",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    }
]


def write(folder: Path, formats: Sequence[str]) -> None:
    """Write the files that tell of a dataset's tables into its folder."""
    _json(folder / PACKAGE, package(formats))
    if "sqlite" in formats:
        _json(folder / DATASETTE, datasette())


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- the data package -------------------------------------------------------------------------------


def package(formats: Sequence[str]) -> dict[str, Any]:
    """Give the data package of a dataset that was written in some formats.

    A table is described by its first file in the order CSV, Parquet, JSON lines; a dataset that is only a
    database has no resources (its file describes itself).
    """
    form = next((f for f in _RESOURCES if f in formats), None)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "zhibu-dataset",
        "title": TITLE,
        "description": DESCRIPTION,
        "version": f"{__version__}+schema{SCHEMA_VERSION}",
        "licenses": LICENCES,
        "resources": [] if form is None else [resource(table, form) for table in TABLES],
    }


def resource(table: Table, form: str) -> dict[str, Any]:
    """Describe one table's file: fields with types, units and constraints, and its keys."""
    keys = [
        {"fields": [column], "reference": {"resource": home, "fields": [column]}}
        for column, home in foreign_keys(table).items()
    ]
    schema: dict[str, Any] = {
        "fields": [_field(table, column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": [table.key],
    }
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": table.name,
        "title": TABLE_TITLES[table.name],
        "description": f"One row is {table.row}.",
        "path": f"{table.name}.{form}",
        **_RESOURCES[form],
        "schema": schema,
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if column.required:
        limits["required"] = True
    if column.name == table.key:
        limits["unique"] = True
    if column.allowed:
        limits["enum"] = list(column.allowed)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS[column.type],
        "title": column_title(table.name, column.name),
        "description": column.meaning,
        "layer": table.layer_of(column),
    }
    if column.unit:
        field["unit"] = column.unit
    if limits:
        field["constraints"] = limits
    return field


# --- datasette ------------------------------------------------------------------------------------------


def datasette() -> dict[str, Any]:
    """Give the metadata that datasette shows beside the SQLite file `dataset.sqlite`."""
    tables: dict[str, Any] = {
        table.name: {
            "title": f"{table.name} {TABLE_TITLES[table.name]}",
            "description": f"One row is {table.row}.",
            "columns": {c.name: _told(c) for c in table.columns},
        }
        for table in TABLES
    }
    tables |= {name: {"description": meaning} for name, meaning in VIEW_MEANINGS.items()}
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "license": LICENCES[0]["title"],
        "license_url": LICENCES[0]["path"],
        "databases": {"dataset": {"tables": tables}},
    }


def _told(column: Column) -> str:
    told = column.meaning + (f" ({column.unit})" if column.unit else "")
    return told + (f": {', '.join(column.allowed)}" if column.allowed else "")


# --- the dictionary --------------------------------------------------------------------------------------


def dictionary() -> str:
    """Give data/DICTIONARY.md: every table, column and view."""
    lines = [
        "# Data dictionary",
        "",
        f"Schema version {SCHEMA_VERSION}. Made by `python tools/dictionary.py` from pipeline/tidy/schema.py; "
        "do not edit.",
        "",
        "All tables have the same columns when they are empty. Keys are hashes of the source and the span,",
        "so that a re-run changes nothing. The layer says where a value comes from: file (the file and its",
        "reader), layout, segment (sentences), tag (dimensions and terms), extract, run.",
        "",
        "| table | title | one row is | key |",
        "|---|---|---|---|",
        *(
            f"| [{t.name}](#{t.name}) | {TABLE_TITLES[t.name]} | {t.row} | {t.key} |"
            for t in TABLES
        ),
    ]
    for table in TABLES:
        homes = foreign_keys(table)
        lines += ["", f"## {table.name}", "", f"{TABLE_TITLES[table.name]}: {table.row}.", ""]
        lines += ["| column | title | type | unit | layer | meaning |", "|---|---|---|---|---|---|"]
        lines += [_row(table, column, homes) for column in table.columns]
    lines += [
        "",
        "## Views",
        "",
        "In the SQLite and DuckDB files.",
        "",
        "| view | shows |",
        "|---|---|",
    ]
    lines += [f"| {name} | {meaning} |" for name, meaning in VIEW_MEANINGS.items()]
    return "\n".join(lines) + "\n"


def _row(table: Table, column: Column, homes: dict[str, str]) -> str:
    meaning = column.meaning
    if column.allowed:
        meaning += f": {', '.join(column.allowed)}"
    if column.name in homes and f"`{homes[column.name]}`" not in meaning:
        meaning += f"; key of `{homes[column.name]}`"
    kind = column.type + ("" if column.required else "?")
    cells = (
        column.name,
        column_title(table.name, column.name),
        kind,
        column.unit,
        table.layer_of(column),
        meaning.replace("|", "\\|"),
    )
    return "| " + " | ".join(cells) + " |"
