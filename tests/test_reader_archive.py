"""Archives and folders: every member read or a row, whatever bombs, escapes, names and damage they hold."""

from __future__ import annotations

import gzip
import io
import os
import signal
import stat
import tarfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.commands.find import find
from pipeline.commands.run import run
from pipeline.commands.timer import GivenUp, timer
from pipeline.errors import ZhibuError
from pipeline.ingest import Limits
from pipeline.model import Options
from tests.reports import EIGHT, TEXTS, changed, documents, facts, read

BODY = "枫浦市水务局第一党支部有党员11名。支部开展集中学习5次，撰写心得20篇，走访居民101户。\n"
ONE = BODY.encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w", **more: Any) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, **more) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def put(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


PACKERS = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda members: tarred(members, "w:gz"),
    "a.tgz": lambda members: tarred(members, "w:gz"),
}


@pytest.mark.parametrize("name", PACKERS)
def test_eight_reports_packed_give_the_facts_of_eight_files(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, PACKERS[name]({f"子/{p.name}": p.read_bytes() for p in EIGHT}))
    found = documents(path)
    files = [d for p in EIGHT for d in documents(p)]
    assert facts(found) == facts(files)
    assert sorted(r.id for d in found for r in d.reports) == sorted(
        r.id for d in files for r in d.reports
    )
    assert {d.source.path for d in found} == {f"{name}!/子/{p.name}" for p in EIGHT}


def test_a_zip_in_a_zip_in_a_zip_is_read_and_a_fourth_is_not(tmp_path: Path) -> None:
    three = zipped({"b.zip": zipped({"c.zip": zipped({"一.txt": ONE})})})
    texts, unread = read(put(tmp_path, "a.zip", three))
    assert [t.path for t in texts] == ["a.zip!/b.zip!/c.zip!/一.txt"]
    assert (texts[0].stem, unread) == ("一", [])
    texts, (refused,) = read(put(tmp_path, "z.zip", zipped({"a.zip": three, "二.txt": ONE})))
    assert [t.stem for t in texts] == ["二"]
    assert refused.path == "z.zip!/a.zip!/b.zip!/c.zip"
    assert "too many archives" in refused.what


def test_a_table_in_an_archive_is_read_by_its_rows(tmp_path: Path) -> None:
    texts, _ = read(put(tmp_path, "a.zip", zipped({"表.csv": f"正文\n{BODY}{BODY}".encode()})))
    assert [t.path for t in texts] == ["a.zip!/表.csv#row=2", "a.zip!/表.csv#row=3"]


def test_a_file_in_gzip_is_read_under_its_name(tmp_path: Path) -> None:
    (text,), _ = read(put(tmp_path, "报告.txt.gz", gzip.compress(ONE)))
    assert (text.stem, text.text) == ("报告", BODY)


# --- names -----------------------------------------------------------------------------------------

NAMES = ["支部工作总结.txt", "第一党支部/先进事迹.txt", "案例（镕基朱）.txt"]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
def test_names_of_a_zip_without_a_flag_are_decoded(tmp_path: Path, encoding: str) -> None:
    """Chinese Windows writes GBK and does not say so; macOS writes UTF-8 and does not say so."""
    data = zipped({f"{n}{'x' * (len(name.encode(encoding)) - 5)}.txt": ONE
                   for n, name in enumerate(NAMES)})  # fmt: skip
    for n, name in enumerate(NAMES):
        raw = name.encode(encoding)
        data = data.replace(f"{n}{'x' * (len(raw) - 5)}.txt".encode(), raw)
    texts, unread = read(put(tmp_path, "a.zip", data))
    assert unread == []
    assert [t.path for t in texts] == [f"a.zip!/{n}" for n in NAMES]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_of_a_tar_are_decoded(tmp_path: Path, encoding: str) -> None:
    data = tarred(dict.fromkeys(NAMES, ONE), encoding=encoding, format=tarfile.GNU_FORMAT)
    assert [t.path for t in read(put(tmp_path, "a.tar", data))[0]] == [f"a.tar!/{n}" for n in NAMES]


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    data = zipped({"一.txt": ONE, "二.txt": ONE * 2}).replace("二".encode(), "一".encode())
    texts, _ = read(put(tmp_path, "a.zip", data))
    assert [t.path for t in texts] == ["a.zip!/一.txt", "a.zip!/一~2.txt"]


ESCAPES = [
    "../一.txt",
    "子/../../一.txt",
    "/etc/一.txt",
    "C:\\一.txt",
    "..\\一.txt",
    "\\\\主机\\一.txt",
]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ESCAPES)
def test_paths_that_escape_are_rows(tmp_path: Path, pack: Any, name: str) -> None:
    texts, (unread,) = read(put(tmp_path, "a.zip", pack({name: ONE, "好.txt": ONE})))
    assert [t.stem for t in texts] == ["好"]
    assert "leads out" in unread.what


def test_links_and_devices_are_rows(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.txt")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    texts, unread = read(put(tmp_path, "a.tar", out.getvalue()))
    assert (texts, len(unread)) == ([], 4)
    link = zipfile.ZipInfo("一.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
    texts, (one,) = read(tmp_path / "a.zip")
    assert texts == []
    assert "link" in one.what


def test_what_a_mac_adds_is_left_out_without_being_a_failure(tmp_path: Path) -> None:
    members = {"一.txt": ONE, "__MACOSX/._一.txt": b"\0\5", ".DS_Store": b"x", "~$二.docx": b"x"}
    texts, unread = read(put(tmp_path, "a.zip", zipped(members)))
    assert len(texts) == 1
    assert [u.left_out for u in unread] == [True] * 3


# --- bombs -----------------------------------------------------------------------------------------

ZEROS = bytes(64 << 20)


@pytest.mark.parametrize("name", [*PACKERS, "a.txt.gz"])
def test_a_bomb_is_a_row_and_the_members_before_it_are_read(tmp_path: Path, name: str) -> None:
    members = {"好.txt": ONE, "炸.txt": ZEROS, "后.txt": ONE}
    data = PACKERS[name](members) if name in PACKERS else gzip.compress(ZEROS)
    path = put(tmp_path, name, data)
    began = time.monotonic()
    texts, unread = read(path, Limits(bytes=32 << 20))
    assert time.monotonic() - began < 2
    assert 1 <= len(unread) <= 2  # of a stream, the member and what comes after it
    assert all("bomb" in u.what or "more than" in u.what for u in unread)
    assert all(t.text == BODY for t in texts)
    if name in PACKERS:
        assert texts[0].stem == "好"


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    data = bytearray(zipped({"一.txt": ZEROS}))
    real, told = (len(ZEROS)).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert data.count(real) == 2
    texts, unread = read(put(tmp_path, "a.zip", bytes(data).replace(real, told)))
    assert texts == []
    assert len(unread) == 1


def test_all_archives_inside_one_share_its_budget(tmp_path: Path) -> None:
    """Ten times ten times a little would be much: what is inside counts for what is around."""
    inner = zipped({f"{n}.txt": ONE * 5000 for n in range(10)})
    outer = zipped({f"{n}.zip": inner for n in range(10)})
    limit = Limits(total_bytes=2 << 20)
    texts, unread = read(put(tmp_path, "a.zip", outer), limit)
    assert 1 <= len(texts) <= 4
    assert "unpacks to more than 2 MB" in unread[-1].what
    texts, unread = read(tmp_path / "a.zip", Limits(members=15))
    assert len(texts) < 15
    assert "more than 15 files" in unread[-1].what


def test_a_directory_of_too_many_entries_is_refused_unread(tmp_path: Path) -> None:
    data = zipped({f"{n:0200d}.txt": b"" for n in range(100)})
    texts, (unread,) = read(put(tmp_path, "a.zip", data), Limits(members=10))
    assert texts == []
    assert "more than 10 files" in unread.what


# --- damage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.95])
def test_a_truncated_archive_is_a_row(tmp_path: Path, name: str, share: float) -> None:
    members = {f"{n}.txt": os.urandom(40).hex().encode() * 40 for n in range(8)}
    whole = PACKERS[name](members)
    # what tar adds after its end is no loss
    end = len(whole) if name != "a.tar" else 8 * (512 + 3584)
    texts, unread = read(put(tmp_path, name, whole[: int(end * share)]))
    assert unread
    assert len(texts) < 8


def test_an_encrypted_member_is_a_row(tmp_path: Path) -> None:
    data = bytearray(zipped({"一.txt": ONE, "二.txt": ONE}))
    data[6] |= 1  # the flag of the first member, in its header and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    texts, (unread,) = read(put(tmp_path, "a.zip", bytes(data)))
    assert [t.stem for t in texts] == ["二"]
    assert (unread.what, unread.path) == ("encrypted", "a.zip!/一.txt")


BAD = {
    "empty": (b"", "empty"),
    "text": (ONE * 20, "damaged"),
    "rar": (b"Rar!\x1a\x07" + bytes(90), "RAR"),
    "no members": (zipped({}), "no file"),
    "folders only": (zipped({"子/": b""}), "no file"),
    "junk": (bytes(range(256)) * 9, "damaged"),
}


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tgz"])
@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_archive_is_a_row(tmp_path: Path, kind: str, suffix: str) -> None:
    data, what = BAD[kind]
    texts, (unread,) = read(put(tmp_path, f"a{suffix}", data))
    assert texts == []
    assert what in unread.what
    assert unread.cure


@pytest.mark.parametrize("name", PACKERS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=9))
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[int, int]]
) -> None:
    whole = PACKERS[name]({"一.txt": ONE, "b.zip": zipped({"二.txt": ONE}), "三.txt": ONE})
    texts, unread = read(put(tmp_path, name, changed(whole, changes)))
    assert texts or unread


# --- folders ---------------------------------------------------------------------------------------


def write(source: Path, out: Path, **options: Any) -> list[dict[str, Any]]:
    run([source], out, Options(**options), ["parquet"], 1, lambda *_: None)
    return list(pq.read_table(out / "documents.parquet").to_pylist())


def test_whatever_lies_in_a_folder_is_a_file_or_a_row(tmp_path: Path) -> None:
    source = tmp_path / "in"
    (source / "子").mkdir(parents=True)
    put(source, "一.txt", ONE)
    put(source, "两\n行.txt", ONE)
    put(source, ".hidden.txt", ONE)
    (source / ".git").mkdir()
    put(source / ".git", "二.txt", ONE)
    os.symlink(source, source / "子" / "loop")
    os.symlink("self", source / "self")
    os.symlink("nowhere", source / "dangling.txt")
    os.symlink(source / "一.txt", source / "link.txt")
    os.mkfifo(source / "pipe.txt")
    with open(os.fsencode(source) + "/总结.txt".encode("gbk"), "wb") as handle:
        handle.write(ONE)
    rows = {d["path"]: d["status"] for d in write(source, source / "out")}
    assert rows == {
        "一.txt": "read",
        "两\n行.txt": "read",
        "link.txt": "read",
        "总结.txt": "read",
        ".hidden.txt": "skipped",
        ".git": "skipped",
        "子/loop": "skipped",
        "self": "skipped",
        "dangling.txt": "skipped",
        "pipe.txt": "skipped",
    }
    issues = pq.read_table(source / "out/issues.parquet").to_pylist()
    assert {i["path"] for i in issues} >= {p for p, s in rows.items() if s == "skipped"}
    # the dataset lies inside its input, and is no input
    assert {d["path"]: d["status"] for d in write(source, source / "out")} == rows


def test_a_folder_that_cannot_be_opened_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "一.txt", ONE)
    (tmp_path / "zu").mkdir()
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("zu"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)  # root may open anything
    found = {f.path: f.left_out for f in find([tmp_path])}
    assert found["一.txt"] is None
    assert "Permission denied" in str(found["zu"])


def test_files_of_one_name_in_two_inputs_are_both_read(tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        put(tmp_path / folder, "一.txt", ONE)
    paths = [tmp_path / "a", tmp_path / "b", tmp_path / "a" / "一.txt"]
    found = find(paths)
    assert [f.path for f in found] == [str(tmp_path / f / "一.txt") for f in "ab"]
    assert found == find(paths[::-1])


def test_a_missing_input_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(ZhibuError, match="no such file"):
        find([tmp_path / "nothing"])


# --- time ------------------------------------------------------------------------------------------


def test_the_timer_ends_what_takes_too_long_and_leaves_no_alarm() -> None:
    def parse() -> None:
        while True:
            try:
                time.sleep(9)
            except Exception:  # what parsers catch does not keep the alarm from ending them
                continue

    with pytest.raises(GivenUp), timer(0.05):
        parse()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def slow_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.ingest import text

    real = text.sources

    def sources(item: Any, limits: Any) -> Any:
        if "慢" in item.shown:
            time.sleep(30)
        yield from real(item, limits)

    monkeypatch.setattr(text, "sources", sources)


@pytest.mark.parametrize("threaded", [False, True])
def test_a_file_that_takes_too_long_is_given_up_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threaded: bool
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    put(source, "一.txt", ONE)
    put(source, "包.zip", zipped({"甲.txt": ONE, "慢.txt": ONE}))
    found: list[dict[str, Any]] = []

    def work() -> None:
        found[:] = write(source, tmp_path / "out", seconds=0.5)

    with monkeypatch.context() as patched:
        slow_reader(patched)
        if threaded:  # signals do not reach a thread: a process of its own keeps the time
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(20)
        else:
            work()
    status = {d["path"]: d["status"] for d in found}
    assert status == {"一.txt": "read", "包.zip!/甲.txt": "read", "包.zip": "failed"}
    (issue,) = [
        i
        for i in pq.read_table(tmp_path / "out/issues.parquet").to_pylist()
        if i["severity"] == "error"
    ]
    assert "given up" in issue["message"]
    assert "--timeout-per-file" in issue["cure"]
    again = {d["path"]: d["status"] for d in write(source, tmp_path / "out")}
    assert again == {"一.txt": "read", "包.zip!/甲.txt": "read", "包.zip!/慢.txt": "read"}


def test_the_texts_are_the_eight() -> None:
    assert len(TEXTS) == 8
