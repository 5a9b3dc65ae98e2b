"""`zhibu run`: files and folders → a dataset."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa

from pipeline import __version__, route
from pipeline.errors import ZhibuError
from pipeline.ingest import READERS, Item, Limits, Unread, readable
from pipeline.model import Options
from pipeline.tidy import parts
from pipeline.tidy.parts import Input, Part
from pipeline.tidy.rows import Rows, document_rows, failure_rows, key
from pipeline.tidy.schema import BY_NAME, SCHEMA_VERSION
from pipeline.tidy.sinks import SINKS, Dataset, arrow_schema

# Where a dataset keeps its finished parts and its lock.
STATE = ".zhibu"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    documents: int
    failed: int
    reports: int
    facts: int
    reused: int  # documents whose results stood from an earlier run


Progress = Callable[[int, int, int], None]  # documents done, documents in all, failures so far


def find(sources: Sequence[Path]) -> list[tuple[Path, str]]:
    """List the files of all inputs with their paths below them, in order of path.

    Raises ZhibuError for a missing path or a folder without files that can be read. Hidden files and files
    of unknown formats in a folder are left to the caller, which reports them.
    """
    found: dict[str, Path] = {}
    for source in sources:
        if not source.exists():
            raise ZhibuError("no such file or folder", str(source), "check the path")
        if source.is_file():
            found.setdefault(source.name, source)
            continue
        inside = sorted(p for p in source.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not any(readable(p) for p in inside):
            kinds = ", ".join(sorted(READERS))
            raise ZhibuError(
                "no file that can be read in this folder", str(source), f"put files there ({kinds})"
            )
        for path in inside:
            found.setdefault(path.relative_to(source).as_posix(), path)
    return [(found[name], name) for name in sorted(found)]


def run(
    sources: Sequence[Path],
    out: Path,
    options: Options,
    formats: Sequence[str],
    workers: int,
    progress: Progress,
) -> Summary:
    """Write the dataset of all inputs to a folder; finished parts of earlier runs are reused."""
    unknown = set(formats) - set(SINKS)
    if unknown:
        raise ZhibuError(
            f"unknown format {', '.join(sorted(unknown))}",
            "--format",
            f"choose from: {', '.join(sorted(SINKS))}",
        )
    files = find(sources)
    kit = route.tools(options)
    with _locked(out) as state:
        inputs = [Input(file, path, parts.digest(file)) for file, path in files]
        model = kit.model.scheme if kit.model else ""
        planned = parts.plan(inputs, __version__, kit.lexicons.version, options.scheme, model)
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
    if workers <= 1 or len(todo) <= 1:
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
    limits = Limits()
    batches = [rows for item in part.inputs for rows in _rows(item, options, limits)]
    parts.write_part(folder, part, batches)
    return sum(rows["documents"][0][-1] == "failed" for rows in batches)


def _rows(item: Input, options: Options, limits: Limits) -> Iterator[Rows]:
    """The rows of everything in one file. Whatever goes wrong becomes a row, and the batch goes on."""
    try:
        for found in route.documents(Item(item.file, item.path), options, limits):
            if isinstance(found, Unread):
                print(f"zhibu: {found.path}: {found.what}; {found.cure}", file=sys.stderr)
                yield failure_rows(found.path, "read", found.what, found.cure)
            else:
                yield document_rows(found, found.source.path)
    except Exception as error:  # a fault of ours on this file must not cost the others
        message = f"unexpected {type(error).__name__}: {error}"
        print(f"zhibu: {item.file}: {message}", file=sys.stderr)
        yield failure_rows(item.path, "extract", message, "please report this file")


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
