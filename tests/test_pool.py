"""Files that hang or end their process cost themselves alone, with one worker and with several."""

from __future__ import annotations

import faulthandler
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import ingest
from pipeline.commands import pool
from pipeline.commands.run import Summary, run
from pipeline.errors import ZhibuError
from pipeline.ingest import Item, Limits
from pipeline.model import Options
from pipeline.tidy.keep import Earlier
from tests.reports import SAMPLE

REPO = Path(__file__).parents[1]
REPORT = (SAMPLE / "one-line.txt").read_bytes()
LATE = 0.8  # seconds a text may take here


def held(seconds: float) -> None:
    """Hang as a parser in C does: no signal is seen, no other thread goes on."""
    import ctypes

    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def regex() -> None:
    import re

    re.fullmatch(r"(?:一|一一)+二", "一" * 60)


WAYS = {
    "sleep": lambda: time.sleep(60),
    "regex": regex,
    "c": lambda: held(60),
    "deaf": lambda: (signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM}), time.sleep(60)),
    "segv": lambda: (faulthandler.disable(), os.kill(os.getpid(), signal.SIGSEGV)),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(3),
}


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the first text loads is loaded, so that workers made by fork are as fast as later."""
    source = folder(tmp_path_factory.mktemp("warm"))
    write(source, source.parent / "out", seconds=None)


@pytest.fixture(autouse=True)
def hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader whose files say how they end; before that it gives two texts where the name says so."""
    module: Any = types.ModuleType("hanging")

    def sources(item: Item, limits: Limits) -> Iterator[Any]:
        from pipeline.ingest import text

        if "两" in item.stem:
            for n in (1, 2):
                yield next(text.sources(Item(item.file, f"{item.shown}!/{n}.txt", REPORT), limits))
        way = item.stem.split("-")[0]
        if way in WAYS:
            WAYS[way]()
        yield from text.sources(Item(item.file, item.shown, REPORT), limits)

    module.sources = sources
    monkeypatch.setitem(sys.modules, "hanging", module)
    monkeypatch.setitem(ingest.READERS, ".hang", "hanging")
    monkeypatch.setattr(pool, "GRACE", 0.4)


def folder(tmp_path: Path, *names: str) -> Path:
    source = tmp_path / "in"
    source.mkdir(exist_ok=True)
    for name in names:
        (source / name).write_bytes(name.encode())
    for n in range(4):
        (source / f"{n}.txt").write_bytes(REPORT + f"\n支部走访群众{n + 12}户。\n".encode())
    return source


def write(source: Path, out: Path, workers: int = 1, seconds: float | None = LATE) -> Summary:
    return run([source], out, Options(seconds=seconds), ["parquet"], workers, lambda *_: None)


def table(out: Path, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(out / f"{name}.parquet").to_pylist())


def hashes(out: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.glob("*.parquet")}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_never_ends_is_given_up_and_all_others_are_read(
    tmp_path: Path, way: str, workers: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """However it hangs or dies: a row in documents, one in issues, one line; the others are whole."""
    source = folder(tmp_path, f"{way}.hang", f"{way}-两.hang", "fine.hang")
    began = time.perf_counter()
    summary = write(source, tmp_path / "out", workers)
    assert time.perf_counter() - began < 20
    status = {d["path"]: d["status"] for d in table(tmp_path / "out", "documents")}
    assert status == {
        f"{way}.hang": "failed",
        f"{way}-两.hang": "failed",
        f"{way}-两.hang!/1.txt": "read",
        f"{way}-两.hang!/2.txt": "read",
        "fine.hang": "read",
        **{f"{n}.txt": "read" for n in range(4)},
    }
    assert summary.failed == 2
    faults = [i for i in table(tmp_path / "out", "issues") if i["severity"] == "error"]
    assert len(faults) == 2
    said = capfd.readouterr().err.splitlines()
    for fault in faults:
        assert fault["message"].startswith("given up: ")
        assert ("longer than 0.8 seconds" in fault["message"]) == (
            way in ("sleep", "regex", "c", "deaf")
        )
        assert fault["cure"]
        assert sum(f": {fault['message']}; {fault['cure']}" in line for line in said) == 1
    assert sum("2 before it are kept" in fault["message"] for fault in faults) == 1


def test_the_bytes_are_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    """And however a text is given up: by the timer, or by the end of its process."""
    source = folder(tmp_path, "sleep.hang", "c-两.hang", "segv.hang")
    for workers in (1, 2, 3):
        write(source, tmp_path / f"out{workers}", workers)
    assert hashes(tmp_path / "out1") == hashes(tmp_path / "out2") == hashes(tmp_path / "out3")
    shutil.rmtree(source)
    for way in ("sleep", "c"):
        source = folder(tmp_path, "x-两.hang")
        WAYS["x"] = WAYS[way]
        write(source, tmp_path / way)
        del WAYS["x"]
    assert hashes(tmp_path / "sleep") == hashes(tmp_path / "c")


def test_without_faults_a_limit_changes_no_byte(tmp_path: Path) -> None:
    source = folder(tmp_path)
    write(source, tmp_path / "none", seconds=None)
    write(source, tmp_path / "limit", seconds=60)
    write(source, tmp_path / "two", 2, None)
    assert hashes(tmp_path / "none") == hashes(tmp_path / "limit") == hashes(tmp_path / "two")


def test_what_was_given_up_is_tried_again_and_the_others_are_not(tmp_path: Path) -> None:
    source, out = folder(tmp_path, "c.hang"), tmp_path / "out"
    write(source, out)
    ingest.READERS[".hang"] = "pipeline.ingest.text"
    again = write(source, out)
    assert (again.failed, again.reused) == (0, 4)


def test_a_fault_outside_any_text_ends_the_run_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no file's fault: it is said once, and never as a row of a file."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Earlier, "rows", full)
    with pytest.raises(ZhibuError, match="No space left on device"):
        write(folder(tmp_path), tmp_path / "out")
    monkeypatch.setattr(Earlier, "rows", lambda *_: os._exit(9))
    with pytest.raises(ZhibuError, match="ended 3 times"):
        write(folder(tmp_path), tmp_path / "out")


def test_a_run_in_a_thread_gives_files_up_too(tmp_path: Path) -> None:
    source = folder(tmp_path, "sleep.hang")
    thread = threading.Thread(target=write, args=(source, tmp_path / "out"))
    thread.start()
    thread.join(20)
    status = [d["status"] for d in table(tmp_path / "out", "documents")]
    assert sorted(status) == ["failed", *["read"] * 4]


def test_workers_leave_when_the_run_is_killed(tmp_path: Path) -> None:
    """What is killed leaves no process behind that would hold the dataset's lock."""
    source = folder(tmp_path)
    big = b"".join((REPORT, b"\n\n") * 400)
    (source / "big.txt").write_bytes(big)
    line = [sys.executable, "-m", "pipeline", "run", str(source), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(line, cwd=REPO, stderr=subprocess.DEVNULL)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        pytest.skip("no /proc here")
    deadline = time.monotonic() + 20
    while not (found := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert found
    deadline = time.monotonic() + 5
    while any(alive(int(pid)) for pid in found) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(int(pid)) for pid in found)
    (source / "big.txt").unlink()
    assert write(source, tmp_path / "out").failed == 0


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
