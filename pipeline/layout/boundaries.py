"""Where one report ends and the next begins: what speaks for it in the lines between two stretches of text.

Headings and titles look alike. A contents list, the number of a case, a web page's date line, a numbering
that begins anew, a branch that opens the text below: each tells that a line is a title.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, takewhile

from pipeline.layout.boilerplate import CLOCK, DATE
from pipeline.layout.branch import find_branch
from pipeline.layout.lines import CLOSERS, ENDS, NUMBERED, style
from pipeline.layout.parts import OPENING_LINES, TIME, TIME_WIDTH, Item, Part
from pipeline.layout.shapes import doubled
from pipeline.layout.vocabulary import COUNTING, Vocabulary

# A report names its branch within so many characters; another branch named here may be the next one's.
STORY = 420
# What stands before the first heading of a report is no longer than this.
LEAD = 320
# The branch is looked for in so many lines before and after the gap, however long the text is.
NEAR = 200
# So many lines of a page's first lines that come again further down are its contents.
CONTENTS = 2
# The lines below a case's number in which its branch is named.
AT_CASE = 6
# So much of some lines is looked at, however long they are.
MOST = 6000
_KEYS = re.compile("[：:]")
_FILLING = re.compile(r"^[^\w“《]+|[.…·\s]*[（(]?\d{0,3}[）)]?$")


class Boundaries:
    """Tells for each gap between stretches of running text whether a new report begins after it."""

    def __init__(self, items: Sequence[Item], words: Vocabulary) -> None:
        """Look once through all lines, page furniture included."""
        self.words = words
        self.entries, self.contents = _contents(items)
        self.headed = {
            id(a)
            for a, b in pairwise(items)
            if a.part is Part.DISPLAY
            and b.part is Part.META
            and _tells_source(b.line.text)
            and not NUMBERED.match(a.line.text)
        }
        cases = [n for n, i in enumerate(items) if words.forms.case.match(i.line.text)]
        named = [n for n in cases if _names(items[n + 1 : n + AT_CASE], words)]
        several = len(cases) > 1 and named == cases
        self.cases = {id(items[n]) for n in cases} if several else set()
        self.styles = Counter(_style(i.line.text) for i in items)

    def inside(self, runs: list[list[Item]], body: list[Item], following: Sequence[Item]) -> bool:
        """Whether a gap's `runs` stand inside one report: headings only, and none begins after it.

        Of `following`, the lines after the gap, the first NEAR are enough.
        """
        lines = [i for run in runs for i in run]
        if all(i.part is Part.AUTHOR for i in lines):
            return not self._other_branch(body, following)
        if any(i.part is not Part.DISPLAY for i in lines):
            return False
        if any(id(i) in self.headed or id(i) in self.cases or self.listed(i) for i in lines):
            return False
        if any(self.beside(i.line.text) for i in lines):
            return False
        if any(NUMBERED.match(i.line.text) for i in lines):
            return not self._begins_anew(lines, body)
        if any(doubled(i.line.text) for i in lines):
            return False
        return not self._other_branch(body, following) and not self._other_story(
            lines, body, following
        )

    def beside(self, text: str) -> bool:
        """Whether a line titles what stands beside reports: 编者按; 前言 only in a collection."""
        forms = self.words.forms
        collection = bool(self.cases or self.contents)
        return text in forms.front_matter or (collection and text in forms.front_part)

    def numbered(self, item: Item) -> bool:
        """Whether a line opens with a number of a kind that comes again: 第一书记：… alone has none."""
        kind = _style(item.line.text)
        return bool(kind) and self.styles[kind] > 1

    def listed(self, item: Item) -> bool:
        """Whether a line is a title that the page's contents name."""
        return _plain(item.line.text) in self.contents

    def _other_branch(self, body: list[Item], following: Sequence[Item]) -> bool:
        """Whether a branch that the body did not name opens the text below."""
        text = _text(following, 3)
        found = self.words.opening(text, TIME_WIDTH)
        if found is None or not TIME.fullmatch(text[: found.start()]):
            return False
        return found.group() not in _text(body, OPENING_LINES)

    def _begins_anew(self, lines: list[Item], body: list[Item]) -> bool:
        """Whether a line without a number stands before a numbering that the body has had."""
        at = next(n for n, i in enumerate(lines) if NUMBERED.match(i.line.text))
        kind = _style(lines[at].line.text)
        if at == 0 or not _first(lines[at].line.text):
            return False
        had = [_style(i.line.text) for i in body[-NEAR:] if NUMBERED.match(i.line.text)]
        return had[-1:] == [kind]

    def _other_story(self, lines: list[Item], body: list[Item], following: Sequence[Item]) -> bool:
        """Whether the text below is about a branch that the body does not name, and the body's is gone."""
        shown = [i for i in body[-NEAR:] if i.part is Part.DISPLAY]
        if not shown:
            # a lead is shorter than a report without headings
            other = len(_text(body[-NEAR:], NEAR)) > LEAD
        else:
            # a line unlike the headings so far: without their numbers, or with white above it
            numbered = all(NUMBERED.match(i.line.text) for i in shown)
            white = sum(i.line.gap > 0 for i in shown)
            other = numbered or (lines[0].line.gap > 0 and white * 3 <= len(shown))
        if not other:
            return False
        text = "".join(i.line.text for i in following if i.part is Part.FLOW)
        opening = takewhile(lambda i: i.part is Part.FLOW or NUMBERED.match(i.line.text), following)
        first = "".join(i.line.text for i in opening if i.part is Part.FLOW)[:STORY]
        old, new = self._branch(_text(body, OPENING_LINES)), self._branch(first)
        if not old or not new or new in _text(body[-NEAR:], NEAR) or old in text:
            return False
        before = first[: first.index(new)]
        # the subject of a sentence or what somebody is of, not a branch that is met or helped
        told = not before or before[-1] in ENDS + CLOSERS or before.endswith("是")
        return told and new.endswith("支部") and not COUNTING.search(new)

    def _branch(self, text: str) -> str:
        span = find_branch(text, self.words)
        return text[slice(*span)] if span else ""


def _contents(items: Sequence[Item]) -> tuple[frozenset[int], frozenset[str]]:
    """What a contents list before all running text names: its entries (by id) and the titles among them.

    Entries come again further down, with or without a number. Where all do with the number they have in the
    list (一、基本情况 …… 3), they are the headings of one document.
    """
    first = next((n for n, i in enumerate(items) if i.part is Part.FLOW), len(items))
    shown = [i for i in items if i.part is Part.DISPLAY]
    last = {_plain(i.line.text): i for i in shown}
    entries = [
        i
        for i in items[:first]
        if i.part is Part.DISPLAY
        and len(_plain(i.line.text)) > 3
        and last[_plain(i.line.text)] is not i
    ]
    if len(entries) < CONTENTS:
        return frozenset(), frozenset()
    same = all(
        NUMBERED.match(i.line.text)
        and _numbered(i.line.text) == _numbered(last[_plain(i.line.text)].line.text)
        for i in entries
    )
    titles = frozenset() if same else frozenset(_plain(i.line.text) for i in entries)
    return frozenset(id(i) for i in entries), titles


def _numbered(text: str) -> str:
    mark = NUMBERED.match(text)
    return mark.group() if mark else ""


def _plain(text: str) -> str:
    """A title without its number or bullet and the page number behind it."""
    mark = NUMBERED.match(text)
    return _FILLING.sub("", text[mark.end() if mark else 0 :])


def _text(items: Sequence[Item], lines: int) -> str:
    """The text of so many lines, or as much of it as a page's columns would hold in them."""
    text = ""
    for item in items[:lines]:
        text += item.line.text[:MOST]
        if len(text) >= MOST:
            break
    return text


def _tells_source(text: str) -> bool:
    """Whether a line below a title is a web page's: a date with its time, or with another key."""
    dated = re.search(DATE, text)
    return dated is not None and (
        re.search(CLOCK, text) is not None or len(_KEYS.findall(text)) > 1
    )


def _names(items: Sequence[Item], words: Vocabulary) -> bool:
    """Whether a by-line, or a text that opens with a branch's name, stands among some lines."""
    return any(
        i.part is Part.BYLINE
        or (i.part is Part.FLOW and words.opening(i.line.text, TIME_WIDTH) is not None)
        for i in items
    )


def _style(text: str) -> str:
    return style(_numbered(text))


def _first(text: str) -> bool:
    mark = NUMBERED.match(text)
    return mark is not None and re.sub(r"[^一二三四五六七八九十\d①-⑨]", "", mark.group()) in (
        "一", "1", "01", "①",
    )  # fmt: skip
