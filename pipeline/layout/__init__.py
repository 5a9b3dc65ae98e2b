"""Layout: raw text → one report after another, with title, by-line, lead and headed sections."""

from __future__ import annotations

import re
from bisect import bisect_right

from pipeline.layout.assemble import Group, assemble
from pipeline.layout.classify import classify
from pipeline.layout.damage import damage
from pipeline.layout.lines import Line, measure, split_lines, squeeze
from pipeline.layout.marks import unbold, unmarked
from pipeline.layout.parts import Item
from pipeline.layout.reflow import is_spacey, reflow
from pipeline.layout.sections import sections
from pipeline.layout.shapes import doubled
from pipeline.layout.vocabulary import Vocabulary, vocabulary
from pipeline.lexicon import Lexicons
from pipeline.model import Article, Furniture, Layout, Source, Span
from pipeline.normal import normalise

__all__ = ["layout"]

# The place of a report in a bulletin, before its title.
_PLACE = re.compile(
    r"(?:（[一二三四五六七八九十\d]{1,3}）|[一二三四五六七八九十]{1,3}、|\d{1,2}[.、．](?!\d))"
)


def layout(source: Source, lexicons: Lexicons) -> Layout:
    """Take a source text apart into articles and furniture; every character lands in one place."""
    norm = unbold(normalise(source.text))
    words = vocabulary(lexicons)
    lines, known = _known(split_lines(norm), source)
    lines, cut = unmarked(lines, norm, words)
    size = measure(lines)
    items = classify(norm, lines, size, words)
    groups, furniture = assemble(items, words, size.wrapped)
    spacey = is_spacey(source.text, items)
    articles = []
    listed = sum(bool(g.title) and _PLACE.match(g.title[0].line.text) is not None for g in groups)
    for group in groups:
        article, repairs = _article(source.text, norm, group, spacey, words, listed > 1)
        articles.append(article)
        furniture += repairs
    whole = tuple(sorted([*furniture, *known, *cut], key=lambda f: f.source))
    return Layout(tuple(articles), whole, tuple(damage(source.text)))


def _known(lines: list[Line], source: Source) -> tuple[list[Line], list[Furniture]]:
    """Leave out lines that the reader knows to be furniture."""
    starts = [f.source[0] for f in source.furniture]
    kept: list[Line] = []
    for line in lines:
        at = bisect_right(starts, line.start) - 1
        if at < 0 or source.furniture[at].source[1] < line.end:
            kept.append(line)
    return kept, list(source.furniture)


def _article(
    raw: str, norm: str, group: Group, spacey: bool, words: Vocabulary, listed: bool
) -> tuple[Article, list[Furniture]]:
    text, paragraphs, found = reflow(raw, norm, group.body, spacey)
    repairs = list(found)
    headed = sections(text.norm, paragraphs, words)
    lead_end = headed[0].heading[0] if headed else len(text.clean)
    while lead_end and text.clean[lead_end - 1].isspace():
        lead_end -= 1
    title = tuple(
        span
        for item in group.title
        for span in _title_spans(item.line.start, item.line.end, norm, listed)
    )
    repairs += _second_halves(group.title, title)
    article = Article(
        text,
        (0, lead_end),
        tuple(headed),
        title,
        _span(group.byline),
        _span(group.author),
    )
    return article, repairs


def _second_halves(lines: list[Item], kept: tuple[Span, ...]) -> list[Furniture]:
    """What a doubled title line holds beside the lines that were kept of it."""
    found: list[Furniture] = []
    for item in lines:
        at = item.line.start
        inside = [s for s in kept if item.line.start <= s[0] < item.line.end]
        for start, end in [*inside, (item.line.end, item.line.end)]:
            if start > at:
                found.append(Furniture("duplicate", (at, start)))
            at = end
    return found


def _span(item: object) -> Span | None:
    line = getattr(item, "line", None)
    return None if line is None else (line.start, line.end)


def _title_spans(start: int, end: int, norm: str, listed: bool) -> list[Span]:
    """The spans of a title line without its place where titles are `listed`; of a doubled one, each first."""
    mark = _PLACE.match(norm, start, end) if listed else None
    if mark is not None and mark.end() < end:
        start = mark.end()  # （二）操作部党支部打响攻坚战: its place in a bulletin
    squeezed = squeeze(norm[start:end])
    lines = doubled(squeezed)
    if not lines:
        return [(start, end)]
    places = [at for at in range(start, end) if not norm[at].isspace()]
    spans, at = [], 0
    for line in lines:
        spans.append((places[at], places[at + len(line) - 1] + 1))
        at += 2 * len(line)
    return spans
