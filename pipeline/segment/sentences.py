"""Sentences: they end at 。！？ with the closing marks that follow; ；does not end one.

A heading without 。 is a sentence of its own, and so is what stands between headings and paragraph ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.model import Article, Sentence, Span

# Closing marks belong to the sentence they close. An ellipsis ends a sentence only before one of them
# or a line end; inside, it is a pause.
_SENTENCE = re.compile(r"[^。！？\n]*(?:[。！？]+[”’」』）】》]*|\n|$)")


def sentences(article: Article) -> list[Sentence]:
    """Cut an article's lead, headings and bodies into sentences, in order."""
    norm = article.text.norm
    found = [Sentence(s, e, -1, False) for s, e in _cut(norm, article.lead)]
    for i, section in enumerate(article.sections):
        found += [Sentence(s, e, i, True) for s, e in (section.heading,) if s < e]
        found += [Sentence(s, e, i, False) for s, e in _cut(norm, section.body)]
    return found


def _cut(norm: str, span: Span) -> Iterator[Span]:
    start, end = span
    for found in _SENTENCE.finditer(norm, start, end):
        left, right = found.span()
        while left < right and norm[left].isspace():
            left += 1
        while right > left and norm[right - 1].isspace():
            right -= 1
        if left < right:
            yield left, right
