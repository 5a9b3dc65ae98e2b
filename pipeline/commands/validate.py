"""`zhibu validate`: does a dataset keep the declaration of its columns?"""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import ZhibuError
from pipeline.tidy.frames import Dataset
from pipeline.tidy.schema import TABLES
from pipeline.tidy.validate import validate


def counts(folder: Path) -> list[tuple[str, int]]:
    """Give each table's name and number of rows.

    Faults are printed to stderr, a line each; then raises ZhibuError.
    """
    dataset = Dataset.open(folder)
    found = validate(dataset)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        raise ZhibuError(
            f"{len(found)} faults in its tables", str(folder), "write the dataset again"
        )
    return [(table.name, len(dataset.table(table.name))) for table in TABLES]
