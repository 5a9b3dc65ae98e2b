"""Whose report is this? The by-line says so, else the first full name of a party organisation."""

from __future__ import annotations

import re

from pipeline.layout.lines import squeeze
from pipeline.layout.vocabulary import Vocabulary, vocabulary
from pipeline.lexicon import Lexicons
from pipeline.model import Article, Span

# The name stands early; later ones are other units.
WITHIN = 400
_GENERIC = re.compile(r"^(?:该|本|各|其|我|这个?|那个?|每个?|一个|所在|所属|基层|全体|两个?|双方)")
# 海外项目部“流动”党支部: a kind of branch in quotation marks is part of its name.
_KIND = re.compile("“[^“”]{1,8}”(?=[^“”，。]{0,6}(?:支部|总支|党委))")
_PUNCTUATION = re.compile(r"[，。、；：！？\s《》“”—─…】]")


def find_branch(norm: str, words: Vocabulary, title: str = "") -> Span | None:
    """Give the span of the first organisation named in full, None where there is none.

    The name reaches from the last punctuation or boundary word (走进, 来自, 是 …) to the suffix. A name that
    the title gives too goes before others; a 工委 or 党组 gives honours more often than it reports.
    """
    spans = [
        _trimmed(norm, found.start(), found.end(), words)
        for found in words.organisation.finditer(norm, 0, WITHIN)
    ]
    named = [s for s in spans if s[1] - s[0] >= 6 and not _GENERIC.match(norm, *s)]
    titled = [s for s in named if norm[slice(*s)] in title]
    branches = [s for s in named if not norm.endswith(("工委", "党组"), *s)]
    return next(iter(titled or branches or named), None)


def _trimmed(norm: str, start: int, end: int, words: Vocabulary) -> Span:
    kinds = [found.span() for found in _KIND.finditer(norm, start, end)]
    for mark in _PUNCTUATION.finditer(norm, start, end):
        if not any(a <= mark.start() < b for a, b in kinds):
            start = mark.end()
    for boundary in words.boundary.finditer(norm, start, end):
        if end - boundary.end() >= 6:
            start = boundary.end()
    return start, end


def branch_of(
    raw: str, article: Article, lexicons: Lexicons, by_lined: bool = False
) -> tuple[str | None, Span | None]:
    """Give the branch's name as written and its span in the source, both None where none is named.

    On a page whose reports are `by_lined`, what has no by-line is no branch's report but a lead article.
    """
    if article.byline is not None:
        start, end = article.byline
        return squeeze(raw[start:end]), article.byline
    span = (
        None
        if by_lined
        else find_branch(
            article.text.norm, vocabulary(lexicons), title_of(raw, article.title) or ""
        )
    )
    if span is None:
        return None, None
    return article.text.clean[slice(*span)], article.text.origin.source_span(*span)


def title_of(raw: str, spans: tuple[Span, ...]) -> str | None:
    """Give a title with its lines joined by one space, None where there is none."""
    return " ".join(" ".join(raw[start:end].split()) for start, end in spans) or None
