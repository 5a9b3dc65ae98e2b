"""Speed of the whole route beside plain `jieba.cut` on the same texts, measured in one run.

    python tools/benchmark.py [FOLDER]      texts to read (data/gold/dev unless named)

Both are warmed up first. The ratio is what can be compared between machines; the times cannot.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jieba

from pipeline import ingest, route
from pipeline.model import Options

ROUNDS = 3


def main() -> None:
    """Print one line: characters a second of both, and the ratio of their times."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data/gold/dev")
    jieba.setLogLevel(logging.ERROR)
    options = Options()
    sources = [ingest.read(path) for path in sorted(folder.iterdir()) if ingest.readable(path)]
    characters = sum(len(source.text) for source in sources)

    def ours() -> None:
        for source in sources:
            route.document(source, options)

    def plain() -> None:
        for source in sources:
            for _ in jieba.cut(source.text):
                pass

    mine, other = _best(ours), _best(plain)
    print(
        f"{len(sources)} texts, {characters} characters: route {characters / mine:.0f}/s, "
        f"jieba.cut {characters / other:.0f}/s, ratio {mine / other:.2f}"
    )


def _best(work: Callable[[], None]) -> float:
    """The shortest time of several rounds, in seconds, after one that is not counted."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
