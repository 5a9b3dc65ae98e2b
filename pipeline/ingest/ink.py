"""What the ink of a scanned page tells before anything is read: size of print, skew, columns.

Pure geometry on a black-and-white page. Columns are cut before recognition because recognisers read
straight over narrow gutters: a three-column page read whole came out with a sixth of its characters wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Mask = NDArray[np.bool_]
Area = tuple[int, int, int, int]  # left, top, right, bottom

# Ink is darker than the paper around it by this share; less is show-through and shade.
DARKER = 0.25
# The paper's brightness is that of the brightest of so many pixels around.
PAPER = 40
# Degrees: scans lie askew by less; steps of the coarse and the fine search.
MOST_SKEW, COARSE, FINE = 5.0, 0.5, 0.05
STRAIGHT = 0.08  # a skew below this is left alone: turning blurs
# All in ems (the height of the print).
GUTTER = 0.45  # the narrowest gutter seen: commas hang into it
COLUMN = 4.0  # the narrowest column
RULE = 5.0  # a straight stroke longer than any in a character: a rule, a frame, a dark picture
# A white corridor is a gutter if it is so high; a narrow one may be commas under each other.
# The gutter's text is this near on both sides.
BESIDE = 2.2
HEIGHTS = ((2.5, 2.0), (1.0, 5.0), (0.6, 8.0), (GUTTER, 14.0))
CORRIDOR = 8.0  # … and the height at which one cuts a single box
# Share of a column's or row's pixels that dust may blacken.
DUST = 0.004
# Cuts inside cuts: pages are not nested deeper.
DEPTH = 8


def binarise(grey: Image) -> Mask:
    """Tell ink from paper, whatever shade the paper has in each place."""
    from PIL import Image, ImageFilter

    grey = grey.filter(ImageFilter.MedianFilter(3))  # dust
    small = grey.reduce(8) if min(grey.size) > 64 else grey
    small = small.filter(ImageFilter.MaxFilter(2 * (PAPER // 16) + 1))
    small = small.filter(ImageFilter.BoxBlur(3))
    paper = np.asarray(small.resize(grey.size, Image.Resampling.BILINEAR), dtype=np.float32)
    found: Mask = np.asarray(grey, dtype=np.float32) < paper * (1 - DARKER) - 8
    return found


def print_height(ink: Mask) -> float:
    """Estimate the height of the print, in pixels; 0 where there is none.

    In a strip two or three characters wide, lines are runs of ink between white.
    """
    height, width = ink.shape
    strip = max(8, width // 40)
    lengths: list[NDArray[np.int64]] = []
    for left in range(0, width - strip + 1, strip):
        rows = ink[:, left : left + strip].sum(1) >= 2
        lengths.append(np.asarray([b - a for a, b in runs(rows)], dtype=np.int64))
    found = np.sort(np.concatenate(lengths)) if lengths else np.zeros(0, np.int64)
    found = found[(found >= 5) & (found <= max(height // 10, 60))]
    if len(found) == 0:
        return 0.0
    weight = np.cumsum(found)
    return float(found[int(np.searchsorted(weight, weight[-1] / 2))])


def skew(ink: Mask) -> float:
    """Give the angle by which lines fall to the right, in degrees: there their profile is sharpest."""
    step = max(1, max(ink.shape) // 1200)
    y, x = np.nonzero(ink[::step, ::step])
    if len(y) < 200:
        return 0.0
    thin = max(1, len(y) // 300_000)
    y, x = y[::thin].astype(np.float64), x[::thin].astype(np.float64)

    def sharpness(degrees: float) -> float:
        rows = y - x * np.tan(np.radians(degrees))
        profile = np.bincount((rows - rows.min()).astype(np.int64)).astype(np.float64)
        return float((np.diff(profile) ** 2).sum())

    coarse = np.arange(-MOST_SKEW, MOST_SKEW + COARSE / 2, COARSE)
    best = max(coarse, key=sharpness)
    fine = np.arange(best - COARSE, best + COARSE + FINE / 2, FINE)
    found = float(max(fine, key=sharpness))
    return 0.0 if abs(found) < STRAIGHT else found


def runs(line: NDArray[Any]) -> list[tuple[int, int]]:
    """Give the runs of true values as (start, end)."""
    edges = np.diff(np.concatenate([[0], np.asarray(line, dtype=np.int8), [0]]))
    return list(
        zip(np.nonzero(edges == 1)[0].tolist(), np.nonzero(edges == -1)[0].tolist(), strict=True)
    )


def long_runs(mask: Mask, least: int) -> Mask:
    """Keep what lies in vertical runs of true values at least so long."""
    height = mask.shape[0]
    if least > height:
        return np.zeros_like(mask)
    total = np.concatenate([np.zeros((1, mask.shape[1]), np.int32), np.cumsum(mask, 0, np.int32)])
    starts = (total[least:] - total[:-least]) == least
    count = np.concatenate([np.zeros((1, mask.shape[1]), np.int32), np.cumsum(starts, 0, np.int32)])
    ends = np.minimum(np.arange(1, height + 1), len(starts))
    begins = np.maximum(np.arange(height) - least + 1, 0)
    kept: Mask = count[ends] - count[np.minimum(begins, len(starts))] > 0
    return kept


def without_rules(ink: Mask, em: float) -> Mask:
    """Take away rules, frames and dark pictures, which stand in gutters or bridge them."""
    least = max(3, round(RULE * em))
    return ink & ~long_runs(ink, least) & ~long_runs(ink.T, 2 * least).T


def corridors(ink: Mask, em: float) -> Mask:
    """Give what lies in white corridors, text near on both sides, too high to be gaps between words."""
    reach = max(1, round(em))
    text = _smeared(ink, reach, 0)  # bridges the white between two lines
    near = max(1, round(BESIDE * em))
    left = _smeared(text, near, 1)
    right = _smeared(text[:, ::-1], near, 1)[:, ::-1]
    return long_runs(~ink & left & right, max(3, round(CORRIDOR * em)))


def _smeared(mask: Mask, by: int, axis: int) -> Mask:
    """Spread true values downwards (axis 0) or to the right."""
    line = mask if axis == 0 else mask.T
    total = np.cumsum(line, 0, np.int32)
    before = np.concatenate([np.zeros((by + 1, line.shape[1]), np.int32), total])[: len(line)]
    found: Mask = total - before > 0
    return found if axis == 0 else found.T


def regions(ink: Mask, em: float) -> list[Area]:
    """Cut a page along its gutters, so that no line of a region runs over one."""
    return list(_cut(ink, (0, 0, ink.shape[1], ink.shape[0]), em, DEPTH))


def _cut(ink: Mask, area: Area, em: float, depth: int) -> Iterator[Area]:
    trimmed = _trim(ink, area)
    if trimmed is None:
        return
    left, top, right, bottom = trimmed
    part = ink[top:bottom, left:right]
    places = _gutters(~_inked(part, 0), part, em)
    if places and depth:
        edges = [left, *(left + p for p in places), right]
        for a, b in pairwise(edges):
            yield from _cut(ink, (a, top, b, bottom), em, depth - 1)
        return
    bands = _bands(part, em) if depth else []
    if len(bands) > 1:
        for a, b in bands:
            yield from _cut(ink, (left, top + a, right, top + b), em, depth - 1)
        return
    yield trimmed


def _inked(part: Mask, axis: int) -> Mask:
    found: Mask = part.sum(axis) > DUST * part.shape[axis]
    return found


def _trim(ink: Mask, area: Area) -> Area | None:
    left, top, right, bottom = area
    part = ink[top:bottom, left:right]
    x, y = np.nonzero(_inked(part, 0))[0], np.nonzero(_inked(part, 1))[0]
    if len(x) == 0 or len(y) == 0:
        return None
    return left + int(x[0]), top + int(y[0]), left + int(x[-1]) + 1, top + int(y[-1]) + 1


def _gutters(white: Mask, part: Mask, em: float) -> list[int]:
    """Give the middles of the white corridors that part columns wide enough to be such."""
    height, width = part.shape
    found: list[int] = []
    last = 0
    for a, b in runs(white):
        least = next((h for w, h in HEIGHTS if b - a >= w * em), None)
        wide = a - last >= COLUMN * em and width - b >= COLUMN * em
        if least is not None and height >= least * em and wide:
            found.append((a + b) // 2)
            last = b
    return found


def _bands(part: Mask, em: float) -> list[tuple[int, int]]:
    """Group the rows of a region into bands: rows that share a gutter, and rows that have none."""
    rows = [r for r in runs(_inked(part, 1)) if r[1] - r[0] > 0.15 * em]
    groups: list[tuple[int, int, bool]] = []
    at = 0
    while at < len(rows):
        white = ~_inked(part[rows[at][0] : rows[at][1]], 0)
        end = at
        while end + 1 < len(rows) and _parts(white, em):
            more = white & ~_inked(part[rows[end + 1][0] : rows[end + 1][1]], 0)
            if not _parts(more, em):
                break
            white, end = more, end + 1
        span = part[rows[at][0] : rows[end][1]]
        columns = bool(_gutters(white, span, em))
        # chance gaps under each other: the rows after the first may still belong to columns
        end = end if columns else at
        if columns or not groups or groups[-1][2]:
            groups.append((rows[at][0], rows[end][1], columns))
        else:
            groups[-1] = (groups[-1][0], rows[end][1], False)
        at = end + 1
    ends = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(groups))]
    return list(zip(ends, [*ends[1:], part.shape[0]], strict=True))


def _parts(white: Mask, em: float) -> bool:
    """Whether a white corridor lies between two stretches of ink wide enough for columns."""
    x = np.nonzero(~white)[0]
    if len(x) == 0:
        return False
    return any(
        b - a >= GUTTER * em and a - x[0] >= COLUMN * em and x[-1] + 1 - b >= COLUMN * em
        for a, b in runs(white)
    )
