"""Speed of the whole route beside plain `jieba.cut` on the same texts, measured in one run.

    python benchmarks/route.py [FOLDER]         ratio, share per stage, growth with the size of one text, memory
    python benchmarks/route.py --short [FOLDER] the ratio alone; exit status 1 where it fell too far

Both sides take turns and are timed in processor seconds, so that other work on the machine tells little.
The ratio is what can be compared between machines; the times cannot.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import jieba

from pipeline import extract, ingest, route
from pipeline.extract import dimensions
from pipeline.model import Options, Source
from pipeline.tidy.rows import document_rows

ROUNDS = 5
FLOOR = Path(__file__).with_name("floor.json")
# The ratio may fall by this share of the stored one before the short form fails.
FALL = 0.25


def main() -> int:
    """Print what was measured; the exit status is 1 where the short form finds too great a fall."""
    short = "--short" in sys.argv[1:]
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(named[0]) if named else Path("data/gold/dev")
    jieba.setLogLevel(logging.ERROR)
    sources = [ingest.read(path) for path in sorted(folder.iterdir()) if ingest.readable(path)]
    characters = sum(len(source.text) for source in sources)
    mine, other, rows = _best(
        [lambda: _ours(sources), lambda: _plain(sources), lambda: _rows(sources)]
    )
    ratio = other / mine
    print(f"{len(sources)} texts, {characters} characters")
    print(f"throughput as a multiple of jieba.cut: {ratio:.2f}, with rows {other / rows:.2f}")
    if short:
        stored = float(json.loads(FLOOR.read_text(encoding="utf-8"))["ratio"])
        least = stored * (1 - FALL)
        print(f"stored {stored:.2f}, least allowed {least:.2f}")
        return int(ratio < least)
    _shares(sources)
    _growth(sources)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, jieba's dictionary included: {peak:.0f} MB")
    return 0


def _ours(sources: Sequence[Source]) -> None:
    options = Options()
    for source in sources:
        route.document(source, options)


def _rows(sources: Sequence[Source]) -> None:
    options = Options()
    for source in sources:
        document_rows(route.document(source, options), source.path, options.lexicons)


def _plain(sources: Sequence[Source]) -> None:
    for source in sources:
        for _ in jieba.cut(source.text):
            pass


def _shares(sources: Sequence[Source]) -> None:
    """Print which share of the time, rows included, each stage takes."""
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            start = time.process_time()
            try:
                return work(*arguments)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - start

        return run

    plain = dict(extract.EXTRACTORS)
    timed_extractors = {name: timed(name, work) for name, work in plain.items()}
    with (
        mock.patch.object(route, "layout", timed("layout", route.layout)),
        mock.patch.object(route, "branch_of", timed("branch", route.branch_of)),
        mock.patch.object(dimensions, "tag", timed("dimensions", dimensions.tag)),
        mock.patch.dict(extract.EXTRACTORS, timed_extractors),
        mock.patch(f"{__name__}.document_rows", timed("rows", document_rows)),
    ):
        whole = timed("whole", _rows)
        for _ in range(ROUNDS):
            whole(sources)
    total = spent.pop("whole")
    spent["the rest"] = total - sum(spent.values())
    print(
        "share of the time:",
        ", ".join(f"{name} {part / total:.0%}" for name, part in spent.items()),
    )


def _growth(sources: Sequence[Source]) -> None:
    """Print the cost of one text as it grows, per character, beside its smallest size."""
    body = "\n".join(source.text for source in sources)
    first = 0.0
    for size in (20_000, 60_000, 180_000):
        text = (body * (size // len(body) + 1))[:size]
        one = replace(sources[0], text=text, anchors=(), furniture=(), issues=())
        start = time.process_time()
        _ours([one])
        cost = (time.process_time() - start) / size
        first = first or cost
        print(f"one text of {size} characters: {cost / first:.2f} times the cost a character")


def _best(works: Sequence[Callable[[], None]]) -> list[float]:
    """The least processor time of each work in several rounds, after one that is not counted."""
    least = [float("inf")] * len(works)
    for turn in range(ROUNDS + 1):
        for k, work in enumerate(works):
            start = time.process_time()
            work()
            spent = time.process_time() - start
            if turn:
                least[k] = min(least[k], spent)
    return least


if __name__ == "__main__":
    sys.exit(main())
