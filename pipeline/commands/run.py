"""`zhibu run`: files and folders → a dataset."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import __version__, route
from pipeline.commands import pool
from pipeline.commands.find import find
from pipeline.commands.pool import Place, Stop, Stops
from pipeline.commands.timer import GivenUp, timer
from pipeline.ingest import Item, Limits, Unread
from pipeline.ingest.base import file_of
from pipeline.model import Document, Options
from pipeline.tidy import commit, contract, keep, parts
from pipeline.tidy.parts import Input, Part
from pipeline.tidy.rows import Row, Rows, document_rows, failure_rows, key
from pipeline.tidy.schema import SCHEMA_VERSION
from pipeline.tidy.sinks import Dataset, check

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


# a part, and which earlier parts hold its unchanged files' rows
Job = tuple[Part, Mapping[str, str]]
Progress = Callable[[int, int, int], None]  # documents done, documents in all, failures so far


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what a file is at: its faults as lines, each text as it begins, and when none is read."""

    say: pool.Say
    at: Callable[[int], None] = lambda _: None
    rest: Callable[[], None] = lambda: None
    stop: Stop | None = None  # the text at which an earlier try ended


def run(
    sources: Sequence[Path],
    out: Path,
    options: Options,
    formats: Sequence[str],
    workers: int,
    progress: Progress,
) -> Summary:
    """Write the dataset of all inputs to a folder; finished parts of earlier runs are reused.

    Documents whose files are gone leave the dataset, or stay as they are where the options keep them.
    """
    check(formats)
    files = find(sources, out)
    kit = route.tools(options)
    with commit.locked(out) as state:
        inputs = [
            Input(
                file,
                path,
                None if left_out else parts.digest(file),
                left_out,
                0 if left_out else Item(file, path).size(),
            )
            for file, path, left_out in files
        ]
        model = kit.model.scheme if kit.model else ""
        version: tuple[str, ...] = (
            __version__,
            str(SCHEMA_VERSION),
            kit.lexicons.version,
            options.scheme,
            model,
        )
        if options.text_column is not None:
            version += (options.text_column,)
        if options.characters != Options().characters:
            version += (f"{options.characters} characters",)
        planned = parts.plan(inputs, *version)
        folder = state / "parts"
        folder.mkdir(exist_ok=True)
        todo = [p for p in planned if not parts.is_done(folder, p)]
        reused = len(inputs) - sum(len(p.inputs) for p in todo)
        last = keep.origins(keep.read_manifest(state), version) if todo else {}
        jobs = [
            (
                part,
                {i.path: last[i.path, i.sha256] for i in part.inputs if (i.path, i.sha256) in last},
            )
            for part in todo
        ]
        reused += _work(jobs, folder, options, workers, len(inputs), progress)
        if options.keep:
            planned += keep.kept(state, (i.path for i in inputs))
            planned.sort(key=lambda p: (p.inputs[0].path, p.key))
        done = _join(planned, folder, state, out, options, formats, reused)
        keep.write_manifest(state, keep.Manifest(version, tuple(planned)))
        parts.clean(folder, planned)
    return done


def _work(
    todo: Sequence[Job],
    folder: Path,
    options: Options,
    workers: int,
    total: int,
    progress: Progress,
) -> int:
    """Work all parts, in this process or in others; gives the number of files taken over.

    A limit of time needs a process that can be ended, even where there is one worker.
    """
    failed = reused = 0
    done = total - sum(len(part.inputs) for part, _ in todo)
    progress(done, total, failed)
    work = partial(_part, folder, options)
    results: Iterator[tuple[Job, tuple[int, int]]]
    if options.seconds is None and (workers <= 1 or len(todo) <= 1):
        results = ((job, work(job, {}, Place(), _say)) for job in todo)
    else:
        results = pool.each(todo, work, workers, options.seconds, _say)
    for (part, _), (lost, same) in results:
        failed, reused, done = failed + lost, reused + same, done + len(part.inputs)
        progress(done, total, failed)
    return reused


def _part(
    folder: Path, options: Options, job: Job, stops: Stops, place: Place, say: pool.Say
) -> tuple[int, int]:
    """Work one part; gives the numbers of its files that failed and that were taken over."""
    route.tools(options)  # loaded here, so that no file's time is spent on it
    part, origins = job
    earlier = keep.Earlier(folder, origins)
    failed = reused = 0

    def batches() -> Iterator[Rows]:
        nonlocal failed, reused
        for number, item in enumerate(part.inputs):
            known = earlier.rows(item.path)
            reused += known is not None
            watch = Watch(say, partial(place.at, number), place.rest, stops.get(number))
            for rows in _rows(item, options, watch) if known is None else (known,):
                failed += sum(row[-1] == "failed" for row in rows["documents"])
                yield rows

    parts.write_part(folder, part, batches())
    return failed, reused


def _rows(item: Input, options: Options, watch: Watch) -> Iterator[Rows]:
    if item.left_out is not None:
        yield _Told(watch.say).rows(Unread(item.path, *item.left_out, True), "find")
        return
    yield from rows_of(Item(item.file, item.path), options, watch)


def rows_of(item: Item, options: Options, watch: Watch | None = None) -> Iterator[Rows]:
    """Give the rows of everything in one file, text by text.

    Whatever goes wrong becomes a row, and the batch goes on.
    """
    watch = watch or Watch(_say)
    told = _Told(watch.say)
    limits = Limits(text_column=options.text_column, characters=options.characters)
    found = route.documents(item, options, limits)
    count = 0
    path = item.shown
    stop = watch.stop
    try:
        while True:
            watch.at(count)
            with timer(options.seconds):
                # given up as the timer does it: what the route holds still comes
                over = stop is not None and stop.text == count
                one = found.throw(GivenUp()) if over else next(found, None)
                if one is None:
                    break
                rows = told.rows(one) if isinstance(one, Unread) else _read(one, options)
            watch.rest()
            count += 1
            yield rows
        if not count:
            yield told.rows(Unread(path, "no text in it", "check the file"))
    except GivenUp:
        yield told.rows(_given_up(path, count, options, stop)) | parts.AGAIN
    except Exception as error:  # a fault of ours on this file must not cost the others
        message = f"unexpected {type(error).__name__}: {error}"
        yield told.rows(Unread(path, message, "please report this file"), "extract")
    finally:
        watch.rest()


def _given_up(path: str, count: int, options: Options, stop: Stop | None) -> Unread:
    """Say that a file was given up, after so many texts, for its time or for what it did to the process."""
    if stop and stop.signal is not None:
        name = signal.Signals(stop.signal).name if stop.signal else "it ended"
        what = f"given up: reading a text ended the process ({name})"
        cure = "give it more memory, or convert the file"
    else:
        what = f"given up: a text took longer than {options.seconds or 0:g} seconds"
        cure = "give it more with --timeout-per-file, or split the file"
    return Unread(path, what + (f"; {count} before it are kept" if count else ""), cure)


def _read(document: Document, options: Options) -> Rows:
    return document_rows(document, document.source.path, options.lexicons)


class _Told:
    """Makes the rows of what one file could not give, and says so on stderr (not a million times)."""

    LOUD = 20  # lines a file

    def __init__(self, say: pool.Say) -> None:
        self.say = say
        self.lines = 0
        self.failed: set[str] = set()

    def rows(self, unread: Unread, stage: str = "read") -> Rows:
        path, what, cure, left_out = unread
        if not left_out:
            self.lines += 1
            if self.lines <= self.LOUD:
                self.say(f"{path}: {what}; {cure}")
            elif self.lines == self.LOUD + 1:
                self.say(f"{file_of(path)}: more of this; see the table issues")
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
    fresh = commit.fresh(state)
    dataset = Dataset(fresh, formats)
    counts = parts.join(folder, planned, dataset)
    failed = _count_failed(planned, folder)
    row = run_row(options, counts, failed, *(p.key for p in planned))
    dataset.write("runs", parts.arrow("runs", [row]))
    dataset.close()
    contract.write(fresh, formats)
    commit.commit(out)
    return summary(counts, failed, reused)


def run_row(options: Options, counts: Mapping[str, int], failed: int, *inputs: object) -> Row:
    """Give the row of `runs` that tells of this run; `inputs` is what its key is made of besides."""
    version, facts = route.tools(options).lexicons.version, _facts(counts)
    run_id = key(__version__, version, options.scheme, *inputs)
    numbers = (counts["documents"], failed, counts["reports"], facts)
    return (run_id, __version__, SCHEMA_VERSION, version, options.scheme, *numbers)


def summary(counts: Mapping[str, int], failed: int, reused: int) -> Summary:
    """Sum a run up from the numbers of rows of each table."""
    return Summary(counts["documents"], failed, counts["reports"], _facts(counts), reused)


def _facts(counts: Mapping[str, int]) -> int:
    return counts["practices"] + counts["achievements"] + counts["honours"]


def _count_failed(planned: Sequence[Part], folder: Path) -> int:
    import pyarrow.parquet as pq

    failed = 0
    for part in planned:
        status = pq.read_table(folder / part.key / "documents", columns=["status"])["status"]
        failed += status.to_pylist().count("failed")
    return failed
