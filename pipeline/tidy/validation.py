"""Whether a dataset keeps its contract: types, values and keys, by schemas made from the declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import ZhibuError
from pipeline.lexicon.load import Lexicons, load
from pipeline.tidy.contract import allowed
from pipeline.tidy.schema import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tidy.frames import Dataset

_TYPES = {"string": "string", "int": "Int64", "float": "float64", "bool": "boolean"}
MOST_FAULTS = 100  # of one table; more would hide the others


def schema(table: Table, lexicons: Lexicons | None) -> Any:
    """Give the pandera schema of a table; without lexicons the values that are theirs are not checked.

    Raises ZhibuError where pandera is not installed.
    """
    try:
        import pandera.pandas as pa
    except ImportError as error:
        raise ZhibuError(
            "pandera is not installed", "validate", "pip install 'zhibu[analysis]'"
        ) from error
    columns = {}
    for column in table.columns:
        checks = []
        values = column.values if lexicons is None else allowed(column, lexicons)
        if values:
            checks.append(pa.Check.isin(values))
        if column.least is not None:
            checks.append(pa.Check.ge(column.least))
        if column.most is not None:
            checks.append(pa.Check.le(column.most))
        columns[column.name] = pa.Column(
            _TYPES[column.type],
            checks,
            nullable=not column.required,
            unique=column.name == table.key,
            description=column.meaning,
        )
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)


def faults(dataset: Dataset) -> list[str]:
    """Give a line for every fault of a dataset, none where it keeps the contract.

    Values of the lexicon are checked where the dataset was made with the shipped lexicons.
    """
    lexicons = _lexicons(dataset)
    found: list[str] = []
    for table in TABLES:
        frame = dataset.table(table.name)
        # categories are how a frame keeps text; what is checked is the text
        plain = frame.astype({c.name: "string" for c in table.columns if c.type == "string"})
        found += _faults(table, plain, lexicons)
        for column, home in table.foreign.items():
            known = dataset.table(home)[column]
            given = plain[column].dropna()
            lost = given[~given.isin(known)]
            found += [f"{table.name}.{column}: {v} is no row of {home}" for v in lost[:MOST_FAULTS]]
    return found


def _lexicons(dataset: Dataset) -> Lexicons | None:
    runs = dataset.table("runs")
    if len(runs) != 1:
        return None
    try:
        shipped = load(None, str(runs["scheme"].iloc[0]))
    except ZhibuError:  # a scheme of the user's own
        return None
    return shipped if shipped.version == runs["lexicons"].iloc[0] else None


def _faults(table: Table, frame: pd.DataFrame, lexicons: Lexicons | None) -> list[str]:
    checker = schema(table, lexicons)
    from pandera.errors import SchemaErrors

    try:
        checker.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        lines = [
            f"{table.name}.{case.column or ''}: {case.check}: {case.failure_case}"
            for case in cases.head(MOST_FAULTS).itertuples()
        ]
        more = len(cases) - len(lines)
        return lines + ([f"{table.name}: {more} more"] if more else [])
    return []
