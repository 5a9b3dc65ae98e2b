"""From lines to blocks: what stands together on a page, and how it opens and ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.ingest.columns import (
    ALIKE,
    DISPLAY,
    EDGE_VOTES,
    INDENT,
    Block,
    Line,
    Rule,
    body_size,
)

# Distances in ems.
LEADING = 1.1  # white between two lines of a block at most
SPACED = 0.4  # more white than between the lines before, by so much, ends a block
CENTRED = 0.6  # offsets left and right of a centred line differ by less
SHORT_BLOCK = 4  # a block of other print than the body's with so many lines at most is display


def blocks(lines: Sequence[Line], rules: Sequence[Rule]) -> list[Block]:
    """Join lines into blocks; sets the lines' column edges and indents."""
    flat = [f for f in lines if not f.vertical]
    body = body_size((f.size, len(f.text)) for f in flat)
    chains = _chains(flat, [r for r in rules if r.bottom - r.top < 3 and r.x1 - r.x0 > body])
    edges = _edges([f for f in flat if _alike(f.size, body)])
    font = Counter(f.font for f in flat if _alike(f.size, body)).most_common(1)
    found: list[Block] = []
    for chain in chains:
        _set_edges(chain, edges)
        found += [_block(part) for part in _parts(chain)]
    found += [_block(column) for column in _vertical([f for f in lines if f.vertical])]
    widths = sorted(b.box[2] - b.box[0] for b in found if len(b.lines) > SHORT_BLOCK)
    for block in found:
        block.display = _is_display(block, body, font[0][0] if font else "", widths)
        _ends(block)
    return found


def _alike(a: float, b: float) -> bool:
    return max(a, b) <= ALIKE * max(min(a, b), 0.01)


def _overlap(a: Line, b: Line) -> float:
    shared = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    return shared / max(min(a.width, b.width), 0.01)


def _chains(lines: list[Line], rules: list[Rule]) -> list[list[Line]]:
    """Chain lines that have each other alone above and below."""
    ordered = sorted(lines, key=lambda f: f.base)
    below: list[list[int]] = [[] for _ in ordered]
    above: list[list[int]] = [[] for _ in ordered]
    for i, a in enumerate(ordered):
        nearest: float | None = None
        for k in range(i + 1, len(ordered)):
            b = ordered[k]
            if b.base - a.base > (1 + LEADING) * max(a.size, b.size) + a.size:
                break
            if b.base - a.base < 0.5 * min(a.size, b.size) or _overlap(a, b) < 0.1:
                continue
            if nearest is not None and b.base > nearest + 0.6 * a.size:
                break
            nearest = b.base if nearest is None else nearest
            below[i].append(k)
            above[k].append(i)
    link: dict[int, int] = {}
    for i, a in enumerate(ordered):
        if len(below[i]) == 1:
            (k,) = below[i]
            b = ordered[k]
            near = [h for h in above[k] if ordered[h].base >= a.base - 0.6 * a.size]
            alone = all(ordered[h].base < a.base - 0.6 * a.size or h == i for h in above[k])
            white = b.base - a.base - b.size
            if alone and near and _alike(a.size, b.size) and white <= LEADING * a.size:
                if not _ruled(a, b, rules):
                    link[i] = k
    heads = set(range(len(ordered))) - set(link.values())
    chains = []
    for i in sorted(heads):
        chain, at = [ordered[i]], i
        while at in link:
            at = link[at]
            chain.append(ordered[at])
        chains.append(chain)
    return chains


def _ruled(a: Line, b: Line, rules: list[Rule]) -> bool:
    """Whether a rule as wide as the lines stands between them (an underline touches its line)."""
    x0, x1 = max(a.box[0], b.box[0]), min(a.box[2], b.box[2])
    return any(
        a.base + 0.3 * a.size <= r.top <= b.base - 0.5 * b.size
        and r.x0 <= x0 + a.size
        and r.x1 >= x1 - a.size
        for r in rules
    )


def _edges(lines: list[Line]) -> list[tuple[float, float, int]]:
    """The left edges of the page's columns: place, right edge of the lines there, number of lines."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda f: f.box[0]):
        if groups and line.box[0] - groups[-1][0].box[0] <= 0.35 * line.size:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        (g[0].box[0], sorted(f.box[2] for f in g)[int(len(g) * 0.8)], len(g))
        for g in groups
        if len(g) >= EDGE_VOTES
    ]


def _set_edges(chain: list[Line], edges: list[tuple[float, float, int]]) -> None:
    """Tell every line of a chain its column's edges, and whether it is indented from the left one."""
    em = chain[0].size
    least = min(f.box[0] for f in chain)
    widest = max(f.box[2] for f in chain)
    near = [e for e in edges if least - INDENT[1] * em <= e[0] <= least + 0.4 * em]
    own = sum(f.box[0] <= least + 0.4 * em for f in chain)
    edge = max(near, key=lambda e: e[2], default=None)
    flush = own >= EDGE_VOTES and own * 2 > len(chain)
    left, right = least, widest
    if edge is not None and not flush:
        left = min(left, edge[0])
    if edge is not None and len(chain) <= SHORT_BLOCK:
        right = max(right, edge[1])
    for i, line in enumerate(chain):
        # beside a picture a column is narrower: its edges there are those of the lines around
        around = chain[max(0, i - 2) : i + 3]
        line.left = left
        line.right = right
        if len(around) >= 4:
            local = max(f.box[2] for f in around)
            line.right = local if local < right - 2 * em else right
        shift = min(f.box[0] for f in (*chain[max(0, i - 1) : i], *chain[i + 1 : i + 2], line))
        narrow = shift > left + 3 * em
        line.left = shift if narrow else left
        offset = (line.box[0] - line.left) / em
        line.indent = INDENT[0] <= offset <= INDENT[1] and not _stays(chain, i)


def _stays(chain: list[Line], i: int) -> bool:
    """Whether line i stands in a run of full lines that all begin where it does: no indents."""
    line = chain[i]
    run = [f for f in chain[max(0, i - 1) : i + 2] if abs(f.box[0] - line.box[0]) < 0.3 * line.size]
    return len(run) >= 3 and all(f.full and not f.closed for f in run[:-1])


def _centred(line: Line) -> bool:
    left, right = line.box[0] - line.left, line.right - line.box[2]
    em = line.size
    off = INDENT[0] <= left / em <= INDENT[1]
    return left > em and right > em and abs(left - right) < CENTRED * em and not (off and line.closed)


def _parts(chain: list[Line]) -> list[list[Line]]:
    """Cut a chain where the print changes, where more white is left, and around centred lines."""
    parts = [[chain[0]]]
    for a, b in zip(chain, chain[1:], strict=False):
        part = parts[-1]
        step = b.base - a.base
        before = part[-1].base - part[-2].base if len(part) > 1 else None
        following = chain[chain.index(b) + 1].base - b.base if b is not chain[-1] else None
        usual = min((s for s in (before, following) if s is not None), default=step)
        spaced = step > usual + SPACED * a.size
        other = a.font != b.font and not (a.full and b.full)
        if spaced or _centred(a) != _centred(b) or (other and _headed(a, b)):
            parts.append([b])
        else:
            part.append(b)
    return parts


def _headed(a: Line, b: Line) -> bool:
    """Whether one of two lines in different fonts is a heading or by-line: no sentence, not full."""
    short = a if not a.full else b
    return not short.closed and short.text[-1:] not in "，、；："


def _block(lines: list[Line]) -> Block:
    block = Block(lines)
    block.box = (
        min(f.box[0] for f in lines),
        min(f.box[1] for f in lines),
        max(f.box[2] for f in lines),
        max(f.box[3] for f in lines),
    )
    return block


def _vertical(lines: list[Line]) -> list[list[Line]]:
    """Group vertical lines side by side, the right one first."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda f: -f.box[0]):
        last = groups[-1][-1] if groups else None
        if last and _alike(last.size, line.size) and last.box[0] - line.box[2] < 1.5 * line.size:
            if min(last.box[3], line.box[3]) > max(last.box[1], line.box[1]):
                groups[-1].append(line)
                continue
        groups.append([line])
    return groups


def _is_display(block: Block, body: float, font: str, widths: list[float]) -> bool:
    first = block.lines[0]
    if first.vertical or first.size > DISPLAY * body:
        return True
    if len(block.lines) > SHORT_BLOCK:
        return first.size < body / ALIKE
    last = block.lines[-1]
    if first.size < body / ALIKE:
        return True
    if last.closed or last.text[-1:] in "，、；：":
        return False
    if all(_centred(f) for f in block.lines):
        return True
    other = all(f.font != font for f in block.lines)
    return other and not (last.full and len(block.lines) > 1) or (
        not last.full and not first.indent and len(block.lines) <= 2
    )


def _ends(block: Block) -> None:
    first, last = block.lines[0], block.lines[-1]
    block.indented = first.indent
    block.open = not block.display and last.full and not last.closed
