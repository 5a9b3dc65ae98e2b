"""A report's prose with what every extractor asks of it: sentences, clauses, quotation marks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.lexicon import Matcher
from pipeline.model import Sentence, Span

_CLAUSE = re.compile(r"[，。；！？：\n]")
_MARK = re.compile("[“”《》]")
# A quotation this long with sentence punctuation in it is speech, whose numbers are told in earnest.
SPEECH = 16


class Quote(NamedTuple):
    """A quoted stretch: start and end of what is inside, and the opening mark (“ or 《)."""

    start: int
    end: int
    mark: str


class Prose:
    """The normal form of a report's text, indexed once for all extractors."""

    def __init__(self, clean: str, norm: str, sentences: Sequence[Sentence]) -> None:
        self.clean = clean  # as written; what rows show
        self.norm = norm  # same length; what rules match
        self.sentences = tuple(sentences)
        self._starts = [s.start for s in self.sentences]
        self._breaks = [m.start() for m in _CLAUSE.finditer(norm)]
        self.quotes = _quotes(norm)
        self._quote_starts = [q.start for q in self.quotes]
        # for each quotation the greatest end of those that begin before it and of its own
        self._quote_ends = list(accumulate((q.end for q in self.quotes), max))
        self._hits: dict[Matcher, tuple[list[int], list[int]]] = {}

    def holds(self, terms: Matcher, start: int, end: int) -> bool:
        """Whether one of the terms stands whole between two positions.

        The text is searched once for each set of terms, however many stretches are asked about.
        """
        hits = self._hits.get(terms)
        if hits is None:
            found = terms.everywhere(self.norm)
            # for each occurrence the least end of it and of those that begin later
            ends = list(accumulate((stop for _, stop in reversed(found)), min))[::-1]
            hits = self._hits[terms] = ([at for at, _ in found], ends)
        starts, ends = hits
        at = bisect_left(starts, start)
        return at < len(starts) and ends[at] <= end

    def sentence_index(self, position: int) -> int:
        """Give the index of the sentence at a position (the last one that begins at or before it)."""
        return max(bisect_right(self._starts, position) - 1, 0)

    def sentence(self, position: int) -> Sentence:
        """Give the sentence at a position."""
        return self.sentences[self.sentence_index(position)]

    def clause(self, position: int) -> Span:
        """Give the span between the clause marks (，。；！？： and line ends) around a position."""
        at = bisect_left(self._breaks, position)
        start = self._breaks[at - 1] + 1 if at else 0
        end = self._breaks[at] if at < len(self._breaks) else len(self.norm)
        return start, end

    def text(self, span: Span | None) -> str | None:
        """Give the text of a span as written."""
        return None if span is None else self.clean[span[0] : span[1]]

    def before(self, position: int, reach: int = 40) -> str:
        """Give the text of the sentence before a position, at most `reach` characters."""
        start = max(self.sentence(position).start if self.sentences else 0, position - reach)
        return self.norm[start:position]

    def quote(self, position: int) -> Quote | None:
        """Give the innermost quotation that holds a position."""
        after = bisect_right(self._quote_starts, position)
        if not after or self._quote_ends[after - 1] <= position:
            return None  # most positions stand in none
        for at in range(after - 1, max(after - 7, -1), -1):
            if position < self.quotes[at].end:
                return self.quotes[at]
        return None

    def quote_before(self, start: int, end: int) -> Quote | None:
        """Give the last quotation that begins at or after `start` and is closed before `end`."""
        first = bisect_left(self._quote_starts, start)
        for at in range(bisect_left(self._quote_starts, end) - 1, first - 1, -1):
            if self.quotes[at].end < end:
                return self.quotes[at]
        return None

    def quote_within(self, start: int, end: int) -> Quote | None:
        """Give the first quotation that lies between two positions, its marks included."""
        for at in range(bisect_right(self._quote_starts, start), len(self.quotes)):
            quote = self.quotes[at]
            if quote.start >= end:
                return None
            if quote.end < end:
                return quote
        return None

    def is_speech(self, quote: Quote) -> bool:
        """Whether a quotation is speech rather than a name or slogan."""
        inside = self.norm[quote.start : quote.end]
        return (
            quote.mark == "“"
            and len(inside) >= SPEECH
            and any(c in inside for c in "，。！？")
            and self.norm[max(0, quote.start - 3) : quote.start - 1].rstrip("“")[-1:]
            in "：道说，。"
        )


def _quotes(norm: str) -> tuple[Quote, ...]:
    found: list[Quote] = []
    open_marks: list[tuple[int, str]] = []
    for mark in _MARK.finditer(norm):
        sign = mark.group()
        if sign in "“《":
            open_marks.append((mark.end(), sign))
            continue
        want = "“" if sign == "”" else "《"
        while open_marks and open_marks[-1][1] != want:
            open_marks.pop()
        if open_marks:
            start, opened = open_marks.pop()
            found.append(Quote(start, mark.start(), opened))
    return tuple(sorted(found))
