"""Marks before a line's own text: > of a quoted mail, # and - of Markdown, the label of a form.

What is cut off goes to the furniture, so that no character is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.layout.lines import NUMBERED, Line, narrow
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Furniture

_QUOTED = re.compile(r"(?:>\s*)+(?=[^\s\d])")
_HEADING = re.compile(r"#{1,6}\s+(?=[^\s\d])")
_LISTED = re.compile(r"[-*+]\s+(?=[\u4e00-\u9fff“《*]|\d+[^\s\d-])")
# A mark is one where so many lines have it.
LEAST = {_QUOTED: 2, _HEADING: 1, _LISTED: 2}
# A row of a form: cells apart by tabs.
_ROW = re.compile(r"[^\t]{0,40}(?:\t[^\t]{0,40}){2,}")
# Not 20**年 or **公司、**农场, which are masked.
_BOLD = re.compile(
    r"(?:(?<=[\s，。；：、（>])|^)\*\*([^\s*][^*\n]{0,80}(?<![，；：、]))\*\*(?![\u4e00-\u9fff])",
    re.MULTILINE,
)
_BLANK = "\u200b" * 2
# What stands between a listed branch's name and what is told of it.
_NAMED = re.compile(r"[。：:]\s{0,4}")
# So many numbered lines that name a branch are a list; a name is not longer than this.
LISTED, LONGEST_NAME = 2, 60
# … and what is told of it on the same line is longer.
TOLD = 60
# Where the value of a label ends: at the next cell of a form or a wide blank.
_CELL = re.compile(r"\t|\s{2,}|\u3000")


def unbold(norm: str) -> str:
    """Put signs of no width, which nobody reads, for Markdown's marks of bold type."""
    return _BOLD.sub(f"{_BLANK}\\1{_BLANK}", norm) if "**" in norm else norm


def unmarked(lines: list[Line], norm: str, words: Vocabulary) -> tuple[list[Line], list[Furniture]]:
    """Give the lines without marks and labels, and what was cut off."""
    cut: list[Furniture] = []
    for pattern, least in LEAST.items():
        matches = ((i, pattern.match(norm, n.start, n.end)) for i, n in enumerate(lines))
        found = {i: match.end() for i, match in matches if match}
        if len(found) >= least:
            lines = _without(lines, norm, found.get, cut)
    result = []
    lines = _listed(lines, norm, words, cut)
    rows = _form(lines, norm, words)
    for i, line in enumerate(lines):
        named = _labelled(line, norm, words)
        if named is not None:
            cut += [
                Furniture("label", span)
                for span in ((line.start, named.start), (named.end, line.end))
                if span[0] < span[1]
            ]
        elif i in rows:
            cut.append(Furniture("form", (line.start, line.end)))
            continue
        result.append(named or line)
    return result, cut


def _form(lines: list[Line], norm: str, words: Vocabulary) -> frozenset[int]:
    """Give the rows of a form: rows of cells around one with the branch's name; other tables tell facts."""
    rows = [_ROW.fullmatch(norm, n.start, n.end) is not None for n in lines]
    result: set[int] = set()
    first = 0
    for i in range(len(lines) + 1):
        if i < len(lines) and rows[i]:
            continue
        if any(_labelled(n, norm, words) is not None for n in lines[first:i]):
            result.update(range(first, i))
        first = i + 1
    return frozenset(result)


def _listed(lines: list[Line], norm: str, words: Vocabulary, cut: list[Furniture]) -> list[Line]:
    """Cut numbered lines that name a branch into the name and what is told of it.

    （二）某某党支部 / 1.某某党支部。五年来，…
    """
    found: dict[int, tuple[int, Line, Line | None]] = {}
    for i, line in enumerate(lines):
        mark = NUMBERED.match(norm, line.start, line.end)
        if mark is None or mark.end() >= line.end:
            continue
        stop = _NAMED.search(norm, mark.end(), min(line.end, mark.end() + LONGEST_NAME))
        name = narrow(line, norm, mark.end(), stop.start() if stop else line.end)
        introduced = i > 0 and lines[i - 1].text[-1] in "：:"
        told = stop is None or line.end - stop.end() > TOLD * (1 + introduced)
        if told and words.is_organisation(name):
            rest = (
                narrow(line, norm, stop.end(), line.end) if stop and stop.end() < line.end else None
            )
            found[i] = (mark.end(), name, rest)
    others = [i for i, n in enumerate(lines) if i not in found and NUMBERED.match(n.text)]
    if len(found) < LISTED or any(i < min(found) for i in others):
        return lines  # a list inside a report's own numbering is about its partners
    result: list[Line] = []
    for i, line in enumerate(lines):
        if i not in found:
            result.append(line)
            continue
        at, name, rest = found[i]
        cut.append(Furniture("number", (line.start, at)))
        result.append(name)
        if rest is not None:
            cut.append(Furniture("mark", (name.end, rest.start)))
            result.append(rest._replace(gap=0))
    return result


def _without(
    lines: list[Line], norm: str, end_of: Callable[[int], int | None], cut: list[Furniture]
) -> list[Line]:
    result = []
    for i, line in enumerate(lines):
        at = end_of(i)
        if at is None:
            result.append(line)
            continue
        cut.append(Furniture("mark", (line.start, at)))
        result.append(narrow(line, norm, at, line.end))
    return result


def _labelled(line: Line, norm: str, words: Vocabulary) -> Line | None:
    """Give the branch's name that a label or bullet stands before, None where a line is none."""
    mark = words.forms.label.match(norm, line.start, line.end)
    if mark is None or len(line.text) > 120:
        return None
    cell = _CELL.search(norm, mark.end(), line.end)
    named = narrow(line, norm, mark.end(), cell.start() if cell else line.end)
    return named if words.is_organisation(named) else None
