"""Clean text out of source lines: wraps joined, stray blanks and bracketed pinyin gone, all remembered."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.layout.lines import ENDS
from pipeline.layout.parts import Item, Opens, Part
from pipeline.model import Furniture, Text
from pipeline.offsets import INSERTED, OffsetMap

_PINYIN = r"(?<=[\u3400-\u9fff])[(（][a-zɡāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü]{1,8}[)）]"
_CONTROL = r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
_REMOVABLE = re.compile(rf"(?P<pinyin>{_PINYIN})|(?P<control>{_CONTROL})|(?P<blank>[\s\xa0]+)")
_STRAY = re.compile(r"(?<=[\u3400-\u9fff])[ \t\u3000]+(?=[\u3400-\u9fff])")
# The digits before and after a blank, with a decimal point at it.
_HEAD, _TAIL = re.compile(r"\d{1,16}(?:\s?\.)?$"), re.compile(r"(?:\.\s?)?\d+")
LONGEST_NUMBER, YEAR = 16, 4
# More stray blanks than one in so many characters, and blanks inside quotation marks mean nothing.
STRAY_PER_CHARACTERS = 80


def _splits_number(norm: str, end: int, start: int, spacey: bool) -> bool:
    """Whether a blank (from `end` to `start`) stands inside one number rather than between two.

    It does at a decimal point or per cent sign, before a group of three digits, and where digits are
    strewn singly (1 2 0). Two numbers side by side (2023 15) have none of these shapes; where blanks are
    strewn through the whole text, only a number as long as a year is not gone on with.
    """
    head, tail = _HEAD.search(norm, max(0, end - LONGEST_NUMBER), end), _TAIL.match(norm, start)
    if head is None or tail is None:
        return norm[start : start + 1] == "%" and norm[end - 1 : end].isdigit()
    left, right = head.group(), tail.group()
    if left.endswith(".") or right.startswith("."):
        return left != "." and right != "."
    if len(right) == 3 and len(left) <= 3 and "." not in left:
        return True
    return (spacey and len(left) < YEAR) or (len(right) == 1 and _strewn(norm, end))


def _strewn(norm: str, end: int) -> bool:
    """Whether the digit before a blank stands alone too."""
    return not norm[end - 2 : end - 1].isdigit()


class Paragraph(NamedTuple):
    """A paragraph of clean text; `maybe` are places inside where another may begin."""

    start: int
    end: int
    display: bool
    maybe: tuple[int, ...]


class Reflowed(NamedTuple):
    """Clean text of an article with its paragraphs, and the repairs made."""

    text: Text
    paragraphs: tuple[Paragraph, ...]
    repairs: tuple[Furniture, ...]


def is_spacey(raw: str, items: list[Item]) -> bool:
    """Tell whether blanks are strewn through the text, so that they mean nothing anywhere."""
    flow = [i.line for i in items if i.part is Part.FLOW]
    stray = sum(len(_STRAY.findall(raw, line.start, line.end)) for line in flow if line.blank)
    return stray * STRAY_PER_CHARACTERS > sum(len(line.text) for line in flow)


class _Builder:
    def __init__(self, raw: str, norm: str, spacey: bool) -> None:
        self.raw, self.norm, self.spacey = raw, norm, spacey
        self.runs: list[tuple[int, int]] = []
        self.length = 0
        self.depth = 0  # open quotation marks
        self.repairs: list[Furniture] = []

    def copy(self, start: int, end: int) -> None:
        if end > start:
            self.runs.append((start, end - start))
            self.length += end - start
            count = self.norm.count
            opened = count("“", start, end) + count("《", start, end)
            closed = count("”", start, end) + count("》", start, end)
            self.depth = max(0, self.depth + opened - closed)

    def insert(self, count: int = 1) -> None:
        self.runs.append((INSERTED, count))
        self.length += count

    def line(self, start: int, end: int) -> None:
        """Copy one line without its stray blanks, pinyin and control characters."""
        at = start
        for found in _REMOVABLE.finditer(self.norm, start, end):
            self.copy(at, found.start())
            at = found.end()
            if found["blank"] is None:
                kind = "pinyin" if found["pinyin"] else "control"
                self.repairs.append(Furniture(kind, found.span()))
            elif start < found.start() and self._keeps(found.start() - 1, found.end(), end):
                self.copy(found.start(), found.start() + 1)
        self.copy(at, end)

    def _keeps(self, before: int, after: int, end: int) -> bool:
        if after >= end:
            return False
        left, right = self.norm[before], self.norm[after]
        if left.isascii() and right.isascii():
            if not _splits_number(self.norm, before + 1, after, self.spacey):
                return left.isalnum() and right.isalnum()
            self.repairs.append(Furniture("blank in number", (before + 1, after)))
            return False
        chinese = left >= "\u3400" and right >= "\u3400"
        return chinese and self.depth > 0 and not self.spacey

    def join(self, end: int, start: int) -> int:
        """Join a line ending at `end` to one starting at `start`; gives the end to copy up to."""
        left, right = self.norm[end - 1], self.norm[start]
        if left in "-‐" and right.isascii() and right.isalpha() and self.norm[end - 2].isalpha():
            self.repairs.append(Furniture("hyphen", (end - 1, end)))
            return end - 1
        return end

    def text(self) -> Text:
        origin = OffsetMap(self.runs)
        clean, form = [], []
        for start, length in self.runs:
            inserted = start == INSERTED
            clean.append("\n" * length if inserted else self.raw[start : start + length])
            form.append("\n" * length if inserted else self.norm[start : start + length])
        return Text("".join(clean), paired("".join(form)), origin)


def reflow(raw: str, norm: str, items: list[Item], spacey: bool) -> Reflowed:
    """Build an article's clean text from its lines of running text and display, in order."""
    builder = _Builder(raw, norm, spacey)
    paragraphs: list[Paragraph] = []
    start, display = 0, False
    maybe: list[int] = []
    previous: Item | None = None
    for index, item in enumerate(items):
        shown = item.part is Part.DISPLAY
        if previous is not None and (shown != display or item.opens is Opens.YES):
            paragraphs.append(Paragraph(start, builder.length, display, tuple(maybe)))
            builder.insert()
            builder.depth = 0
            start, maybe = builder.length, []
            previous = None
        if previous is not None:
            if item.opens is Opens.MAYBE:
                maybe.append(builder.length)
            elif _latin(norm, previous.line.end, item.line.start):
                builder.insert()
        end = item.line.end
        following = items[index + 1] if index + 1 < len(items) else None
        if following is not None and following.opens is Opens.NO and not shown:
            end = builder.join(end, following.line.start)
        builder.line(item.line.start, end)
        previous, display = item, shown
    if previous is not None:
        paragraphs.append(Paragraph(start, builder.length, display, tuple(maybe)))
    return Reflowed(builder.text(), tuple(paragraphs), tuple(builder.repairs))


def _latin(norm: str, end: int, start: int) -> bool:
    """Whether two Latin words meet at a line break."""
    left, right = norm[end - 1], norm[start]
    return left.isascii() and right.isascii() and left.isalpha() and right.isalpha()


def paired(form: str) -> str:
    """Give the text with its double quotation marks alternating, where a paragraph's do not pair.

    Straight marks, and marks that a scan turned round (”name”), become “…”; well-paired ones stay.
    """
    if '"' not in form and _balanced(form):
        return form
    return "\n".join(
        p if '"' not in p and _balanced(p) else _alternate(p) for p in form.split("\n")
    )


def _balanced(text: str) -> bool:
    depth = 0
    for mark in re.findall("[“”]", text):
        depth += 1 if mark == "“" else -1
        if depth not in (0, 1, 2):
            return False
    return depth == 0


def _alternate(text: str) -> str:
    out, inside = [], False
    for c in text:
        if c in '"“”':
            inside = not inside
            out.append("“" if inside else "”")
        else:
            # a mark left open does not swallow the rest of the paragraph
            inside = inside and c not in ENDS[:1]
            out.append(c)
    return "".join(out)
