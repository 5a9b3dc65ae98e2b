"""PDF reading holds: columns in order, reports whole, page furniture known, a box for every line, no crash.

The pages are set at test time from the composed reports of data/gold/sample.jsonl.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("reportlab", reason="reportlab sets the pages: pip install 'zhibu[dev]'")
pytest.importorskip("pdfminer", reason="pip install 'zhibu[pdf]'")

from pipeline import ingest, route
from pipeline.errors import ReadError
from pipeline.ingest import Item, Limits, Unread
from pipeline.ingest.articles import settled
from pipeline.ingest.columns import Block, Line
from pipeline.ingest.order import ordered
from pipeline.model import Document, Options, Source
from tests import pdfpage
from tests.reports import assert_anchored, assert_told

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seed" / "gold.jsonl"
Report = Mapping[str, Any]


def gold(path: Path, prefix: str) -> list[Report]:
    # the PDF font has no middle dot, so the katakana one stands for it
    records = [json.loads(r.replace("·", "・")) for r in path.read_text("utf-8").splitlines()]
    return [r for r in records if r["id"].startswith(prefix)]


SAMPLE = gold(ROOT / "data/gold/sample.jsonl", "newspaper-page#")


def squeeze(text: str | None) -> str:
    return re.sub(r"\s", "", text or "").replace("・", "·")


def read(data: bytes, limits: Limits | None = None, name: str = "page.pdf") -> Source:
    (found,) = ingest.sources(Item(Path(name), name, data), limits or Limits())
    assert isinstance(found, Source), found
    assert_sound(found)
    return found


def refused(data: bytes, name: str = "page.pdf") -> Unread:
    (found,) = ingest.sources(Item(Path(name), name, data), Limits())
    assert isinstance(found, Unread)
    assert_told(found)
    return found


def assert_sound(source: Source) -> None:
    """Sound as any source is, and every anchor has a page and a box on it."""
    assert_anchored(source)
    for anchor in source.anchors:
        assert anchor.page is not None
        assert anchor.box is not None
        assert anchor.box[0] <= anchor.box[2]
        assert anchor.box[1] <= anchor.box[3]


def document(data: bytes) -> Document:
    (found,) = route.documents(Item(Path("page.pdf"), "page.pdf", data), Options(), Limits())
    assert isinstance(found, Document)
    assert_sound(found.source)
    return found


def prose(report: Report) -> str:
    return squeeze("".join(pdfpage.paragraphs(report)))


def assert_reports(data: bytes, reports: Sequence[Report]) -> None:
    """All reports come out of the whole route as they went in: branch, title, headings, prose."""
    wanted = {
        squeeze(r["branch"]): (
            squeeze(r["title"]),
            [squeeze(s["heading"]) for s in r["sections"]],
            prose(r),
        )
        for r in reports
    }
    found = {}
    for report in document(data).reports:
        clean = report.article.text.clean
        headings = [squeeze(clean[slice(*s.heading)]) for s in report.article.sections]
        found[squeeze(report.branch)] = (squeeze(report.title), headings, squeeze(clean))
    assert found == wanted


@pytest.mark.parametrize("before", [False, True], ids=["titles after", "titles before"])
@pytest.mark.parametrize(("chars", "gutter"), [(16, 6.0), (16, 11.0), (18, 6.0)])
def test_reports_that_flow_through_five_columns(chars: int, gutter: float, before: bool) -> None:
    """Narrow gutters, uneven base lines, a banner over two columns, pictures in and beside text."""
    assert_reports(pdfpage.flowing(SAMPLE, chars, gutter, before), SAMPLE)


def test_columns_of_fourteen_characters() -> None:
    assert_reports(pdfpage.flowing(SAMPLE, 14, 9.0), SAMPLE)


def test_a_page_of_modules() -> None:
    """Titles above, below, beside, upright and set into the text."""
    assert_reports(pdfpage.modular(SAMPLE), SAMPLE)


@pytest.mark.parametrize("size", [9.0, 14.0], ids=["wide lines", "usual lines"])
def test_a_document_of_one_column_over_many_pages(size: float) -> None:
    data = pdfpage.plain(SAMPLE, size)
    assert_reports(data, SAMPLE)
    source = read(data)
    pages = max(a.page or 0 for a in source.anchors)
    heads = [source.text[slice(*f.source)] for f in source.furniture]
    assert heads.count("澄浦市“四强”党支部典型案例汇编") == pages
    assert sum(bool(re.fullmatch(r"— \d+ —", h)) for h in heads) == pages


@pytest.mark.parametrize("report", SAMPLE[1:4], ids=lambda r: str(r["id"]))
def test_a_document_of_one_report(report: Report) -> None:
    assert_reports(pdfpage.plain([report]), [report])


@pytest.mark.skipif(not SEED.is_file(), reason="no ../shared/seed here")
@pytest.mark.parametrize("setting", ["after", "before", "modules", "plain"])
def test_the_real_page_set_again(setting: str) -> None:
    reports = gold(SEED, "seed")
    data = {
        "after": lambda: pdfpage.flowing(reports),
        "before": lambda: pdfpage.flowing(reports, before=True),
        "modules": lambda: pdfpage.modular(reports),
        "plain": lambda: pdfpage.plain(reports),
    }[setting]()
    assert_reports(data, reports)


def test_a_sentence_goes_on_over_a_page_break() -> None:
    """No blank line stands between its lines; the head and foot between them are furniture."""
    source = read(pdfpage.plain(SAMPLE, 16.0))
    starts = {f.source[0] for f in source.furniture}
    lines = [a for a in source.anchors if a.start not in starts]
    broken = 0
    for one, two in pairwise(lines):
        if one.page != two.page and source.text[one.end - 1] not in "。！？”":
            between = source.text[one.end : two.start]
            assert "\n\n" not in between
            broken += 1
    assert broken


def test_indents_are_kept_as_two_blanks() -> None:
    source = read(pdfpage.flowing(SAMPLE))
    indented = sum(line.startswith("　　") for line in source.text.splitlines())
    assert indented == sum(len(pdfpage.paragraphs(r)) for r in SAMPLE)


def test_a_shadowed_title_is_read_once_and_told() -> None:
    source = read(pdfpage.flowing(SAMPLE))
    assert source.text.count("红色引擎激活基层动能") == 1
    assert any("printed twice" in i.message for i in source.issues)


def test_an_anchor_leads_to_the_page_and_box() -> None:
    sheet = pdfpage.Sheet()
    sheet.line("第一页的一行文字。", 50, 100)
    sheet.next()
    sheet.line("第二页的一行文字。", 70, 200, 12)
    source = read(sheet.done())
    start = source.text.index("第二页")
    (anchor,) = [a for a in source.anchors if a.start <= start < a.end]
    assert anchor.page == 2
    assert anchor.box is not None
    assert anchor.box == pytest.approx((70, 200, 178, 212), abs=2)


def picture_page(sheet: pdfpage.Sheet) -> None:
    pytest.importorskip("PIL")
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    image = ImageReader(Image.new("L", (60, 80), 200))
    sheet.canvas.drawImage(image, 0, 0, sheet.width, sheet.height)


def mixed() -> bytes:
    sheet = pdfpage.Sheet()
    sheet.line("澄浦市气象台党支部开展主题党日活动。", 50, 100)
    sheet.next()
    picture_page(sheet)
    sheet.next()
    sheet.line("第三页仍有文字。", 50, 100)
    return sheet.done()


@pytest.fixture
def no_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pipeline.ingest.ocr", None)


@pytest.mark.usefixtures("no_ocr")
def test_a_page_that_is_a_picture_is_an_issue() -> None:
    source = read(mixed())
    assert "第三页仍有文字。" in source.text
    (issue,) = source.issues
    assert issue.severity == "error"
    assert issue.message.startswith("page 2:")
    assert "OCR" in issue.message
    assert issue.cure


@pytest.mark.usefixtures("no_ocr")
def test_a_file_of_pictures_or_outlines_is_refused() -> None:
    sheet = pdfpage.Sheet()
    picture_page(sheet)
    assert "OCR" in refused(sheet.done()).what
    sheet = pdfpage.Sheet()
    for n in range(200):
        sheet.box(n, n, 5, 5)
    assert "OCR" in refused(sheet.done()).what


def test_pictures_of_pages_are_read_by_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's picture is handed on; boxes come back in points."""
    pytest.importorskip("pypdfium2")
    ocr = pytest.importorskip("pipeline.ingest.ocr")
    seen: list[Any] = []

    def recognise(image: Any, page: int) -> list[Any]:
        seen.append((image.size, page))
        box = (200.0, 300.0, 900.0, 340.0)
        return [ocr.Recognised("扫描页上的一行字。", box, 0.5, page, box, 36.0)]

    monkeypatch.setattr(ocr, "recognise", recognise)
    source = read(mixed())
    assert len(seen) == 1
    start = source.text.index("扫描页")
    (anchor,) = [a for a in source.anchors if a.start == start]
    assert anchor.page == 2
    assert anchor.box == pytest.approx((72, 108, 324, 122.4), abs=1)
    assert any(i.message.startswith("page 2: a picture, read by OCR with") for i in source.issues)


def test_without_its_library_the_cure_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pipeline.ingest.glyphs", None)
    assert "pip install" in refused(pdfpage.plain(SAMPLE[1:2])).cure


def test_an_encrypted_file_is_refused() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    def made(password: str) -> bytes:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, encrypt=StandardEncryption(password, "owner", strength=40))
        canvas.drawString(50, 700, "A branch report")
        canvas.save()
        return buffer.getvalue()

    assert "password" in refused(made("secret")).what
    assert "A branch report" in read(made("")).text  # one that anybody may read


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"", "empty"), (b"\n\n", "empty"), (b"PK\x03\x04 a zip", "not a PDF"), (b"%PDF-1.4\n", "")],
)
def test_what_is_no_pdf_is_refused(data: bytes, what: str) -> None:
    assert what in refused(data).what


def test_an_empty_page_is_refused() -> None:
    sheet = pdfpage.Sheet()
    sheet.next()
    assert "no text" in refused(sheet.done()).what


def test_pages_over_the_limit_are_told() -> None:
    source = read(pdfpage.plain(SAMPLE), Limits(pages=2))
    assert max(a.page or 0 for a in source.anchors) == 2
    assert any("page 3" in i.message and "not read" in i.message for i in source.issues)


def test_a_bomb_is_refused() -> None:
    packed = zlib.compress(b"q Q " * (20 << 20), 9)
    body = b"%%PDF-1.4\n1 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n" % len(packed)
    assert "unpacks" in refused(body + packed + b"\nendstream\nendobj\n").what


def test_a_page_of_too_many_glyphs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.ingest.glyphs.MOST_GLYPHS", 100)
    assert "more than 100 characters" in refused(pdfpage.plain(SAMPLE[1:2])).what


def test_damage_never_raises() -> None:
    """Files cut short or with bytes changed give a sound text or say why not."""
    whole = pdfpage.plain(SAMPLE[1:2])
    rng = Random(5)
    for n in range(60):
        data = bytearray(whole)
        if n % 3 == 0:
            del data[rng.randrange(20, len(data)) :]
        for _ in range(rng.randint(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for found in ingest.sources(Item(Path("x.pdf"), "x.pdf", bytes(data)), Limits()):
            if isinstance(found, Source):
                assert_sound(found)
            else:
                assert found.cure


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        ingest.read(tmp_path / "none.pdf")


def block(text: str, x: float, top: float, **given: Any) -> Block:
    line = Line(text, (x, top, x + 100, top + 10), top + 9, 10, "song", left=x, right=x + 100)
    return Block([line], line.box, **given)


def test_a_title_never_stands_inside_a_sentence() -> None:
    """An unfinished column goes on in the flush one; the title above that goes before both."""
    first = block("党员带头走访，", 0, 0, indented=True, open=True)
    title = block("温情守护", 120, 0, display=True)
    second = block("收集意见百条。", 120, 40)
    assert ordered([first, title, second]) == [title, first, second]


def test_what_is_cut_across_by_white_is_read_from_top_to_bottom() -> None:
    upper = [block("上左。", 0, 0, indented=True), block("上右。", 120, 0, indented=True)]
    lower = [block("下左。", 0, 100, indented=True), block("下右。", 120, 100, indented=True)]
    assert ordered([*lower, *upper]) == [*upper, *lower]


def test_settling_loses_no_line() -> None:
    blocks = [block(f"澄浦市第{n}中学党支部", 0, n * 20.0, display=n % 2 == 0) for n in range(8)]
    lines = [f for b in settled(blocks) for f in b.lines]
    assert sorted(map(id, lines)) == sorted(id(f) for b in blocks for f in b.lines)
