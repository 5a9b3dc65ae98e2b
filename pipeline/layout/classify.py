"""Give every line its part: running text, display (titles, headings), by-line, author, boilerplate."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.layout.boilerplate import running_heads
from pipeline.layout.lines import ENDS, HALF, MIDDLES, NUMBERED, Line, Measure
from pipeline.layout.parts import SUBTITLE, Item, Opens, Part
from pipeline.layout.shapes import (
    DISPLAY_WIDTH,
    TITLE_WIDTH,
    bulleted_lines,
    ends_in_name,
    is_title,
)
from pipeline.layout.vocabulary import Vocabulary, bare
from pipeline.layout.wrapped import Wrapped

# A number on a line of its own belongs to the heading below it: 01, PART 2, 壹.
_NUMBER_LINE = re.compile(
    r"(?i:(?:part|no)\.?)?\d{1,2}[.、]?|[一二三四五六七八九十壹贰叁肆伍陆柒捌玖]{1,2}[、.]?"
)
# A line in brackets: （渡口镇党支部）, （根据会议发言整理）
_NOTE = re.compile(r"[（(][^（）()。！？]{2,40}[）)]")
# A line of a unit and a person's name is no longer than this.
SIGNED = 48
# A heading that asks; in quotation marks it would be what somebody says.
_ASKED = re.compile(r"(?:“[^，。；：！？“”]{1,4}”)?[^，。；：！？“”]{3,20}？")
# No heading of the shapes below has one inside.
_MARK = re.compile(r"[，。；：！？]")
# What may stand above the title of a web page.
_HEAD = (Part.DISPLAY, Part.META)


def classify(norm: str, lines: list[Line], measure: Measure, words: Vocabulary) -> list[Item]:
    """Give every line its part, in order."""
    bullets = bulleted_lines(lines, measure, words)
    heads = running_heads(lines)
    furniture = [
        None if i in bullets else Part.META if i in heads else _furniture(norm, line, words)
        for i, line in enumerate(lines)
    ]
    reader = Wrapped(lines, measure, words, furniture) if measure.wrapped else None
    shown = {} if reader else _shown(lines, words)
    items: list[Item] = []
    head = True  # nothing but titles and boilerplate stands above
    for i, line in enumerate(lines):
        part = furniture[i]
        if i in bullets and not (reader and reader.open):
            items.append(Item(Part.DISPLAY, line, Opens.YES))
        elif part is not None and not (reader and reader.open and part is not Part.META):
            items.append(Item(part, line, Opens.NO))
        elif reader:
            items.append(reader.item(i))
        elif i in shown:
            items.append(Item(Part.DISPLAY, line, shown[i]))
        else:
            items.append(_loose(lines, i, words, head and _heads_page(lines, furniture, i)))
        head = head and items[-1].part in _HEAD
    return _joined(items, words)


def _shown(lines: list[Line], words: Vocabulary) -> dict[int, Opens]:
    """Give the headings that end with a mark on a line of their own, where at least two have the shape.

    A form's labels (主要事迹：), questions (钱从哪里来？), and first halves whose other half stands below
    (以学铸魂， / 立起标尺).
    """
    labels, halves, asked = [], [], []
    for i, (line, below) in enumerate(pairwise(lines)):
        if _ASKED.fullmatch(line.text) and _paragraph(below) and (not i or lines[i - 1].closed):
            asked.append(i)
        plain = line.text[:-1]
        if len(plain) < 2 or len(plain) > HALF or _MARK.search(plain):
            continue
        if line.text[-1] in "：:" and (below.text[-1] in ENDS or NUMBERED.match(below.text)):
            if not plain.endswith(words.forms.greeted):
                labels.append(i)
        elif line.text[-1] == "，" and not below.gap and below.text[-1] not in ENDS + MIDDLES:
            above = i == 0 or lines[i - 1].closed
            if above and len(below.text) <= HALF + 4 and not _MARK.search(below.text):
                halves.append(i)
    result = dict.fromkeys(labels, Opens.YES) if len(labels) > 1 else {}
    if len(asked) > 1:
        result |= dict.fromkeys(asked, Opens.YES)
    if len(halves) > 1:
        result |= dict.fromkeys(halves, Opens.YES) | {i + 1: Opens.NO for i in halves}
    return result


def _paragraph(line: Line) -> bool:
    """Whether a line is a paragraph of its own, longer than what is said in a dialogue."""
    return line.closed and line.width >= DISPLAY_WIDTH


def _joined(items: list[Item], words: Vocabulary) -> list[Item]:
    """Join what stands on a line of its own to the next line that it opens.

    That is a number to its heading, and a dateline that a blank cut off (本报讯 / 11月6日，…) to its text.
    """
    result = list(items)
    for i in _broken(items):
        result[i] = items[i]._replace(opens=Opens.NO)
    for i, (item, following) in enumerate(pairwise(items)):
        parts = (item.part, following.part)
        if parts == (Part.DISPLAY, Part.DISPLAY):
            opens = _NUMBER_LINE.fullmatch(item.line.text)
        elif parts in ((Part.DISPLAY, Part.FLOW), (Part.AUTHOR, Part.FLOW)):
            opens = words.dateline.fullmatch(item.line.text)
        else:
            continue
        if opens:
            result[i] = item._replace(part=following.part, opens=Opens.YES)
            result[i + 1] = following._replace(opens=Opens.NO)
    return result


def _broken(items: list[Item]) -> list[int]:
    """Give the second lines of headings that are set on two, where a text sets several so."""
    pairs = []
    for i in range(2, len(items) - 1):
        before, first, second, after = items[i - 2 : i + 2]
        shown = first.part is Part.DISPLAY and second.part is Part.DISPLAY
        if not shown or before.part is not Part.FLOW or after.part is not Part.FLOW:
            continue
        text = first.line.text + second.line.text
        if second.line.gap or NUMBERED.match(text) or NUMBERED.match(second.line.text):
            continue
        if not _NUMBER_LINE.fullmatch(first.line.text) and first.line.text != second.line.text:
            pairs.append(i)
    return pairs if len(pairs) > 1 else []


def _furniture(norm: str, line: Line, words: Vocabulary) -> Part | None:
    if words.is_author(line):
        return Part.AUTHOR
    if words.is_meta(line):
        return Part.META
    if words.is_caption(line):
        return Part.CAPTION
    if words.is_note(line) or (words.forms.facts.match(line.text) and not line.closed):
        return Part.NOTE
    if _NOTE.fullmatch(line.text) and not NUMBERED.fullmatch(line.text):
        return Part.AUTHOR if words.suffix.search(line.text) else Part.NOTE
    if line.blank and len(line.text) <= SIGNED:
        signed = words.forms.signed.fullmatch(norm, line.start, line.end)
        if signed and (signed["unit"] or signed["home"]).endswith(words.forms.units):
            return Part.AUTHOR
    return None


def _heads_page(lines: list[Line], furniture: list[Part | None], i: int) -> bool:
    """Whether the source and date of a web page stand below line i, or its title once more."""
    if i + 1 >= len(lines):
        return False
    again = lines[i + 1].text == lines[i].text
    return again or furniture[i + 1] in (Part.META, Part.AUTHOR)


def _loose(lines: list[Line], i: int, words: Vocabulary, head: bool) -> Item:
    """A line of text that is not wrapped: a paragraph, or something short between paragraphs.

    `head` tells that it stands where a page has its title.
    """
    line = lines[i]
    if SUBTITLE.match(line.text) and line.width <= DISPLAY_WIDTH and not line.closed:
        return Item(Part.SUBTITLE, line, Opens.NO)
    if words.is_organisation(line):
        parted = head and line.blank  # a title, a blank, the name
        if parted or ends_in_name(lines, i):
            return Item(Part.DISPLAY, line, Opens.YES)
        return Item(Part.BYLINE, line, Opens.NO)
    named = i + 1 < len(lines) and words.is_organisation(lines[i + 1])
    if (named or head) and line.width <= TITLE_WIDTH and is_title(line.text, i):
        return Item(Part.DISPLAY, line, Opens.YES)
    if line.width <= DISPLAY_WIDTH and bare(line.text)[-1:] not in ENDS + MIDDLES:
        return Item(Part.DISPLAY, line, Opens.YES)
    return Item(Part.FLOW, line, Opens.YES)
