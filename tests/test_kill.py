"""A run killed at any moment leaves a whole dataset, and the next run completes it.

The run goes on in a forked child of this process: to start Python and load the lexicons takes longer than the
run itself, and nearly every kill would fall before the first file. The moments are drawn from the whole span
of a measured run, seed fixed; inputs change each round, so that each has work to do.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import Dataset
from pipeline.commands.run import run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy.schema import TABLES
from pipeline.tidy.stores import store_of

ROUNDS = 32
FORMATS = ("parquet", "csv", "sqlite")
FORK = multiprocessing.get_context("fork")


def write(source: Path, out: Path) -> None:
    run([source], out, Options(), FORMATS, 1, lambda *_: None)


def corpus(folder: Path, state: int) -> None:
    """Thirty small reports; `state` varies every figure, and which file is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for n in range(30):
        place = "澄柳渔苇芦荻"[n % 6] + "浦溪湾洲渡"[n // 6]
        (folder / f"{n + (n == 7) * state * 40}.txt").write_text(
            f"{place}市水务局第一党支部\n\n{place}水清清\n\n{place}市水务局第一党支部有党员{n + 11}名。\n\n"
            f"强化政治功能。支部开展集中学习{n + 5 + state}次。\n发挥作用。支部推行“{place}水长清”工作法，"
            f"走访居民{n * 7 + 101 + state}户。支部荣获“全市先进基层党组织”称号。\n",
            encoding="utf-8",
        )


def tables(out: Path) -> dict[str, Any]:
    """All tables as a reader of the dataset gets them."""
    store = store_of(out)
    return {t.name: store(out, t.name).to_pylist() for t in TABLES}


def files(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}


def killed(source: Path, out: Path, after: float) -> bool:
    """Start a run, kill it after some seconds; whether it was still running."""
    child = FORK.Process(target=write, args=(source, out))
    child.start()
    time.sleep(after)
    child.kill()
    child.join()
    return child.exitcode == -signal.SIGKILL


def test_a_kill_at_any_moment_leaves_a_whole_dataset(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    fresh, whole = [], []
    for state in (0, 1):
        corpus(source, state)
        began = time.monotonic()
        write(source, tmp_path / f"full{state}")
        span = time.monotonic() - began  # of the second: the first loads the lexicons
        assert Dataset.open(tmp_path / f"full{state}").validate() == []
        fresh.append(files(tmp_path / f"full{state}"))
        whole.append(tables(tmp_path / f"full{state}"))
    draw = random.Random(20)
    hits, seen = 0, []
    for n in range(ROUNDS):
        corpus(source, n % 2)
        hits += killed(source, out, draw.random() * span * 1.1)
        try:
            found = tables(out)
        except ZhibuError as error:
            assert error.what == "no dataset in this folder"  # noqa: PT017
            assert not seen, "a dataset that was whole is gone"
            continue
        assert found in whole, f"round {n}: tables of two runs"
        seen.append(whole.index(found))
    assert hits >= ROUNDS // 2, "most runs ended before they could be killed"
    assert seen
    corpus(source, 1)
    write(source, out)
    assert files(out) == fresh[1]
    assert Dataset.open(out).validate() == []


@pytest.mark.parametrize("moved", [0, 1, 14, 27])
def test_a_break_between_two_files_shows_the_new_dataset(
    moved: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The span of the moves is too short to be hit by chance."""
    source, out = tmp_path / "in", tmp_path / "out"
    corpus(source, 0)
    write(source, out)
    corpus(source, 1)
    write(source, tmp_path / "full")
    replace, count = os.replace, 0

    def breaking(old: Any, new: Any) -> None:
        nonlocal count
        if Path(new).parent == out:
            if count == moved:
                raise KeyboardInterrupt
            count += 1
        replace(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", breaking)
        with pytest.raises(KeyboardInterrupt):
            write(source, out)
    assert tables(out) == tables(tmp_path / "full")
    write(source, out)
    assert files(out) == files(tmp_path / "full")
