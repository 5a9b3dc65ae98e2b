"""A limit of time on reading one text.

By an interval timer and a signal in the worker itself, not by a process for every file: the worker keeps
its lexicons and models (seconds to load), nothing has to be sent between processes, and one worker and
many behave the same. The signal is noticed between two steps of Python: a single call into C (a
page drawn, an image recognised) is given up once it returns, and where it never does, pool.py ends the
process.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Seconds after which the signal comes again, should a parser have swallowed it.
AGAIN = 1.0


class GivenUp(BaseException):
    """A text took too long; no Exception, which parsers would take for a fault of the file."""


def _give_up(number: int, frame: FrameType | None) -> None:
    raise GivenUp


@contextmanager
def timer(seconds: float | None) -> Iterator[None]:
    """Raise GivenUp inside the block once it has taken so long; in the main thread only."""
    if seconds is None:
        yield
        return
    before = signal.signal(signal.SIGALRM, _give_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
