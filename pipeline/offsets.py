"""OffsetMap: where each character of a derived text came from.

A derived text (reflowed, repaired, cut out) is described as runs: a run either copies a stretch of
the source or was inserted and comes from nowhere. Runs are kept as three parallel tuples, so a map
costs memory by the number of runs, not of characters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

INSERTED = -1


class OffsetMap:
    """Maps positions of a derived text to positions of its source (code points, 0-based)."""

    __slots__ = ("_lengths", "_origins", "_starts", "length")

    def __init__(self, runs: Iterable[tuple[int, int]]) -> None:
        """Build from (origin, length) runs in order; origin is `INSERTED` for inserted text."""
        starts: list[int] = []
        origins: list[int] = []
        lengths: list[int] = []
        at = 0
        for origin, length in runs:
            if length <= 0:
                continue
            joins = bool(starts) and (
                origin == origins[-1] + lengths[-1]
                if origin != INSERTED and origins[-1] != INSERTED
                else origin == origins[-1]
            )
            if joins:
                lengths[-1] += length
            else:
                starts.append(at)
                origins.append(origin)
                lengths.append(length)
            at += length
        self._starts = tuple(starts)
        self._origins = tuple(origins)
        self._lengths = tuple(lengths)
        self.length = at

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """Give the map of a text onto itself."""
        return cls([(0, length)])

    def runs(self) -> Iterator[tuple[int, int]]:
        """Give the (origin, length) runs in order."""
        return zip(self._origins, self._lengths, strict=True)

    def origin(self, position: int) -> int | None:
        """Give the source position of one character, None where it was inserted.

        Raises IndexError outside 0 ≤ position < length.
        """
        if not 0 <= position < self.length:
            raise IndexError(position)
        run = bisect_right(self._starts, position) - 1
        origin = self._origins[run]
        return None if origin == INSERTED else origin + position - self._starts[run]

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """Give the (origin, length) runs that make up derived[start:end], clipped to it."""
        start, end = max(start, 0), min(end, self.length)
        found: list[tuple[int, int]] = []
        if start >= end:
            return found
        run = bisect_right(self._starts, start) - 1
        while run < len(self._starts) and self._starts[run] < end:
            left = max(start, self._starts[run])
            right = min(end, self._starts[run] + self._lengths[run])
            origin = self._origins[run]
            found.append(
                (
                    INSERTED if origin == INSERTED else origin + left - self._starts[run],
                    right - left,
                )
            )
            run += 1
        return found

    def source_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Give the smallest source span holding all source characters of derived[start:end].

        None where every character of the span was inserted, or the span is empty.
        """
        start, end = max(start, 0), min(end, self.length)
        if start >= end:
            return None
        starts, origins, lengths = self._starts, self._origins, self._lengths
        # no list of pieces: this is asked for every row, and most rows lie in one run
        first = bisect_right(starts, start) - 1
        origin, at = origins[first], starts[first]
        if origin != INSERTED and end <= at + lengths[first]:
            return origin + start - at, origin + end - at
        least = most = INSERTED
        for run in range(first, bisect_left(starts, end, first)):
            origin = origins[run]
            if origin == INSERTED:
                continue
            at = starts[run]
            left = origin + start - at if start > at else origin
            right = origin + (end - at if end - at < lengths[run] else lengths[run])
            if least == INSERTED or left < least:
                least = left
            if right > most:
                most = right
        return None if least == INSERTED else (least, most)

    def slice(self, start: int, end: int) -> OffsetMap:
        """Give the map of derived[start:end] into the same source."""
        return OffsetMap(self.pieces(start, end))

    def compose(self, inner: OffsetMap) -> OffsetMap:
        """Give the map straight to `inner`'s source, where self maps into `inner`'s text."""

        def through() -> Iterator[tuple[int, int]]:
            for origin, length in self.runs():
                if origin == INSERTED:
                    yield INSERTED, length
                else:
                    yield from inner.pieces(origin, origin + length)

        return OffsetMap(through())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OffsetMap) and list(self.runs()) == list(other.runs())

    def __hash__(self) -> int:
        return hash((self._origins, self._lengths))

    def __repr__(self) -> str:
        return f"OffsetMap({list(self.runs())!r})"
