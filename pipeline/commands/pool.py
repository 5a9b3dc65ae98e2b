"""Processes that work jobs, and someone who looks after them: one that hangs or dies costs one text.

A worker notes in shared memory which text it began, and when. The timer in the worker itself gives a text up
first (see timer.py); where that does not help, because a call into C never returns, the process is ended
from here, another takes its place, and the job is done again up to the text where it hung. The same holds
for a process that dies by itself (a parser that crashes, memory that ran out). So the rows are the same
whichever way a text ended, and the same for any number of workers.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any, Generic, NamedTuple, TypeVar

from pipeline.errors import ZhibuError

# Seconds after the timer's in which a worker can still give a text up by itself.
GRACE = 5.0
# Seconds between two looks at the workers, and at whether the process above is still there.
TICK = 0.2
# Seconds that a process may take to die, its memory being written out, once its pipe is closed.
DUMP = 30.0
# New objects, less those gone, after which a worker looks for circles of them. Rows make objects by the
# million, hardly ever in circles; at Python's 700 a tenth of the time went into looking.
CIRCLES = 50_000
# Times that a job is done again where its process died outside any text.
TRIES = 3

Job = TypeVar("Job")
Result = TypeVar("Result")


class Stop(NamedTuple):
    """Where an input is given up: before its text of this number, counted from 0."""

    text: int
    signal: int | None = None  # what ended the process; None where the text took too long


Stops = Mapping[int, Stop]  # by the number of the input in its job


class Place:
    """What a worker is at: a text of an input, and since when (the clock is the machine's)."""

    def __init__(self) -> None:
        # "d" holds whole numbers below 2**53 exactly
        self._cells: Any = multiprocessing.RawArray("d", 3)

    def at(self, number: int, count: int) -> None:
        """Note that a text of an input begins."""
        self.rest()
        self._cells[1], self._cells[2] = number, count
        self._cells[0] = time.monotonic()

    def rest(self) -> None:
        """Note that no text is being read."""
        self._cells[0] = 0.0

    def seconds(self) -> float:
        """Seconds that the text has taken; 0 where none is being read."""
        began = self._cells[0]
        return time.monotonic() - began if began else 0.0

    def text(self) -> tuple[int, int] | None:
        """The number of the input and of its text; None where none is being read."""
        return (int(self._cells[1]), int(self._cells[2])) if self._cells[0] else None


Say = Callable[[str], None]
Work = Callable[[Job, Stops, Place, Say], Result]


@dataclass
class _Task(Generic[Job]):
    """A job, and what earlier tries of it showed."""

    job: Job
    stops: dict[int, Stop] = field(default_factory=dict)
    tries: int = 0
    said: set[str] = field(default_factory=set)


class _Worker(Generic[Job, Result]):
    """A process, and the task it is at."""

    def __init__(self, work: Work[Job, Result]) -> None:
        self.place = Place()
        self.pipe, end = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=_serve, args=(work, end, self.place, os.getpid()), daemon=True
        )
        self.process.start()
        end.close()  # so that the pipe ends with the process
        self.task: _Task[Job] | None = None

    def give(self, task: _Task[Job]) -> None:
        self.task = task
        with suppress(OSError):  # it died waiting; the pipe says so when it is looked at
            self.pipe.send((task.job, task.stops))

    def received(self) -> tuple[str, Any]:
        try:
            kind, value = self.pipe.recv()
        except (EOFError, OSError):
            return "died", None
        return kind, value

    def died_of(self) -> int | None:
        """The signal that ended the process, once its pipe has; None where it was none."""
        self.process.join(DUMP)
        code = self.process.exitcode
        return -code if code is not None and code < 0 else None

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def each(
    jobs: Sequence[Job], work: Work[Job, Result], workers: int, seconds: float | None, say: Say
) -> Iterator[tuple[Job, Result]]:
    """Work all jobs, some at a time; gives each with its result, as they are done.

    `seconds` is what a text may take; `say` is called here with what the workers say, once for each job.
    Raises ZhibuError where a worker fails for a reason that lies in no text.
    """
    queue = deque(_Task(job) for job in jobs)
    team = [_Worker(work) for _ in range(min(workers, len(queue)))]
    try:
        while True:
            for worker in team:
                if worker.task is None and queue:
                    worker.give(queue.popleft())
            busy = [worker for worker in team if worker.task]
            if not busy:
                return
            told = connection.wait([worker.pipe for worker in busy], TICK)
            for worker in busy:
                task = worker.task
                assert task is not None
                if worker.pipe in told:
                    kind, value = worker.received()
                    if kind == "said" and value not in task.said:
                        task.said.add(value)
                        say(value)
                    elif kind == "done":
                        worker.task = None
                        yield task.job, value
                    elif kind == "failed":
                        raise ZhibuError(value, "a worker process", "mend that and run again")
                    elif kind == "died":
                        queue.appendleft(_again(worker, task, late=False))
                        team[team.index(worker)] = _Worker(work)
                elif seconds is not None and worker.place.seconds() > seconds + GRACE:
                    queue.appendleft(_again(worker, task, late=True))
                    team[team.index(worker)] = _Worker(work)
    finally:
        for worker in team:
            worker.end()


def _again(worker: _Worker[Job, Result], task: _Task[Job], late: bool) -> _Task[Job]:
    """End a worker; gives its task with the text that is to be given up, where it was at one."""
    died_of = None if late else worker.died_of()
    worker.end()
    at = worker.place.text()
    if at is None:
        task.tries += 1
        if task.tries >= TRIES:
            what = f"ended {TRIES} times ({_name(died_of)})"
            raise ZhibuError(what, "a worker process", "check memory and disk, and run again")
    else:
        number, count = at
        task.stops[number] = Stop(count, None if late else died_of or 0)
    return task


def _name(number: int | None) -> str:
    """The name of a signal, as messages show it."""
    return signal.Signals(number).name if number else "without a signal"


def _serve(work: Work[Job, Result], pipe: connection.Connection, place: Place, above: int) -> None:
    """Be a worker: take jobs until the pipe or the process above ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process above is told too, and ends us
    threading.Thread(target=_leave_with, args=(above,), daemon=True).start()
    gc.freeze()  # what is there already (lexicons, modules) stays, and need not be looked through
    gc.set_threshold(CIRCLES)

    def say(line: str) -> None:
        pipe.send(("said", line))

    while True:
        try:
            job, stops = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            result = work(job, stops, place, say)
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
            return
        pipe.send(("done", result))


def _leave_with(above: int) -> None:
    """End this process when the one above is gone: it holds the dataset's lock as long as it lives."""
    while os.getppid() == above:
        time.sleep(TICK)
    os._exit(1)
