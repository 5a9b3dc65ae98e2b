"""Titles and by-lines put before the texts they belong to, where the order alone does not part two texts.

A by-line names whom the text's opening names: where a line of display is found again in the opening of
a paragraph, an article begins there. If other running text precedes it without a break (the title of one
article stands below or beside, that of the other above), the by-line and its title are put between them.
A banner (display wider than a column) inside an article goes before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.columns import Block
from pipeline.ingest.order import MOST_BLOCKS, flows

# A name is found in so many characters from where a text begins, and has so many at least.
OPENING = 160
LEAST, MOST = 6, 48
# A banner is wider than so many columns.
BANNER = 1.4


@dataclass(slots=True, eq=False)
class _Name:
    """A by-line (block and text) and the block and line where the text begins that opens with it."""

    byline: Block
    text: str
    start: tuple[Block, int] | None = None


def settled(blocks: Sequence[Block]) -> list[Block]:
    """Give a page's blocks in reading order, every article parted from the one before it."""
    result = list(blocks)
    if len(result) > MOST_BLOCKS:
        return result
    names = [_Name(b, _text(b)) for b in result if _may_name(b)]
    for name in names:
        name.start = _start(result, name.text)
    known = [n for n in names if n.start is not None]
    if len(known) < 2:
        return result
    bylines = {id(n.byline) for n in known}
    for name in known:
        _part(result, name, bylines)
    _banners(result, {id(n.start[0]) for n in known if n.start}, bylines)
    return result


def _text(block: Block) -> str:
    return "".join("".join(f.text.split()) for f in block.lines)


def _may_name(block: Block) -> bool:
    return block.display and len(block.lines) <= 3 and LEAST <= len(_text(block)) <= MOST


def _start(blocks: list[Block], text: str) -> tuple[Block, int] | None:
    """Where the one text begins that names this in its opening; the nearest to it counts."""
    best: tuple[int, Block, int] | None = None
    for at, block in enumerate(blocks):
        if block.display:
            continue
        for n, line in enumerate(block.lines):
            opens = line.indent or (n == 0 and not (at and flows(blocks[at - 1], block)))
            if not opens:
                continue
            found = _opening(blocks, at, n).find(text)
            # where a text names it after a sentence or two, its second paragraph may do so as well
            if found >= 0 and (best is None or best[0] > OPENING // 2 > found):
                best = (found, block, n)
    return None if best is None else best[1:]


def _opening(blocks: list[Block], at: int, n: int) -> str:
    """The beginning of a paragraph, over the ends of columns but not into the next paragraph."""
    text = ""
    while at < len(blocks) and len(text) < OPENING:
        block = blocks[at]
        for k, line in enumerate(block.lines[n:]):
            if text and line.indent and k + n:
                return text
            text += "".join(line.text.split())
        following = blocks[at + 1 :]
        skipped = next((i for i, b in enumerate(following) if not b.display), None)
        if skipped is None or not flows(block, following[skipped]):
            break
        at, n = at + 1 + skipped, 0
    return text[:OPENING]


def _part(blocks: list[Block], name: _Name, bylines: set[int]) -> None:
    """Put a by-line and its title before its text where nothing parts that from the text before."""
    assert name.start is not None
    block, line = name.start
    at = next((i for i, b in enumerate(blocks) if b is block), None)
    if at is None:
        return
    first = line == 0
    if first and (at == 0 or blocks[at - 1].display):
        return
    unit = _unit(blocks, name.byline, bylines)
    if not first:
        head, tail = _cut(block, line)
        blocks[at : at + 1] = [head, tail]
        name.start = (tail, 0)
        block = tail
    for part in unit:
        blocks.remove(part)
    place = next(i for i, b in enumerate(blocks) if b is block)
    blocks[place:place] = unit


def _unit(blocks: list[Block], byline: Block, bylines: set[int]) -> list[Block]:
    """A by-line with its title: the display right before it, else right after it."""
    at = next(i for i, b in enumerate(blocks) if b is byline)
    first = at
    while first and blocks[first - 1].display and id(blocks[first - 1]) not in bylines:
        first -= 1
    if first < at:
        return blocks[first : at + 1]
    end = at + 1
    while end < len(blocks) and blocks[end].display and id(blocks[end]) not in bylines:
        end += 1
    closed = end == len(blocks) or not blocks[end].display
    return blocks[at : end if closed else at + 1]


def _cut(block: Block, n: int) -> tuple[Block, Block]:
    """Cut a block before a line that opens a paragraph."""
    left, _, right, _ = block.box
    head, tail = (
        Block(
            part,
            (left, min(f.box[1] for f in part), right, max(f.box[3] for f in part)),
            indented=part[0].indent,
        )
        for part in (block.lines[:n], block.lines[n:])
    )
    tail.open = block.open
    return head, tail


def _banners(blocks: list[Block], starts: set[int], bylines: set[int]) -> None:
    """Put a banner that stands inside an article before the article's title."""
    widths = sorted(b.box[2] - b.box[0] for b in blocks if len(b.lines) > 2 and not b.display)
    column = widths[len(widths) // 2] if widths else 0.0
    for banner in [b for b in blocks if b.display and b.box[2] - b.box[0] > BANNER * column]:
        at = next(i for i, b in enumerate(blocks) if b is banner)
        inside = 0 < at < len(blocks) - 1 and not (blocks[at - 1].display or blocks[at + 1].display)
        if not inside or id(banner) in bylines or id(blocks[at + 1]) in starts:
            continue
        start = at
        while start and id(blocks[start]) not in starts:
            start -= 1
        while start and blocks[start - 1].display:
            start -= 1
        if start or id(blocks[0]) in starts or blocks[0].display:
            blocks.remove(banner)
            blocks.insert(start, banner)
