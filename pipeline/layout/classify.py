"""Give every line its part: running text, display (titles, headings), by-line, author, boilerplate."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.layout.lines import ENDS, MIDDLES, Line, Measure
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
# What may stand above the title of a web page.
_HEAD = (Part.DISPLAY, Part.META)


def classify(lines: list[Line], measure: Measure, words: Vocabulary) -> list[Item]:
    """Give every line its part, in order."""
    bullets = bulleted_lines(lines, measure, words)
    furniture = [None if i in bullets else _furniture(line, words) for i, line in enumerate(lines)]
    reader = Wrapped(lines, measure, words, furniture) if measure.wrapped else None
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
        else:
            items.append(_loose(lines, i, words, head and _heads_page(lines, furniture, i)))
        head = head and items[-1].part in _HEAD
    return _joined(items, words)


def _joined(items: list[Item], words: Vocabulary) -> list[Item]:
    """Join what stands on a line of its own to the next line that it opens.

    That is a number to its heading, and a dateline that a blank cut off (本报讯 / 11月6日，…) to its text.
    """
    result = list(items)
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


def _furniture(line: Line, words: Vocabulary) -> Part | None:
    if words.is_author(line):
        return Part.AUTHOR
    if words.is_meta(line):
        return Part.META
    if words.is_caption(line):
        return Part.CAPTION
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
    if words.is_organisation(line):
        parted = head and line.blank  # a title, a blank, the name
        if parted or ends_in_name(lines, i):
            return Item(Part.DISPLAY, line, Opens.YES)
        return Item(Part.BYLINE, line, Opens.NO)
    if SUBTITLE.match(line.text) and line.width <= DISPLAY_WIDTH and not line.closed:
        return Item(Part.SUBTITLE, line, Opens.NO)
    named = i + 1 < len(lines) and words.is_organisation(lines[i + 1])
    if (named or head) and line.width <= TITLE_WIDTH and is_title(line.text, i):
        return Item(Part.DISPLAY, line, Opens.YES)
    if line.width <= DISPLAY_WIDTH and bare(line.text)[-1:] not in ENDS + MIDDLES:
        return Item(Part.DISPLAY, line, Opens.YES)
    return Item(Part.FLOW, line, Opens.YES)
