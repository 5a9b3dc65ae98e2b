"""From the glyphs of a page to lines and blocks: pure geometry, in points from the page's top left.

Glyphs that follow each other in the file and on paper make runs; runs on one base line make lines,
unless a gutter lies between them. A gutter is a corridor that stays white over several rows, or a place
where many other lines begin: the gap alone does not tell (a number may stand in wider blanks than a
narrow gutter). Lines under each other, alike in size and alone above and below, make blocks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

Box = tuple[float, float, float, float]

# All gaps and offsets are in ems (the size of the glyphs at hand).
TOUCHING = 0.45  # a gap inside a line of prose; justified lines stretch by less
APART = 2.5  # a gap that no line of prose has
DISPLAY_APART = 1.3  # the same for titles: a full-width blank, somewhat stretched
OVERLAP = -0.6  # how far squeezed punctuation runs into its neighbour
SAME_LINE = 0.3  # base lines of different fonts on one line differ by less
BLANK, LATIN_BLANK = 0.7, 0.22  # a gap that stands for a blank, between Chinese and Latin
ALIKE = 1.12  # ratio of sizes within a block
DISPLAY = 1.15  # times the body's size: a title
ROWS = 3  # a corridor is white over so many rows with text on both sides
REACH = 14.0  # … within so many ems above and below
SEEN = 300  # … and so many runs, which is more than a page has there
EDGE_VOTES = 4  # so many lines begin at a column's edge
INDENT = (1.3, 2.8)  # offset of a paragraph's first line
STACK = (0.8, 1.7)  # from glyph to glyph in vertical writing
STACKED = 3  # so many glyphs under each other are vertical writing
ENDS = "。！？…"
CLOSERS = "”’）】》」』)"
MARKS = ENDS + CLOSERS + "，、；："


class Glyph(NamedTuple):
    """A character as printed; `base` is its base line, `size` its em."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float
    font: str


class Rule(NamedTuple):
    """A printed line or the side of a box."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True, eq=False)
class Line:
    """A line of print; `left` and `right` are the edges of its column."""

    text: str
    box: Box
    base: float
    size: float
    font: str
    vertical: bool = False
    left: float = 0.0
    right: float = 0.0
    indent: bool = False
    narrow: bool = False  # its column is narrowed by a picture here

    @property
    def width(self) -> float:
        """How wide it is, in points."""
        return self.box[2] - self.box[0]

    @property
    def closed(self) -> bool:
        """Whether it ends a sentence."""
        return self.text.rstrip(CLOSERS)[-1:] in ENDS

    @property
    def full(self) -> bool:
        """Whether it reaches the right edge of its column (a mark may be squeezed there)."""
        return self.box[2] >= self.right - 1.6 * self.size


@dataclass(slots=True, eq=False)
class Block:
    """Lines under each other; `display` is what is no running text (titles, by-lines, captions)."""

    lines: list[Line]
    box: Box = (0.0, 0.0, 0.0, 0.0)
    display: bool = False
    wraps: bool = False  # display in the body's size: a full line goes on in the next
    indented: bool = False  # opens a paragraph for certain
    open: bool = False  # ends inside a paragraph for certain
    table: bool = False  # rows of a table, of which none goes on in the next


@dataclass(slots=True)
class _Run:
    glyphs: list[Glyph]
    vertical: bool = False
    x0: float = 0.0
    x1: float = 0.0
    base: float = 0.0
    size: float = 0.0
    end: float = 0.0  # x1 without closing marks, which may hang over the column's edge

    def measured(self) -> _Run:
        self.x0 = min(g.x0 for g in self.glyphs)
        self.x1 = max(g.x1 for g in self.glyphs)
        kept = [g.x1 for g in self.glyphs if g.text not in MARKS]
        self.end = max(kept, default=self.x1)
        self.base = median(g.base for g in self.glyphs)
        self.size = median(g.size for g in self.glyphs)
        return self


def lines(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> list[Line]:
    """Give the lines of a page, in order of their base lines."""
    runs = _runs(glyphs)
    flat = sorted((r for r in runs if not r.vertical), key=lambda r: (r.base, r.x0))
    body = body_size((r.size, len(r.glyphs)) for r in flat)
    pieces = _Joiner(flat, rules, body).joined()
    pieces += [r for r in runs if r.vertical]
    found = [_line(piece) for piece in pieces]
    return sorted((f for f in found if f.text), key=lambda f: (f.base, f.box[0]))


def body_size(sizes: Iterable[tuple[float, int]]) -> float:
    """Give the size that most characters have, from sizes and counts."""
    counts: Counter[float] = Counter()
    for size, count in sizes:
        counts[round(size * 2) / 2] += count
    return max(counts, key=lambda s: (counts[s], s)) if counts else 10.0


def _runs(glyphs: Sequence[Glyph]) -> list[_Run]:
    """Cut the glyphs, in the file's order, where the next one does not follow on paper."""
    flat: list[_Run] = []
    stack: list[Glyph] = []
    stacks: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and _follows(last, glyph):
            flat[-1].glyphs.append(glyph)
            stack = []
        else:
            if stack and len(flat[-1].glyphs) == 1 and _under(stack[-1], glyph):
                stack.append(glyph)
            else:
                stack = [glyph]
                stacks.append(stack)
            flat.append(_Run([glyph]))
        last = glyph
    upright = {id(g) for s in stacks if len(s) >= STACKED for g in s}
    # the last glyph of a stack may have opened a run of its own
    tails = {id(r.glyphs[0]) for r in flat if len(r.glyphs) > 1}
    result = [r for r in flat if id(r.glyphs[0]) not in upright - tails]
    for s in stacks:
        kept = [g for g in s if id(g) not in tails]
        if len(s) >= STACKED:
            result.append(_Run(kept, vertical=True))
    return [r.measured() for r in result if any(not g.text.isspace() for g in r.glyphs)]


def _follows(a: Glyph, b: Glyph) -> bool:
    em = max(a.size, b.size)
    return (
        abs(a.base - b.base) <= 0.15 * em
        and OVERLAP * em <= b.x0 - a.x1 <= TOUCHING * em
        and b.x0 > a.x0 - 0.1 * em
        and 0.55 <= a.size / max(b.size, 0.01) <= 1.8
    )


def _under(a: Glyph, b: Glyph) -> bool:
    em = max(a.size, b.size)
    down = b.top - a.top
    centred = abs((a.x0 + a.x1) - (b.x0 + b.x1)) <= 0.3 * em
    return centred and STACK[0] * em <= down <= STACK[1] * em and alike(a.size, b.size)


def alike(a: float, b: float) -> bool:
    """Whether two sizes of print are those of one text."""
    return max(a, b) <= ALIKE * max(min(a, b), 0.01)


@dataclass
class _Joiner:
    """Joins the runs of a line where no gutter lies between them."""

    runs: list[_Run]
    rules: Sequence[Rule]
    body: float
    bases: list[float] = field(default_factory=list)
    edges: Counter[int] = field(default_factory=Counter)  # places where runs begin

    def joined(self) -> list[_Run]:
        self.bases = [r.base for r in self.runs]
        for r in self.runs:
            if len(r.glyphs) >= 4:
                self.edges[round(r.x0)] += 1
        done: set[int] = set()
        result = []
        for i in range(len(self.runs)):
            if i in done:
                continue
            row = sorted(self._row(i, done), key=lambda k: self.runs[k].x0)
            done.update(row)
            parts = [self.runs[k] for k in row]
            piece = [parts[0]]
            for part in parts[1:]:
                if self._belongs(piece[-1], part):
                    piece.append(part)
                else:
                    result.append(_Run([g for p in piece for g in p.glyphs]).measured())
                    piece = [part]
            result.append(_Run([g for p in piece for g in p.glyphs]).measured())
        return result

    def _row(self, i: int, done: set[int]) -> list[int]:
        """The runs on the base line of run i (columns may be set a little higher or lower)."""
        run = self.runs[i]
        row = [i]
        for k in range(i + 1, len(self.runs)):
            other = self.runs[k]
            if other.base - run.base > SAME_LINE * max(run.size, self.body):
                break
            if k not in done and other.base - run.base <= SAME_LINE * max(run.size, other.size):
                row.append(k)
        return row

    def _belongs(self, a: _Run, b: _Run) -> bool:
        em = max(a.size, b.size)
        gap = b.x0 - a.x1
        if not OVERLAP * em <= gap or not 0.5 <= a.size / b.size <= 2.0:
            return False
        if any(
            a.x1 - 1 <= r.x0 <= b.x0 + 1 and r.top < a.base < r.bottom + em / 2
            for r in self.rules
            if r.x1 - r.x0 < 3 and r.bottom - r.top > 2 * em
        ):
            return False
        if em <= DISPLAY * self.body and self._opens_column(b, gap):
            return False
        if gap <= TOUCHING * em:
            # columns of a page made row by row may stand as near as this
            return gap < 0.2 * em or not self._corridor(a, b, 2 * ROWS)
        if not alike(a.size, b.size):
            return False
        if gap > (DISPLAY_APART if em > DISPLAY * self.body else APART) * em:
            return False
        return not self._corridor(a, b, ROWS)

    def _opens_column(self, b: _Run, gap: float) -> bool:
        """Whether many lines begin where run b does, and no more of them by an indent further left.

        Marks that hang over the end of a column may fill the gutter.
        """
        votes = self._votes(b.x0)
        if votes <= (EDGE_VOTES if gap >= 0.6 * b.size else 2 * EDGE_VOTES):
            return False
        return all(self._votes(b.x0 - n * b.size) <= votes for n in (1.5, 2.0, 2.5))

    def _votes(self, x: float) -> int:
        return sum(self.edges[round(x) + d] for d in (-1, 0, 1))

    def _corridor(self, a: _Run, b: _Run, least: int) -> bool:
        """Whether the gap between two runs goes on above and below, with text on both sides."""
        em = min(a.size, b.size)
        x0, x1 = min(a.x1, a.end + em) + 0.1 * em, b.x0 - 0.1 * em
        near = APART * em
        left, right = 0, 0
        for step in (-1, 1):
            k = bisect_left(self.bases, a.base)
            k = k if step > 0 else k - 1
            last = k + step * SEEN
            while 0 <= k < len(self.runs) and abs(self.bases[k] - a.base) <= REACH * em:
                if k == last:
                    break
                r = self.runs[k]
                k += step
                if not alike(r.size, em) or r is a or r is b:
                    continue
                if r.x0 < x1 and r.end > x0:
                    x0, x1 = (x0, r.x0) if r.x0 - x0 > x1 - r.end else (r.end, x1)
                    if x1 - x0 < 0.2 * em:
                        break
                left += r.end <= x0 + 0.1 * em and r.end > x0 - near
                right += r.x0 >= x1 - 0.1 * em and r.x0 < x1 + near
        return left >= least - 1 and right >= least - 1


def _line(run: _Run) -> Line:
    glyphs = run.glyphs
    if not run.vertical:
        glyphs = sorted(glyphs, key=lambda g: g.x0)
    while glyphs and glyphs[0].text.isspace():
        glyphs = glyphs[1:]
    while glyphs and glyphs[-1].text.isspace():
        glyphs = glyphs[:-1]
    if not glyphs:
        return Line("", (0, 0, 0, 0), 0, 1, "")
    out = [glyphs[0].text]
    for a, b in pairwise(glyphs):
        blank = a.text.isspace() or b.text.isspace()
        latin = a.text.isascii() and b.text.isascii()
        wide = (LATIN_BLANK if latin else BLANK) * max(a.size, b.size)
        if not run.vertical and not blank and b.x0 - a.x1 >= wide:
            out.append(" ")
        out.append(b.text)
    box = (
        min(g.x0 for g in glyphs),
        min(g.top for g in glyphs),
        max(g.x1 for g in glyphs),
        max(g.bottom for g in glyphs),
    )
    fonts = Counter(g.font for g in glyphs)
    text = " ".join("".join(out).split("\n"))
    return Line(text, box, run.base, run.size, fonts.most_common(1)[0][0], run.vertical)
