"""Putting a finished dataset in its place so that a break at any moment leaves a whole one.

Files are written in `.zhibu/new`. One rename to `.zhibu/ready` makes them the dataset; then they move, one
by one, over the old ones. Until the last has moved a reader takes what is ready first, so that it never sees
tables of two runs; the next run completes the moves.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

# Where a dataset keeps its finished parts and its lock: a folder that holds it is output, not input.
STATE = ".zhibu"
_READY = "ready"
# A further file of a large table.
_FURTHER = re.compile(r"(\w+)\.part\d{4,}\.parquet")


def begin(out: Path) -> Path:
    """Complete what an earlier run left ready, and give an empty folder for new files."""
    _move(out)
    fresh = out / STATE / "new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    return fresh


def publish(out: Path) -> None:
    """Make the new files the dataset."""
    new = {path.name for path in (out / STATE / "new").iterdir()}
    (out / STATE / "new").rename(out / STATE / _READY)
    for path in out.iterdir():
        found = _FURTHER.fullmatch(path.name)
        if found and f"{found[1]}.parquet" in new and path.name not in new:
            path.unlink()  # readers stop at the file that says it is the last
    _move(out)


def _move(out: Path) -> None:
    ready = out / STATE / _READY
    if not ready.is_dir():
        return
    for path in sorted(ready.iterdir()):
        os.replace(path, out / path.name)
    ready.rmdir()


def place(folder: Path, name: str) -> Path:
    """Give where a file of the dataset stands: not yet moved, or in its place."""
    ready = folder / STATE / _READY / name
    return ready if ready.is_file() else folder / name
