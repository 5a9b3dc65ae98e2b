"""From the picture of a page to lines of text, for scans and for pages of a PDF that are pictures.

    picture ──turn, scale──▶ ink ──gutters──▶ regions ──engine──▶ lines ──▶ blocks in reading order

A line keeps two boxes: on the page as it was handed in, which anchors show, and on the page turned
straight, where columns can be told. Reading order is that of pipeline/ingest/blocks and order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.ingest import ink as geometry
from pipeline.ingest.blocks import blocks
from pipeline.ingest.columns import Line, body_size
from pipeline.ingest.engines import Area, Engine, Found, Pixels, engine
from pipeline.ingest.order import ordered
from pipeline.ingest.pages import Page

if TYPE_CHECKING:
    from PIL.Image import Image

# Height of print that is read best, in pixels, and the range that is left as it is.
BEST, SMALL, LARGE = 32.0, 22.0, 46.0
ENLARGED = 3.0  # more makes blur, not detail
# Height of print that is enough for finding columns; dust is smaller.
ENOUGH = 14.0
# Pixels of a region that are handed to the engine at once: bounds its memory.
AT_ONCE = 4_000_000
# In ems: pieces of a line nearer than JOIN are read together, nearer than APART written on one line.
JOIN, APART = 0.9, 2.5
SAME_ROW = 0.6  # boxes on one row share so much of their height
CROSSED = 0.6  # a corridor this wide cuts a box
MARGIN = 0.5  # white left around a region
# Sizes of print that differ by less are one: measures of a scan scatter.
SAME_SIZE = 1.18
# A mark that ends a line: at most so large, in ems, of at least so many square ems of ink darker than this
# share of the paper's brightness; two of them may follow each other (a stop and a quotation mark).
MARK, SPECK, DARK, MARKS = 0.45, 0.012, 0.6, 2
# A page that reads with doubt is tried turned: its middle, so many pixels of it, must read without doubt
# in so many times as many characters as it does unturned.
SAMPLE, BETTER = 1000, 2.0
# From the middle of a line to its base line.
BASE = 0.4
# Below: read with doubt, which is an issue; below: so badly that it is not taken for text.
DOUBTFUL, ILLEGIBLE = 0.8, 0.4


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line that was read: `box` in pixels of the page, `straight` on the page turned upright.

    It unpacks as text, box and confidence, for readers that need no more.
    """

    text: str
    box: Area
    confidence: float
    page: int
    straight: Area
    size: float  # height of its print, in pixels

    def __iter__(self) -> Iterator[Any]:
        return iter((self.text, self.box, self.confidence))


def recognise(image: Image, page: int = 1, choice: str | None = None) -> list[Recognised]:
    """Read the picture of a page; raises NoEngine where none is installed.

    A page that reads badly may lie on its side or head: it is read turned too, and the best reading kept.
    """
    reader = engine(choice)
    grey = image.convert("L")
    found = _upright(grey, page, reader)
    letters = sum(len(f.text) for f in found)
    if not letters or sum(f.confidence * len(f.text) for f in found) >= DOUBTFUL * letters:
        return found
    middle = _middle(grey)
    worth = {turn: _worth(_upright(_turned(middle, turn), page, reader)) for turn in range(4)}
    turn = max(worth, key=lambda t: (worth[t], -t))
    if worth[turn] <= BETTER * worth[0]:
        return found
    return [_back(f, turn, grey.size) for f in _upright(_turned(grey, turn), page, reader)]


def _middle(grey: Image) -> Image:
    """The middle of a page, enough of it to see which way up it reads."""
    x, y = grey.width / 2, grey.height / 2
    half = SAMPLE / 2
    left, top = max(x - half, 0), max(y - half, 0)
    return grey.crop((left, top, min(x + half, grey.width), min(y + half, grey.height)))


def _worth(found: list[Recognised]) -> int:
    """How many characters were read without doubt."""
    return sum(len(f.text) for f in found if f.confidence >= DOUBTFUL)


def _turned(grey: Image, quarters: int) -> Image:
    return grey.rotate(90 * quarters, expand=True) if quarters else grey


def _back(line: Recognised, quarters: int, size: tuple[int, int]) -> Recognised:
    """Give a line of a turned page its box on the page as it lay."""
    a, b, c, d = line.box
    width, height = size
    boxes = {
        1: (width - d, a, width - b, c),
        2: (width - c, height - d, width - a, height - b),
        3: (b, height - c, d, height - a),
    }
    return replace(line, box=boxes[quarters])


def _upright(grey: Image, page: int, reader: Engine) -> list[Recognised]:
    """Read a page that stands upright, or nearly so."""
    ink = geometry.binarise(grey)
    em = geometry.print_height(ink)
    if not em:
        return []
    turned = _Straight.of(grey, geometry.skew(ink), em)
    found: list[Recognised] = []
    for area in turned.areas():
        for line in turned.read(reader, area):
            if line.text.strip():
                found.append(turned.line(line, page))
    return found


@dataclass(frozen=True, slots=True)
class _Straight:
    """A page turned straight and brought to the size that is read best."""

    pixels: Pixels
    ink: geometry.Mask  # at a smaller scale
    corridors: geometry.Mask
    shrink: float  # pixels of `pixels` to one of `ink`
    em: float  # in `pixels`
    angle: float
    scale: float  # pixels of `pixels` to one of the page
    size: tuple[int, int]  # of the page

    @classmethod
    def of(cls, grey: Image, angle: float, em: float) -> _Straight:
        from PIL import Image

        size = grey.size
        if angle:
            grey = grey.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        scale = 1.0 if SMALL <= em <= LARGE else min(BEST / em, ENLARGED)
        if scale != 1.0:
            new = (max(round(grey.width * scale), 1), max(round(grey.height * scale), 1))
            grey = grey.resize(new, Image.Resampling.LANCZOS)
        em *= scale
        shrink = max(em / ENOUGH, 1.0)
        small = (max(round(grey.width / shrink), 1), max(round(grey.height / shrink), 1))
        ink = geometry.binarise(grey.resize(small, Image.Resampling.BOX))
        ink = geometry.without_rules(ink, em / shrink)
        white = geometry.corridors(ink, em / shrink)
        pixels = np.asarray(grey.convert("RGB"))
        return cls(pixels, ink, white, shrink, em, angle, scale, size)

    def areas(self) -> list[Area]:
        """Give the regions of the page, none of them larger than an engine should get at once."""
        small = self.em / self.shrink
        found: list[Area] = []
        for left, top, right, bottom in geometry.regions(self.ink, small):
            most = round(max(AT_ONCE / ((right - left) * self.shrink**2), 8 * small))
            while bottom - top > most:
                rows = self.ink[top + most // 2 : top + most, left:right].sum(1)
                at = top + most // 2 + int(np.flatnonzero(rows == rows.min())[-1])
                found.append((left, top, right, at))
                top = at
            found.append((left, top, right, bottom))
        return found

    def read(self, reader: Engine, area: Area) -> list[Found]:
        """Read a region; the boxes count in the straight page's pixels."""
        height, width = self.pixels.shape[:2]
        margin = MARGIN * self.em
        x0, y0 = (max(round(v * self.shrink - margin), 0) for v in area[:2])
        x1 = min(round(area[2] * self.shrink + margin), width)
        y1 = min(round(area[3] * self.shrink + margin), height)
        # the margin may reach into the next column: white it out beyond the region's own ink
        part = np.full((y1 - y0, x1 - x0, 3), 255, np.uint8)
        inner = [round(v * self.shrink) for v in area]
        pad = round(0.15 * self.em)
        a, b = max(inner[0] - pad, x0), min(inner[2] + pad, x1)
        part[:, a - x0 : b - x0] = self.pixels[y0:y1, a:b]

        def cut(boxes: list[Area]) -> list[Area]:
            moved = [self._trimmed(p) for c in boxes for p in self._parts(_moved(c, x0, y0))]
            rows = [self._stopped(c) for c in self._rows([c for c in moved if c is not None])]
            return [_moved(c, -x0, -y0) for c in rows]

        found = [f._replace(box=_moved(f.box, x0, y0)) for f in reader.lines(part, cut)]
        return self._joined([f for f in found if f.text.strip()])

    def _parts(self, box: Area) -> list[Area]:
        """Cut a box where a corridor crosses it."""
        row = min(int((box[1] + box[3]) / 2 / self.shrink), self.ink.shape[0] - 1)
        left, right = (int(v / self.shrink) for v in (box[0], box[2]))
        least = CROSSED * self.em / self.shrink
        edges = [box[0]]
        for a, b in geometry.runs(self.corridors[row, left:right]):
            if b - a >= least and a > least and left + b < right - least:
                edges += [(left + a) * self.shrink, (left + b) * self.shrink]
        edges.append(box[2])
        return [(a, box[1], b, box[3]) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def _trimmed(self, box: Area) -> Area | None:
        """Draw a box's sides to its ink: indents and full lines are told by them."""
        x0, y0, x1, y1 = (round(v / self.shrink) for v in box)
        part = self.ink[max(y0, 0) : max(y1, y0 + 1), max(x0, 0) : max(x1, x0 + 1)]
        columns = np.nonzero(part.any(0))[0]
        if len(columns) == 0:
            return box
        pad = 0.1 * self.em
        left = (max(x0, 0) + int(columns[0])) * self.shrink - pad
        right = (max(x0, 0) + int(columns[-1]) + 1) * self.shrink + pad
        return (max(left, 0.0), box[1], right, box[3])

    def _stopped(self, box: Area) -> Area:
        """Draw a box's right side over the stop or comma after it, which the detector leaves out.

        It is a mark by itself, smaller than half a character, before whatever stands in the next column.
        """
        top, bottom = max(round(box[1]), 0), round(box[3])
        for _ in range(MARKS):
            start = max(round(box[2] - 0.1 * self.em), 0)
            strip = self.pixels[top:bottom, start : start + round(1.45 * self.em), 0]
            if 0 in strip.shape:
                break
            dark: geometry.Mask = strip < DARK * float(strip.max())
            columns = [r for r in geometry.runs(dark.max(0)) if r[1] > round(0.1 * self.em)]
            if not columns or columns[0][1] == strip.shape[1]:
                break
            a, b = columns[0]
            rows = np.flatnonzero(dark[:, a:b].any(1))
            small = max(b - a, int(rows[-1] - rows[0])) <= MARK * self.em
            far = a > 0.6 * self.em and rows[0] < len(strip) / 2  # may be the next column's “
            if not small or far or dark[:, a:b].sum() < SPECK * self.em**2:
                break
            box = (box[0], box[1], start + b + 0.3 * self.em, box[3])
        return box

    def _rows(self, boxes: list[Area]) -> list[Area]:
        """Join the boxes of one line that stand near each other, from left to right."""
        rest = sorted(boxes, key=lambda c: c[0])
        joined: list[Area] = []
        for box in rest:
            for i, other in enumerate(joined):
                if _row(other, box) and box[0] - other[2] < JOIN * self.em:
                    joined[i] = _around(other, box)
                    break
            else:
                joined.append(box)
        return sorted(joined, key=lambda c: (c[1], c[0]))

    def _joined(self, found: list[Found]) -> list[Found]:
        """Write what stands on one line apart from each other with a blank between."""
        lines: list[Found] = []
        for one in sorted(found, key=lambda f: f.box[0]):
            for i, other in enumerate(lines):
                near = one.box[0] - other.box[2] < APART * self.em
                if near and _row(other.box, one.box) and not self._gutter(other.box, one.box):
                    text = f"{other.text.strip()} {one.text.strip()}"
                    worse = min(other.confidence, one.confidence)
                    lines[i] = Found(text, _around(other.box, one.box), worse)
                    break
            else:
                lines.append(one)
        return lines

    def _gutter(self, a: Area, b: Area) -> bool:
        return len(self._parts(_around(a, b))) > 1

    def line(self, found: Found, page: int) -> Recognised:
        """Give a line its boxes in the page's own pixels."""
        text = " ".join(found.text.split())
        x0, y0, x1, y1 = (v / self.scale for v in found.box)
        height, width = (v / self.scale for v in self.pixels.shape[:2])
        turn = radians(self.angle)
        corners = []
        for x, y in ((x0, y0), (x1, y0), (x0, y1), (x1, y1)):
            dx, dy = x - width / 2, y - height / 2
            corners.append((dx * cos(turn) - dy * sin(turn), dx * sin(turn) + dy * cos(turn)))
        xs = [min(max(x + self.size[0] / 2, 0.0), self.size[0]) for x, _ in corners]
        ys = [min(max(y + self.size[1] / 2, 0.0), self.size[1]) for _, y in corners]
        breadth = sum(0.5 if c < "\u0250" else 1.0 for c in text)
        size = (x1 - x0) / breadth if breadth >= 4 else 0.8 * (y1 - y0)
        box = (min(xs), min(ys), max(xs), max(ys))
        return Recognised(text, box, found.confidence, page, (x0, y0, x1, y1), size)


def _moved(box: Area, x: float, y: float) -> Area:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def _around(a: Area, b: Area) -> Area:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _row(a: Area, b: Area) -> bool:
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return shared > SAME_ROW * min(a[3] - a[1], b[3] - b[1])


def arrange(found: Sequence[Recognised], number: int, height: float, scale: float = 1.0) -> Page:
    """Arrange a page's lines as blocks in reading order; `scale` is points to a pixel, for a PDF.

    What is illegible (a picture's texture read as letters) stands aside, so that it tears no sentence.
    """
    sizes = _sizes([(f.size, len(f.text)) for f in found])
    lines: list[Line] = []
    aside: list[Line] = []
    boxes: dict[int, Area] = {}
    for one, size in zip(found, sizes, strict=True):
        base = (one.straight[1] + one.straight[3]) / 2 + BASE * size
        line = Line(one.text, one.straight, base, size, "")
        boxes[id(line)] = one.box
        (lines if one.confidence >= ILLEGIBLE else aside).append(line)
    arranged = ordered(blocks(lines, [], []))
    for line in (*lines, *aside):
        _place(line, boxes[id(line)], scale)
    return Page(number, height, arranged, [], aside)


def _sizes(measured: list[tuple[float, int]]) -> list[float]:
    """Take sizes that hardly differ for one, the body's first."""
    body = body_size(measured)
    near = [
        s
        for s, count in measured
        for _ in range(count)
        if body / SAME_SIZE <= s <= body * SAME_SIZE
    ]
    body = median(near) if near else body
    groups: list[list[float]] = []
    for size in sorted(s for s, _ in measured):
        if groups and size <= groups[-1][0] * SAME_SIZE:
            groups[-1].append(size)
        else:
            groups.append([size])
    middle = {s: median(g) for g in groups for s in g}
    return [body if body / SAME_SIZE <= s <= body * SAME_SIZE else middle[s] for s, _ in measured]


def _place(line: Line, box: Area, scale: float) -> None:
    """Move a line, and its column's edges with it, to where it stands on the page as it is."""
    line.left += box[0] - line.box[0]
    line.right += box[2] - line.box[2]
    line.base += box[3] - line.box[3]
    line.left, line.right = line.left * scale, line.right * scale
    line.base, line.size = line.base * scale, line.size * scale
    line.box = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
