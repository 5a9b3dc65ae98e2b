"""From lines to blocks: what stands together on a page, and how it opens and ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline.ingest.columns import (
    ALIKE,
    DISPLAY,
    EDGE_VOTES,
    INDENT,
    Block,
    Box,
    Line,
    Rule,
    alike,
    body_size,
)

# Distances in ems.
LEADING = 1.1  # white between two lines of a block at most
DISPLAY_LEADING = 1.6  # the same in titles
TITLE_ALIKE = 1.45  # ratio of the sizes of a title's lines
SPACED = 0.4  # more white than between the lines before, by so much, ends a block
HANGING = 2.2  # marks that hang over the end of a line, no more than two
CENTRED = 0.6  # offsets left and right of a centred line differ by less
ALONE = 3.0  # a by-line's white below or above it
JUSTIFIED = 0.4  # a justified line ends as near to its column's edge
MOST_LINES = 4_000  # on a page; more are no print in columns and are not compared with each other
SHORT_BLOCK = 4  # a block of other print than the body's with so many lines at most is display


# A column's left edge: place, right edge of the lines there, number of lines.
Edge = tuple[float, float, int]


def blocks(lines: Sequence[Line], rules: Sequence[Rule], pictures: Sequence[Box]) -> list[Block]:
    """Join lines into blocks; sets the lines' column edges and indents."""
    if len(lines) > MOST_LINES:
        return [_block([f]) for f in lines]
    flat = [f for f in lines if not f.vertical]
    body = body_size((f.size, len(f.text)) for f in flat)
    edges = _edges([f for f in flat if alike(f.size, body)])
    level = [r for r in rules if r.bottom - r.top < 3 and r.x1 - r.x0 > body]
    chains = _chains(flat, level, edges, body)
    font = Counter(f.font for f in flat if alike(f.size, body)).most_common(1)
    found: list[Block] = []
    for chain in chains:
        _set_edges(chain, edges)
        _set_beside(chain, pictures)
        _set_indents(chain)
        found += [_block(part) for part in _parts(chain, body)]
    found += [_block(column) for column in _vertical([f for f in lines if f.vertical])]
    for block in found:
        block.display = _is_display(block, body, font[0][0] if font else "")
    for block in found:
        block.display = block.display or _stands_alone(block, found)
        block.wraps = block.display and block.lines[0].size <= DISPLAY * body
        _ends(block)
    return found


def _reach(line: Line, edges: list[Edge]) -> tuple[float, float]:
    """From where to where a line stands: from its column's edge, without marks that hang over it."""
    x0, x1 = line.box[0], line.box[2]
    near = [e for e in edges if -0.4 <= (x0 - e[0]) / line.size <= INDENT[1]]
    if not near:
        return x0, x1
    edge = max(near)
    hangs = 0 < x1 - edge[1] <= HANGING * line.size
    return min(x0, edge[0]), edge[1] if hangs else x1


def _chains(
    lines: list[Line], rules: list[Rule], edges: list[Edge], body: float
) -> list[list[Line]]:
    """Chain lines that have each other alone above and below."""
    ordered = sorted(lines, key=lambda f: f.base)
    reach = [_reach(f, edges) for f in ordered]
    below: list[list[int]] = [[] for _ in ordered]
    above: list[list[int]] = [[] for _ in ordered]
    for i, a in enumerate(ordered):
        nearest: float | None = None
        for k in range(i + 1, len(ordered)):
            b = ordered[k]
            if b.base - a.base > (1 + DISPLAY_LEADING) * max(a.size, b.size) + a.size:
                break
            shared = min(reach[i][1], reach[k][1]) - max(reach[i][0], reach[k][0])
            if b.base - a.base < 0.5 * min(a.size, b.size) or shared < 0.3 * min(a.size, b.size):
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
            title = min(a.size, b.size) > DISPLAY * body
            most = DISPLAY_LEADING if title else LEADING
            similar = max(a.size, b.size) <= (TITLE_ALIKE if title else ALIKE) * min(a.size, b.size)
            fits = alone and near and similar and white <= most * a.size
            if fits and not _ruled(a, b, rules):
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


def _edges(lines: list[Line]) -> list[Edge]:
    """The left edges of the page's columns."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda f: f.box[0]):
        if groups and line.box[0] - groups[-1][0].box[0] <= 0.35 * line.size:
            groups[-1].append(line)
        else:
            groups.append([line])
    edges = [
        (g[0].box[0], sorted(f.box[2] for f in g)[int(len(g) * 0.8)], len(g), g[0].size)
        for g in groups
        if len(g) >= EDGE_VOTES
    ]
    # where first lines are indented is no edge
    return [
        e[:3]
        for e in edges
        if not any(INDENT[0] <= (e[0] - o[0]) / e[3] <= INDENT[1] and o[2] > e[2] for o in edges)
    ]


def _set_edges(chain: list[Line], edges: list[Edge]) -> None:
    """Tell every line of a chain its column's edges, and whether it is indented from the left one."""
    em = chain[0].size
    least = min(f.box[0] for f in chain)
    widest = sorted(f.box[2] for f in chain)[int((len(chain) - 1) * (0.8 if len(chain) > 4 else 1))]
    holding = [e for e in edges if e[0] <= least + 0.4 * em and e[1] >= widest - 1.6 * em]
    edge = max(holding, default=None)
    own = sum(f.box[0] <= least + 0.4 * em for f in chain)
    flush = own >= EDGE_VOTES and own * 2 > len(chain)
    left, right = least, widest
    if edge is not None and not flush:
        left = min(left, edge[0])
    if edge is not None and len(chain) <= SHORT_BLOCK:
        right = edge[1]
    for i, line in enumerate(chain):
        # beside a picture a column is narrower: its edges there are those of the lines around
        line.left, line.right = left, right
        around = chain[max(0, i - 2) : i + 3]
        if len(around) >= 4:
            local = sorted(f.box[2] for f in around)[-2]
            line.right = local if local < right - 2 * em else right
        shift = min(f.box[0] for f in (*chain[max(0, i - 1) : i], *chain[i + 1 : i + 2], line))
        if shift > left + 3 * em:
            line.left = shift
        line.narrow = line.left > left or line.right < right


def _set_beside(chain: list[Line], pictures: Sequence[Box]) -> None:
    """Set the edges of lines that stand beside a picture known as such."""
    for picture in pictures:
        beside = [f for f in chain if f.box[1] < picture[3] and f.box[3] > picture[1]]
        em = chain[0].size
        for line in beside:
            if line.box[2] - em / 2 < picture[0] < line.right - em:
                line.right, line.narrow = picture[0] - em / 2, True
            elif line.left + em < picture[2] < line.box[0] + em / 2:
                line.left, line.narrow = min(f.box[0] for f in beside), True


def _set_indents(chain: list[Line]) -> None:
    for i, line in enumerate(chain):
        offset = (line.box[0] - line.left) / line.size
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
    return (
        left > em and right > em and abs(left - right) < CENTRED * em and not (off and line.closed)
    )


def _parts(chain: list[Line], body: float) -> list[list[Line]]:
    """Cut a chain where the print changes, where more white is left, and around centred lines."""
    parts = [[chain[0]]]
    for a, b in pairwise(chain):
        part = parts[-1]
        step = b.base - a.base
        before = part[-1].base - part[-2].base if len(part) > 1 else None
        following = chain[chain.index(b) + 1].base - b.base if b is not chain[-1] else None
        usual = min((s for s in (before, following) if s is not None), default=step)
        spaced = step > usual + SPACED * a.size
        other = a.font != b.font and not (a.full and b.full)
        if not spaced and len(part) == 1 and a.full and not a.closed and _centred(b):
            part.append(b)  # a by-line that goes on in a second line
            continue
        if (
            spaced
            or (_centred(a) != _centred(b) and a.size <= DISPLAY * body)
            or (other and _headed(a, b))
        ):
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
        # marks that hang over the column's edge do not make the block wider
        max(min(f.box[2], f.right + 0.3 * f.size) if f.right else f.box[2] for f in lines),
        max(f.box[3] for f in lines),
    )
    return block


def _vertical(lines: list[Line]) -> list[list[Line]]:
    """Group vertical lines side by side, the right one first."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda f: -f.box[0]):
        last = groups[-1][-1] if groups else None
        if last and _beside(last, line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _beside(a: Line, b: Line) -> bool:
    near = a.box[0] - b.box[2] < 1.5 * b.size and alike(a.size, b.size)
    return near and min(a.box[3], b.box[3]) > max(a.box[1], b.box[1])


def _is_display(block: Block, body: float, font: str) -> bool:
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
    if not last.full and not first.indent and len(block.lines) <= 2:
        return True
    other = all(f.font != font for f in block.lines)
    return other and not (last.full and len(block.lines) > 1)


def _stands_alone(block: Block, others: list[Block]) -> bool:
    """Whether a block is one unfinished line with something else right above or below: a by-line."""
    line = block.lines[0]
    if len(block.lines) > 1 or line.closed or line.text[-1:] in "，、；：":
        return False
    # an unfinished line of prose ends where its column does
    if abs(line.box[2] - line.right) > JUSTIFIED * line.size:
        return True
    if line.indent:
        return False
    return any(
        o is not block
        and min(o.box[2], block.box[2]) - max(o.box[0], block.box[0]) > line.size
        and (
            -2 <= o.box[1] - block.box[3] <= ALONE * line.size
            or (o.display and -2 <= block.box[1] - o.box[3] <= ALONE * line.size)
        )
        for o in others
    )


def _ends(block: Block) -> None:
    first, last = block.lines[0], block.lines[-1]
    block.indented = first.indent
    block.open = not block.display and last.full and not last.closed
