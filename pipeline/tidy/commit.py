"""How a dataset changes from one whole state to the next: a lock, and a commit that can be finished.

A run writes all files beside the old ones. One rename says that they are complete; then each takes its place.
Who finds a commit that was cut short (a run, or whoever opens the dataset) finishes it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import ZhibuError

# Where a dataset keeps its finished parts and its lock: a folder that holds it is output, not input.
STATE = ".zhibu"
_FRESH, _READY, _LOCK = "new", "ready", "lock"
# Seconds that a reader waits for a commit under way; it takes milliseconds.
PATIENCE = 10.0


@contextmanager
def locked(out: Path, wait: float = 0.0) -> Iterator[Path]:
    """Make a dataset's folder and hold its lock; gives the folder of its state.

    Raises ZhibuError where the folder cannot be written, or another process holds the lock for `wait`
    seconds.
    """
    state = out / STATE
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state / _LOCK)
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise ZhibuError(
            "another run is writing this dataset", str(out), "wait for it or choose another folder"
        ) from error
    except OSError as error:
        raise ZhibuError(
            f"cannot be written ({error.strerror})", str(out), "choose a folder you may write to"
        ) from error
    try:
        _finish(out)
        yield state
    finally:
        lock.release()


def fresh(state: Path) -> Path:
    """Give the empty folder that a new state is written to."""
    folder = state / _FRESH
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def commit(out: Path) -> None:
    """Make what was written to the fresh folder the dataset; the caller holds the lock."""
    state = out / STATE
    (state / _FRESH).rename(state / _READY)
    _finish(out)


def _finish(out: Path) -> None:
    ready = out / STATE / _READY
    if not ready.is_dir():
        return
    # further files of a large table that has fewer of them now; `<table>.parquet` moves after them
    for old in out.glob("*.part[0-9]*.parquet"):
        if (ready / f"{old.name.split('.')[0]}.parquet").is_file() and not (
            ready / old.name
        ).exists():
            old.unlink()
    for path in sorted(ready.iterdir(), reverse=True):
        os.replace(path, out / path.name)
    ready.rmdir()


def finished(out: Path) -> None:
    """Finish a commit that was cut short, where there is one; whoever opens a dataset calls this."""
    if (out / STATE / _READY).is_dir():
        with locked(out, PATIENCE):
            pass
