"""How the cost of `run` grows: with the number of files, with the size of one text, and with the workers.

    python -m benchmarks.growth [MB ...]   sizes in megabytes of text (10^6 bytes of UTF-8); 1 10 by default

Each measurement is a `python -m pipeline run` of its own, to Parquet, on texts made of data/gold/dev: every
copy has other numbers and another place's name, so that it is no duplicate. Costs are processor seconds of all
its processes, less what it costs to start and read one text; sizes but the largest are run twice, before and
after it, and the mean counts. Wall time is told for the workers alone: it says something only where nothing
else uses the machine's cores.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks.tables import markdown

GOLD = Path("data/gold/dev")
SIZES = (1.0, 10.0)
# One text of more is refused by `run` (4 million characters), and no report is so long.
LARGEST_TEXT = 10.0
# The corpus on which workers are compared, in MB.
SHARED = 10.0
MEGA = 1_000_000
# Seconds between two looks at the memory; the kernel keeps the peak, so that only the last matters.
TICK = 0.02
# Characters of which invented places are named, one a copy: 24 × 24 names.
FIRST = "澄霁青岚汀栖瑶梧苍枫鹿霜禾麓桐砚云柘玄槐葭榆泠墨"
SECOND = "浦川埠渡阳岭河峡溪泊丘州原江湖屿岸汊坪关垣浔沛洲"
# Digits of a number that is no year: years stay, since a report of the year 7316 is none.
NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d+|[１-９][０-９]*")
# What stands before the place in a branch's name.
BEFORE = re.compile(r"^(?:国家税务总局|中共|中国邮政集团)?")


class Cost(NamedTuple):
    """What one run took: processor and wall seconds, and the peaks of memory in MB."""

    seconds: float
    wall: float
    parent: float
    worker: float  # the largest of them; 0 where there was none


class Seed(NamedTuple):
    """A golden report: its raw text, the place its branch is named after, and its sections' prose."""

    text: str
    place: str
    bodies: tuple[str, ...]


Seeds = Sequence[Seed]
Make = Callable[[Path, Seeds, float], Path]


def main(arguments: Sequence[str]) -> int:
    """Measure and print the tables."""
    sizes = sorted(map(float, arguments)) or list(SIZES)
    texts = [size for size in sizes if size <= LARGEST_TEXT]
    seeds = list(_seeds())
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        start = min((_run(_files(home, seeds, 0), home) for _ in range(3)), key=lambda c: c.seconds)
        print(f"start and one text: {start.seconds:.1f} processor seconds, taken off below\n")
        for what, make, wanted in (
            ("small files", _files, sizes),
            ("one file of many reports", _many, texts),
            ("one report", _report, texts),
        ):
            folders = {size: make(home, seeds, size) for size in wanted}
            print(_table(what, _growth(folders, home), start), flush=True)
        print(_workers(_files(home, seeds, SHARED), home, start))
    return 0


def _growth(folders: dict[float, Path], home: Path) -> dict[float, list[Cost]]:
    """Run each size, the smaller ones before and after the largest, since other work comes and goes."""
    found: dict[float, list[Cost]] = {size: [] for size in folders}
    for size in [*folders, *list(folders)[-2::-1]]:
        found[size].append(_run(folders[size], home))
    return found


def _table(what: str, costs: dict[float, list[Cost]], start: Cost) -> str:
    rows = []
    first = 0.0
    for size, runs in costs.items():
        each = (sum(cost.seconds for cost in runs) / len(runs) - start.seconds) / size
        first = first or each
        parent, worker = (max(peaks) for peaks in zip(*(cost[2:] for cost in runs), strict=True))
        rows.append(
            (
                f"{size:g} MB",
                f"{each:.2f}",
                f"{each / first:.2f}",
                f"{parent:.0f} MB",
                f"{worker:.0f} MB",
            )
        )
    head = (what, "processor seconds a MB", "beside the first", "parent", "worker")
    return markdown(head, rows) + "\n"


def _workers(folder: Path, home: Path, start: Cost) -> str:
    """One worker beside two: in wall time, and in processor time, which other work disturbs less."""
    one, two = (_run(folder, home, workers) for workers in (1, 2))
    walls = [cost.wall - start.wall for cost in (one, two)]
    rows = [
        (str(n), f"{wall:.1f}", f"{walls[0] / wall:.2f}", f"{cost.seconds:.1f}")
        for n, wall, cost in zip((1, 2), walls, (one, two), strict=True)
    ]
    head = ("workers", "wall seconds", "times as fast", "processor seconds in all")
    load = os.getloadavg()[0] - 1
    return markdown(head, rows) + f"\nother processes at work meanwhile: about {max(load, 0):.1f}\n"


def _seeds() -> Iterator[Seed]:
    for line in GOLD.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        place = BEFORE.sub("", record["branch"])[:2]
        bodies = tuple(section["body"] for section in record["sections"])
        path = GOLD / f"{record['id']}.txt"
        yield Seed(path.read_text(encoding="utf-8"), place, bodies)


def copies(seeds: Seeds) -> Iterator[str]:
    """Give texts without end, each with other numbers and another place than the one it was made of.

    A place's name comes again after some hundred copies of a text; the numbers do not.
    """
    for number in count():
        turn, at = divmod(number, len(seeds))
        place = FIRST[turn % len(FIRST)] + SECOND[turn // len(FIRST) % len(SECOND)]
        yield _renumbered(seeds[at].text.replace(seeds[at].place, place), number)


def _renumbered(text: str, copy: int) -> str:
    drawn = random.Random(copy)
    return NUMBER.sub(lambda m: _number(m[0], drawn), text)


def _number(digits: str, drawn: random.Random) -> str:
    """Another number of as many digits, as wide."""
    zero = ord("0") if digits.isascii() else ord("０")
    values = [drawn.randint(1, 9), *(drawn.randint(0, 9) for _ in digits[1:])]
    return "".join(chr(zero + value) for value in values)


def _taken(texts: Iterable[str], size: float) -> Iterator[str]:
    """The first texts, of so many MB together, one at least."""
    held = 0
    for text in texts:
        yield text
        held += len(text.encode())
        if held >= size * MEGA:
            return


def _files(home: Path, seeds: Seeds, size: float) -> Path:
    """A folder of small files, a thousand in each folder below it."""
    folder = home / f"files-{size:g}"
    if not folder.exists():
        for n, text in enumerate(_taken(copies(seeds), size)):
            path = folder / f"{n // 1000:03d}" / f"{n:06d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def _many(home: Path, seeds: Seeds, size: float) -> Path:
    """A folder with one file, in which the texts stand one after another."""
    return _alone(home / f"many-{size:g}", "\n".join(_taken(copies(seeds), size)))


def _report(home: Path, seeds: Seeds, size: float) -> Path:
    """A folder with one file that is one report: the prose of all under one title and branch."""
    bodies = (
        "　　" + _renumbered(body, turn)
        for turn in count()
        for seed in seeds
        for body in seed.bodies
    )
    head = seeds[0].text.split("\n\n")[0]
    return _alone(home / f"report-{size:g}", "\n".join([head, "", *_taken(bodies, size)]))


def _alone(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "text.txt").write_text(text, encoding="utf-8")
    return folder


def _run(folder: Path, home: Path, workers: int = 1) -> Cost:
    """Run the pipeline on a folder, in processes of its own."""
    with tempfile.TemporaryDirectory(dir=home) as out:
        words = ["run", str(folder), "--out", out, "--format", "parquet", "--workers", str(workers)]
        began = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *words], stderr=subprocess.DEVNULL
        )
        peaks: dict[int, float] = {}
        done = threading.Event()
        watch = threading.Thread(target=_watch, args=(child.pid, peaks, done))
        watch.start()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        done.set()
        watch.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"the run on {folder.name} ended with status {child.returncode}")
    parent = peaks.pop(child.pid, 0.0)
    worker = max(peaks.values(), default=0.0)
    return Cost(used.ru_utime + used.ru_stime, wall, parent, worker)


def _watch(parent: int, peaks: dict[int, float], done: threading.Event) -> None:
    """Note the peak of a process and of those below it while it works (Linux alone tells it)."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    while not done.wait(TICK):
        try:
            pids = [parent, *map(int, children.read_text().split())]
        except OSError:
            continue
        for pid in pids:
            peak = _peak(pid)
            if peak:
                peaks[pid] = peak


def _peak(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
