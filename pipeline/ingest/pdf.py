"""PDF: pages of glyphs → lines, columns and reading order → one text, a box for every line.

    glyphs.py ──▶ grids.py ──▶ columns.py ──▶ blocks.py ──▶ order.py, articles.py ──▶ pages.py
    (a page)      (tables)     (lines)        (blocks)      (reading order)           (text, anchors)

Pages are read one by one and only their lines are kept. A page without text is given to the reader of
scans where that is installed, as a picture made by pypdfium2; otherwise an issue says that it needs OCR.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePath
from typing import Any

from pipeline.errors import ReadError
from pipeline.ingest.articles import settled
from pipeline.ingest.base import Item, Limits, Read, Unread, sha256
from pipeline.ingest.blocks import MOST_LINES, blocks
from pipeline.ingest.columns import Block, Box, Glyph, Line, lines
from pipeline.ingest.grids import tabulated
from pipeline.ingest.order import ordered
from pipeline.ingest.pages import Page, compose
from pipeline.ingest.picture import drawn
from pipeline.model import Issue, Source

MEDIA = "application/pdf"
EXTRA = "pip install 'zhibu[pdf]'"
OCR = "install the reader of scans (pip install 'zhibu[ocr]') or run OCR on the file and read that"
# Characters of one file: five thousand full pages.
MOST_CHARACTERS = 20_000_000
# pdfminer keeps every object it has parsed; they are dropped after so many pages.
KEPT_PAGES = 20
# A page with a picture over half of it and fewer characters than this is a scan with a stamp.
STAMP = 60
SCAN_SHARE = 0.5
# A page with more unknown characters than this share holds no text that can be read.
UNKNOWN_SHARE = 0.3
# Resolution of the pictures given to OCR, in dots an inch, and their most pixels (a bomb has more).
DOTS = 200
MOST_PIXELS = 60_000_000
# A caption stands this near below its picture, in ems, in so many lines.
CAPTION_NEAR, CAPTION_LINES = 1.5, 5
_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)")
# A page list names more pages than the message shows.
NAMED_PAGES = 12


@dataclass
class _Doubts:
    """Pages with each kind of doubt; each kind becomes one issue, so that a file of thousands has few."""

    found: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def add(self, page: int, what: str, cure: str, severity: str = "warning") -> None:
        self.found.setdefault((severity, what, cure), []).append(page)

    def issues(self) -> tuple[Issue, ...]:
        return tuple(
            Issue("read", severity, f"{_named(pages)}: {what}", cure)
            for (severity, what, cure), pages in self.found.items()
        )


def _named(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:NAMED_PAGES]))
    more = f" and {len(pages) - NAMED_PAGES} more" if len(pages) > NAMED_PAGES else ""
    return f"page{'s' if len(pages) > 1 else ''} {shown}{more}"


def sources(item: Item, limits: Limits) -> Read:
    """Give the one text of a PDF."""
    data = item.content(limits.bytes)
    if not data.strip():
        raise ReadError("empty file", item.shown, "remove it or put its text in")
    if b"%PDF-" not in data[:1024]:
        raise ReadError("not a PDF", item.shown, "give it the suffix of its format")
    try:
        glyphs = import_module("pipeline.ingest.glyphs")
    except ImportError:
        yield Unread(item.shown, "PDF files need pdfminer.six and pypdfium2", EXTRA)
        return
    if glyphs.bomb(data):
        raise ReadError(
            "a stream that unpacks to more than any page holds", item.shown, "print it to a new PDF"
        )
    document = _opened(data, item.shown)
    doubts = _Doubts()
    pages = list(_pages(document, data, limits, doubts))
    composed = compose(pages)
    issues = doubts.issues()
    if not composed.text.strip():
        if issues:
            what = "; ".join(i.message for i in issues)
            raise ReadError(f"no text in it: {what}", item.shown, issues[0].cure)
        raise ReadError("no text in it", item.shown, "check the file")
    yield Source(
        item.shown,
        PurePath(item.shown).stem,
        sha256(data),
        MEDIA,
        "unicode",
        composed.text,
        issues,
        composed.anchors,
        composed.furniture,
        _meta(document),
    )


def _opened(data: bytes, shown: str) -> Any:
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        return PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect as error:
        cure = "remove the password (qpdf --decrypt --password=… in.pdf out.pdf)"
        raise ReadError("encrypted with a password", shown, cure) from error
    except Exception as error:  # pdfminer raises anything on damaged files
        what = f"damaged or truncated PDF ({type(error).__name__})"
        raise ReadError(
            what, shown, "get the file again, or repair it (qpdf in.pdf out.pdf)"
        ) from error


def _pages(document: Any, data: bytes, limits: Limits, doubts: _Doubts) -> Iterator[Page]:
    """Read the pages in order, each as far as it can be read."""
    from pdfminer.pdfpage import PDFPage

    from pipeline.ingest.glyphs import Interpreter

    interpreter = Interpreter()
    number = characters = 0
    try:
        for number, page in enumerate(PDFPage.create_pages(document), 1):
            if number > limits.pages or characters > MOST_CHARACTERS:
                doubts.add(number, "this page and those after it are not read", "split the file")
                return
            found = _page(interpreter, page, number, data, doubts)
            if found is not None:
                characters += sum(len(f.text) for b in found.blocks for f in b.lines)
                yield found
            if number % KEPT_PAGES == 0:
                for name in ("_cached_objs", "_parsed_objs"):
                    getattr(document, name, {}).clear()
    except Exception as error:  # a damaged tree of pages
        what = f"the pages after this one cannot be found ({type(error).__name__})"
        doubts.add(number, what, "repair the file (qpdf in.pdf out.pdf)", "error")


def _page(interpreter: Any, page: Any, number: int, data: bytes, doubts: _Doubts) -> Page | None:
    from pipeline.ingest.glyphs import TooMuch

    try:
        drawn = interpreter.draw(page)
    except TooMuch as error:
        doubts.add(number, f"not read: {error}", "print it to a new PDF", "error")
        return None
    except Exception as error:  # pdfminer raises anything on damaged pages
        what = f"damaged, not read ({type(error).__name__})"
        doubts.add(number, what, "repair the file (qpdf in.pdf out.pdf)", "error")
        return None
    tables, loose = tabulated(drawn.glyphs, drawn.rules)
    found = lines(loose, drawn.rules)
    shown = sum(not g.text.isspace() for g in drawn.glyphs)
    scanned = shown < STAMP and any(
        _area(p) > SCAN_SHARE * drawn.width * drawn.height for p in drawn.pictures
    )
    drawings = not shown and (drawn.pictures or drawn.paths > STAMP)
    if scanned or drawings or drawn.unknown > UNKNOWN_SHARE * max(shown, 1):
        read = _recognised(data, number, drawn.height, doubts)
        if read is not None:
            return read
    elif drawn.unknown:
        doubts.add(number, "characters without a code, read as U+FFFD", "run OCR on the page")
    if drawn.doubled:
        doubts.add(number, "characters printed twice in one place are read once", "nothing to do")
    if drawn.recoded:
        what = "characters coded as radicals or signs that look alike are read as what they are"
        doubts.add(number, what, "nothing to do")
    if len(found) > MOST_LINES:
        doubts.add(number, "too many scattered pieces to tell columns", "check the page")
    stood = tables + blocks(found, drawn.rules, drawn.pictures)
    captions = [b for b in stood if _is_caption(b, drawn.pictures)]
    return Page(number, drawn.height, settled(ordered(stood)), captions, _turned(drawn.turned))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_caption(block: Block, pictures: list[Box]) -> bool:
    """Whether a block of other print than the body's stands right below a picture, no wider than it."""
    if not block.display or len(block.lines) > CAPTION_LINES:
        return False
    line = block.lines[0]
    return any(
        -2 <= block.box[1] - p[3] <= CAPTION_NEAR * line.size
        and block.box[0] >= p[0] - line.size
        and block.box[2] <= p[2] + line.size
        and p[3] - p[1] > 4 * line.size
        for p in pictures
        if line.size < 12
    )


def _turned(glyphs: list[Glyph]) -> list[Line]:
    """Turned text at the margins, as lines in the file's order: furniture, but kept."""
    found: list[list[Glyph]] = []
    for glyph in glyphs:
        last = found[-1][-1] if found else None
        if (
            last is not None
            and abs(last.x0 - glyph.x0) + abs(last.top - glyph.top) < 3 * glyph.size
        ):
            found[-1].append(glyph)
        else:
            found.append([glyph])
    result = []
    for part in found:
        text = "".join(" ".join(g.text.split()) for g in part)
        box = (
            min(g.x0 for g in part),
            min(g.top for g in part),
            max(g.x1 for g in part),
            max(g.bottom for g in part),
        )
        if text:
            result.append(Line(text, box, box[3], part[0].size, part[0].font))
    return result


def _recognised(data: bytes, number: int, height: float, doubts: _Doubts) -> Page | None:
    """Give a page whose text is in its picture, None (and an issue) where that cannot be read."""
    try:
        ocr = import_module("pipeline.ingest.ocr")
        image, scale = drawn(data, number, DOTS, MOST_PIXELS)
        found = list(ocr.recognise(image, number))
    except ImportError:
        doubts.add(number, "no text, only pictures or outlines: needs OCR", OCR, "error")
        return None
    except Exception as error:  # an engine or renderer that fails on one page costs that page
        doubts.add(number, f"no text, and OCR failed ({type(error).__name__})", OCR, "error")
        return None
    if not found:
        doubts.add(number, "a picture, and OCR found no text in it", "check the page")
        return None
    unsure = any(one.confidence < ocr.DOUBTFUL for one in found)
    cure = "compare lines with the page" if unsure else "nothing to do"
    doubts.add(number, f"a picture, read by OCR{' with doubt' if unsure else ''}", cure)
    page: Page = ocr.arrange(found, number, height, 1 / scale)
    return page


def _meta(document: Any) -> tuple[tuple[str, str], ...]:
    """What the file says of itself."""
    from pdfminer.utils import decode_text

    found: dict[str, str] = {}
    for info in getattr(document, "info", []) or []:
        for key, name in (("Title", "title"), ("Author", "author"), ("CreationDate", "date")):
            value = info.get(key) if isinstance(info, dict) else None
            text = decode_text(value).strip("\x00 \r\n\t") if isinstance(value, bytes) else ""
            if name == "date":
                date = _DATE.match(text)
                text = "-".join(date.groups()) if date else ""
            if text:
                found[name] = text
    return tuple(sorted(found.items()))
