"""Does a dataset keep what its columns are declared to hold? Checked by pandera, and keys across tables."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pipeline.errors import ZhibuError
from pipeline.tidy.frames import CATEGORIES, Dataset
from pipeline.tidy.schema import BY_NAME, TABLES, Column, Table
from pipeline.tidy.sql import foreign_keys

if TYPE_CHECKING:
    import pandas as pd

# Failures shown of one table.
SHOWN = 20


def validate(dataset: Dataset) -> list[str]:
    """Give what is wrong with a dataset, a line each; empty where it keeps its declaration.

    Raises ZhibuError where a table cannot be read, or pandera is not installed.
    """
    found: list[str] = []
    homes = {home for table in TABLES for home in foreign_keys(table).values()}
    keys = {home: set(dataset.table(home)[BY_NAME[home].key]) for home in sorted(homes)}
    for table in TABLES:
        frame = dataset.table(table.name)
        found += _columns(table, frame)
        for column, home in foreign_keys(table).items():
            if column in frame.columns:
                lost = [k for k in frame[column].dropna().unique() if k not in keys[home]]
                found += [f"{table.name}.{column}: {k} is no key of {home}" for k in lost[:SHOWN]]
        found += _spans(table, frame)
    return found


def schema_of(table: Table) -> Any:
    """Give the pandera schema of a table: columns in order, types, nulls, unique keys, allowed values."""
    try:
        with warnings.catch_warnings():
            # where PySpark is installed, pandera loads it, and that tells of versions not used here
            warnings.simplefilter("ignore", FutureWarning)
            import pandera.pandas as pa
    except ImportError as error:
        raise ZhibuError(
            "pandera is not installed", "validate", "pip install 'zhibu[analysis]'"
        ) from error
    return pa.DataFrameSchema(
        {c.name: _column(pa, table, c) for c in table.columns},
        name=table.name,
        strict=True,
        ordered=True,
        unique=[table.key],
    )


def _column(pa: Any, table: Table, column: Column) -> Any:
    import pandas as pd

    types = {
        "string": pd.StringDtype(),
        "int": pd.Int64Dtype(),
        "float": "float64",
        "bool": pd.BooleanDtype(),
    }
    # categories have a type of their own in every dataset: their values are checked, not the type
    listed = column.type == "string" and column.name in CATEGORIES
    checks = [pa.Check.isin(column.allowed)] if column.allowed else []
    kind = None if listed else types[column.type]
    return pa.Column(
        kind, checks, nullable=not column.required, description=column.meaning, required=True
    )


def _columns(table: Table, frame: pd.DataFrame) -> list[str]:
    from pandera.errors import SchemaErrors

    try:
        schema_of(table).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.head(SHOWN)
        return [
            f"{table.name}.{row.column}: {row.check} fails for {row.failure_case!r}"
            + (f" (row {row.index})" if row.index is not None else "")
            for row in cases.itertuples(index=False)
        ]
    return []


def _spans(table: Table, frame: pd.DataFrame) -> list[str]:
    """Spans that end before they begin, and evidence longer than its span."""
    names = {c.name for c in table.columns}
    if not {"source_start", "source_end"} <= names or frame.empty:
        return []
    lost = frame[(frame["source_start"] > frame["source_end"]).fillna(False)]
    found = [f"{table.name}: {key} ends before it begins" for key in lost[table.key].head(SHOWN)]
    if "evidence" in names:
        size = frame["source_end"] - frame["source_start"]
        short = frame[(frame["evidence"].str.len() > size).fillna(False)]
        found += [
            f"{table.name}: {key} has more evidence than source"
            for key in short[table.key].head(SHOWN)
        ]
    return found
