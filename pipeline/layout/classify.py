"""Give every line its part: running text, display (titles, headings), by-line, author, boilerplate."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.layout.boilerplate import DATE, running_heads
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
_NOTE = re.compile(r"[（(][^（）()，；。！？]{2,40}[）)]")
# The lines at the end among which a bulletin's receivers stand.
FOOT = 8
# A note's mark at the foot of a page: [1]指用高等数学题目讲述…
_FOOTNOTE = re.compile(r"\[\d{1,2}\](?=\S)")
# A line of a unit and a person's name is no longer than this.
SIGNED = 48
# A heading that asks; in quotation marks it would be what somebody says.
_ASKED = re.compile(r"(?:“[^，。；：！？“”]{1,4}”)?[^，。；：！？“”]{2,19}[^，。；：！？“”吗呢]？")
# No heading of the shapes below has one inside.
_MARK = re.compile(r"[，。；：！？]")
# What ends a clause before speech or a list.
_SAYS = "说道问答称讲喊笑是有括"
# A date alone or with the day's weather heads a part of a diary; so many make one.
_DIARY = re.compile(rf"{DATE}|\d{{1,2}}月\d{{1,2}}日")
DIARY = 3
# What may stand above the title of a web page.
_HEAD = (Part.DISPLAY, Part.META)


def classify(norm: str, lines: list[Line], measure: Measure, words: Vocabulary) -> list[Item]:
    """Give every line its part, in order."""
    bullets = bulleted_lines(lines, measure, words)
    heads = running_heads(lines) | _foot(lines, words)
    text = frozenset(bullets) | _dated(lines, measure) | _noted(lines)
    furniture = [
        None if i in text else Part.META if i in heads else _furniture(norm, lines, i, words)
        for i in range(len(lines))
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
        if (
            line.text[-1] in "：:"
            and plain[-1] not in _SAYS
            and (below.text[-1] in ENDS or NUMBERED.match(below.text))
        ):
            if not plain.endswith(words.forms.greeted):
                labels.append(i)
        elif line.text[-1] == "，" and not below.gap and below.text[-1] not in ENDS + MIDDLES:
            above = i == 0 or lines[i - 1].closed
            told = i + 2 < len(lines) and _paragraph(lines[i + 2])
            if above and told and len(below.text) <= HALF + 4 and not _MARK.search(below.text):
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


def _foot(lines: list[Line], words: Vocabulary) -> frozenset[int]:
    """Give the lines at a bulletin's end that tell who receives it: 报：…, 送：…, 发：…"""
    last = range(max(0, len(lines) - FOOT), len(lines))
    keys = {i: m.group(1) for i in last if (m := words.meta_foot.match(lines[i].text))}
    return frozenset(keys) if len(set(keys.values())) > 1 else frozenset()


def _dated(lines: list[Line], measure: Measure) -> frozenset[int]:
    """Give the dates that head the parts of a diary: three or more lines with a paragraph below each."""
    found = [
        i
        for i, (line, below) in enumerate(pairwise(lines))
        if _DIARY.match(line.text) and line.width <= HALF * 2 and _paragraph(below)
    ]
    return frozenset(found) if len(found) >= DIARY and not measure.wrapped else frozenset()


def _noted(lines: list[Line]) -> frozenset[int]:
    """Give the headings in brackets: two or more with a paragraph below each."""
    found = [
        i
        for i, (line, below) in enumerate(pairwise(lines))
        if _NOTE.fullmatch(line.text) and _paragraph(below) and len(line.text) <= HALF
    ]
    return frozenset(found) if len(found) > 1 else frozenset()


def _furniture(norm: str, lines: list[Line], i: int, words: Vocabulary) -> Part | None:
    line = lines[i]
    if words.is_author(line):
        return Part.AUTHOR
    if words.is_meta(line):
        return Part.META
    if words.is_caption(line):
        return Part.CAPTION
    stated = words.forms.facts.match(line.text) and not line.closed
    if words.is_note(line) or (stated and not any(c in line.text for c in "，；")):
        return Part.NOTE
    mark = _FOOTNOTE.match(norm, line.start, line.end)
    if mark is not None and norm.count(mark.group()) > 1:
        return Part.META
    if _NOTE.fullmatch(line.text) and not NUMBERED.fullmatch(line.text):
        names = words.suffix.search(line.text[-HALF:-1]) is not None
        return Part.AUTHOR if names else Part.NOTE
    between = 0 < i < len(lines) - 1 and lines[i - 1].closed and lines[i + 1].closed
    if line.blank and len(line.text) <= SIGNED and not between:
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
