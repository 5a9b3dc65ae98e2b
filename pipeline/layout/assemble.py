"""From classified lines to articles: which title and by-line belong to which body.

On newspaper pages they stand after the body (or before it), and the next body may begin on the line
after a by-line. The tie is the branch's name: a by-line names the branch that its body opens with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.layout.boundaries import NEAR, Boundaries
from pipeline.layout.lines import NUMBERED
from pipeline.layout.parts import Item, Opens, Part
from pipeline.layout.shapes import doubled
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Furniture

# A body's branch is named within so many characters of its beginning.
OPENING = 160
# A title has at most so many lines; a longer run of display lines is something else.
TITLE_LINES = 4
# What stands before reports, without a title or a branch's name and shorter than this, forwards them.
LETTER = 200
# 2024年度工作总结
_YEARLY = re.compile(r"\d{4}年度?(?:上半年|下半年)?[\u4e00-\u9fff]{0,6}(?:总结|报告|要点|情况)")
# A name set so far to the right below a text signs it.
SIGNED = 8
# Lines that stand outside all reports, wherever they stand.
_NOBODYS = (Part.META, Part.CAPTION, Part.NOTE)


@dataclass
class Group:
    """One article in the making."""

    body: list[Item] = field(default_factory=list)
    title: list[Item] = field(default_factory=list)
    byline: Item | None = None
    author: Item | None = None

    @property
    def opening(self) -> str:
        """The beginning of the body."""
        text = ""
        for item in self.body:
            text += item.line.text
            if len(text) >= OPENING:
                break
        return text[:OPENING]


@dataclass
class _Gap:
    """What stands between two bodies: runs of display lines, by-lines and authors, in order."""

    runs: list[list[Item]] = field(default_factory=list)

    @property
    def shown(self) -> list[list[Item]]:
        """The runs without subtitles, which belong to no title."""
        return [r for r in self.runs if r[0].part is not Part.SUBTITLE]


def assemble(
    items: list[Item], words: Vocabulary, wrapped: bool
) -> tuple[list[Group], list[Furniture]]:
    """Group classified lines into articles; gives them in order, with what belongs to none.

    In columns, which are `wrapped`, a title may stand after its body; elsewhere it stands before it.
    """
    furniture = [_furniture(i) for i in items if i.part in (*_NOBODYS, Part.SUBTITLE)]
    boundaries = Boundaries(items, words)
    furniture += [_furniture(i, "contents") for i in items if id(i) in boundaries.entries]
    kept = _named_titles(
        [i for i in items if i.part not in _NOBODYS and id(i) not in boundaries.entries]
    )
    bodies, gaps = _split(kept, boundaries)
    groups = [Group(body=body) for body in bodies]
    if not groups:
        rest = [i for gap in gaps for run in gap.shown for i in run]
        furniture += [_furniture(i) for i in rest if i.part is Part.AUTHOR]
        return _only_display(rest), furniture
    around = [
        (gap, groups[i - 1] if i else None, groups[i] if i < len(groups) else None)
        for i, gap in enumerate(gaps)
    ]
    owners = [_bylines(gap, before, after, wrapped, boundaries) for gap, before, after in around]
    for (gap, before, after), owner in zip(around, owners, strict=True):
        _titles(gap.shown, owner, before if wrapped or after is None else None, after, boundaries)
    for (gap, before, after), owner in zip(around, owners, strict=True):
        furniture += _rest(gap.shown, owner, before, after, len(groups) == 1, boundaries)
    return _reports(groups, boundaries, furniture, wrapped), furniture


def _furniture(item: Item, kind: str = "") -> Furniture:
    return Furniture(kind or item.part.value, (item.line.start, item.line.end))


def _reports(
    groups: list[Group], boundaries: Boundaries, furniture: list[Furniture], wrapped: bool
) -> list[Group]:
    """Leave out what stands beside reports and is none: an editor's note, a letter that forwards them."""
    if len(groups) < 2:
        return groups
    kept: list[Group] = []
    left: list[Furniture] = []
    for group in groups:
        title = "".join(i.line.text for i in group.title)
        nameless = not title and not _names_one(group, boundaries.words)
        numbered = any(NUMBERED.match(i.line.text) for i in group.body)
        letter = not wrapped and not kept and nameless and not numbered
        short = sum(len(i.line.text) for i in group.body) < LETTER
        beside = boundaries.beside(title) or (letter and short)
        if beside and group.byline is None:
            lines = [*group.title, *group.body, *([group.author] if group.author else [])]
            left += [_furniture(i, "front matter") for i in lines]
        else:
            kept.append(group)
    if not kept:
        return groups
    furniture += left
    return kept


def _named_titles(items: list[Item]) -> list[Item]:
    """Take a by-line for the first line of a title where a display line and the by-line again follow.

    (Some branch / 2024年度工作总结 / some branch.) What names a year and no branch is no title alone.
    """
    result = list(items)
    for at in range(len(items) - 2):
        first, second, third = items[at : at + 3]
        parts = (first.part, second.part, third.part)
        named = parts == (Part.BYLINE, Part.DISPLAY, Part.BYLINE) or (
            parts[:2] == (Part.BYLINE, Part.DISPLAY) and _YEARLY.match(second.line.text)
        )
        if named and not second.line.gap:
            result[at] = first._replace(part=Part.DISPLAY)
    return result


def _only_display(items: list[Item]) -> list[Group]:
    """A text without running text at all: its lines are its body."""
    body = [i for i in items if i.part is not Part.AUTHOR]
    return [Group(body=[i._replace(part=Part.FLOW, opens=Opens.YES) for i in body])] if body else []


def _split(items: list[Item], boundaries: Boundaries) -> tuple[list[list[Item]], list[_Gap]]:
    """Cut into bodies and the gaps around them (one more gap than bodies)."""
    bodies: list[list[Item]] = []
    gaps = [_Gap()]
    run: list[Item] = []
    for at, item in enumerate(items):
        if item.part is not Part.FLOW:
            if run and (run[-1].part is not item.part or item.line.gap):
                gaps[-1].runs.append(run)
                run = []
            run.append(item)
            continue
        if run:
            gaps[-1].runs.append(run)
            run = []
        gap = gaps[-1]
        if not bodies or (
            gap.runs
            and (
                _beside(gaps[-2], boundaries)
                or not boundaries.inside(gap.runs, bodies[-1], items[at : at + NEAR])
            )
        ):
            bodies.append([item])
            gaps.append(_Gap())
            continue
        bodies[-1] += [i for r in gap.runs for i in r if i.part is Part.DISPLAY]
        gap.runs = [r for r in gap.runs if r[0].part is not Part.DISPLAY]
        bodies[-1].append(item)
    if run:
        gaps[-1].runs.append(run)
    return bodies, gaps


def _beside(gap: _Gap, boundaries: Boundaries) -> bool:
    """Whether the lines above a body say that it is no report: 编者按"""
    last = gap.runs[-1][-1] if gap.runs else None
    return last is not None and boundaries.beside(last.line.text)


def _names(group: Group | None, byline: Item) -> int:
    """How well a by-line fits a body: where in its opening the name stands (large is good)."""
    if group is None or group.byline is not None:
        return -1
    at = group.opening.find(byline.line.text)
    return 0 if at < 0 else 1000 - at


def _bylines(
    gap: _Gap, before: Group | None, after: Group | None, wrapped: bool, boundaries: Boundaries
) -> list[Group | None]:
    """Give a gap's by-lines, and the titles at them, to the bodies around; gives each run's owner."""
    runs = gap.shown
    owners: list[Group | None] = [None] * len(runs)
    for at, run in enumerate(runs):
        if run[0].part is not Part.BYLINE:
            continue
        name = run[-1]
        choose = _owner if wrapped else _owner_below
        owner = choose(runs, at, before, after)
        below = not wrapped or name.line.indent >= SIGNED
        signs = owner is not None and owner is before and below
        if (
            owner is not None
            and owner.byline is None
            and not (signs and _names_one(owner, boundaries.words))
        ):
            owner.byline = name
            owners[at] = owner
    for at, owner in enumerate(owners):
        if owner is None or runs[at][0].part is not Part.BYLINE or owner.title:
            continue
        if not wrapped and owner is before:
            continue  # a signature stands at no title
        for near in (at - 1, at + 1):
            inside = 0 <= near < len(runs) and runs[near][0].part is Part.DISPLAY
            inside = inside and not _numbered(runs[near], boundaries)
            if inside and owners[near] is None and len(runs[near]) <= TITLE_LINES:
                owners[near] = owner
                owner.title = _title(runs[near], boundaries.words)
                break
    return owners


def _owner(
    runs: list[list[Item]], at: int, before: Group | None, after: Group | None
) -> Group | None:
    """Whose by-line a run of a page's columns is: the body's that names it, above or below."""
    left, right = _names(before, runs[at][-1]), _names(after, runs[at][-1])
    owner = before if left > right or (left == right and after is None) else after
    if left == right and before is not None and before.byline is None and not before.title:
        owner = before if at + 1 == len(runs) and after is not None else owner
    return owner


def _owner_below(
    runs: list[list[Item]], at: int, before: Group | None, after: Group | None
) -> Group | None:
    """Whose by-line a run is where titles stand above: the body's below, but a signature the one's above."""
    if after is None:
        return before
    signs = at == 0 and any(r[0].part is Part.DISPLAY for r in runs[1:])
    return before if signs and _names(before, runs[at][-1]) > _names(after, runs[at][-1]) else after


def _names_one(group: Group, words: Vocabulary) -> bool:
    """Whether a body's opening names a branch in full."""
    return words.organisation.search(group.opening) is not None


def _rest(
    runs: list[list[Item]],
    owners: list[Group | None],
    before: Group | None,
    after: Group | None,
    single: bool,
    boundaries: Boundaries,
) -> list[Furniture]:
    """Give authors to the bodies around, a heading that opens a body to it; the rest is furniture."""
    for at, run in enumerate(runs):
        if run[0].part is Part.AUTHOR:
            owner = after if after is not None and after.author is None else before
            if owner is not None and owner.author is None:
                owner.author = run[0]
                owners[at] = owner
    last = len(runs) - 1
    heads = last >= 0 and runs[last][0].part is Part.DISPLAY and owners[last] is None
    if (
        heads
        and after is not None
        and (_numbered(runs[last], boundaries) or (after.title and single))
    ):
        after.body = [*runs[last], *after.body]
    taken = {id(i) for g in (before, after) if g for i in (*g.body, *g.title, g.byline, g.author)}
    return [_furniture(i, "banner") for run in runs for i in run if id(i) not in taken]


def _numbered(run: list[Item], boundaries: Boundaries) -> bool:
    """Whether a run of display lines opens with a number of a series."""
    return boundaries.numbered(run[0])


def _titles(
    runs: list[list[Item]],
    owners: list[Group | None],
    before: Group | None,
    after: Group | None,
    boundaries: Boundaries,
) -> None:
    """Give display runs that stand at no by-line to the body that lacks a title."""
    for at, run in enumerate(runs):
        shown = run[0].part is Part.DISPLAY and owners[at] is None and len(run) <= TITLE_LINES
        if not shown or (_numbered(run, boundaries) and not boundaries.listed(run[0])):
            continue
        last = before is not None and before.byline is None and not before.title
        owner = before if last else after
        if owner is None or owner.title or (owner.byline is not None and owner is before):
            continue
        if owner is after and not _leads(runs, at, boundaries):
            continue
        owner.title = _title(run, boundaries.words)
        owners[at] = owner


def _leads(runs: list[list[Item]], at: int, boundaries: Boundaries) -> bool:
    """Whether a title before a body is its own: the last run of display before it, not doubled.

    Numbered headings may stand between.
    """
    later = (
        r
        for r in runs[at + 1 :]
        if r[0].part is Part.DISPLAY and (not _numbered(r, boundaries) or boundaries.listed(r[0]))
    )
    return next(later, None) is None and not any(doubled(i.line.text) for i in runs[at])


def _title(run: list[Item], words: Vocabulary) -> list[Item]:
    """The lines of a title without repeats of the whole (web pages give it twice) and a case's number."""
    run = [i for i in run if words.forms.case.fullmatch(i.line.text) is None] or run
    texts = [i.line.text for i in run]
    half = len(run) // 2
    if half and len(run) % 2 == 0 and texts[:half] == texts[half:]:
        return run[:half]
    return run
