"""Run many damaged files of every format through `run` and hold the dataset to its promises.

No traceback, no file missing from documents, every failed one in issues with a cure, every row found again.
Usage: python tools/fuzz.py [files] [seed] [workers]; exit status 1 where a promise is broken. The files stay in
a folder that is named, so that a finding can be looked at.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from pipeline import Dataset
from pipeline.commands.run import run
from pipeline.model import Options
from pipeline.tidy.validate import validate
from tests.seeds import damaged, seeds

SECONDS = 60.0  # a text may take; a damaged page takes a few
# Rows that say that a fault is ours, and not the file's.
OURS = ("unexpected ", "given up: ")


def compose(folder: Path, count: int, seed: int) -> None:
    """Write so many mutated files, of all formats in turn."""
    files = list(seeds().items())
    for n in range(count):
        name, data = files[n % len(files)]
        rng = Random(f"{seed}/{n}")
        other = rng.choice(files)[1]
        (folder / f"{n:05}-{name}").write_bytes(damaged(data, other, rng))


def judge(folder: Path, out: Path) -> tuple[list[str], Counter[tuple[str, str]]]:
    """What is wrong with the dataset, and the files by suffix and status."""
    dataset = Dataset.open(out)
    wrong = validate(dataset)
    documents = dataset.table("documents")
    owner = {
        d: str(p).split("!/")[0].split("#")[0]
        for d, p in zip(documents["document_id"], documents["path"], strict=True)
    }
    status: dict[str, set[str]] = {}
    for d, s in zip(documents["document_id"], documents["status"], strict=True):
        status.setdefault(owner[d], set()).add(str(s))
    issues = dataset.table("issues")
    told = {owner[d] for d in issues["document_id"]}
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.iterdir()):
        found = status.get(path.name, set())
        kind = "read" if "read" in found else "failed" if found else "missing"
        counts[path.suffix, kind] += 1
        if not found:
            wrong.append(f"{path.name}: in no row of documents")
        if "failed" in found and path.name not in told:
            wrong.append(f"{path.name}: failed, and no row of issues says why")
    for message, cure, d in zip(
        issues["message"], issues["cure"], issues["document_id"], strict=True
    ):
        if str(message).startswith(OURS) or not cure:
            wrong.append(f"{owner[d]}: {message}")
    return wrong, counts


def main(count: int = 2000, seed: int = 1, workers: int = 2) -> int:
    """Compose, run, judge, tell."""
    folder = Path(tempfile.mkdtemp(prefix="zhibu-fuzz-"))
    (folder / "in").mkdir()
    compose(folder / "in", count, seed)
    began = time.perf_counter()
    log = folder / "stderr.txt"
    with log.open("w", encoding="utf-8") as handle, contextlib.redirect_stderr(handle):
        summary = run(
            [folder / "in"],
            folder / "out",
            Options(seconds=SECONDS),
            ["parquet"],
            workers,
            lambda *_: None,
        )
    took = time.perf_counter() - began
    wrong, counts = judge(folder / "in", folder / "out")
    print(f"{count} files in {took:.0f} s, {summary.documents} documents, {summary.facts} facts")
    for suffix in sorted({s for s, _ in counts}):
        shown = ", ".join(f"{n} {kind}" for (s, kind), n in sorted(counts.items()) if s == suffix)
        print(f"{suffix:9} {shown}")
    print(f"{len(wrong)} promises broken; files and stderr in {folder}")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*(int(a) for a in sys.argv[1:])))
