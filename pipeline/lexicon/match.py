"""Match terms over characters, longest first, in one pass whatever the number of terms."""

from __future__ import annotations

from collections.abc import Iterable

from daachorse import (
    MATCH_KIND_LEFTMOST_LONGEST,
    MATCH_KIND_STANDARD,
    CharwiseDoubleArrayAhoCorasick,
)


class Matcher:
    """Finds a fixed set of terms in text with a character-wise Aho–Corasick automaton."""

    __slots__ = ("_automaton", "_every", "terms")

    def __init__(self, terms: Iterable[str]) -> None:
        """Build the automaton; raises ValueError on an empty set of terms."""
        self.terms = tuple(sorted({t for t in terms if t}))
        if not self.terms:
            raise ValueError("a matcher needs at least one term")
        self._automaton = CharwiseDoubleArrayAhoCorasick(
            list(self.terms), MATCH_KIND_LEFTMOST_LONGEST
        )

        self._every: CharwiseDoubleArrayAhoCorasick | None = None

    def everywhere(self, text: str) -> list[tuple[int, int]]:
        """Give (start, end) of every occurrence of every term, overlapping ones too, in order."""
        if self._every is None:  # most sets of terms are never asked for
            self._every = CharwiseDoubleArrayAhoCorasick(list(self.terms), MATCH_KIND_STANDARD)
        return sorted((start, end) for start, end, _ in self._every.find_overlapping(text))

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Give (start, end, term) of every match, leftmost, longest, not overlapping."""
        terms = self.terms
        return [(start, end, terms[i]) for start, end, i in self._automaton.find(text)]
