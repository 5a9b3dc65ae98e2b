"""Whatever lies in a folder, the batch goes on: a row in documents, a row in issues with a cure, one line.

All the bad files of one folder are read in one run, beside a good one. Large ones are small here, and the
limits with them; docs/robustness.md tells what the full sizes took.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import ingest
from pipeline.commands.run import Summary, run
from pipeline.errors import ReadError
from pipeline.ingest import Item, Limits, Unread
from pipeline.model import Options, Source
from tests.seeds import seeds, word, zipped
from tests.test_reader_docx import docx, p, packed

REPO = Path(__file__).parents[1]
GOOD = "a.txt"
SEEDS = seeds(scans=False)
BODY = SEEDS[GOOD].decode()


def entities(name: str) -> str:
    """A document type whose entities unfold to a billion letters."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE {name} [<!ENTITY e0 "哈哈">{levels}]>'


def bomb_docx() -> bytes:
    files = {
        n: zipfile.ZipFile(io.BytesIO(docx(p(BODY)))).read(n).decode()
        for n in zipfile.ZipFile(io.BytesIO(docx(p(BODY)))).namelist()
    }
    body = files["word/document.xml"].replace("</w:body>", p("&e9;") + "</w:body>")
    return packed(files | {"word/document.xml": entities("w:document") + body})


def bomb_html() -> bytes:
    svg = entities("svg") + '<svg xmlns="http://www.w3.org/2000/svg"><text>&e9;</text></svg>'
    return f"<html><body><article><p>{BODY}</p></article>{svg}</body></html>".encode()


def locked_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt="secret")
    canvas.drawString(80, 700, "31")
    canvas.save()
    return out.getvalue()


def locked_docx() -> bytes:
    """What Word makes of a document with a password: a compound file with the parts it names."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le") * 9
    )


def bomb_zip(size: int = 64 << 20) -> bytes:
    return zipped({"bomb.txt": b"0" * size, "good.txt": BODY.encode()})


def escaping() -> bytes:
    return zipped({"../../etc/passwd.txt": b"x", "/root.txt": b"y", "good.txt": BODY.encode()})


def nested(depth: int) -> bytes:
    data = zipped({"good.txt": BODY.encode()})
    for n in range(depth):
        data = zipped({f"{n}.zip": data})
    return data


# name → bytes, and a part of what its row of issues says
BAD: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty.txt": (lambda: b"", "empty file"),
    "blank.txt": (lambda: "\ufeff \u3000\n".encode(), "empty file"),
    "empty.pdf": (lambda: b"", ""),
    "empty.docx": (lambda: b"", ""),
    "empty.zip": (lambda: b"", "empty file"),
    "empty.csv": (lambda: b"", ""),
    "empty.html": (lambda: b"", ""),
    "empty.png": (lambda: b"", ""),
    "junk.txt": (lambda: bytes(range(256)) * 64, "binary data"),
    "junk.pdf": (lambda: bytes(range(256)) * 64, ""),
    "junk.docx": (lambda: bytes(range(256)) * 64, ""),
    "junk.xlsx": (lambda: bytes(range(256)) * 64, ""),
    "junk.parquet": (lambda: bytes(range(256)) * 64, ""),
    "junk.jpg": (lambda: bytes(range(256)) * 64, ""),
    "pdf-as.txt": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 64, "binary data"),
    "text-as.pdf": (BODY.encode, ""),
    "text-as.docx": (BODY.encode, ""),
    "html-as.png": (lambda: SEEDS["a.html"], ""),
    "picture.svg": (lambda: (entities("svg") + "<svg>&e9;</svg>").encode(), "no reader for .svg"),
    "program.exe": (lambda: b"MZ" + bytes(64), "no reader for .exe"),
    "cut.pdf": (lambda: SEEDS["a.pdf"][:900], ""),
    "cut.docx": (lambda: SEEDS["a.docx"][:900], ""),
    "cut.zip": (lambda: SEEDS["a.zip"][:9000], ""),
    "locked.pdf": (locked_pdf, "encrypted"),
    "locked.docx": (locked_docx, ""),
    "bomb.docx": (bomb_docx, ""),
    "bomb.zip": (bomb_zip, "as a bomb does"),
    "escaping.zip": (escaping, "leads out of the archive"),
    "deep.zip": (lambda: nested(4), "inside too many archives"),
    "long.txt": (lambda: ("甲" * 70_000).encode(), "--max-characters"),
    "long.html": (lambda: f"<p>{'甲' * 70_000}</p>".encode(), "--max-characters"),
    "换\n行\x1b[31m.txt": (lambda: b"", "empty file"),
    "双\u202e向.pdf": (lambda: b"", ""),
}  # fmt: skip
LONGEST = 60_000  # characters of a text in this run


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary, str]:
    """One run over all bad files and a good one: the dataset, what came of it, what was printed."""
    source = tmp_path_factory.mktemp("bad") / "in"
    source.mkdir()
    for name, (make, _) in BAD.items():
        (source / name).write_bytes(make())
    (source / "good.txt").write_bytes(SEEDS[GOOD])
    (source / "loop").symlink_to(source)
    (source / "self.txt").symlink_to("self.txt")
    (source / "gone.txt").symlink_to("nowhere.txt")
    out = source.parent / "out"
    command = [sys.executable, "-m", "pipeline", "run", str(source), "--out", str(out)]
    command += ["--max-characters", str(LONGEST), "--format", "parquet"]
    done = subprocess.run(
        command, cwd=REPO, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 1
    rows = table(out, "documents")
    failed = sum(row["status"] == "failed" for row in rows)
    return out, Summary(len(rows), failed, 0, 0, 0), done.stderr


def table(out: Path, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(out / f"{name}.parquet").to_pylist())


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_row_with_what_where_and_cure(
    batch: tuple[Path, Summary, str], name: str
) -> None:
    out, _, printed = batch
    documents = [
        d for d in table(out, "documents") if d["path"] == name or d["path"].startswith(name + "!/")
    ]
    failed = {d["document_id"]: d["path"] for d in documents if d["status"] == "failed"}
    assert failed, documents
    issues = [i for i in table(out, "issues") if i["document_id"] in failed]
    assert {i["document_id"] for i in issues} == set(failed)
    assert any(BAD[name][1] in f"{i['message']}; {i['cure']}" for i in issues), issues
    for issue in issues:
        assert issue["stage"] == "read"
        assert issue["message"]
        assert issue["cure"]
        assert not issue["message"].startswith("unexpected"), issue
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
    lines = [line for line in printed.split("\n") if line.startswith(f"zhibu: {shown}")]
    assert lines, printed


def test_the_good_ones_are_read_and_nothing_is_lost(batch: tuple[Path, Summary, str]) -> None:
    """Every entry of the folder is in documents with a status; good members of bad archives are read."""
    out, summary, _ = batch
    status = {d["path"]: d["status"] for d in table(out, "documents")}
    assert status["good.txt"] == "read"
    assert status["bomb.zip!/good.txt"] == status["escaping.zip!/good.txt"] == "read"
    assert status["loop"] == status["self.txt"] == status["gone.txt"] == "skipped"
    files = {path.split("!/")[0] for path in status}
    assert files == {*BAD, "good.txt", "loop", "self.txt", "gone.txt"}
    assert summary.failed >= len(BAD)


def test_what_is_printed_is_lines_without_controls(batch: tuple[Path, Summary, str]) -> None:
    """A name with a line end, a colour or a turned direction is one plain line on the terminal."""
    lines = batch[2].splitlines()
    assert all(c.isprintable() for line in lines for c in line)
    assert sum("换\\n行\\x1b[31m.txt: empty file" in line for line in lines) == 1
    assert sum("双\\u202e向.pdf" in line for line in lines) == 1
    assert "Traceback" not in batch[2]


# --- texts that are odd, and read ------------------------------------------------------------------


def read(name: str, data: bytes, limits: Limits | None = None) -> Source | Unread:
    (found,) = ingest.sources(Item(Path(name), name, data), limits or Limits())
    return found


def test_invalid_utf_8_is_replaced_and_told() -> None:
    found = read("a.txt", BODY.encode()[:300] + b"\xff\xfe\xff" + BODY.encode()[300:])
    assert isinstance(found, Source)
    assert "undecodable" in found.issues[0].message
    assert found.issues[0].cure


def test_control_and_bidi_characters_stay_in_the_text_and_change_no_fact(tmp_path: Path) -> None:
    """What is not seen hides nothing: the evidence is still verbatim, the same facts are found."""
    from pipeline import route

    plain = route.document(_source(BODY), Options())
    for mark in ("\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad"):
        odd = BODY.replace("。", f"。{mark}", 3)
        found = route.document(_source(odd), Options())
        assert [a.value for r in found.reports for a in r.achievements] == [
            a.value for r in plain.reports for a in r.achievements
        ], repr(mark)


def _source(text: str) -> Source:
    found = read("a.txt", text.encode())
    assert isinstance(found, Source)
    return found


def test_scripts_of_a_page_are_no_text_and_are_not_run() -> None:
    page = (
        SEEDS["a.html"].decode().replace("<nav>", "<script>document.write('走访9户')</script><nav>")
    )
    page = page.replace("<article>", "<article onclick=\"alert('走访8户')\"><style>p{}</style>")
    found = read("a.html", page.encode())
    assert isinstance(found, Source)
    assert "走访9户" not in found.text
    assert "alert" not in found.text


def test_an_entity_bomb_in_a_picture_of_a_page_does_not_unfold() -> None:
    found = read("a.html", bomb_html())
    assert isinstance(found, Source)
    assert len(found.text) < 10 * len(BODY)


def test_permissions_that_forbid_reading_are_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fake where the user is root, whom nothing is forbidden."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/good.txt").write_bytes(SEEDS[GOOD])
    for suffix in ("txt", "pdf", "docx", "zip", "csv", "html", "eml"):
        path = tmp_path / f"in/shut.{suffix}"
        path.write_bytes(SEEDS[f"a.{suffix}"])
        path.chmod(0)
    if os.geteuid() == 0:
        opened = io.open

        def refuse(file: Any, *args: Any, **named: Any) -> Any:
            if "shut." in str(file):
                raise PermissionError(13, "Permission denied", str(file))
            return opened(file, *args, **named)

        monkeypatch.setattr(io, "open", refuse)
        monkeypatch.setattr("builtins.open", refuse)
    run([tmp_path / "in"], tmp_path / "out", Options(), ["parquet"], 1, lambda *_: None)
    monkeypatch.undo()
    status = {d["path"]: d["status"] for d in table(tmp_path / "out", "documents")}
    assert status.pop("good.txt") == "read"
    assert len(status) == 7
    assert set(status.values()) == {"failed"}
    issues = [i for i in table(tmp_path / "out", "issues") if i["severity"] == "error"]
    assert all("Permission denied" in i["message"] for i in issues), issues
    assert capsys.readouterr().err.count("Permission denied") == 7


# --- size ------------------------------------------------------------------------------------------


def test_a_text_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A sparse file of 200 MB costs no memory: its size alone refuses it, and the option is named."""
    path = tmp_path / "big.txt"
    with path.open("wb") as handle:
        handle.truncate(200 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (found,) = ingest.sources(Item(path, "big.txt"), Limits())
    assert isinstance(found, Unread)
    assert "--max-characters" in found.cure
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "docx"])
def test_the_limit_of_characters_holds_for_every_format(suffix: str) -> None:
    data = word(BODY * 3) if suffix == "docx" else (BODY * 3).encode()
    limits = Limits(characters=len(BODY))
    found = read(f"a.{suffix}", data, limits)
    assert isinstance(found, Unread)
    assert "--max-characters" in found.cure
    assert isinstance(read(f"a.{suffix}", data), Source)


def test_a_long_line_takes_time_in_proportion() -> None:
    """Four times the length of one line costs some four times the time, not sixteen.

    Other work on the machine slows one run or another: the quickest of three counts.
    """
    import time

    from pipeline import route

    line = "甲市乙局党支部\n" + BODY.replace("\n", "")

    def took(times: int) -> float:
        source = _source(line + line.split("\n")[1] * (times - 1))
        spent = []
        for _ in range(3):
            began = time.process_time()
            route.document(source, Options())
            spent.append(time.process_time() - began)
        return min(spent)

    took(2)
    assert took(160) < 9 * took(40)


def test_pages_over_the_limit_are_told() -> None:
    from tests.pdfpage import plain
    from tests.scanpage import reports

    data = plain(reports("one-line", "annual-summary", "one-line"))
    found = list(ingest.sources(Item(Path("a.pdf"), "a.pdf", data), Limits(pages=1)))
    told = [
        f.what if isinstance(f, Unread) else " ".join(i.message for i in f.issues) for f in found
    ]
    assert any("page" in text for text in told), found


def test_a_file_of_one_text_that_cannot_be_read_raises() -> None:
    with pytest.raises(ReadError):
        ingest.read(Path("/nonexistent/a.txt"))
