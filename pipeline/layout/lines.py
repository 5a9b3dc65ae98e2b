"""Lines of the source and what their widths tell: is this text hard-wrapped, and how wide is a column?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

CLOSERS = "”’）】》」』)"
ENDS = "。！？…"
MIDDLES = "，、；：,;:"
OPENERS = "“‘《「『（【"
_NUMBERING = (
    r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,2}(?:[、，]|部分|篇章?|章)"
    r"|(?i:part|chapter)\s?\d{1,2}[.、:：]?|0\d[.、．|｜]?(?=[\u4e00-\u9fff“])(?![年月日时点分后前零])"
    r"|第[一二三四五六七八九十]{1,2}[^，。：；！？\d\s][：:]|\d{1,2}[.、．](?!\d)|（?\d{1,2}）|[①②③④⑤⑥⑦⑧⑨]|【[^】。！？；]{2,30}】|[一二三四五六七八九]是(?=[^，。]))"
)

_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_NARROW = re.compile("[\x00-\u024f]+")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
NUMBERED = re.compile(_NUMBERING)
_DIGITS = re.compile(r"[一二三四五六七八九十\d①-⑨]")
_NUMERALS = re.compile(f"{_DIGITS.pattern}+")
# A line this long is never a wrapped line; articles set on one line are cut at their blanks instead.
LONG = 150
# A line with this share of a file's characters holds a whole article, title and by-line included.
ALONE = 0.8
# A file on one line with fewer blanks than this has no blanks for its line breaks.
INLINE = 4
# Longest title, by-line or heading between blanks on such a line.
SHORT = 45
# A half of a heading is no longer than this.
HALF = 14
# A line with more than one blank in so many characters has them strewn in, not set.
STREWN = 50
# So many lines that open with a short phrase and a wide blank open with headings.
APART = 3
_APART = re.compile(
    r"(?P<head>[^\s。；：！？，、]{4,14}(?:[，、][^\s。；：！？，]{2,14})?)(?:\u3000{1,4}| {2,8})"
    r"(?=[\u4e00-\u9fff“《\d][^\s]{20})(?!\S{0,200}(?:\s{2}|\u3000))"
)
# Hard-wrapped text: at least so many lines (or two indented ones that turn into unindented ones), of at
# most this width, most of them ending mid-sentence.
WRAPPED_LINES = 8
WRAPPED_WIDTH = 48.0
WRAPPED_SHARE = 0.4
# No column is narrower than this, in characters.
LEAST_WIDTH = 8.0


def style(mark: str) -> str:
    """Give the kind of numbering that a mark is of: （二） and （十一） are of one."""
    return _NUMERALS.sub("#", mark)


class Line(NamedTuple):
    """A line that holds something: source span without outer blanks, and what was around it."""

    start: int
    end: int
    text: str  # normal form without any white space
    indent: int  # white space before it, in characters
    gap: int  # blank lines before it
    width: float  # Chinese characters; Latin letters and digits count half

    @property
    def closed(self) -> bool:
        """Whether the line ends a sentence."""
        return self.text.rstrip(CLOSERS)[-1:] in ENDS if self.text else False

    @property
    def blank(self) -> bool:
        """Whether white space stands inside the line."""
        return len(self.text) < self.end - self.start

    @property
    def broken(self) -> bool:
        """Whether the line ends inside a sentence for certain."""
        return self.text[-1:] in MIDDLES


@dataclass(frozen=True, slots=True)
class Measure:
    """How the text is set: wrapped or not, the local column width, the least width of a full line."""

    wrapped: bool
    typical: tuple[float, ...]  # width of the full lines around each line
    slack: float  # how much narrower than typical a line inside a paragraph may be
    indented: bool  # paragraphs are marked by indents
    sparse: bool  # … and most lines have none


def squeeze(text: str) -> str:
    """Remove all white space, that of no width too."""
    return "".join(text.split()).replace("\u200b", "").replace("\ufeff", "")


def narrow(line: Line, norm: str, start: int, end: int) -> Line:
    """Give the part of a line between two places of the source."""
    piece = norm[start:end]
    return line._replace(start=start, end=end, text=squeeze(piece), width=_width(piece))


def _width(text: str) -> float:
    return (len(text) + len(_NARROW.sub("", text))) / 2


def split_lines(norm: str) -> list[Line]:
    """Cut a text into its non-blank lines, source spans in `norm` (which has the source's offsets)."""
    lines: list[Line] = []
    gap = 0
    length = len(squeeze(norm))
    for start, end in _spans(norm):
        raw = norm[start:end]
        body = raw.strip("\ufeff\u200b \t\u3000\xa0\r\n\x0b\x0c\x1c\x1d\x1e\x85")
        text = squeeze(body)
        if not text:
            gap += 1
            continue
        left = start + raw.index(body)
        indent = 0 if raw.startswith(" ") and left == start + 1 else left - start  # strewn
        if len(body) < LONG:
            lines.append(Line(left, left + len(body), text, indent, gap, _width(body)))
            gap = 0
            continue
        alone = len(text) > ALONE * length
        pieces = list(_pieces(norm, left, left + len(body), alone))
        if alone and len(pieces) < INLINE:
            pieces = [cut for piece in pieces for cut in _cut(piece, _inline(norm, *piece))]
        for piece_start, piece_end in pieces:
            piece = norm[piece_start:piece_end]
            text = squeeze(piece)
            if text:
                first = indent if piece_start == left else 0
                lines.append(Line(piece_start, piece_end, text, first, gap, _width(piece)))
                gap = 0
    return _set_apart(norm, lines)


def _set_apart(norm: str, lines: list[Line]) -> list[Line]:
    """Cut headings off that a wide blank sets apart from their text: 抓班子，强堡垒　　支委会每月…"""
    found = {
        i: mark
        for i, line in enumerate(lines)
        if line.blank and (mark := _APART.match(norm, line.start, line.end)) is not None
    }
    if len(found) < APART:
        return lines
    result: list[Line] = []
    for i, line in enumerate(lines):
        mark = found.get(i)
        if mark is None:
            result.append(line)
            continue
        for start, end, indent, gap in (
            (*mark.span("head"), line.indent, line.gap),
            (mark.end(), line.end, line.indent, 0),
        ):
            piece = norm[start:end]
            result.append(Line(start, end, squeeze(piece), indent, gap, _width(piece)))
    return result


def _spans(norm: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in _BREAK.finditer(norm):
        yield at, found.start()
        at = found.end()
    yield at, len(norm)


def _pieces(norm: str, start: int, end: int, alone: bool) -> Iterator[tuple[int, int]]:
    """Cut a long line at the blanks that stand for line breaks.

    Such a blank follows a title or by-line (no punctuation, at the start of a line that is `alone`), a
    finished sentence, or a numbered heading; or it precedes a numbered heading.
    """
    left, heading, body = start, alone, False
    strewn = len(_SPACES.findall(norm, start, end)) * STREWN > end - start
    if strewn and not alone:
        yield start, end
        return
    blanks = [found.span() for found in _SPACES.finditer(norm, start, end)]
    for at, (stop, after) in enumerate(blanks):
        piece = norm[left:stop]
        short = _is_short(piece)
        mark = NUMBERED.match(piece)
        numbered = mark is not None and len(piece) > mark.end() + 1 and (alone or not strewn)
        sentence = piece.rstrip(CLOSERS)[-1:] in ENDS
        follows = NUMBERED.match(norm, after) is not None
        if norm[after] in ENDS + MIDDLES + CLOSERS:
            continue
        if NUMBERED.fullmatch(piece) and not (piece.endswith("】") and follows):
            continue  # 1. 标题: the blank stands inside the heading
        if piece.count("（") > piece.count("）"):
            continue  # （记者 李某）
        if body and heading and short and not follows and _is_half(norm, left, stop, after):
            following = norm[after : blanks[at + 1][0]] if at + 1 < len(blanks) else norm[after:end]
            if len(following) <= HALF and _is_short(following):
                continue  # 政治引领 把稳方向: two halves of one heading
        if (heading and short) or sentence or follows or (numbered and "。" not in piece):
            yield left, stop
            left, body = after, body or sentence
            heading = alone and (sentence or short)
        elif not short:
            heading = False
    yield left, end


def _cut(piece: tuple[int, int], places: list[int]) -> Iterator[tuple[int, int]]:
    yield from pairwise([piece[0], *places, piece[1]])


def _inline(norm: str, start: int, end: int) -> list[int]:
    """Places after a sentence on a line that is `alone` where a numbering goes on: …。二、强班子。…

    一是 runs on inside a paragraph and does not count.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for mark in NUMBERED.finditer(norm, start, end):
        opens = mark.start() == start or norm[mark.start() - 1] in ENDS + CLOSERS
        if opens and not mark.group().endswith("是"):
            number = "".join(_DIGITS.findall(mark.group())).lstrip("0")
            found.setdefault(_DIGITS.sub("#", mark.group()), []).append((mark.start(), number))
    counted = (m for m in found.values() if len(m) > 1 and m[0][1] in ("一", "1", "①"))
    return sorted(at for marks in counted for at, _ in marks if at > start)


def _is_short(piece: str) -> bool:
    """Tell whether a piece between blanks is short enough for a title, by-line or heading."""
    return not any(c in piece for c in "。；！？") and len(piece) <= SHORT


def _is_half(norm: str, left: int, stop: int, after: int) -> bool:
    """Tell whether a piece may be the first half of a heading: short, on its own, one blank behind it."""
    piece = norm[left:stop]
    return len(piece) <= HALF and _SPACES.search(piece) is None and after - stop <= 2


def measure(lines: list[Line]) -> Measure:
    """Tell how the text is set, from its lines' widths and ends."""
    if not lines:
        return Measure(False, (), 0.0, False, False)
    widths = [line.width for line in lines]
    closed = [line.closed for line in lines]
    ordered = sorted(widths)
    cap = ordered[int(len(ordered) * 0.9)] + 1.5
    shown = [width if width <= cap else inf for width in widths]
    typical = tuple(_typical(shown, i, cap) for i in range(len(lines)))
    long = [i for i, n in enumerate(lines) if n.width >= max(0.6 * typical[i], LEAST_WIDTH)]
    inside = [i for i in long if not closed[i]]
    turned = sum(
        a.indent > 0 and not ends and a.width >= 10 and b.gap == 0 and b.indent == 0
        for (a, b), ends in zip(pairwise(lines), closed, strict=False)
    )
    wrapped = (
        (len(lines) >= WRAPPED_LINES or turned >= 2)
        and ordered[int(len(ordered) * 0.9)] <= WRAPPED_WIDTH
        and len(inside) >= WRAPPED_SHARE * len(long)
    )
    # lines inside a paragraph: neither its first (indented in print) nor its last
    short = sorted(typical[i] - lines[i].width for i in inside if i and not closed[i - 1])
    slack = max(short[int(len(short) * 0.8)], 0.5) if short else 1.0
    indents = sum(line.indent > 0 for line in lines)
    indented = indents >= 2
    sparse = indented and indents * 2 <= len(lines)
    return Measure(wrapped, typical, slack, indented, sparse)


def _typical(widths: list[float], i: int, cap: float) -> float:
    """The upper-median width of the lines around line i, display-wide ones (infinite here) aside."""
    near = sorted(widths[max(0, i - 7) : i + 8])
    count = bisect_left(near, inf)
    return near[int(count * 0.6)] if count else cap
