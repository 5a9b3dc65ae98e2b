"""The same report twice: mirrors and reprints are linked to the first of them.

The first is the one with the smallest path, and in one file the one that stands first, so that the result
is the same for any order of files, any number of workers, and any run before. Going through the reports
in this order, each is linked to the first report before it that is no copy itself and that it equals,
or nearly equals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.tidy.sketch import BANDS, HASHES, IN_BAND, alike, same_numbers

# Two texts may be one report from this share of common shingles on. Of the composed reports of data/gold
# no two share more than 0.05. A reprint that lost one paragraph of five, or a scan with one character in a
# hundred misread, shares 0.65 to 0.95; but so does a report written on from last year's with this year's
# numbers (0.55 to 0.7). What tells them apart is the numbers: a reprint's are the first's (all but those
# of a lost paragraph or misread), the next year's hardly ever (one in ten).
NEAR = 0.6
NUMBERS = 0.7  # of the numbers of the text that has fewer
# With fewer numbers than this nothing tells them apart, and the texts must be nearly equal.
FEW, NEARLY_EQUAL = 3, 0.85
# Reports that one is compared with in one band; texts set from one form could be many.
COMPARED = 50


class Known(NamedTuple):
    """A report to compare: what orders it, and its sketch."""

    report_id: str
    path: str
    start: int
    exact: bytes
    shingles: bytes
    numbers: bytes
    branch: str | None


def duplicates(reports: Iterable[Known]) -> dict[str, str]:
    """Give the report that each copy is a copy of: key of the copy → key of the first."""
    known = sorted(reports, key=lambda k: (k.path, k.start, k.report_id))
    if len(known) < 2:
        return {}
    groups = _groups(known)
    leaders: dict[int, list[int]] = {}  # reports that are no copies, group by group
    found: dict[str, str] = {}
    for n, one in enumerate(known):
        own = groups.get(n, ())
        near = sorted({i for g in own for i in leaders.get(g, ())})
        first = next((i for i in near if is_copy(known[i], one)), None)
        if first is not None:
            found[one.report_id] = known[first].report_id
            continue
        for group in own:
            held = leaders.setdefault(group, [])
            if len(held) < COMPARED:
                held.append(n)
    return found


def is_copy(a: Known, b: Known) -> bool:
    """Whether two texts are one report: of one branch (as far as both name it), equal or nearly so."""
    if a.branch is not None and b.branch is not None and a.branch != b.branch:
        return False
    if a.exact == b.exact:
        return True
    share = alike(a.shingles, b.shingles)
    if share < NEAR:
        return False
    agree, count = same_numbers(a.numbers, b.numbers)
    return agree >= NUMBERS if count >= FEW else share >= NEARLY_EQUAL


def _groups(known: Sequence[Known]) -> dict[int, list[int]]:
    """For each report that shares a group with another: its groups (equal texts, equal bands), as numbers.

    Bands are told apart by sorting, one after another: dictionaries of all would not fit in memory.
    """
    found: dict[int, list[int]] = {}

    def add(band: int, rows: NDArray[np.void]) -> None:
        _, place, counts = np.unique(rows, return_inverse=True, return_counts=True)
        for n in np.flatnonzero(counts[place] > 1).tolist():
            found.setdefault(n, []).append(band * len(known) + int(place[n]))

    add(BANDS, np.array([k.exact for k in known], "V16"))
    hashes = np.frombuffer(b"".join(k.shingles for k in known), "<u2").reshape(-1, HASHES)
    for band in range(BANDS):
        part = np.ascontiguousarray(hashes[:, band * IN_BAND : (band + 1) * IN_BAND])
        add(band, part.view(f"V{2 * IN_BAND}").ravel())
    return found
