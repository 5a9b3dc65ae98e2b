"""The glyphs, rules and pictures of a PDF page, by pdfminer's interpreter and a device of our own.

The device keeps what columns are read from and nothing else: pdfplumber's objects of the same page cost
twice the time and several times the memory, and cannot be stopped when a page holds a million glyphs.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.utils import apply_matrix_pt, mult_matrix

from pipeline.ingest.columns import Box, Glyph, Rule
from pipeline.normal import OTHER_CODES

# It warns of every font that lacks something nobody here asks for, once a page.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

# A newspaper page holds ten thousand glyphs, a broadsheet of notices thirty, and some hundred rules.
MOST_GLYPHS = 60_000
MOST_RULES = 2_000
# No page's instructions or font is larger when unpacked; pictures are not unpacked here.
MOST_BYTES = 64 << 20
_RATIO = 1032  # the most that deflate packs
_STREAM = re.compile(rb"stream\r?\n")
_THIN = 3.0
# The same glyph again within this share of its size is a shadow or a bold one made by printing twice.
_SHADOW = 0.15
_OTHERS = re.compile("[\u2015\u2e80-\u2fdf\uf900-\ufad9]")


class TooMuch(Exception):
    """A page that holds more than any real one."""


@dataclass
class Drawn:
    """What a page shows."""

    width: float = 0.0
    height: float = 0.0
    glyphs: list[Glyph] = field(default_factory=list)
    turned: list[Glyph] = field(default_factory=list)  # glyphs that do not stand upright
    turns: list[int] = field(default_factory=list)  # which way each of them is turned, in degrees
    rules: list[Rule] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    paths: int = 0
    unknown: int = 0  # glyphs without a character
    doubled: int = 0  # glyphs printed twice in one place
    recoded: int = 0  # characters under another code than their own, read by their own


class Interpreter:
    """Draws pages one by one; fonts are kept from page to page."""

    def __init__(self) -> None:
        self.resources = PDFResourceManager()

    def draw(self, page: Any) -> Drawn:
        """Give what a page shows; a page printed sideways is turned first. Raises TooMuch."""
        drawn = self._once(page)
        if len(drawn.turned) > len(drawn.glyphs):
            turn = max(set(drawn.turns), key=drawn.turns.count)
            page.rotate = (page.rotate + turn) % 360
            drawn = self._once(page)
        drawn.glyphs, drawn.doubled = _once_each(drawn.glyphs)
        return drawn

    def _once(self, page: Any) -> Drawn:
        device = _Device(self.resources)
        PDFPageInterpreter(self.resources, device).process_page(page)
        return device.drawn


class _Device(PDFTextDevice):
    """Collects glyphs, rules and pictures in points from the page's top left."""

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources)
        self.drawn = Drawn()
        self.stack: list[Box] = []

    def begin_page(self, page: Any, ctm: Any) -> None:
        x0, y0, x1, y1 = page.mediabox
        a, b = apply_matrix_pt(ctm, (x0, y0)), apply_matrix_pt(ctm, (x1, y1))
        self.drawn.width, self.drawn.height = abs(a[0] - b[0]), abs(a[1] - b[1])

    def render_char(
        self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, *rest: Any
    ) -> float:
        cid: int = rest[0]  # colour and graphic state follow
        drawn = self.drawn
        try:
            text = str(font.to_unichr(cid))
        except PDFUnicodeNotDefined:
            text = "\ufffd"
            drawn.unknown += 1
        advance = float(font.char_width(cid) * fontsize * scaling)
        if font.is_vertical():
            vx, vy = font.char_disp(cid)
            vx = fontsize * 0.5 if vx is None else vx * fontsize * 0.001
            vy = (1000 - vy) * fontsize * 0.001
            box = (-vx, vy + rise + advance, -vx + fontsize, vy + rise)
            base = box[1]
        else:
            down = font.get_descent() * fontsize
            box = (0.0, down + rise, advance, down + rise + fontsize)
            base = rise
        self._place(text, box, base, matrix, font.fontname or "", scaling)
        return advance

    def _place(
        self, text: str, box: Box, base: float, matrix: Any, font: str, scaling: float
    ) -> None:
        drawn = self.drawn
        if len(drawn.glyphs) + len(drawn.turned) >= MOST_GLYPHS:
            raise TooMuch(f"more than {MOST_GLYPHS} characters")
        if not text or not box[1] < 1e7:
            return
        a, b, c, d = matrix[:4]
        ax, ay = apply_matrix_pt(matrix, (box[0], box[1]))
        bx, by = apply_matrix_pt(matrix, (box[2], box[3]))
        line = apply_matrix_pt(matrix, (box[0], base))[1]
        height = drawn.height
        top, bottom = height - max(ay, by), height - min(ay, by)
        if bottom - top < 0.5 and abs(bx - ax) < 0.5:
            return
        place = (min(ax, bx), top, max(ax, bx), bottom)
        if _OTHERS.match(text):
            text, drawn.recoded = text.translate(OTHER_CODES), drawn.recoded + 1
        if a * d * scaling > 0 and abs(b * c) < abs(a * d):
            size = bottom - top
            drawn.glyphs.append(Glyph(text, *place, height - line, size, font))
        else:
            drawn.turned.append(Glyph(text, *place, bottom, max(bx - ax, ax - bx), font))
            drawn.turns.append((90 if b > 0 else 270) if abs(b) > abs(a) else 180)

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        ctm = mult_matrix(matrix, self.ctm) if self.ctm else matrix
        x, y, w, h = bbox
        corners = [
            apply_matrix_pt(ctm, p) for p in ((x, y), (x + w, y), (x, y + h), (x + w, y + h))
        ]
        self.stack.append(self._box(corners))

    def end_figure(self, name: str) -> None:
        self.stack.pop()

    def render_image(self, name: str, stream: Any) -> None:
        if self.stack and len(self.drawn.pictures) < MOST_RULES:
            self.drawn.pictures.append(self.stack[-1])

    def paint_path(
        self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        drawn = self.drawn
        drawn.paths += 1
        part: list[Any] = []
        for step in [*path, ("m",)]:
            if step[0] == "m" and part:
                self._rule(part, stroke)
                part = []
            part.append(step)

    def _rule(self, part: list[Any], stroke: bool) -> None:
        if len(self.drawn.rules) >= MOST_RULES or len(part) > 6 or not self.ctm:
            return
        if any(step[0] in "cvy" for step in part):
            return
        points = [apply_matrix_pt(self.ctm, step[1:3]) for step in part if len(step) >= 3]
        if len(points) < 2:
            return
        x0, top, x1, bottom = self._box(points)
        if x1 - x0 < _THIN or bottom - top < _THIN:
            self.drawn.rules.append(Rule(x0, top, x1, bottom))
        elif stroke:
            sides = ((x0, top, x1, top), (x0, bottom, x1, bottom))
            ends = ((x0, top, x0, bottom), (x1, top, x1, bottom))
            self.drawn.rules += [Rule(*s) for s in (*sides, *ends)]
            self.drawn.pictures.append((x0, top, x1, bottom))

    def _box(self, points: Sequence[tuple[float, float]]) -> Box:
        xs, ys = [p[0] for p in points], [self.drawn.height - p[1] for p in points]
        return min(xs), min(ys), max(xs), max(ys)


def _once_each(glyphs: list[Glyph]) -> tuple[list[Glyph], int]:
    """Leave out glyphs printed over themselves; gives how many they are."""
    kept: list[Glyph] = []
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in glyphs:
        x, y = int(glyph.x0 // 8), int(glyph.base // 8)
        near = _SHADOW * glyph.size
        around = {
            (glyph.text, (int((glyph.x0 + dx) // 8)), int((glyph.base + dy) // 8))
            for dx in (-near, near)
            for dy in (-near, near)
        }
        over = any(
            abs(g.x0 - glyph.x0) <= near and abs(g.base - glyph.base) <= near
            for place in around
            for g in seen.get(place, ())
        )
        if not over:
            kept.append(glyph)
            seen.setdefault((glyph.text, x, y), []).append(glyph)
    return kept, len(glyphs) - len(kept)


def bomb(data: bytes) -> bool:
    """Tell whether a stream of the file unpacks to more than any page holds (pictures aside)."""
    for found in _STREAM.finditer(data):
        start = found.end()
        entry = data[max(0, start - 1024) : start]
        entry = entry[entry.rfind(b" obj") + 1 :]
        if b"Flate" not in entry or re.search(rb"/Subtype\s*/Image", entry):
            continue
        if entry.count(b"/FlateDecode") > 1:
            return True
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        if end - start > MOST_BYTES // _RATIO and _unpacks(data[start:end]):
            return True
    return False


def _unpacks(packed: bytes) -> bool:
    unpacker, size = zlib.decompressobj(), 0
    try:
        while packed and size <= MOST_BYTES:
            size += len(unpacker.decompress(packed, 1 << 20))
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return False  # encrypted or damaged: what comes of it is no larger
    return size > MOST_BYTES
