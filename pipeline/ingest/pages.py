"""From pages of blocks to one text with its anchors and furniture: running heads, page breaks, wraps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.columns import ALIKE, Block, Line, body_size
from pipeline.ingest.order import flows
from pipeline.model import Anchor, Furniture

# Heads and feet stand in these shares of the page, in at most so many rows.
MARGIN = 0.14
ROWS = 2
# A head is one that stands on so many pages, or on this share of a short document's.
REPEATED = 3
SHARE = 0.5
# Lines at one height on all pages differ by less, in points.
SAME_HEIGHT = 4.0
# Lines wider than this, in characters, are no columns: their paragraphs are joined here, because layout
# takes lines so long for whole paragraphs. It also needs a few lines to see that text is wrapped.
WIDE = 42.0
FEW = 12
INDENT = "\u3000\u3000"
_FOLIO = re.compile(r"\A[\s\-—–―·•.~]*\d{1,4}[\s\-—–―·•.~]*(?:/\s*\d{1,4}\s*)?")
_DIGITS = re.compile(r"[\d一二三四五六七八九十〇]+")


@dataclass(slots=True)
class Page:
    """A page's blocks in reading order, and what its reader knows of them."""

    number: int
    height: float
    blocks: list[Block]
    captions: list[Block] = field(default_factory=list)
    aside: list[Line] = field(default_factory=list)  # turned text at the margins


@dataclass
class Composed:
    """The text of all pages."""

    text: str
    anchors: tuple[Anchor, ...]
    furniture: tuple[Furniture, ...]


def compose(pages: Sequence[Page]) -> Composed:
    """Write the pages as one text, a line for each line of print (a paragraph where those are wide)."""
    heads = _heads(pages)
    lines = [f for p in pages for b in p.blocks for f in b.lines if id(f) not in heads]
    body = body_size((f.size, len(f.text)) for f in lines)
    widths = sorted(_breadth(f.text) for f in lines if f.size <= ALIKE * body)
    typical = widths[int(len(widths) * 0.8)] if widths else 0.0
    writer = _Writer(typical > WIDE or len(lines) < FEW)
    for page in pages:
        for block in page.blocks:
            kept = [f for f in block.lines if id(f) not in heads]
            if not kept:
                continue
            if block in page.captions:
                writer.later += [("caption", page.number, f) for f in kept]
                continue
            writer.block(page.number, block, kept)
        folios = [f for b in page.blocks for f in b.lines if id(f) in heads]
        writer.later += [("running head", page.number, f) for f in folios]
        writer.later += [("margin", page.number, f) for f in page.aside]
    writer.finish()
    return Composed("".join(writer.out), tuple(writer.anchors), tuple(writer.furniture))


def _breadth(text: str) -> float:
    return sum(0.5 if c < "\u0250" else 1.0 for c in text)


def _heads(pages: Sequence[Page]) -> set[int]:
    """Give the ids of lines that are page numbers, or that stand at one place on many pages."""
    found: set[int] = set()
    shapes: Counter[tuple[str, int]] = Counter()
    margins: list[tuple[Line, str, int]] = []
    size = body_size((f.size, len(f.text)) for p in pages for b in p.blocks for f in b.lines)
    for page in pages:
        for line in _margin(page):
            if _FOLIO.fullmatch(line.text):
                found.add(id(line))
            elif line.size <= 1.05 * size:
                shape = _DIGITS.sub("#", "".join(line.text.split()))
                height = round(line.base / SAME_HEIGHT)
                margins.append((line, shape, height))
                shapes[shape, height] += 1
    least = max(2, min(REPEATED, round(len(pages) * SHARE)))
    for line, shape, height in margins:
        if sum(shapes[shape, height + d] for d in (-1, 0, 1)) >= least:
            found.add(id(line))
    return found


def _margin(page: Page) -> Iterable[Line]:
    """The lines in the outermost rows of a page; rows of a table are alike anywhere and are none."""
    plain = [b for b in page.blocks if not b.table]
    lines = sorted((f for b in plain for f in b.lines), key=lambda f: f.base)
    for some, sign in ((lines, 1), (lines[::-1], -1)):
        rows = 0
        last: Line | None = None
        for line in some:
            depth = line.box[3] if sign > 0 else page.height - line.box[1]
            if depth > MARGIN * page.height:
                break
            if last is None or abs(line.base - last.base) > 0.5 * line.size:
                rows += 1
            if rows > ROWS:
                break
            last = line
            yield line


@dataclass
class _Writer:
    joins: bool  # whether the lines of a paragraph are joined
    out: list[str] = field(default_factory=list)
    length: int = 0
    anchors: list[Anchor] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    later: list[tuple[str, int, Line]] = field(default_factory=list)
    before: Block | None = None
    last: Line | None = None

    def put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def line(self, page: int, line: Line) -> None:
        start = self.length
        self.put(line.text)
        box = tuple(round(v, 1) for v in line.box)
        self.anchors.append(
            Anchor(start, self.length, page, (box[0], box[1], box[2], box[3]), None)
        )

    def block(self, page: int, block: Block, lines: list[Line]) -> None:
        """Write a block; a blank line parts it from the one before unless a sentence goes on."""
        going = self.before is not None and flows(self.before, block)
        for n, line in enumerate(lines):
            first = n == 0
            if self.last is not None:
                within = going if first else not self._opens(self.last, line, block)
                # layout would take a line beside a picture, so much narrower, for a title
                if within and (self.joins or self.last.narrow or block.wraps):
                    a, b = self.last.text[-1:], line.text[:1]
                    self.put(
                        " " if a.isascii() and b.isascii() and a.isalnum() and b.isalnum() else ""
                    )
                else:
                    if not going or not first:
                        self.aside()
                    self.put("\n" if not first or going else "\n\n")
            if line.indent and not block.display and not (first and going):
                self.put(INDENT)
            self.line(page, line)
            self.last = line
        self.before = block

    def _opens(self, last: Line, line: Line, block: Block) -> bool:
        if block.wraps:
            return not last.full
        return block.display or line.indent or not last.full

    def aside(self) -> None:
        """Write what interrupts no paragraph any more: captions, heads and feet."""
        for kind, page, line in self.later:
            self.put("\n" if self.out else "")
            start = self.length
            self.line(page, line)
            self.furniture.append(Furniture(kind, (start, self.length)))
        self.later.clear()

    def finish(self) -> None:
        self.aside()
        self.put("\n" if self.out else "")
