"""Lines that are nobody's text, told by their shape: page numbers, rules, crumbs, dates, running heads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline.layout.lines import Line

_YEAR = r"(?:\d{4}|[〇○零一二三四五六七八九]{4})"
_DAY = r"[\d一二三四五六七八九十]{1,3}"
DATE = rf"(?:{_YEAR}年{_DAY}月(?:{_DAY}日)?|\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}})"
_WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
# A line that is a date and nothing else, in brackets or not.
_DATE_LINE = re.compile(rf"[（(【\[]?{DATE}(?:{_WEEKDAY})?(?:{CLOCK})?[）)】\]]?")
# A page's date line or a web page's: a full date with a weekday, a clock time or a page's number at it.
_DATED = re.compile(
    rf"[^，。；！？]{{0,24}}{DATE}(?:{_WEEKDAY}|{CLOCK}|第?[\d一二三四五六七八九十]{{1,3}}版|[A-Z]\d{{1,2}})[^，。；！？]{{0,24}}"
)
# Neither a letter nor a digit, and no mark that could end a sentence on the line above.
_ORNAMENT = re.compile(r"[^\w…。！？，、；：”’」』）】》%]+")
# The name of a page at its top: A3党建周刊, 第六版
_PAGE_NAME = re.compile(
    r"[A-Z]0\d|(?:[A-Z]\d{1,2}(?=.{0,6}[版刊])|第?[\d一二三四五六七八九十]{1,3}版)[·\u4e00-\u9fff]{0,8}"
)
# A message of a chat: a date, the time, and who wrote it
_MESSAGE = re.compile(rf"{DATE}{CLOCK}[^，。；！？]{{0,60}}")
# What frames words on a line of its own: -----原始邮件-----, ▶▶▶下转第七版
_FRAME = re.compile(r"^[^\w（(【“《]+|[^\w）)】”》。！？…]+$")
# - 12 -, ·41·, 第3页共4页, Page 3 of 4; a bare number may be a heading's
PAGE = re.compile(
    r"[-—–─·•~∙]{1,3}\d{1,4}[-—–─·•~∙]{1,3}|第\d{1,4}页(?:[/，,]?共\d{1,4}页)?|(?i:page)\d{1,4}(?:(?i:of)\d{1,4})?"
)
# Stops of a path or a menu: 首页 > 新闻中心 > 正文, 首页 | 机构概况 | 联系我们
_CRUMBS = re.compile(r"(?:[^>»|，。；！？]{1,16}(?:>{1,2}|»|\|)){2,}[^>»|，。；！？]{0,40}")
# A picture or a link in Markdown, alone on its line.
_LINK = re.compile(r"[!！]?[\[【][^\]】\s]{0,60}[\]】][(（][^)）\s]{0,120}[)）]")
# An abstract in another language.
_FOREIGN = re.compile(r"(?=(?:[^A-Za-z]{0,6}[A-Za-z]){20})[\x21-\x7e“”‘’…—–。，；：！？（）]+")
# A line of a contents list with the page's number: 一、基本情况……3
_LEADER = re.compile(r"[^\s….·]{2,60}(?:…{2,40}|[.·]{4,120})\d{1,4}")
# Lines of none of the shapes above have none of these; most lines of a page.
_HINT = re.compile(r"[\d年>»|\[【!！A-Za-z…·]|^[^\w（“《]")
_DIGIT = re.compile(r"[\d〇○]")
# A running head is at most so long.
HEAD = 30
# A line of at least this length that comes so often, and is no heading, is one wherever it stands.
LEAST_HEAD, OFTEN = 9, 3
_SAID = re.compile(r"[，。；！？：【】、]|支部|党委|总支|^[（(]?[一二三四五六七八九十\d]")


def is_furniture(text: str) -> bool:
    """Whether a squeezed line is page furniture by its shape alone."""
    return _HINT.search(text) is not None and bool(
        _DATE_LINE.fullmatch(text)
        or PAGE.fullmatch(text)
        or _ORNAMENT.fullmatch(text)
        or _PAGE_NAME.fullmatch(text)
        or _MESSAGE.fullmatch(text)
        or _LINK.fullmatch(text)
        or _FOREIGN.fullmatch(text)
        or _LEADER.fullmatch(text)
        or (len(text) <= 80 and (_DATED.fullmatch(text) or _CRUMBS.fullmatch(text)))
    )


def unframed(text: str) -> str:
    """Give a line without the rules or arrows that frame it."""
    framed = not (text[:1].isalnum() and text[-1:].isalnum())
    return _FRAME.sub("", text) if framed else text


def running_heads(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines at page numbers or dates that come again at others: a page's or book's running head."""
    pages = [
        i
        for i, n in enumerate(lines)
        if _DIGIT.search(n.text) and (PAGE.fullmatch(n.text) or _DATED.fullmatch(n.text))
    ]
    often = Counter(n.text for n in lines if LEAST_HEAD <= len(n.text) <= HEAD)
    repeated = {t for t, count in often.items() if count >= OFTEN and not _SAID.search(t)}
    # a heading of several reports stands behind a sentence, a page's head anywhere in one
    inside = {n.text for above, n in pairwise(lines) if n.text in repeated and not above.closed}
    near = [i + step for i in pages for step in (-1, 1) if 0 <= i + step < len(lines)]
    counts = Counter(lines[i].text for i in near)
    twice = {i for i in near if counts[lines[i].text] >= 2 and len(lines[i].text) <= HEAD}
    return frozenset(twice | {i for i, n in enumerate(lines) if n.text in inside})
