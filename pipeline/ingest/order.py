"""The reading order of a page's blocks.

A page is cut along white bands, across or down; which cut comes first is decided by how well the text
reads on over it: an unfinished line wants a flush one next, a finished paragraph an indented one. Titles,
pictures' captions and banners that would stand inside a sentence go before the text they interrupt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.ingest.columns import Block, body_size

# Cuts tried at each step, the widest first, and regions weighed before the widest cut is taken unseen.
CUTS = 6
# A page of more blocks is no newspaper's (a table, a map, an attack): it is read from top to bottom.
MOST_BLOCKS = 400
REGIONS = 1500
# What white bands must have at least, in points; glyph boxes overlap a little in tight setting.
BAND = -1.0
# Cutting across the whole region needs a reason where its columns could be read down: a title above.
ACROSS = -0.6
# … or much white over the whole width, in ems, which columns that flow hardly ever leave.
WHITE, AT_WHITE = 2.5, 1.0
Order = tuple[int, ...]


def ordered(blocks: Sequence[Block]) -> list[Block]:
    """Give the blocks in reading order."""
    if len(blocks) > MOST_BLOCKS:
        return sorted(blocks, key=lambda b: (b.box[1], b.box[0]))
    if not blocks:
        return []
    em = body_size((f.size, len(f.text)) for b in blocks for f in b.lines)
    page = _Page(blocks, any(b.indented for b in blocks), em)
    best, _ = page.best(tuple(range(len(blocks))))
    return [blocks[i] for i in best]


def flows(before: Block, after: Block) -> bool:
    """Whether a sentence goes on from one block to another."""
    return before.open and not after.display and not after.indented and not after.table


@dataclass
class _Page:
    blocks: Sequence[Block]
    indents: bool  # paragraphs are marked by indents
    em: float  # size of the body
    known: dict[Order, tuple[Order, float]] = field(default_factory=dict)

    def best(self, region: Order) -> tuple[Order, float]:
        if len(region) == 1:
            return region, 0.0
        if region in self.known:
            return self.known[region]
        self.known[region] = (region, float("-inf"))
        down, across = self._bands(region, 0), self._bands(region, 1)
        if not down and not across:
            result = self._tangled(region)
        elif len(self.known) > REGIONS:
            axis = 0 if down and (not across or down[0][0] >= across[0][0]) else 1
            result = self._joined(self._split(region, (down, across)[axis], axis), 0.0)
        else:
            result = self._weighed(region, down, across)
        self.known[region] = result
        return result

    def _weighed(
        self, region: Order, down: list[tuple[float, float]], across: list[tuple[float, float]]
    ) -> tuple[Order, float]:
        """Try the ways to cut a region; the first of equals wins."""
        ways = [(self._split(region, down, 0), 0.0)] if down else []
        if len(down) > 1:
            ways += [(self._split(region, [band], 0), 0.0) for band in down[:CUTS]]
        for band in across[:CUTS]:
            parts = self._split(region, [band], 1)
            ways.append((parts, self._across(band[0], parts) if down else 0.0))
        results = [self._joined(parts, prior) for parts, prior in ways]
        return max(results, key=lambda r: r[1])

    def _bands(self, region: Order, axis: int) -> list[tuple[float, float]]:
        """White bands (width, place) through a region: down (axis 0) or across (1), the widest first."""
        spans = sorted((self.blocks[i].box[axis], self.blocks[i].box[axis + 2]) for i in region)
        bands = []
        end = spans[0][1]
        for start, stop in spans[1:]:
            if start - end > BAND and stop > end:
                bands.append((start - end, (start + end) / 2))
            end = max(end, stop)
        return sorted(bands, key=lambda b: (-b[0], b[1]))

    def _split(self, region: Order, bands: list[tuple[float, float]], axis: int) -> list[Order]:
        places = sorted(place for _, place in bands)
        parts: list[list[int]] = [[] for _ in range(len(places) + 1)]
        for i in region:
            box = self.blocks[i].box
            middle = (box[axis] + box[axis + 2]) / 2
            parts[sum(place < middle for place in places)].append(i)
        return [tuple(p) for p in parts if p]

    def _across(self, white: float, parts: list[Order]) -> float:
        """What speaks for cutting across, before the text is read."""
        if white > WHITE * self.em:
            return AT_WHITE
        return 0.0 if self._headed(parts) else ACROSS

    def _headed(self, parts: list[Order]) -> bool:
        """Whether something as wide as several columns stands right at a cut."""
        low = [i for p in parts[1:] for i in p]
        columns = [b.box[2] - b.box[0] for b in self.blocks if len(b.lines) > 2]
        column = sorted(columns)[len(columns) // 2] if columns else 0.0
        top = min(self.blocks[i].box[1] for i in low)
        return any(
            self.blocks[i].box[2] - self.blocks[i].box[0] > 1.4 * column
            for i in low
            if self.blocks[i].box[1] < top + 2 * self.blocks[i].lines[0].size
        )

    def _joined(self, parts: list[Order], prior: float) -> tuple[Order, float]:
        sequence: list[int] = []
        for part in parts:
            found = self.best(part)[0]
            sequence = self._lifted(sequence, list(found)) if sequence else list(found)
        score = prior + sum(map(self._fit, sequence, sequence[1:]))
        return tuple(sequence), score

    def _lifted(self, before: list[int], after: list[int]) -> list[int]:
        """Join two sequences; display that interrupts a sentence goes before its article's text."""
        head = 0
        while head < len(after) and self.blocks[after[head]].display:
            head += 1
        tail = len(before)
        while tail and self.blocks[before[tail - 1]].display:
            tail -= 1
        stray = before[tail:] + after[:head]
        if not stray or not tail or head == len(after):
            return before + after
        if not flows(self.blocks[before[tail - 1]], self.blocks[after[head]]):
            return before + after
        start = tail
        while start and not self.blocks[before[start - 1]].display:
            start -= 1
        return before[:start] + stray + before[start:tail] + after[head:]

    def _fit(self, i: int, k: int) -> float:
        """How well block k reads after block i."""
        a, b = self.blocks[i], self.blocks[k]
        near = 0.2 if _near(a, b) else 0.0
        if a.display and b.display:
            return near
        if a.display:
            return near + (0.0 if not self.indents else 0.6 if b.indented else -1.0)
        if b.display:
            return near - (1.5 if a.open else -0.3)
        if not self.indents:
            return near
        if a.open:
            return near + (-3.0 if b.indented else 2.0)
        if b.indented:
            return near + 0.8
        # a sentence may end with the line and its paragraph go on; a short line ends both
        return near - (0.5 if a.lines[-1].full else 2.0)

    def _tangled(self, region: Order) -> tuple[Order, float]:
        """Order blocks that no straight band parts: what is above comes first, then what is left."""
        rest = sorted(region, key=lambda i: (self.blocks[i].box[0], self.blocks[i].box[1]))
        sequence: list[int] = []
        while rest:
            free = [i for i in rest if not any(self._precedes(k, i) for k in rest if k != i)]
            chosen = (free or rest)[0]
            if sequence:
                going = [i for i in free if flows(self.blocks[sequence[-1]], self.blocks[i])]
                chosen = (going or [chosen])[0]
            rest.remove(chosen)
            sequence = self._lifted(sequence, [chosen]) if sequence else [chosen]
        return tuple(sequence), sum(map(self._fit, sequence, sequence[1:]))

    def _precedes(self, i: int, k: int) -> bool:
        a, b = self.blocks[i].box, self.blocks[k].box
        return min(a[2], b[2]) - max(a[0], b[0]) > 2 and a[1] + a[3] < b[1] + b[3]


def _near(a: Block, b: Block) -> bool:
    """Whether b stands right below a."""
    white = b.box[1] - a.box[3]
    return -2 <= white <= 2 * a.lines[-1].size and min(a.box[2], b.box[2]) > max(a.box[0], b.box[0])
