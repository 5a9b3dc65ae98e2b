"""From classified lines to articles: which title and by-line belong to which body.

On newspaper pages they stand after the body (or before it), and the next body may begin on the line
after a by-line. The tie is the branch's name: a by-line names the branch that its body opens with.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.layout.classify import TIME, Item, Opens, Part, doubled
from pipeline.layout.lines import NUMBERED
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Furniture

# A body's branch is named within so many characters of its beginning.
OPENING = 160
OPENING_LINES = 16
# A title has at most so many lines; a longer run of display lines is something else.
TITLE_LINES = 3


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


def assemble(items: list[Item], words: Vocabulary) -> tuple[list[Group], list[Furniture]]:
    """Group classified lines into articles; gives them in order, with what belongs to none."""
    furniture = [
        Furniture(i.part.value, (i.line.start, i.line.end))
        for i in items
        if i.part in (Part.META, Part.CAPTION, Part.SUBTITLE)
    ]
    kept = [i for i in items if i.part not in (Part.META, Part.CAPTION)]
    bodies, gaps = _split(kept, words)
    groups = [Group(body=body) for body in bodies]
    if not groups:
        rest = [i for gap in gaps for run in gap.runs for i in run]
        return _only_display(rest), furniture
    for index, gap in enumerate(gaps):
        before = groups[index - 1] if index else None
        after = groups[index] if index < len(groups) else None
        furniture += _give(gap, before, after)
    return groups, furniture


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
        if bodies and _inside(gap, bodies[-1], _text(items[at:]), words):
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
    if not gap.runs or any(r[0].part is not Part.DISPLAY for r in gap.runs):
        return False
    if any(NUMBERED.match(i.line.text) for r in gap.runs for i in r):
        return True
    if any(doubled(i.line.text) for r in gap.runs for i in r):
        return False
    found = words.organisation.search(following)
    if found is None or not TIME.fullmatch(following[: found.start()]):
        return True
    return found.group() in _text(body, OPENING_LINES)


def _names(group: Group | None, byline: Item) -> int:
    """How well a by-line fits a body: where in its opening the name stands (large is good)."""
    if group is None or group.byline is not None:
        return -1
    at = group.opening.find(byline.line.text)
    return 0 if at < 0 else 1000 - at


def _give(gap: _Gap, before: Group | None, after: Group | None) -> list[Furniture]:
    """Give a gap's by-lines, titles and authors to the bodies around it; the rest is furniture."""
    runs = [r for r in gap.runs if r[0].part is not Part.SUBTITLE]
    owners: list[Group | None] = [None] * len(runs)
    for at, run in enumerate(runs):
        if run[0].part is Part.BYLINE:
            name = run[-1]
            left, right = _names(before, name), _names(after, name)
            owner = before if left > right or (left == right and after is None) else after
            if left == right and before is not None and before.byline is None and not before.title:
                owner = before if at + 1 == len(runs) and after is not None else owner
            if owner is not None and owner.byline is None:
                owner.byline = name
                owners[at] = owner
    _titles(runs, owners, before, after)
    for at, run in enumerate(runs):
        if run[0].part is Part.AUTHOR:
            owner = after if after is not None and after.author is None else before
            if owner is not None and owner.author is None:
                owner.author = run[0]
                owners[at] = owner
    taken = {id(i) for g in (before, after) if g for i in (*g.title, g.byline, g.author)}
    return [
        Furniture("banner", (i.line.start, i.line.end))
        for run in runs
        for i in run
        if id(i) not in taken
    ]


def _titles(
    runs: list[list[Item]], owners: list[Group | None], before: Group | None, after: Group | None
) -> None:
    """Give display runs to the by-lines they stand at, else to the body that lacks a title."""
    shown = [at for at, run in enumerate(runs) if run[0].part is Part.DISPLAY]
    for at, owner in enumerate(owners):
        if owner is None or runs[at][0].part is not Part.BYLINE or owner.title:
            continue
        for near in (at - 1, at + 1):
            if near in shown and owners[near] is None and len(runs[near]) <= TITLE_LINES:
                owners[near] = owner
                owner.title = _title(runs[near])
                break
    for at in shown:
        if owners[at] is not None or len(runs[at]) > TITLE_LINES:
            continue
        last = before is not None and before.byline is None and not before.title
        owner = before if last else after
        if owner is None or owner.title or (owner.byline is not None and owner is before):
            continue
        if owner is after and before is not None and not _leads(runs, at):
            continue
        owner.title = _title(runs[at])
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
