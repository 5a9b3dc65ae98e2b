"""From classified lines to articles: which title and by-line belong to which body.

On newspaper pages they stand after the body (or before it), and the next body may begin on the line
after a by-line. The tie is the branch's name: a by-line names the branch that its body opens with.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.layout.lines import NUMBERED
from pipeline.layout.parts import OPENING_LINES, TIME, TIME_WIDTH, Item, Opens, Part
from pipeline.layout.shapes import doubled
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Furniture

# A body's branch is named within so many characters of its beginning.
OPENING = 160
# A title has at most so many lines; a longer run of display lines is something else.
TITLE_LINES = 4


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


def assemble(items: list[Item], words: Vocabulary) -> tuple[list[Group], list[Furniture]]:
    """Group classified lines into articles; gives them in order, with what belongs to none."""
    furniture = [
        Furniture(i.part.value, (i.line.start, i.line.end))
        for i in items
        if i.part in (Part.META, Part.CAPTION, Part.SUBTITLE)
    ]
    kept = _named_titles([i for i in items if i.part not in (Part.META, Part.CAPTION)])
    bodies, gaps = _split(kept, words)
    groups = [Group(body=body) for body in bodies]
    if not groups:
        rest = [i for gap in gaps for run in gap.shown for i in run]
        furniture += [
            Furniture(i.part.value, (i.line.start, i.line.end))
            for i in rest
            if i.part is Part.AUTHOR
        ]
        return _only_display(rest), furniture
    around = [
        (gap, groups[i - 1] if i else None, groups[i] if i < len(groups) else None)
        for i, gap in enumerate(gaps)
    ]
    owners = [_bylines(gap, before, after) for gap, before, after in around]
    for (gap, before, after), owner in zip(around, owners, strict=True):
        _titles(gap.shown, owner, before, after)
    for (gap, before, after), owner in zip(around, owners, strict=True):
        furniture += _rest(gap.shown, owner, before, after, len(groups) == 1)
    return groups, furniture


def _named_titles(items: list[Item]) -> list[Item]:
    """Take a by-line for the first line of a title where a display line and the by-line again follow.

    (Some branch / 2024年度工作总结 / some branch.)
    """
    result = list(items)
    for at in range(len(items) - 2):
        first, second, third = items[at : at + 3]
        parts = (first.part, second.part, third.part)
        if parts == (Part.BYLINE, Part.DISPLAY, Part.BYLINE) and not second.line.gap:
            result[at] = first._replace(part=Part.DISPLAY)
    return result


def _only_display(items: list[Item]) -> list[Group]:
    """A text without running text at all: its lines are its body."""
    body = [i for i in items if i.part is not Part.AUTHOR]
    return [Group(body=[i._replace(part=Part.FLOW, opens=Opens.YES) for i in body])] if body else []


def _split(items: list[Item], words: Vocabulary) -> tuple[list[list[Item]], list[_Gap]]:
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
        if bodies and gap.runs and _inside(gap, bodies[-1], _text(items[at : at + 3]), words):
            bodies[-1] += [i for r in gap.runs for i in r if i.part is Part.DISPLAY]
            gap.runs = [r for r in gap.runs if r[0].part is not Part.DISPLAY]
            bodies[-1].append(item)
            continue
        if bodies and not gap.runs:
            bodies[-1].append(item)
        else:
            bodies.append([item])
            gaps.append(_Gap())
    if run:
        gaps[-1].runs.append(run)
    return bodies, gaps


def _text(items: list[Item], lines: int = 3) -> str:
    return "".join(i.line.text for i in items[:lines])


def _inside(gap: _Gap, body: list[Item], following: str, words: Vocabulary) -> bool:
    """Whether a gap stands inside one report: headings only, and no new branch opens after it."""
    if any(r[0].part is not Part.DISPLAY for r in gap.runs):
        return False
    if any(NUMBERED.match(i.line.text) for r in gap.runs for i in r):
        return True
    if any(doubled(i.line.text) for r in gap.runs for i in r):
        return False
    found = words.opening(following, TIME_WIDTH)
    if found is None or not TIME.fullmatch(following[: found.start()]):
        return True
    return found.group() in _text(body, OPENING_LINES)


def _names(group: Group | None, byline: Item) -> int:
    """How well a by-line fits a body: where in its opening the name stands (large is good)."""
    if group is None or group.byline is not None:
        return -1
    at = group.opening.find(byline.line.text)
    return 0 if at < 0 else 1000 - at


def _bylines(gap: _Gap, before: Group | None, after: Group | None) -> list[Group | None]:
    """Give a gap's by-lines, and the titles at them, to the bodies around; gives each run's owner."""
    runs = gap.shown
    owners: list[Group | None] = [None] * len(runs)
    for at, run in enumerate(runs):
        if run[0].part is not Part.BYLINE:
            continue
        name = run[-1]
        left, right = _names(before, name), _names(after, name)
        owner = before if left > right or (left == right and after is None) else after
        if left == right and before is not None and before.byline is None and not before.title:
            owner = before if at + 1 == len(runs) and after is not None else owner
        if owner is not None and owner.byline is None:
            owner.byline = name
            owners[at] = owner
    for at, owner in enumerate(owners):
        if owner is None or runs[at][0].part is not Part.BYLINE or owner.title:
            continue
        for near in (at - 1, at + 1):
            inside = 0 <= near < len(runs) and runs[near][0].part is Part.DISPLAY
            if inside and owners[near] is None and len(runs[near]) <= TITLE_LINES:
                owners[near] = owner
                owner.title = _title(runs[near])
                break
    return owners


def _rest(
    runs: list[list[Item]],
    owners: list[Group | None],
    before: Group | None,
    after: Group | None,
    single: bool,
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
    if heads and after is not None and after.title and (single or _numbered(runs[last])):
        after.body = [*runs[last], *after.body]
    taken = {id(i) for g in (before, after) if g for i in (*g.body, *g.title, g.byline, g.author)}
    return [
        Furniture("banner", (i.line.start, i.line.end))
        for run in runs
        for i in run
        if id(i) not in taken
    ]


def _numbered(run: list[Item]) -> bool:
    return NUMBERED.match(run[0].line.text) is not None


def _titles(
    runs: list[list[Item]], owners: list[Group | None], before: Group | None, after: Group | None
) -> None:
    """Give display runs that stand at no by-line to the body that lacks a title."""
    for at, run in enumerate(runs):
        shown = run[0].part is Part.DISPLAY and owners[at] is None and len(run) <= TITLE_LINES
        if not shown or _numbered(run):
            continue
        last = before is not None and before.byline is None and not before.title
        owner = before if last else after
        if owner is None or owner.title or (owner.byline is not None and owner is before):
            continue
        if owner is after and before is not None and not _leads(runs, at):
            continue
        owner.title = _title(run)
        owners[at] = owner


def _leads(runs: list[list[Item]], at: int) -> bool:
    """Whether a title before a body is its own: the last run of display before it, not doubled."""
    return at == max(i for i, r in enumerate(runs) if r[0].part is Part.DISPLAY) and not any(
        doubled(i.line.text) for i in runs[at]
    )


def _title(run: list[Item]) -> list[Item]:
    """The lines of a title without repeats of the whole (web pages give it twice)."""
    texts = [i.line.text for i in run]
    half = len(run) // 2
    if half and len(run) % 2 == 0 and texts[:half] == texts[half:]:
        return run[:half]
    return run
