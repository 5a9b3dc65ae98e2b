"""Ruled tables of a PDF page → a line a row, cells joined by tabs, as the reader of Word files gives them.

Only rules that cross make a grid, of two rows and two columns at least. A row in which one cell holds
prose (the deeds in a form) is no row of a table and is left to the columns; with two such cells side by
side the whole grid is a page of framed articles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median
from typing import NamedTuple

from pipeline.ingest.columns import Block, Box, Glyph, Line, Rule, lines

# Rules nearer than this, in points, are one, or touch: frames drawn cell by cell leave such gaps.
TOUCH = 2.5
THIN = 3.0
LEAST = 3  # rules across and rules down that make two rows and two columns
# No page holds more tables and no table more fields: what does is a drawing, or an attack.
MOST_GRIDS, MOST_FIELDS = 40, 20_000
# A cell of several lines with so many characters holds prose (the same in the reader of Word files).
PROSE_CELL = 150
PROSE_LINES = 6
# A line that leaves so many ems of its cell free does not go on in the next.
SHORT = 1.6
# White between a cell's side and its text, in ems, is taken for free from here on.
PADDING = 0.8


class _Segment(NamedTuple):
    """A rule across or down: where it stands, and from where to where it runs."""

    at: float
    start: float
    end: float

    def covers(self, at: float, along: float) -> bool:
        return abs(self.at - at) <= TOUCH and self.start - TOUCH <= along <= self.end + TOUCH


@dataclass(frozen=True, slots=True)
class Grid:
    """Places of the rules across and down, and for each field, row by row, the cell it belongs to.

    A cell is named by the row and column of its first field: merged fields have one name.
    """

    ys: tuple[float, ...]
    xs: tuple[float, ...]
    cells: tuple[tuple[tuple[int, int], ...], ...]

    def cell(self, glyph: Glyph) -> tuple[int, int] | None:
        """The cell that a glyph's middle stands in, None outside the grid."""
        row = bisect_right(self.ys, (glyph.top + glyph.bottom) / 2) - 1
        column = bisect_right(self.xs, (glyph.x0 + glyph.x1) / 2) - 1
        inside = 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1
        return self.cells[row][column] if inside else None

    def sides(self) -> dict[tuple[int, int], tuple[float, float]]:
        """Where each cell begins and ends, across."""
        found: dict[tuple[int, int], tuple[float, float]] = {}
        for row in self.cells:
            for c, name in enumerate(row):
                left, right = found.get(name, (self.xs[c], self.xs[c + 1]))
                found[name] = min(left, self.xs[c]), max(right, self.xs[c + 1])
        return found

    def holds(self, other: Grid) -> bool:
        """Whether another grid lies inside this one."""
        return (
            self.ys[0] - TOUCH <= other.ys[0]
            and other.ys[-1] <= self.ys[-1] + TOUCH
            and self.xs[0] - TOUCH <= other.xs[0]
            and other.xs[-1] <= self.xs[-1] + TOUCH
        )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with something in it: its lines from above, its sides, its glyphs."""

    lines: Sequence[Line]
    sides: tuple[float, float]
    glyphs: Sequence[Glyph]

    @property
    def is_prose(self) -> bool:
        length = sum(len(f.text) for f in self.lines)
        return len(self.lines) > 1 and (length >= PROSE_CELL or len(self.lines) > PROSE_LINES)

    @property
    def text(self) -> str:
        """Its lines as one: a wrapped line goes on without a blank, a short one ends."""
        words = [" ".join(f.text.split()) for f in self.lines]
        left, right = self.sides
        padding = min(min(f.box[0] - left, PADDING * f.size) for f in self.lines)
        out = words[0]
        for (last, line), text in zip(pairwise(self.lines), words[1:], strict=True):
            free = right - left - last.width - 2 * padding
            wraps = free < SHORT * last.size and line.base > last.base
            latin = out[-1:].isascii() and text[:1].isascii()
            out += text if wraps and not latin else f" {text}"
        return out


def tabulated(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Block], list[Glyph]]:
    """Give the tables of a page as blocks, a line a row, and the glyphs that stand in none."""
    found = list(islice(grids(rules), MOST_GRIDS + 1))
    if len(found) > MOST_GRIDS:
        return [], list(glyphs)
    # a frame around a table is no table
    found = [g for g in found if not any(o is not g and g.holds(o) for o in found)]
    blocks: list[Block] = []
    rest = list(glyphs)
    for grid in found:
        held: dict[tuple[int, int], list[Glyph]] = {}
        for glyph in rest:
            cell = grid.cell(glyph)
            if cell is not None:
                held.setdefault(cell, []).append(glyph)
        made, taken = _table(grid, held)
        blocks += made
        rest = [g for g in rest if id(g) not in taken]
    return blocks, rest


def _table(grid: Grid, held: dict[tuple[int, int], list[Glyph]]) -> tuple[list[Block], set[int]]:
    """Blocks of consecutive rows, and the ids of the glyphs in them; nothing where no two rows are."""
    by_row: dict[int, list[_Cell]] = {}
    sides = grid.sides()
    for name, glyphs in sorted(held.items()):
        laid = lines(glyphs, ())
        if laid:
            by_row.setdefault(name[0], []).append(_Cell(laid, sides[name], glyphs))
    if any(sum(c.is_prose for c in cells) > 1 for cells in by_row.values()):
        return [], set()  # articles side by side, in frames
    rows = [
        None if len(cells) < 2 or any(c.is_prose for c in cells) else cells
        for _, cells in sorted(by_row.items())
    ]
    if sum(cells is not None for cells in rows) < LEAST - 1:
        return [], set()
    blocks: list[Block] = []
    going = False
    for cells in rows:
        if cells is not None and going:
            blocks[-1].lines.append(_row(cells))
        elif cells is not None:
            blocks.append(Block([_row(cells)], table=True))
        going = cells is not None
    for block in blocks:
        block.box = _around(block.lines)
    return blocks, {id(g) for cells in rows if cells for cell in cells for g in cell.glyphs}


def _around(some: Sequence[Line]) -> Box:
    return (
        min(f.box[0] for f in some),
        min(f.box[1] for f in some),
        max(f.box[2] for f in some),
        max(f.box[3] for f in some),
    )


def _row(cells: Sequence[_Cell]) -> Line:
    """A row as one line."""
    laid = [f for cell in cells for f in cell.lines]
    box, size = _around(laid), median(f.size for f in laid)
    first = laid[0]
    line = Line("\t".join(cell.text for cell in cells), box, first.base, size, first.font)
    # it never is full, so that no row goes on in the next
    line.left, line.right = box[0], box[2] + 4 * size
    return line


# --- rules → grids ---------------------------------------------------------------------------------


def grids(rules: Sequence[Rule]) -> Iterator[Grid]:
    """Give the grids that rules make, each of rules that touch each other."""
    level = [r for r in rules if r.bottom - r.top < THIN <= r.x1 - r.x0]
    steep = [r for r in rules if r.x1 - r.x0 < THIN <= r.bottom - r.top]
    across = _merged([_Segment((r.top + r.bottom) / 2, r.x0, r.x1) for r in level])
    down = _merged([_Segment((r.x0 + r.x1) / 2, r.top, r.bottom) for r in steep])
    for rows, columns in _touching(across, down):
        ys, xs = sorted({s.at for s in rows}), sorted({s.at for s in columns})
        if len(ys) >= LEAST and len(xs) >= LEAST and len(ys) * len(xs) <= MOST_FIELDS:
            grid = _grid(ys, xs, rows, columns)
            if len({name for row in grid.cells for name in row}) >= 4:
                yield grid


def _merged(segments: Sequence[_Segment]) -> list[_Segment]:
    """Join segments at one place that touch; those of one place share its coordinate."""
    found: list[_Segment] = []
    same: list[_Segment] = []

    def close() -> None:
        at = median(s.at for s in same)
        start, end = None, 0.0
        for s in sorted(same, key=lambda s: s.start):
            if start is None or s.start > end + TOUCH:
                if start is not None:
                    found.append(_Segment(at, start, end))
                start, end = s.start, s.end
            end = max(end, s.end)
        if start is not None:
            found.append(_Segment(at, start, end))

    for segment in sorted(segments):
        if same and segment.at - same[0].at > TOUCH:
            close()
            same = []
        same.append(segment)
    if same:
        close()
    return found


def _touching(
    across: Sequence[_Segment], down: Sequence[_Segment]
) -> Iterator[tuple[list[_Segment], list[_Segment]]]:
    """Give the rules across and down of each set of rules that touch, from the page's top."""
    free = set(range(len(down)))
    left = list(range(len(across)))
    while left:
        rows, columns = [left.pop(0)], list[int]()
        queue = [(True, rows[0])]
        while queue:
            level, n = queue.pop()
            if level:
                met = [k for k in sorted(free) if _meet(across[n], down[k])]
                free -= set(met)
                columns += met
                queue += [(False, k) for k in met]
            else:
                met = [k for k in left if _meet(across[k], down[n])]
                left = [k for k in left if not _meet(across[k], down[n])]
                rows += met
                queue += [(True, k) for k in met]
        yield [across[n] for n in rows], [down[n] for n in columns]


def _meet(level: _Segment, steep: _Segment) -> bool:
    return level.covers(level.at, steep.at) and steep.covers(steep.at, level.at)


def _grid(
    ys: Sequence[float], xs: Sequence[float], rows: Sequence[_Segment], columns: Sequence[_Segment]
) -> Grid:
    """Tell which fields are one cell: those between which no rule runs."""
    level, steep = _by_place(rows), _by_place(columns)
    names: list[list[tuple[int, int]]] = []
    for r in range(len(ys) - 1):
        names.append([])
        for c in range(len(xs) - 1):
            y, x = (ys[r] + ys[r + 1]) / 2, (xs[c] + xs[c + 1]) / 2
            name = (r, c)
            if c and not any(s.covers(xs[c], y) for s in steep[xs[c]]):
                name = names[r][c - 1]
            elif r and not any(s.covers(ys[r], x) for s in level[ys[r]]):
                name = names[r - 1][c]
            names[r].append(name)
    return Grid(tuple(ys), tuple(xs), tuple(map(tuple, names)))


def _by_place(segments: Sequence[_Segment]) -> dict[float, list[_Segment]]:
    found: dict[float, list[_Segment]] = {}
    for segment in segments:
        found.setdefault(segment.at, []).append(segment)
    return found
