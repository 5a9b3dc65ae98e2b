"""Numerals that what stands around them makes no quantity: ordinals, dates, codes, formulas, slogans."""

from __future__ import annotations

import re
from string import ascii_letters, digits

from pipeline.extract.numerals import Numeral
from pipeline.extract.prose import Prose
from pipeline.extract.units import Words
from pipeline.model import Span

# A refused numeral in a quotation up to this long is shown with it: “三会一课”.
SHORT_NAME = 16
_YEAR = re.compile(r"(?:19|20)\d\d$")
_BASE = re.compile("[百千万亿]+")
_CLOCK = re.compile(r"[:：]\d{2}|[点时](?:\d{1,2}分|半|整|许|钟|左右|多)?(?![个间段代])")
_WORD = re.compile(r"[\u4e00-\u9fff]{1,2}")
_WORD_ONE = frozenset("统唯同单专万逐每进之归划第")
# What may stand before a bare 百 or 万 that counts.
_COUNTING = frozenset("近约超逾过破达满足到")
# Before and after a numeral, what makes it a code, a formula, a date or a name.
_LETTERS = frozenset(ascii_letters)
_JOINED = frozenset(f"{ascii_letters}{digits}+-_/")
_POINTS = frozenset("·.")
# What may follow a date or a time of day.
_CALENDAR = frozenset("年月日号级届版分:：点时")
# Digits that the writer struck out: 2xx年, 3×户. (A × before a digit multiplies.)
_MASK = re.compile(r"[xX×*]{1,4}(?=[\u4e00-\u9fff%])")


def refusal(prose: Prose, numeral: Numeral, words: Words) -> str | None:
    """Give the reason why what stands around a numeral makes it no quantity."""
    norm, start, end = prose.norm, numeral.start, numeral.end
    before, after = norm[max(0, start - 4) : start], norm[end : end + 4]
    last, first = before[-1:], after[:1]
    if last == "第" or before[-2:] == "第第":
        return "ordinal"
    if first in ("x", "X", "×", "*") and _MASK.match(norm, end):
        return "masked"
    if last == "每" and _BASE.fullmatch(numeral.core):
        return "rule"  # 每百万人次降到0.37件: what a rate is counted on
    if last in _JOINED or first in ("+", "/"):
        return "formula" if "+" in (last, first) else "code"
    if first in _LETTERS and not _latin_unit(after, words):
        return "code"
    if last in _POINTS or first == "·":
        return "date or name"
    quote = prose.quote(start)
    if quote is not None and not prose.is_speech(quote):
        return "title" if quote.mark == "《" else "quoted"
    dated = first in _CALENDAR or last in (":", "：")
    told = _calendar(numeral, before, after) if dated else None
    return told or (_word(numeral, before, after, words) if numeral.chinese else None)


def seen(prose: Prose, numeral: Numeral, reason: str, words: Words) -> Span:
    """What a reader sees of a refused numeral: 第一, 2024年, the whole of a short quoted name."""
    norm, start, end = prose.norm, numeral.start, numeral.end
    if reason == "ordinal":
        return start - 1, end
    if reason == "masked":
        mask = _MASK.match(norm, end)
        return start, mask.end() if mask else end
    if reason == "date":
        return start, end + 1
    quote = prose.quote(start)
    if quote is not None and quote.end - quote.start <= SHORT_NAME:
        return quote.start, quote.end
    if reason == "slogan":
        known = _slogan(numeral.core, norm[end : end + 4], words)
        word = _WORD.match(norm, end)
        return start, end + known if known else word.end() if word else end
    return start, end


def _latin_unit(after: str, words: Words) -> bool:
    letters = re.match("[A-Za-z]+", after)
    return letters is not None and letters.group() in words.slogan_units


def _calendar(numeral: Numeral, before: str, after: str) -> str | None:
    first = after[:1]
    if first == "年" and (_YEAR.match(numeral.core) or after[1:2] in "代级"):
        return "date"
    if first == "年" and len(numeral.core) == 4 and numeral.chinese:
        return "date"
    if first == "月" and after[1:2] != "份额":
        return "date"
    if first in "日号" and first and (before[-1:] == "月" or before[-1:] in "—-至、"):
        return "date"
    if first in ("级", "届", "版") and _YEAR.match(numeral.core):
        return "date"
    if before[-1:] in (":", "：") and before[-2:-1].isdigit():
        return "clock time"
    if first == "分" and (
        "点" in numeral.core or (before[-1:] in ("时", "点") and before[-2:] != "小时")
    ):
        return "clock time"
    if (
        first in (":", "：", "点", "时")
        and _CLOCK.match(after)
        and not numeral.percent
        and numeral.bound == "exact"
    ):
        return "clock time"
    return None


def _word(numeral: Numeral, before: str, after: str, words: Words) -> str | None:
    """Chinese numerals inside words and fixed phrases."""
    if numeral.core == "一一":
        return "word"  # 一一对应
    if numeral.core == "一" and before[-1:] in _WORD_ONE:
        return "word"
    if _slogan(numeral.core, after, words):
        return "slogan"
    bare = numeral.core in ("百", "千", "万", "亿") and numeral.bound == "exact"
    if bare and before[-1:] not in _COUNTING:
        return "word"
    if numeral.core == "十" and (after[:1] == "里" or before[-1:] == "前"):
        return "word"  # 十里八乡, 前十名
    if numeral.core[:1] == "零":
        return "word"
    if len(numeral.core) == 2 and "零" in numeral.core:
        return "slogan"
    return None


def _slogan(core: str, after: str, words: Words) -> int:
    """Length of what follows a numeral in a known slogan (三 + 会一课), 0 where it is none."""
    if core + after[:1] not in words.beginnings:
        return 0
    return next((n for n in (4, 3, 2, 1) if core + after[:n] in words.slogans), 0)
