"""A dataset is whole at every moment: killed runs, incremental runs, files that are gone.

The kills: the run is forked from this process, where everything is loaded, so that each round is a second
of work and not of start-up; the kill falls at a random moment of a whole run's measured time, writing,
joining and committing included.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import Dataset
from pipeline.commands import run as command
from pipeline.commands.run import Summary, run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy import commit
from pipeline.tidy.validate import validate

COMPOSED = Path(__file__).parents[1] / "data" / "gold" / "dev"
ROUNDS = 30
FORMATS = ("parquet", "csv")


def write(source: Path, out: Path, keep: bool = False) -> Summary:
    return run([source], out, Options(keep=keep), FORMATS, 1, lambda *_: None)


def hashes(out: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.iterdir() if p.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    for path in sorted(COMPOSED.glob("*.txt"))[:24]:
        shutil.copy(path, source)
    return source


def change(source: Path, n: int) -> None:
    """Another state of the inputs: one file with other words, one added, one gone."""
    texts = sorted(COMPOSED.glob("*.txt"))
    for path in source.glob("*-added.txt"):
        path.unlink()
    for i in range(6):
        (source / f"{(n * 7 + i) % 40:02d}-added.txt").write_bytes(
            texts[30 + (n + i) % 20].read_bytes() + f"\n第{n}次修订。\n".encode()
        )


def test_a_run_killed_at_any_moment_leaves_a_whole_dataset(folder: Path, tmp_path: Path) -> None:
    """After every kill the dataset opens and is exactly the last complete one, or the new one."""
    fork = multiprocessing.get_context("fork")
    out, rng = tmp_path / "out", random.Random(20261124)
    began = time.perf_counter()
    write(folder, tmp_path / "warm")
    whole = time.perf_counter() - began
    write(folder, out)
    complete = hashes(out)
    seen = {"old": 0, "new": 0}
    for n in range(ROUNDS):
        change(folder, n)
        child = fork.Process(target=write, args=(folder, out))
        child.start()
        time.sleep(rng.random() * whole * 0.7)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        dataset = Dataset.open(out)
        assert validate(dataset) == []
        found = hashes(out)
        if found == complete:
            seen["old"] += 1
            continue
        complete = found
        seen["new"] += 1
        shutil.rmtree(tmp_path / "full", ignore_errors=True)
        write(folder, tmp_path / "full")
        assert found == hashes(tmp_path / "full")
    write(folder, out)
    shutil.rmtree(tmp_path / "full", ignore_errors=True)
    write(folder, tmp_path / "full")
    assert hashes(out) == hashes(tmp_path / "full")
    assert sum(seen.values()) == ROUNDS
    assert seen["old"] > 0


def test_the_first_run_killed_leaves_no_dataset_or_a_whole_one(
    folder: Path, tmp_path: Path
) -> None:
    fork = multiprocessing.get_context("fork")
    for n in range(3):
        out = tmp_path / f"out{n}"
        child = fork.Process(target=write, args=(folder, out))
        child.start()
        time.sleep(0.1 * (n + 1))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        if any(out.glob("*.parquet")):
            assert validate(Dataset.open(out)) == []
        else:
            with pytest.raises(ZhibuError, match="no dataset"):
                Dataset.open(out)
        write(folder, out)
    assert hashes(tmp_path / "out0") == hashes(tmp_path / "out1") == hashes(tmp_path / "out2")


def test_a_commit_cut_short_is_finished_by_whoever_opens(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some files in place and others not: opening puts the rest in place, of the new state."""
    out = tmp_path / "out"
    write(folder, out)
    change(folder, 1)
    moved = []
    replace = os.replace

    def stop_midway(source: Path, target: Path) -> None:
        if Path(target).parent == out and len(moved) == 5:
            raise KeyboardInterrupt
        moved.append(target)
        replace(source, target)

    monkeypatch.setattr(commit.os, "replace", stop_midway)
    with pytest.raises(KeyboardInterrupt):
        write(folder, out)
    monkeypatch.undo()
    write(folder, tmp_path / "full")
    assert hashes(out) != hashes(tmp_path / "full")
    assert validate(Dataset.open(out)) == []
    assert hashes(out) == hashes(tmp_path / "full")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that runs read."""
    found: list[str] = []
    rows = command.rows_of

    def noted(item: command.Item, options: Options, watch: command.Watch) -> Iterator[command.Rows]:
        found.append(item.shown)
        yield from rows(item, options, watch)

    monkeypatch.setattr(command, "rows_of", noted)
    return found


def test_an_incremental_run_equals_a_full_one(
    folder: Path, tmp_path: Path, read: list[str]
) -> None:
    """Files added, changed, renamed and removed: the same bytes, and only a part of the work."""
    out = tmp_path / "out"
    write(folder, out)
    names = sorted(p.name for p in folder.iterdir())
    (folder / "zz-new.txt").write_bytes((folder / names[0]).read_bytes())
    with (folder / names[3]).open("a", encoding="utf-8") as handle:
        handle.write("支部另走访老党员7人。\n")
    (folder / names[8]).rename(folder / "renamed.txt")
    (folder / names[-1]).unlink()
    read.clear()
    summary = write(folder, out)
    assert {"zz-new.txt", names[3], "renamed.txt"} <= set(read)
    assert len(read) == summary.documents - summary.reused < summary.documents
    write(folder, tmp_path / "full")
    assert hashes(out) == hashes(tmp_path / "full")
    read.clear()
    assert write(folder, out).reused == summary.documents
    assert read == []


def test_removed_files_leave_or_are_kept(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(folder, out)
    before = Dataset.open(out)
    gone = sorted(p.name for p in folder.iterdir())[2:5]
    for name in gone:
        (folder / name).unlink()
    write(folder, out, keep=True)
    kept = Dataset.open(out)
    assert validate(kept) == []
    for name in ("documents", "reports", "achievements", "honours", "sentences", "furniture"):
        key = before.table(name).columns[0]
        assert set(kept.table(name)[key]) == set(before.table(name)[key]), name
    # again: what was kept stays kept; a file that comes back is read as any other
    (folder / gone[0]).write_bytes((COMPOSED / gone[0]).read_bytes())
    write(folder, out, keep=True)
    assert sorted(Dataset.open(out).table("documents")["path"]) == sorted(
        before.table("documents")["path"]
    )
    write(folder, out)
    assert set(Dataset.open(out).table("documents")["path"]).isdisjoint(gone[1:])
    write(folder, tmp_path / "full")
    assert hashes(out) == hashes(tmp_path / "full")


def test_a_second_process_is_refused_while_the_first_writes(folder: Path, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    ready, go = fork.Event(), fork.Event()

    def hold() -> None:
        with commit.locked(tmp_path / "out"):
            ready.set()
            go.wait(20)

    child = fork.Process(target=hold)
    child.start()
    assert ready.wait(20)
    with pytest.raises(ZhibuError, match="another run is writing this dataset"):
        write(folder, tmp_path / "out")
    go.set()
    child.join()
    assert write(folder, tmp_path / "out").reports > 0
