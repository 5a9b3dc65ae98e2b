"""Sets gold reports as PDF pages with reportlab: newspaper columns that flow, modules, plain documents."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.newspaper import paragraphs, wrap

Report = Mapping[str, Any]
SONG = "STSong-Light"
EM, LEADING = 9.0, 13.0
pdfmetrics.registerFont(UnicodeCIDFont(SONG))


def set_lines(report: Report, width: int) -> Iterator[tuple[str, bool, bool]]:
    """Lines with whether each is indented and whether it is the last of its paragraph."""
    for paragraph in paragraphs(report):
        lines = wrap(paragraph, width, hyphen=False)
        for n, line in enumerate(lines):
            yield line, n == 0, n == len(lines) - 1


@dataclass
class Sheet:
    """A page being set; heights count from its top."""

    width: float = 800.0
    height: float = 1100.0
    buffer: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self.buffer, pagesize=(self.width, self.height), invariant=1)

    def line(self, text: str, x: float, top: float, size: float = EM, width: float = 0) -> None:
        """Set a line; with a width it is justified, but for a mark that may hang."""
        y = self.height - top - size * 0.88
        space = 0.0
        if width and len(text) > 1:
            free = width - pdfmetrics.stringWidth(text, SONG, size)
            space = free / (len(text) - 1)
        self.canvas.setFont(SONG, size)
        self.canvas.drawString(x, y, text, charSpace=space)

    def fit(self, text: str, x: float, top: float, size: float, width: float) -> None:
        """Set a line as large as given, or as fits."""
        self.line(text, x, top, min(size, width / pdfmetrics.stringWidth(text, SONG, 1)))

    def down(self, text: str, x: float, top: float, size: float) -> None:
        for n, character in enumerate(text):
            self.line(character, x, top + n * size * 1.1, size)

    def shadowed(self, text: str, x: float, top: float, size: float) -> None:
        self.line(text, x + 1, top + 1, size)
        self.line(text, x, top, size)

    def box(self, x: float, top: float, width: float, height: float) -> None:
        self.canvas.rect(x, self.height - top - height, width, height)

    def next(self) -> None:
        self.canvas.showPage()

    def done(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


@dataclass
class Flow:
    """Columns filled one after another, with places left out of them (pictures, banners)."""

    sheet: Sheet
    lefts: Sequence[float]
    top: float
    bottom: float
    chars: int
    holes: Sequence[
        tuple[int, float, float, float, int]
    ] = ()  # column, top, bottom, shift, chars off
    shift: Sequence[float] = (0.0,)  # how much lower the lines of each column stand
    column: int = 0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.at = self.top

    def room(self, height: float) -> tuple[float, float, int]:
        """Go to the next place for a line; gives x, top, characters."""
        while True:
            if self.at + height > self.bottom:
                self.column += 1
                self.at = self.top
                assert self.column < len(self.lefts), "the page is full"
            x, off = self.lefts[self.column], 0
            for column, top, bottom, shift, narrower in self.holes:
                if column == self.column and self.at + height > top and self.at < bottom:
                    if not narrower:
                        self.at = bottom
                        break
                    x, off = x + shift, narrower
            else:
                place = (x, self.at + self.shift[self.column % len(self.shift)], self.chars - off)
                self.at += height
                return place

    def prose(self, report: Report) -> None:
        for paragraph in paragraphs(report):
            rest = paragraph
            first = True
            while rest:
                x, top, chars = self.room(LEADING)
                line = wrap(rest, chars if first else chars + 2, hyphen=False)[0]
                line = line.strip()
                rest = rest[len(line) :].lstrip()
                indent = 2 if first else 0
                full = (chars - indent) * EM
                self.sheet.line(line, x + indent * EM, top, width=full if rest else 0)
                first = False

    def display(self, text: str, size: float = 13.0) -> None:
        width = self.chars * EM
        if size > EM:  # long titles are set smaller, short by-lines wrap
            size = max(11.5, min(size, width / max(map(len, text.split()))))
        for part in text.split():
            lines = [
                part[i : i + int(width / size)] for i in range(0, len(part), int(width / size))
            ]
            for line in lines:
                x, top, room = self.room(size * 1.4)
                while room < self.chars:  # not beside a picture
                    x, top, room = self.room(size * 1.4)
                free = width - pdfmetrics.stringWidth(line, SONG, size)
                self.sheet.line(line, x + free / 2, top, size)

    def skip(self, height: float) -> None:
        self.at = min(self.at + height, self.bottom)


def flowing(
    reports: Sequence[Report], chars: int = 16, gutter: float = 11.0, before: bool = False
) -> bytes:
    """One page whose reports flow through five columns: titles before and after, banner, pictures."""
    step = chars * EM + gutter
    sheet = Sheet(
        width=step * 5 + 80,
        height=sum(len(p) + 12 for r in reports for p in paragraphs(r)) * LEADING / chars / 5 + 320,
    )
    lefts = [40 + n * step for n in range(5)]
    top, bottom = 60.0, sheet.height - 50
    holes = [
        (2, top, top + 60, 0, 0),
        (3, top, top + 60, 0, 0),  # a banner over two columns
        (1, 300, 430, 0, 0),  # a picture as wide as its column
        (4, 500, 560, 7 * EM, 7),  # a small one at the left, lines beside it
        (0, 700, 760, 0, 6),  # and at the right
    ]
    flow = Flow(sheet, lefts, top, bottom, chars, holes, shift=(0.0, 0.0, 3.5, 0.0, 1.0))
    sheet.shadowed("红色引擎激活基层动能", lefts[2] + 20, top + 10, 1.5 * chars)
    sheet.box(lefts[1], 305, chars * EM, 100)
    sheet.line("图为党员在一线工作。", lefts[1] + EM, 409, 7.5)
    sheet.box(lefts[4], 504, 6 * EM, 52)
    sheet.box(lefts[0] + (chars - 5.5) * EM, 704, 5.5 * EM, 52)
    for report in reports:
        heading = [("title", report["title"]), ("branch", report["branch"])]
        if before:
            _heading(flow, heading)
            flow.prose(report)
        else:
            flow.prose(report)
            _heading(flow, heading)
    return sheet.done()


def _heading(flow: Flow, heading: Sequence[tuple[str, str | None]]) -> None:
    flow.skip(8)
    if any(text for _, text in heading) and flow.at + 110 > flow.bottom:
        flow.at = flow.bottom  # a heading is not broken over columns
    for kind, text in heading:
        if text:
            flow.display(text, 14.0 if kind == "title" else EM)
    flow.skip(8)


# Columns a module takes and where its title stands, row after row of five columns.
MODULES = ((5, "above"), (3, "above"), (2, "below"), (2, "beside"), (3, "upright"), (2, "above"),
           (3, "below"), (2, "inset"), (3, "above"), (5, "beside"))  # fmt: skip


def modular(reports: Sequence[Report], gutter: float = 12.0, chars: int = 15) -> bytes:
    """A page of modules of two to five columns: titles above, beside, below, upright, set in."""
    step = chars * EM + gutter
    sheet = Sheet(width=step * 5 + 80, height=2600)
    top = end = 50.0
    used = 0
    for report, (columns, where) in zip(reports, MODULES, strict=True):
        if used + columns > 5:
            top, used = end + 26, 0
        place = (40 + used * step, top, columns, step)
        used += columns
        end = max(end, _module(sheet, report, place, chars, where))
    assert end < sheet.height - 30, "the page is full"
    return sheet.done()


def _module(
    sheet: Sheet,
    report: Report,
    place: tuple[float, float, int, float],
    chars: int,
    where: str,
) -> float:
    """Set one report as a module; gives where it ends."""
    x, top, columns, step = place
    parts: list[str] = (report["title"] or "").split()
    branch: str = report["branch"] or ""
    lines = list(set_lines(report, chars))
    body_top, first, hole = top, 0, 0
    if where == "above":
        body_top = _title(sheet, parts, branch, x, top, columns * step - 30) + 8
    elif where in ("beside", "upright"):
        first = 1
        if where == "beside":
            _title(sheet, parts, branch, x, top + 8, step - 20)
        else:
            for n, part in enumerate(parts):
                sheet.down(part, x + step - 40 - n * 28, top, 18)
            sheet.down(branch, x + step - 44 - len(parts) * 28, top + 20, EM)
    elif where == "inset":  # over all columns but the first, where the text begins beside it
        hole = 6
        _title(sheet, parts, branch, x + step, top, (columns - 1) * step - 40)
    rows = -(-(len(lines) + hole * (columns - 1)) // (columns - first))
    end = body_top + rows * LEADING
    at, column = body_top, first
    for line, indented, last in lines:
        if at + LEADING > end + 1:
            column, at = column + 1, body_top + hole * LEADING
        indent = 2 * EM if indented else 0
        sheet.line(line, x + column * step + indent, at, width=0 if last else chars * EM - indent)
        at += LEADING
    if where == "below":
        end = _title(sheet, parts, branch, x, end + 6, columns * step - 30)
    return end


def _title(
    sheet: Sheet, parts: Sequence[str], branch: str, x: float, top: float, width: float
) -> float:
    for part in parts:
        sheet.fit(part, x + 8, top, 18, width)
        top += 24
    if branch:
        sheet.fit(branch, x + 14, top + 2, EM, width)
        top += 16
    return top


def plain(reports: Sequence[Report], size: float = 14.0, heads: bool = True) -> bytes:
    """A4 pages of one column, report after report, with running heads and page numbers."""
    sheet = Sheet(595, 842)
    left, width, top, bottom = 80.0, 435.0, 90.0, 760.0
    chars = int(width / size)
    at, number = top, 1

    def foot() -> None:
        if heads:
            sheet.line("澄浦市“四强”党支部典型案例汇编", 200, 40, 9)
            sheet.line(f"— {number} —", 280, 795, 9)

    def put(text: str, x: float, big: float, justify: float, step: float) -> None:
        nonlocal at, number
        if at + step > bottom:
            foot()
            sheet.next()
            at, number = top, number + 1
        sheet.line(text, x, at, big, justify)
        at += step

    for report in reports:
        if at + 140 > bottom:
            at = bottom
        for part in (report["title"] or "").split():
            free = width - pdfmetrics.stringWidth(part, SONG, size + 6)
            put(part, left + free / 2, size + 6, 0, 34)
        if report["branch"]:
            free = width - pdfmetrics.stringWidth(report["branch"], SONG, size)
            put(report["branch"], left + free / 2, size, 0, size * 1.8 + 8)
        for line, indented, last in set_lines(report, chars):
            x = left + (2 * size if indented else 0)
            put(line, x, size, 0 if last else chars * size - (x - left), size * 1.8)
        at += 24
    foot()
    return sheet.done()
