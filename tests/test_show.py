"""Every row leads back to its place: `zhibu show` finds it again, in every format, and marks it on the page.

The places are checked against the files themselves: by the paragraphs written, openpyxl, selectolax and
pdfium, none of which our readers' anchors come from, and by where the scan was printed.
"""

from __future__ import annotations

import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("reportlab", reason="pip install 'zhibu[dev]'")

import openpyxl
import pyarrow.parquet as pq
from PIL import Image, ImageChops
from pypdfium2 import PdfDocument
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.commands import show
from pipeline.commands.run import run
from pipeline.errors import ReadError, ZhibuError
from pipeline.model import Options
from tests import pdfpage, scanpage
from tests.test_reader_docx import docx, p
from tests.test_reader_html import portal
from tests.test_reader_table import write_xlsx

GOLD = Path(__file__).parents[1] / "data/gold/sample.jsonl"
REPORT: Mapping[str, Any] = next(
    r
    for r in map(json.loads, GOLD.read_text("utf-8").splitlines())
    if r["id"] == "newspaper-page#2"
)
ROWS = [REPORT["title"], REPORT["branch"], *pdfpage.paragraphs(REPORT)]
TEXT = "\n".join(ROWS)
Row = dict[str, Any]
FACTS = {"achievements": "achievement_id", "practices": "practice_id", "honours": "honour_id"}


def write(folder: Path) -> None:
    (folder / "text.txt").write_text(TEXT, encoding="gb18030")
    (folder / "word.docx").write_bytes(docx("".join(map(p, ROWS)), header1=p("案例汇编")))
    (folder / "web.html").write_text(portal(ROWS[0], ROWS[1:]), encoding="utf-8")
    write_xlsx(folder / "book.xlsx", 案例=[["编号", "正文"], ["一", TEXT]])
    (folder / "two.pdf").write_bytes(pdfpage.plain([REPORT], 20.0))
    with zipfile.ZipFile(folder / "pack.zip", "w") as archive:
        archive.writestr("内/report.txt", TEXT)
        archive.write(folder / "two.pdf", "内/page.pdf")
    with tarfile.open(folder / "outer.tar", "w") as outer:
        outer.add(folder / "pack.zip", "pack.zip")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of files and the dataset of a run over it."""
    folder, out = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("dataset")
    write(folder)
    run([folder], out, Options(), ["parquet"], 1, lambda *_: None)
    return folder, out


def facts(out: Path, path: str) -> list[tuple[str, Row]]:
    """All facts read from a path: key and row."""
    documents = pq.read_table(out / "documents.parquet").to_pylist()
    (document,) = [d["document_id"] for d in documents if d["path"] == path]
    found = [
        (row[key], row)
        for table, key in FACTS.items()
        for row in pq.read_table(out / f"{table}.parquet").to_pylist()
        if row["document_id"] == document
    ]
    assert len(found) >= 20
    return found


def squeeze(text: str) -> str:
    return "".join(text.split())


PATHS = ("text.txt", "word.docx", "web.html", "book.xlsx#sheet=案例&row=2", "two.pdf",
         "pack.zip!/内/report.txt", "pack.zip!/内/page.pdf", "outer.tar!/pack.zip!/内/page.pdf")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_the_evidence_is_found_again_from_hash_and_place(
    place: tuple[Path, Path], path: str
) -> None:
    folder, out = place

    for row_id, row in facts(out, path)[::7]:
        shown = show.look_up(out, row_id, [folder], None)
        assert shown.source is not None
        assert shown.item is not None
        assert shown.source.sha256 == shown.document["sha256"]
        piece = shown.source.text[slice(*shown.span or (0, 0))]
        assert squeeze(piece) == squeeze(row["evidence"])
        printed = list(show.lines(shown))
        assert f"file: {path}" in printed[2]
        assert f"【{piece}】" in "\n".join(printed)


def in_paragraph(file: Path, row: Row) -> str:
    return ROWS[int(row["locator"].removeprefix("p")) - 1]


def in_cell(file: Path, row: Row) -> str:
    sheet, cell = row["locator"].split("!")
    return str(openpyxl.load_workbook(file)[sheet][cell].value)


def in_element(file: Path, row: Row) -> str:
    (node,) = LexborHTMLParser(file.read_text("utf-8")).css(row["locator"])
    return node.text()


def in_box(file: Path, row: Row) -> str:
    left, top, right, bottom = map(float, row["bbox"].split())
    page = PdfDocument(file)[row["page"] - 1]
    height = page.get_height()
    box = (left - 1, height - bottom - 2, right + 1, height - top + 2)
    return page.get_textpage().get_text_bounded(*box).replace("・", "·")


PLACES: Mapping[str, Callable[[Path, Row], str]] = {
    "word.docx": in_paragraph,
    "book.xlsx": in_cell,
    "web.html": in_element,
    "two.pdf": in_box,
}


@pytest.mark.parametrize("name", PLACES)
def test_the_locator_leads_to_the_paragraph_cell_element_and_box(
    place: tuple[Path, Path], name: str
) -> None:
    folder, out = place
    documents = pq.read_table(out / "documents.parquet").to_pylist()
    (path,) = [d["path"] for d in documents if d["path"].split("#")[0] == name]
    places = set()
    for _, row in facts(out, path):
        assert squeeze(row["evidence"]) in squeeze(PLACES[name](folder / name, row)), row
        places.add((row["locator"], row["page"], row["bbox"]))
    assert len(places) >= (1 if name == "book.xlsx" else 4)
    assert name != "two.pdf" or {page for _, page, _ in places} >= {1, 2}


def command(*arguments: str | Path) -> tuple[int, str, str]:
    try:
        done = CliRunner().invoke(app, ["show", *map(str, arguments)], catch_exceptions=False)
    except ZhibuError as error:
        return 2, "", str(error)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("path", ["two.pdf", "outer.tar!/pack.zip!/内/page.pdf"])
def test_the_evidence_is_marked_on_its_page(
    place: tuple[Path, Path], path: str, tmp_path: Path
) -> None:
    """What is marked lies on the words themselves, as pdfium finds them, and nothing else is."""
    folder, out = place
    row_id, row = next(f for f in facts(out, path) if f[1]["page"] == 2)
    code, _, said = command(out, row_id, "--source", folder, "--png", tmp_path / "page.png")
    assert (code, "written" in said) == (0, True)
    drawn = Image.open(tmp_path / "page.png").convert("RGB")
    page = PdfDocument(folder / "two.pdf")[1]
    scale = drawn.width / page.get_width()
    clean = page.render(scale=scale).to_pil().convert("RGB").resize(drawn.size)
    marks = ImageChops.difference(drawn, clean).getbbox()
    assert marks is not None
    left, top, right, bottom = map(float, row["bbox"].split())
    assert marks == pytest.approx([left * scale, top * scale, right * scale, bottom * scale], abs=6)
    words = page.get_textpage().search(row["evidence"].replace("·", "・")).get_next()
    x0, y0, x1, y1 = page.get_textpage().get_charbox(words[0] + words[1] // 2)
    red = drawn.getpixel(
        (round((x0 + x1) / 2 * scale), round((page.get_height() - (y0 + y1) / 2) * scale))
    )
    assert red != clean.getpixel((0, 0))
    assert isinstance(red, tuple)
    assert red[2] < 180


@pytest.mark.skipif(scanpage.font_file() is None, reason="no font for Chinese")
def test_a_scan_s_evidence_is_marked_where_it_was_printed(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="pip install 'zhibu[ocr]'")
    files, out = tmp_path / "files", tmp_path / "out"
    files.mkdir()
    short = {**REPORT, "sections": REPORT["sections"][:1]}
    printed = scanpage.print_page([short], scanpage.Setting(columns=1, width=22, rows=24))
    printed.picture.save(files / "scan.png")
    run([files], out, Options(), ["parquet"], 1, lambda *_: None)
    rows = pq.read_table(out / "achievements.parquet").to_pylist()
    assert len(rows) >= 4
    whole = 0  # evidence that is not broken over two lines
    for row in rows:
        boxes = [
            b for t, b in zip(printed.lines, printed.boxes, strict=True) if row["evidence"] in t
        ]
        box = [float(v) for v in row["bbox"].split()]
        assert not boxes or any(b == pytest.approx(box, abs=40) for b in boxes), (box, boxes)
        whole += bool(boxes)
    assert whole >= 3
    code, shown, _ = command(
        out, rows[0]["achievement_id"], "--source", files, "--png", tmp_path / "a.png"
    )
    assert code == 0
    assert "page 1" in shown
    marks = ImageChops.difference(
        Image.open(tmp_path / "a.png").convert("RGB"), printed.picture.convert("RGB")
    ).getbbox()
    assert marks == pytest.approx([float(v) for v in rows[0]["bbox"].split()], abs=4)


def test_without_the_file_the_row_is_shown_and_the_cure_told(
    place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, out = place
    monkeypatch.chdir(tmp_path)
    row_id, row = facts(out, "two.pdf")[0]
    code, shown, said = command(out, row_id)
    assert code == 0
    assert row["evidence"] in shown
    assert row["bbox"] in shown
    assert "--source" in said
    assert command(out, row_id, "--png", tmp_path / "a.png")[0] == 2


def test_beside_the_dataset_the_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    run([tmp_path / "one.txt"], tmp_path / "out", Options(), ["parquet"], 1, lambda *_: None)
    row_id, row = facts(tmp_path / "out", "one.txt")[0]
    code, shown, _ = command(tmp_path / "out", row_id)
    assert code == 0
    assert f"【{row['evidence']}】" in shown
    assert "line: " in shown


def test_what_cannot_be_shown_says_why(place: tuple[Path, Path], tmp_path: Path) -> None:
    folder, out = place
    row_id, _ = facts(out, "text.txt")[0]
    cases = [
        ((out, "0" * 16), "no row has this key"),
        ((tmp_path, row_id), "no dataset in this folder"),
        ((out, row_id, "--source", tmp_path / "gone"), "no such file or folder"),
        ((out, row_id, "--source", folder / "two.pdf"), "not in the sources given"),
        ((out, row_id, "--source", folder, "--png", tmp_path / "a.png"), "no box on a page"),
    ]
    for arguments, what in cases:
        code, _, said = command(*arguments)
        assert (code, what in said) == (2, True), said


def test_a_file_that_has_changed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text(TEXT, encoding="utf-8")
    run([file], tmp_path / "out", Options(), ["parquet"], 1, lambda *_: None)
    row_id, _ = facts(tmp_path / "out", "one.txt")[0]
    file.write_text("前" + TEXT, encoding="utf-8")
    code, _, said = command(tmp_path / "out", row_id, "--source", file)
    assert (code, "has changed" in said) == (2, True)


def test_a_row_of_an_issue_is_shown(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/one.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in/empty.txt").touch()
    run([tmp_path / "in"], tmp_path / "out", Options(), ["parquet"], 1, lambda *_: None)
    (issue,) = [
        i
        for i in pq.read_table(tmp_path / "out/issues.parquet").to_pylist()
        if "empty" in i["path"]
    ]
    code, shown, _ = command(tmp_path / "out", issue["issue_id"], "--source", tmp_path / "in")
    assert code == 0
    assert "empty.txt" in shown
    assert issue["message"] in shown


def test_a_page_that_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    from pipeline.ingest import Item, picture

    for name, data in (("a.pdf", b"%PDF-1.4 broken"), ("a.png", b"no picture")):
        item = Item(Path(name), name, data)
        with pytest.raises(ReadError, match="cannot be drawn"):
            picture.marked(item, 1, [], [])
