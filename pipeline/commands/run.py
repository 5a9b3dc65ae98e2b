"""`zhibu run`: files and folders → a dataset."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from pipeline import __version__, route
from pipeline.commands.find import STATE, find
from pipeline.commands.timer import GivenUp, timer
from pipeline.errors import ZhibuError
from pipeline.ingest import Item, Limits, Unread
from pipeline.ingest.base import file_of
from pipeline.model import Document, Options
from pipeline.tidy import parts
from pipeline.tidy.parts import Input, Part
from pipeline.tidy.rows import Rows, document_rows, failure_rows, key
from pipeline.tidy.schema import BY_NAME, SCHEMA_VERSION
from pipeline.tidy.sinks import Dataset, arrow_schema, check

# What a cure says where a reader is not installed.
INSTALL = "pip install"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    documents: int
    failed: int
    reports: int
    facts: int
    reused: int  # documents whose results stood from an earlier run


Progress = Callable[[int, int, int], None]  # documents done, documents in all, failures so far


def run(
    sources: Sequence[Path],
    out: Path,
    options: Options,
    formats: Sequence[str],
    workers: int,
    progress: Progress,
) -> Summary:
    """Write the dataset of all inputs to a folder; finished parts of earlier runs are reused."""
    check(formats)
    files = find(sources, out)
    kit = route.tools(options)
    with _locked(out) as state:
        inputs = [
            Input(file, path, None if left_out else parts.digest(file), left_out)
            for file, path, left_out in files
        ]
        model = kit.model.scheme if kit.model else ""
        version: tuple[str, ...] = (__version__, kit.lexicons.version, options.scheme, model)
        if options.text_column is not None:
            version += (options.text_column,)
        planned = parts.plan(inputs, *version)
        folder = state / "parts"
        folder.mkdir(exist_ok=True)
        todo = [p for p in planned if not parts.is_done(folder, p)]
        reused = len(inputs) - sum(len(p.inputs) for p in todo)
        _work(todo, folder, options, workers, reused, len(inputs), progress)
        summary = _join(planned, folder, state, out, options, formats, reused)
        parts.clean(folder, planned)
    return summary


@contextmanager
def _locked(out: Path) -> Iterator[Path]:
    """Make the dataset's folder and hold its lock; raises ZhibuError where that cannot be."""
    state = out / STATE
    try:
        state.mkdir(parents=True, exist_ok=True)
        handle = (state / "lock").open("w")
    except OSError as error:
        raise ZhibuError(
            f"cannot be written ({error.strerror})", str(out), "choose a folder you may write to"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ZhibuError(
                "another run is writing this dataset",
                str(out),
                "wait for it or choose another folder",
            ) from error
        yield state


def _work(
    todo: Sequence[Part],
    folder: Path,
    options: Options,
    workers: int,
    done: int,
    total: int,
    progress: Progress,
) -> int:
    """Work all parts, in this process or in several; gives the number of files that failed."""
    failed = 0
    progress(done, total, failed)
    # signals reach the main thread only: elsewhere a process of its own keeps the time
    here = options.seconds is None or threading.current_thread() is threading.main_thread()
    if (workers <= 1 or len(todo) <= 1) and here:
        for part in todo:
            failed += _part(part, folder, options)
            done += len(part.inputs)
            progress(done, total, failed)
        return failed
    with ProcessPoolExecutor(max_workers=workers) as pool:
        waiting: dict[Future[int], Part] = {}
        queue = iter(todo)
        while True:
            for part in islice(queue, workers * 2 - len(waiting)):
                waiting[pool.submit(_part, part, folder, options)] = part
            if not waiting:
                return failed
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                done += len(waiting.pop(future).inputs)
                failed += future.result()
                progress(done, total, failed)


def _part(part: Part, folder: Path, options: Options) -> int:
    """Work one part; gives the number of its files that failed."""
    route.tools(options)  # loaded here, so that no file's time is spent on it
    failed = 0

    def batches() -> Iterator[Rows]:
        nonlocal failed
        for item in part.inputs:
            for rows in _rows(item, options):
                failed += sum(row[-1] == "failed" for row in rows["documents"])
                yield rows

    parts.write_part(folder, part, batches())
    return failed


def _rows(item: Input, options: Options) -> Iterator[Rows]:
    if item.left_out is not None:
        yield _Told().rows(Unread(item.path, *item.left_out, True), "find")
        return
    yield from rows_of(Item(item.file, item.path), options)


def rows_of(item: Item, options: Options) -> Iterator[Rows]:
    """Give the rows of everything in one file, text by text.

    Whatever goes wrong becomes a row, and the batch goes on.
    """
    told = _Told()
    limits = Limits(text_column=options.text_column)
    found = route.documents(item, options, limits)
    count = 0
    path = item.shown
    try:
        while True:
            with timer(options.seconds):
                one = next(found, None)
                if one is None:
                    break
                rows = told.rows(one) if isinstance(one, Unread) else _read(one, options)
            count += 1
            yield rows
        if not count:
            yield told.rows(Unread(path, "no text in it", "check the file"))
    except GivenUp:
        what = f"given up: a text took longer than {options.seconds:g} seconds"
        what += f"; {count} before it are kept" if count else ""
        cure = "give it more with --timeout-per-file, or split the file"
        yield told.rows(Unread(path, what, cure)) | parts.AGAIN
    except Exception as error:  # a fault of ours on this file must not cost the others
        message = f"unexpected {type(error).__name__}: {error}"
        yield told.rows(Unread(path, message, "please report this file"), "extract")


def _read(document: Document, options: Options) -> Rows:
    return document_rows(document, document.source.path, options.lexicons)


class _Told:
    """Makes the rows of what one file could not give, and says so on stderr (not a million times)."""

    LOUD = 20  # lines a file

    def __init__(self) -> None:
        self.lines = 0
        self.failed: set[str] = set()

    def rows(self, unread: Unread, stage: str = "read") -> Rows:
        path, what, cure, left_out = unread
        if not left_out:
            self.lines += 1
            if self.lines <= self.LOUD:
                _say(f"{path}: {what}; {cure}")
            elif self.lines == self.LOUD + 1:
                _say(f"{file_of(path)}: more of this; see the table issues")
        rows = failure_rows(path, stage, what, cure, "skipped" if left_out else "failed")
        if path in self.failed:  # a second fault of the same file is no second document
            rows["documents"] = []
        elif path == file_of(path):
            self.failed.add(path)
        # what the user is told to install changes no file: the part must be worked again
        return rows | parts.AGAIN if INSTALL in cure else rows


def _say(line: str) -> None:
    """One line on stderr, whatever characters a name holds."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    print(f"zhibu: {shown}", file=sys.stderr)


def _join(
    planned: Sequence[Part],
    folder: Path,
    state: Path,
    out: Path,
    options: Options,
    formats: Sequence[str],
    reused: int,
) -> Summary:
    """Join the parts into tables beside the old ones, then put them in their place."""
    fresh = state / "new"
    shutil.rmtree(fresh, ignore_errors=True)
    dataset = Dataset(fresh, formats)
    counts = parts.join(folder, planned, dataset)
    failed = _count_failed(planned, folder)
    facts = counts["practices"] + counts["achievements"] + counts["honours"]
    version = route.tools(options).lexicons.version
    run_id = key(__version__, version, options.scheme, *(p.key for p in planned))
    row = [run_id, __version__, SCHEMA_VERSION, version, options.scheme]
    row += [counts["documents"], failed, counts["reports"], facts]
    schema = arrow_schema(BY_NAME["runs"])
    columns = [pa.array([v], f.type) for v, f in zip(row, schema, strict=True)]
    dataset.write("runs", pa.Table.from_arrays(columns, schema=schema))
    dataset.close()
    for path in sorted(fresh.iterdir()):
        os.replace(path, out / path.name)
    fresh.rmdir()
    return Summary(counts["documents"], failed, counts["reports"], facts, reused)


def _count_failed(planned: Sequence[Part], folder: Path) -> int:
    import pyarrow.parquet as pq

    failed = 0
    for part in planned:
        status = pq.read_table(folder / part.key / "documents", columns=["status"])["status"]
        failed += status.to_pylist().count("failed")
    return failed
