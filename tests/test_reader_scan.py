"""Scans hold: columns in order, skew and noise borne, boxes on the ink, doubt and damage told.

The pages are printed here from composed reports, with a Chinese font of the system.
"""

from __future__ import annotations

import io
import socket
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline import route
from pipeline.ingest import Item, Limits, Unread, engines, ink, ocr, scan, sources
from pipeline.ingest.ocr import recognise
from pipeline.ingest.pages import compose
from pipeline.model import Options, Source
from tests.scanpage import Printed, Setting, error_rate, font_file, print_page, reports, spoil

needs_font = pytest.mark.skipif(
    font_file() is None,
    reason="no font for zh-cn is installed (apt-get install fonts-noto-cjk)",
)
COLUMNS = reports("newspaper-page#2", "newspaper-page#3")
BANNER = "红色引擎激活基层动能 创先争优立起时代标杆"


def encode(*pictures: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(out, form, **more)
    return out.getvalue()


def read(data: bytes, name: str = "page.png") -> list[Source | Unread]:
    return list(sources(Item(Path(name), name, data), Limits()))


def text_of(data: bytes, name: str = "page.png") -> Source:
    (found,) = read(data, name)
    assert isinstance(found, Source), found
    return found


def refused(data: bytes, name: str = "page.png") -> Unread:
    (found,) = read(data, name)
    assert isinstance(found, Unread)
    assert found.path == name
    assert found.cure
    return found


@pytest.fixture(scope="module")
def printed() -> Printed:
    return print_page(COLUMNS, Setting(rows=25, banner=BANNER))


@pytest.fixture(scope="module")
def clean(printed: Printed) -> Source:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _offline)  # models must not be downloaded
        patch.setattr(socket, "getaddrinfo", _offline)
        return text_of(encode(printed.picture))


def _offline(*_: object) -> None:
    raise AssertionError("a reader reached for the network")


@needs_font
def test_a_clean_page_of_three_columns_is_read_in_order(printed: Printed, clean: Source) -> None:
    assert error_rate(clean.text, "".join(printed.lines)) <= 0.01
    assert clean.media == "image/png"
    assert clean.encoding.startswith(("rapidocr", "tesseract"))


@needs_font
def test_every_line_has_its_box_on_the_page(printed: Printed, clean: Source) -> None:
    assert len(clean.anchors) == len(printed.lines)
    assert all(a.end <= b.start for a, b in zip(clean.anchors, clean.anchors[1:], strict=False))
    for anchor, line, box in zip(clean.anchors, printed.lines, printed.boxes, strict=True):
        assert error_rate(clean.text[anchor.start : anchor.end], line) < 0.3
        assert anchor.page == 1
        assert anchor.box is not None
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        assert anchor.box[0] < x < anchor.box[2]
        assert anchor.box[1] < y < anchor.box[3]


def facts(source: Source) -> Counter[tuple[float, str | None]]:
    document = route.document(source, Options())
    return Counter((a.value, a.unit) for r in document.reports for a in r.achievements)


@needs_font
def test_the_achievements_of_a_clean_page_are_found(clean: Source) -> None:
    wanted: Counter[tuple[float, str | None]] = Counter()
    for report in COLUMNS:
        parts = [report["lead"], *(s["heading"] + s["body"] for s in report["sections"])]
        text = "\n".join([report["branch"], *parts])
        wanted += facts(Source("x", "x", "", "text/plain", "utf-8", text))
    found = facts(clean)
    assert wanted.total() > 20
    assert (wanted & found).total() >= 0.97 * wanted.total()
    assert len(route.document(clean, Options()).reports) == len(COLUMNS)


@needs_font
def test_a_skewed_noisy_page_is_read_and_its_boxes_lie_on_the_page_as_it_is() -> None:
    page = print_page(reports("newspaper-page#6")[:1], Setting(columns=1, width=34, rows=26))
    spoiled = spoil(page.picture, -2.5, 14)
    source = text_of(encode(spoiled, form="JPEG"), "page.jpg")
    assert error_rate(source.text, "".join(page.lines)) <= 0.02
    found = ink.binarise(spoiled)
    for anchor in source.anchors:
        assert anchor.box is not None
        left, top, right, bottom = (round(v) for v in anchor.box)
        assert found[top:bottom, left:right].mean() > 0.02
        assert 0 <= left < right <= spoiled.width
        assert 0 <= top < bottom <= spoiled.height


def stripes(angle: float = 0.0, columns: int = 2) -> Image.Image:
    """Give a page of grey bars where print would be: geometry needs no letters."""
    page = np.full((1200, 1000), 255, np.uint8)
    width = (900 - 40 * (columns - 1)) // columns
    for column in range(columns):
        left = 50 + column * (width + 40)
        for top in range(60 + 9 * column, 1100, 40):
            for at in range(left, left + width - 20, 24):
                page[top : top + 22, at : at + 20] = 0
    return Image.fromarray(page).rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


@pytest.mark.parametrize("angle", [-5.0, -2.3, 0.0, 0.7, 4.6])
def test_skew_is_measured(angle: float) -> None:
    assert ink.skew(ink.binarise(stripes(-angle))) == pytest.approx(angle, abs=0.15)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_a_page_is_cut_at_its_gutters(columns: int) -> None:
    found = ink.binarise(stripes(columns=columns))
    em = ink.print_height(found)
    assert em == pytest.approx(22, abs=3)
    assert len(ink.regions(found, em)) == columns


def test_rules_in_gutters_do_not_hide_them() -> None:
    page = stripes()
    page.paste(0, (519, 20, 521, 1150))
    found = ink.binarise(page)
    assert len(ink.regions(ink.without_rules(found, 22), 22)) == 2


def test_a_white_page_is_an_issue() -> None:
    source = text_of(encode(Image.new("L", (800, 1000), 255)))
    assert source.text == ""
    (issue,) = source.issues
    assert "page 1: no text" in issue.message
    assert route.document(source, Options()).reports == ()


@needs_font
def test_all_pages_of_a_tiff_are_read_and_a_white_one_is_told() -> None:
    how = Setting(columns=1, width=12, rows=6)
    some = {"title": "", "branch": "青溪镇白鹭村党支部", "lead": "", "sections": []}
    page = print_page([some], how).picture
    data = encode(page, Image.new("L", page.size, 255), page, form="TIFF")
    source = text_of(data, "page.TIF")
    assert [a.page for a in source.anchors] == [1, 3]
    assert source.text.count("青溪镇白鹭村党支部") == 2
    assert ["page 2" in i.message for i in source.issues] == [True]


@pytest.mark.parametrize("name", ["page.png", "page.jpg", "page.jpeg", "page.tiff", "page.bmp"])
@pytest.mark.parametrize(
    "data", [b"", b"plain text", b"\x89PNG\r\n\x1a\n", b"II*\0\xff\xff\xff\x7f"]
)
def test_no_picture_is_unread(name: str, data: bytes) -> None:
    refused(data, name)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP"])
def test_a_truncated_picture_is_unread(form: str) -> None:
    data = encode(stripes(), form=form)
    assert "picture" in refused(data[: len(data) // 2]).what


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(Image.new("1", (10_500, 10_000), 1))
    monkeypatch.setattr(scan, "_plain", _offline)
    assert "million" in refused(data).what


def test_a_huge_bomb_is_not_unpacked() -> None:
    data = bytearray(encode(Image.new("1", (8, 8), 1)))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    assert "too large" in refused(bytes(data)).what


@pytest.mark.parametrize("missing", ["rapidocr", "onnxruntime"])
def test_without_the_extra_the_command_is_told(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    engines._engine.cache_clear()
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(engines.shutil, "which", lambda _: None)
    found = refused(encode(stripes()))
    assert "pip install 'zhibu[ocr]'" in found.cure
    engines._engine.cache_clear()


def test_an_unknown_engine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engines.CHOICE, "crystal ball")
    assert "crystal ball" in refused(encode(stripes())).what


def line(n: int, text: str, confidence: float) -> ocr.Recognised:
    box = (50.0, 40.0 * n, 450.0, 40.0 * n + 30)
    return ocr.Recognised(text, box, confidence, 3, box, 20.0)


def test_doubtful_lines_are_issues_and_illegible_ones_furniture() -> None:
    found = [line(n, "支部全年走访群众三百二十户，为民办实事", 0.99) for n in range(1, 7)]
    found[2] = line(3, "支部全年走访群众三百二十一户，为民办事", 0.71)
    found.append(line(20, "卅巛", 0.2))
    composed = compose([ocr.arrange(found, 3, 1000)])
    issues = scan.doubts(composed, found)
    assert [i.message for i in issues] == [
        "page 3, line 3: read with confidence 0.71",
        "page 3, line 7: read with confidence 0.20",
    ]
    assert issues[0].source is not None
    assert composed.text[slice(*issues[0].source)] == found[2].text
    (furniture,) = scan.illegible(composed, found)
    assert furniture.kind == "illegible"
    assert composed.text[slice(*furniture.source)] == "卅巛"


def test_many_doubtful_lines_are_one_issue() -> None:
    found = [line(n, f"支部走访群众{n}户，为民办实事十余件，", 0.6) for n in range(1, 21)]
    (issue,) = scan.doubts(compose([ocr.arrange(found, 3, 1000)]), found)
    assert "page 3: 20 of 20 lines" in issue.message


@needs_font
@pytest.mark.skipif(engines.shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_tesseract_reads_too() -> None:
    how = Setting(columns=1, width=16, rows=6)
    some = {"title": "", "branch": "青溪镇白鹭村党支部", "lead": "", "sections": []}
    (found,) = ocr.recognise(print_page([some], how).picture, 1, "tesseract")
    assert error_rate(found.text, "青溪镇白鹭村党支部") <= 0.25


@needs_font
@pytest.mark.parametrize("quarters", [1, 2])
def test_a_page_on_its_side_or_head_is_read(quarters: int) -> None:
    """Its boxes lie on the page as it was handed in."""
    report = {**reports("newspaper-page#2")[0], "sections": [], "branch": None}
    page = print_page([report], Setting(columns=1, width=18, rows=12))
    found = {f.text: f for f in recognise(page.picture.rotate(90 * quarters, expand=True))}
    assert sorted(found) == sorted(page.lines)
    width, height = page.picture.size
    for text, (left, top, right, bottom) in zip(page.lines, page.boxes, strict=True):
        on_side = (top, width - right, bottom, width - left)
        on_head = (width - right, height - bottom, width - left, height - top)
        place = on_side if quarters == 1 else on_head
        assert found[text].box == pytest.approx(place, abs=1.2 * Setting().em)


@needs_font
def test_the_stop_that_ends_a_line_is_read() -> None:
    """Detectors leave it out: it is small, low, and apart from the character before it."""
    lines = ["党员带头走在前。", "支部建在“项目”上", "服务群众“零距离”。", "全年开展活动36次。"]
    rows = [{"title": None, "branch": None, "lead": "\n".join(lines), "sections": []}]
    page = print_page(rows, Setting(columns=1, width=20, rows=8))
    assert sorted(line.text for line in recognise(page.picture)) == sorted(lines)
