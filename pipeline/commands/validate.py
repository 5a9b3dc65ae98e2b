"""`zhibu validate`: whether a dataset keeps its contract."""

from __future__ import annotations

from pathlib import Path

from pipeline.tidy.frames import Dataset
from pipeline.tidy.validation import faults


def validate(folder: Path) -> list[str]:
    """Give a line for every fault of a dataset; raises ZhibuError where there is none to read."""
    return faults(Dataset.open(folder))
