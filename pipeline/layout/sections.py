"""Headings: numbered, on a line of their own, or run in as the sentence that opens a paragraph."""

from __future__ import annotations

import re

from pipeline.layout.lines import NUMBERED, style
from pipeline.layout.openings import LEAST_BODY, RUN_IN, SENTENCE, run_in
from pipeline.layout.reflow import Paragraph
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Section, Span

_LEVELS = (
    (re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,2}[、，]|【"), 1),
    (re.compile(r"（[一二三四五六七八九十]{1,3}）|[一二三四五六七八九]是"), 2),
    (re.compile(r"\d{1,2}[.、．]|（\d{1,2}）|[①-⑨]"), 3),
)
_NUMERALS = "一二三四五六七八九十"
_WORDED = re.compile(
    rf"(?P<word>[\u4e00-\u9fff]{{1,4}}?)之?(?P<number>[{_NUMERALS}])(?:[：:]|(?=[“《])|——?)\s?"
)
# Longest numbered heading in characters.
LONGEST = 48
# A theme before a dash: （1）严格议事——全年召开支委会26次，…; a heading's other half is not longer than this.
_DASHED = re.compile(
    r"[^，。；：！？—─–-]{2,14}(?:[—─–]{1,2}|--|(?<![\dA-Za-z])-(?!\d))(?=[^—─–-])"
)
OTHER_HALF = 18
# Themes before a colon differ by no more than this in length.
UNEVEN = 6
# … and open so many of the paragraphs from the first of them on.
THEMED = 0.6
# The lead names the branch; a sentence before that name (within so many characters) is no heading.
BRANCH_WITHIN = 200
# A theme before a colon that opens every paragraph: 政治引领强根基：支部坚持…
_THEMED = re.compile(
    r"(?:[^，。：；！？\d]{4,16}|[^，。：；！？\d]{1,16}，[^，。：；！？\d]{3,16})(?<![说道问答称讲喊笑是括下])：(?!“)"
)


def sections(norm: str, paragraphs: tuple[Paragraph, ...], words: Vocabulary) -> list[Section]:
    """Find the headed sections of an article; what precedes the first is its lead."""
    numbered = _numbered(norm, paragraphs, words)
    shown = [(p.start, p.end) for p in paragraphs if p.display and p is not paragraphs[-1]]
    marked = {span[0]: (span, "numbered") for span in numbered}
    for span in shown:
        marked.setdefault(span[0], (span, "line"))
    found = list(marked.values())
    if len(found) < 2:
        named = words.organisation.search(norm, 0, BRANCH_WITHIN)
        after = named.start() if named else 0
        found += [(span, "run-in") for span in run_in(norm, paragraphs, words, after)]
        if len(found) < 2:
            found += [(span, "run-in") for span in _themed(norm, paragraphs)]
    elif not numbered:
        found = [f for f in found if f[1] != "run-in"]
    return _close(norm, sorted(found), len(norm))


def _close(norm: str, headings: list[tuple[Span, str]], end: int) -> list[Section]:
    result = []
    for i, (span, rule) in enumerate(headings):
        following = headings[i + 1][0][0] if i + 1 < len(headings) else end
        result.append(Section(span, _trim(norm, span[1], following), _level(norm, span), rule))
    return result


def _trim(norm: str, start: int, end: int) -> Span:
    while start < end and norm[start].isspace():
        start += 1
    while end > start and norm[end - 1].isspace():
        end -= 1
    return start, end


def _level(norm: str, span: Span) -> int:
    for pattern, level in _LEVELS:
        if pattern.match(norm, span[0]):
            return level
    return 1


def _numbered(norm: str, paragraphs: tuple[Paragraph, ...], words: Vocabulary) -> list[Span]:
    """Numbered headings; a style of numbering counts only where it goes on to a second number."""
    found: list[tuple[Span, str]] = []
    series = _series(norm, paragraphs)
    for paragraph in paragraphs:
        for start in (paragraph.start, *paragraph.maybe):
            bullet = words.bullet.match(norm, start)
            mark = NUMBERED.match(norm, bullet.end() if bullet else start) or series.get(start)
            if mark is None:
                continue
            span = _numbered_span(norm, mark, paragraph, start)
            if span is not None:
                found.append((span, _style(mark.group())))
    counts: dict[str, int] = {}
    for _, kind in found:
        counts[kind] = counts.get(kind, 0) + 1
    return [span for span, kind in found if counts[kind] >= 2]


def _series(norm: str, paragraphs: tuple[Paragraph, ...]) -> dict[int, re.Match[str]]:
    """Give the numbers behind a word that open paragraphs: 故事一：, 故事二：, … or 承诺一：, 承诺二："""
    found: dict[str, list[re.Match[str]]] = {}
    for paragraph in paragraphs:
        mark = _WORDED.match(norm, paragraph.start, paragraph.end)
        if mark:
            found.setdefault(mark["word"], []).append(mark)
    counted = (
        marks
        for marks in found.values()
        if len(marks) > 1 and [m["number"] for m in marks] == list(_NUMERALS[: len(marks)])
    )
    return {mark.start(): mark for marks in counted for mark in marks}


def _style(mark: str) -> str:
    if mark.startswith("【"):
        return "【"
    return style(mark)


def _numbered_span(norm: str, mark: re.Match[str], paragraph: Paragraph, start: int) -> Span | None:
    sentence = SENTENCE.match(norm, start)
    end = min(sentence.end(), paragraph.end) if sentence else paragraph.end
    whole = end >= paragraph.end
    if mark.group().startswith("【"):
        return start, (paragraph.end if paragraph.display else mark.end())
    if mark.group().endswith("是"):
        first = norm[start:end]
        return (start, end) if not whole and "；" not in first and end - start <= RUN_IN else None
    dashed = _DASHED.match(norm, mark.end(), end)
    if dashed and not paragraph.display and _tells(norm[dashed.end() : end]):
        return start, dashed.end()
    if end - start > LONGEST or norm[start:end].rstrip().endswith("；"):
        return None
    return start, end


def _tells(text: str) -> bool:
    """Whether what stands behind a heading's dash is a sentence of the body, not a heading's other half."""
    return len(text) > OTHER_HALF or any(c.isdigit() for c in text)


def _themed(norm: str, paragraphs: tuple[Paragraph, ...]) -> list[Span]:
    """Themes before a colon where three or more paragraphs, one after another, open so."""
    found: list[Span] = []
    after = 0
    for paragraph in paragraphs:
        theme = _THEMED.match(norm, paragraph.start, paragraph.end)
        if theme and paragraph.end - theme.end() >= LEAST_BODY and not paragraph.display:
            found.append(theme.span())
        after += bool(found)
    sizes = [end - start for start, end in found]
    many = len(found) >= 3 and len(found) >= THEMED * after
    return found if many and max(sizes) - min(sizes) <= UNEVEN else []
