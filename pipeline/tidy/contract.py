"""What follows from the declaration of tables: the data package, the dictionary, and what a row may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.lexicon.load import Lexicons
from pipeline.tidy.schema import SCHEMA_VERSION, TABLES, Column, Table
from pipeline.tidy.sql import VIEWS
from pipeline.tidy.titles import TABLE_TITLES, column_title

# Frictionless names of our types.
_TYPES = {"string": "string", "int": "integer", "float": "number", "bool": "boolean"}
LICENCE = {
    "name": "Apache-2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
    "title": "Apache License 2.0 for structure and program; texts keep the rights of their sources",
}
# What a data package points to, the first of these that was written: format → file of a table.
_FILES = {
    "csv": "{}.csv",
    "jsonl": "{}.jsonl",
    "parquet": "{}.parquet",
    "sqlite": "dataset.sqlite",
    "duckdb": "dataset.duckdb",
    "xlsx": "dataset.xlsx",
}


def allowed(column: Column, lexicons: Lexicons) -> tuple[str, ...]:
    """Give all values that a column may hold, empty where it is open."""
    if not column.lexicon:
        return column.values
    table, *roles = column.lexicon
    if table == "dimensions":
        return lexicons.scheme.dimensions
    return tuple(sorted({*lexicons.values(table, *roles).values()} - {""}))


def _field(table: Table, column: Column, lexicons: Lexicons) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.name == table.key:
        constraints["unique"] = True
    if values := allowed(column, lexicons):
        constraints["enum"] = list(values)
    if column.least is not None:
        constraints["minimum"] = column.least
    if column.most is not None:
        constraints["maximum"] = column.most
    return {
        "name": column.name,
        "type": _TYPES[column.type],
        "title": column_title(table.name, column.name),
        "description": column.meaning,
        "layer": table.layer_of(column),
        **({"unit": column.unit} if column.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _resource(table: Table, form: str, lexicons: Lexicons) -> dict[str, Any]:
    text = {"mediatype": "text/csv", "encoding": "utf-8-sig"} if form == "csv" else {}
    return {
        "name": table.name,
        "title": TABLE_TITLES[table.name],
        "description": table.row,
        "path": _FILES[form].format(table.name),
        "format": form,
        **text,
        "schema": {
            "fields": [_field(table, column, lexicons) for column in table.columns],
            "missingValues": [""],
            "primaryKey": [table.key],
            "foreignKeys": [
                {"fields": [name], "reference": {"resource": home, "fields": [name]}}
                for name, home in table.foreign.items()
            ],
        },
    }


def datapackage(folder: Path, formats: Sequence[str], lexicons: Lexicons) -> dict[str, Any]:
    """Give the data package (frictionless) of a dataset written to a folder in these formats.

    Its resources are the CSV files where there are any, else the files of another format.
    """
    form = next(name for name in _FILES if name in formats)
    resources = [_resource(table, form, lexicons) for table in TABLES]
    if form == "parquet":
        for resource in resources:  # a large table has several files
            files = sorted(p.name for p in folder.glob(f"{resource['name']}.*parquet"))
            resource["path"] = files if len(files) > 1 else files[0]
    return {
        "name": "zhibu",
        "title": "支部数据集",
        "description": "Facts of party-branch reports, each with the characters it was read from.",
        "schemaVersion": SCHEMA_VERSION,
        "licenses": [LICENCE],
        "resources": resources,
    }


def datasette(file: str = "dataset") -> dict[str, Any]:
    """Give datasette's metadata of the SQLite file: titles, meanings and licence (`file` without suffix)."""
    tables: dict[str, Any] = {
        table.name: {
            "title": TABLE_TITLES[table.name],
            "description": table.row,
            "columns": {c.name: c.meaning for c in table.columns},
        }
        for table in TABLES
    }
    return {
        "title": "支部数据集",
        "license": LICENCE["title"],
        "license_url": LICENCE["path"],
        "databases": {file: {"tables": tables}},
    }


def _bounds(column: Column) -> str:
    if column.least is not None and column.most is not None:
        return f"{column.least:g} to {column.most:g}"
    return "" if column.least is None else f"from {column.least:g}"


def _line(table: Table, column: Column, lexicons: Lexicons) -> str:
    key = "primary key" if column.name == table.key else ""
    if column.name in table.foreign:
        key = f"key of `{table.foreign[column.name]}`"
    values = ", ".join(f"`{value}`" for value in allowed(column, lexicons)) or _bounds(column)
    if column.lexicon:
        values += " (lexicon)"
    cells = (
        f"`{column.name}`",
        column_title(table.name, column.name),
        column.type,
        column.unit,
        "no" if column.required else "yes",
        key,
        table.layer_of(column),
        values,
        column.meaning,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def dictionary(lexicons: Lexicons, views: Mapping[str, Sequence[str]]) -> str:
    """Give the dictionary as Markdown; `views` are the columns of each SQL view."""
    head = ("column", "title", "type", "unit", "null", "key", "layer", "values", "meaning")
    lines = [
        "# Dictionary of the dataset",
        "",
        f"Schema version {SCHEMA_VERSION}. Made by `python -m tools.dictionary` from"
        " `pipeline/tidy/schema.py`; do not edit.",
        "",
        "*Layer* is the stage that fills a column. Values marked *lexicon* are those of the shipped"
        " lexicons and the default scheme.",
    ]
    for table in TABLES:
        lines += [
            "",
            f"## {table.name} ({TABLE_TITLES[table.name]})",
            "",
            f"A row: {table.row}.",
            "",
        ]
        lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        lines += [_line(table, column, lexicons) for column in table.columns]
    lines += ["", "## Views (SQLite and DuckDB)", "", "| view | columns |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(f'`{c}`' for c in views[name])} |" for name in VIEWS]
    return "\n".join(lines) + "\n"
