"""Whose report is this? The by-line says so, else the first full name of a party organisation."""

from __future__ import annotations

import re

from pipeline.layout.lines import squeeze
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Span

# The name stands early; later ones are other units.
WITHIN = 400
_GENERIC = re.compile(r"^(?:该|本|各|其|我|这个?|那个?|每个?|一个|所在|所属|基层|全体|两个?|双方)")
_PUNCTUATION = re.compile(r"[，。、；：！？\s《》“”—…]")


def find_branch(norm: str, words: Vocabulary) -> Span | None:
    """Give the span of the first organisation named in full, None where there is none.

    The name reaches from the last punctuation or boundary word (走进, 来自, 是 …) to the suffix.
    """
    for found in words.organisation.finditer(norm, 0, WITHIN):
        start, end = _trimmed(norm, found.start(), found.end(), words)
        name = norm[start:end]
        if len(name) >= 6 and not _GENERIC.match(name):
            return start, end
    return None


def _trimmed(norm: str, start: int, end: int, words: Vocabulary) -> Span:
    for mark in _PUNCTUATION.finditer(norm, start, end):
        start = mark.end()
    for boundary in words.boundary.finditer(norm, start, end):
        if end - boundary.end() >= 6:
            start = boundary.end()
    return start, end


def name_of(raw: str, span: Span) -> str:
    """Give a by-line's text without blanks."""
    return squeeze(raw[span[0] : span[1]])
