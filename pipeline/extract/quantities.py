"""Quantities: a numeral with its unit and bounds, or the reason why it is none.

A number is not a quantity. What stands around a numeral decides: ordinals, dates, codes, formulas,
quoted slogans, ratings, addresses and ages are refused here, each with its reason; what is left has a
unit and a value, and `achievements` says what it measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from string import ascii_letters, digits
from typing import NamedTuple

from pipeline.extract.numerals import MID, Numeral, find_numerals
from pipeline.extract.prose import Prose
from pipeline.lexicon import Lexicons
from pipeline.model import Rejected, Span

# Units longer than this many characters are not in the lexicon.
LONGEST_UNIT = 6
# Between the numerals of a range stand a unit and a sign, no more characters than this.
BETWEEN = 4
# So many digits without a mark are a telephone or other number, whatever word follows.
LONG_CODE = 7
# A refused numeral in a quotation up to this long is shown with it: “三会一课”.
SHORT_NAME = 16
# Numeral slogans (四个意识, 八项规定) count no further than this.
SLOGAN_UP_TO = 20
_ZERO = Decimal(0)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_BASE = re.compile("[百千万亿]+")
_CLOCK = re.compile(r"[:：]\d{2}|[点时](?:\d{1,2}分|半|整|许|钟|左右|多)?(?![个间段代])")
_WORD = re.compile(r"[\u4e00-\u9fff]{1,2}")
# 五里桥, 六盘水: what follows a unit in the name of a place.
_PLACE = re.compile(r"[桥河沟铺店镇湾岭坡街巷屯庄塘坝湖山口水渡](?![边里上])")
_WORD_ONE = frozenset("统唯同单专万逐每进之归划第")
# What may stand before a bare 百 or 万 that counts.
_COUNTING = frozenset("近约超逾过破达满足到")
# Before and after a numeral, what makes it a code, a formula, a date or a name.
_LETTERS = frozenset(ascii_letters)
_JOINED = frozenset(f"{ascii_letters}{digits}+-_/")
_POINTS = frozenset("·.")
# What may follow a date or a time of day.
_CALENDAR = frozenset("年月日号级届版分:：点时")


class Quantity(NamedTuple):
    """A number of units as written at start:end (bounds included)."""

    start: int
    end: int
    number: int  # where the numeral begins
    value: Decimal
    upper: Decimal | None
    unit: str
    role: str  # classifier, money, percent, fraction, measure, time, age
    bound: str
    chinese: bool
    small: bool  # a bare spelled-out number up to ten


@dataclass(frozen=True)
class Words:
    """The lexicons around numbers, as look-ups."""

    units: dict[str, tuple[str, str]]  # term → unit to write, role
    slogan_units: dict[str, tuple[str, str]]  # the same after a numeral that may open a slogan
    pre: dict[str, str]
    post: dict[str, str]
    exact: frozenset[str]
    no_bound: frozenset[str]  # words that only end like a bound: 节约, 最近
    ranges: frozenset[str]
    slogans: frozenset[str]
    beginnings: frozenset[str]  # of slogans, of any length
    sizes: dict[
        str, tuple[int, ...]
    ]  # lengths of the units that begin with a character, long first
    opens: frozenset[str]  # first characters of `post`
    closes: frozenset[str]  # last characters of `pre`


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the lexicons around numbers once."""
    units: dict[str, dict[str, str]] = {}
    for row in lexicons.tables["units"]:
        units.setdefault(row.term, {})[row.role] = row.value or row.term
    bounds = {
        side: {
            row.term: row.role.removeprefix(side)
            for row in lexicons.tables["quantities"]
            if row.role.startswith(side) and row.role != "pre_exact"
        }
        for side in ("pre_", "post_")
    }
    slogans = frozenset(lexicons.terms("slogans", "slogan"))
    return Words(
        {t: found for t, roles in units.items() if (found := _first_role(t, roles, _ROLES[1:]))},
        {t: found for t, roles in units.items() if (found := _first_role(t, roles, _ROLES))},
        bounds["pre_"],
        bounds["post_"],
        frozenset(lexicons.terms("quantities", "pre_exact")),
        frozenset(lexicons.terms("quantities", "no_bound")),
        frozenset(lexicons.terms("quantities", "range")),
        slogans,
        frozenset(t[:n] for t in slogans for n in range(1, len(t) + 1)),
        _sizes(units),
        frozenset(term[0] for term in bounds["post_"]),
        frozenset(term[-1] for term in bounds["pre_"]),
    )


# Where a unit has several roles, the first of these that applies.
_ROLES = (
    "slogan", "money", "percent", "rating", "measure", "time", "classifier", "age", "anniversary",
    "address", "grade", "date",
)  # fmt: skip


def _first_role(
    term: str, written: dict[str, str], roles: tuple[str, ...]
) -> tuple[str, str] | None:
    """Give the unit to write and the role that applies; one character with others opens no slogan."""
    left = written.keys() - {"slogan"} if len(term) == 1 and len(written) > 1 else written
    return next(((written[role], role) for role in roles if role in left), None)


def _sizes(units: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for unit in units:
        if len(unit) <= LONGEST_UNIT:
            found.setdefault(unit[0], set()).add(len(unit))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def find_quantities(prose: Prose, lexicons: Lexicons) -> tuple[list[Quantity], list[Rejected]]:
    """Find all quantities of a report, and all numerals refused, in order."""
    vocabulary = words(lexicons)
    norm = prose.norm
    quantities: list[Quantity] = []
    rejected: list[Rejected] = []
    numerals = find_numerals(norm)
    skip = -1
    for i, numeral in enumerate(numerals):
        if i <= skip:
            continue
        following = numerals[i + 1] if i + 1 < len(numerals) else None
        near = following is not None and following.start - numeral.end <= BETWEEN
        ranged = _range(norm, numeral, following, vocabulary) if near and following else None
        if ranged is not None:
            skip = i + 1
        read = _read(prose, ranged or _own(norm, numeral, vocabulary), vocabulary)
        if isinstance(read, Quantity):
            quantities.append(read)
        elif read is not None and (not rejected or rejected[-1].end <= read.start):
            rejected.append(read)
    return quantities, rejected


def _range(norm: str, low: Numeral, high: Numeral, words: Words) -> Numeral | None:
    """Join two numerals with a range sign between them (3至5, 20%至30%, 3~9) into one."""
    if low.upper or high.upper:
        return None
    between = norm[low.end : high.start]
    sign = between[-1:]
    if sign not in words.ranges or (low.start and norm[low.start - 1] in "由从第-.·"):
        return None
    value, unit = low.value, between[:-1]
    if unit:
        factor = Decimal(10**4) if unit[0] == "万" else Decimal(10**8) if unit[0] == "亿" else None
        rest = unit[1:] if factor else unit
        if rest and rest not in words.slogan_units:
            return None
        if rest and not norm.startswith(rest, high.end):
            return None
        value *= factor or 1
    elif high.core[-1:] in "万亿" and low.core[-1:] not in "万亿":
        value *= 10**4 if high.core[-1] == "万" else 10**8
    if value >= high.value:
        return None
    return Numeral(low.start, high.end, value, high.value, "range", high.percent, low.chinese, "")


def _own(norm: str, numeral: Numeral, words: Words) -> Numeral:
    """Part what is the unit's (76.5千米) from a numeral, and give it a plus sign that means over (1000+家)."""
    start, end, core = numeral.start, numeral.end, numeral.core
    if core[-1:] == "千" and core[-2:-1].isdigit() and norm[end - 1] == "千":
        unit = _lookup(norm, end - 1, words)
        if unit is not None and unit[0] > end and unit[2] in ("measure", "rating"):
            return numeral._replace(end=end - 1, value=numeral.value / 1000, core=core[:-1])
    if norm.startswith("+", end) and numeral.bound == "exact" and norm[start - 1 : start] != "+":
        following = norm[end + 1 : end + 2]
        if "\u4e00" <= following <= "\u9fff" and _lookup(norm, end + 1, words) is not None:
            return numeral._replace(end=end + 1, bound="over")
    return numeral


def _read(prose: Prose, numeral: Numeral, words: Words) -> Quantity | Rejected | None:
    norm, start, end = prose.norm, numeral.start, numeral.end
    reason = _refusal(prose, numeral, words)
    if reason is not None:
        return None if reason == "word" else Rejected(*_seen(prose, numeral, reason, words), reason)
    unit = _unit(norm, numeral, words)
    if unit is None:
        if numeral.chinese:
            if numeral.value == 1:
                return None
            return Rejected(*_seen(prose, numeral, "slogan", words), "slogan")
        return Rejected(start, end, "no unit")
    stop, name, role, half = unit
    if role == "grade" and norm[end].isascii():
        return Rejected(start, stop, "code")
    if len(numeral.core) >= LONG_CODE and numeral.core.isdigit():
        return Rejected(start, end, "code")
    if role in ("rating", "address", "anniversary", "date", "grade", "slogan"):
        return Rejected(start, stop, role)
    if "分之" in norm[start:end] and "百分之" not in norm[start:end]:
        role = "fraction"
    bound, stop = _after(norm, stop, numeral.bound, words)
    bound, left = _before(norm, start, bound, role, words)
    bare = numeral.chinese and numeral.bound == "exact" and numeral.core != ""
    if bare and numeral.value == 1 and not half:
        return Rejected(start, stop, "indefinite one", 1.0, name)
    value = numeral.value + half
    small = bare and value <= 10 and role == "classifier"
    if bare and value <= 10 and _PLACE.match(norm, stop):
        return Rejected(start, stop + 1, "name of a place")
    return Quantity(
        left, stop, start, value, numeral.upper, name, role, bound, numeral.chinese, small
    )


# Digits that the writer struck out: 2xx年, 3×户. (A × before a digit multiplies.)
_MASK = re.compile(r"[xX×*]{1,4}(?=[\u4e00-\u9fff%])")


def _refusal(prose: Prose, numeral: Numeral, words: Words) -> str | None:
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


def _seen(prose: Prose, numeral: Numeral, reason: str, words: Words) -> Span:
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


def _unit(norm: str, numeral: Numeral, words: Words) -> tuple[int, str, str, Decimal] | None:
    """Find the unit after a numeral: (end, unit to write, role, half to add)."""
    at, zero = numeral.end, _ZERO
    if numeral.percent:
        return at, "%", "percent", zero
    if norm.endswith(("个亿", "个万"), numeral.start, at) and norm[at : at + 1] not in "人斤吨":
        return (at + 1 if norm[at : at + 1] == "元" else at), "元", "money", zero
    if norm.startswith(("个半", "年半", "小时半"), at):
        rest = at + 2 if norm[at] == "个" else at
        found = _lookup(norm, rest, words) if norm[at] == "个" else _lookup(norm, at, words)
        if found is not None and found[2] == "time":
            stop = found[0] if norm[at] == "个" else found[0] + 1
            return stop, found[1], "time", Decimal("0.5")
    if norm.startswith(("个多", "个来"), at):
        found = _lookup(norm, at + 2, words)
        if found is not None and found[2] == "time":
            return found[0], found[1], found[2], zero
    slogan = numeral.chinese and numeral.bound == "exact" and numeral.value <= SLOGAN_UP_TO
    found = _lookup(norm, at, words, slogan)
    if found is None:
        return None
    if found[2] == "measure" and norm[found[0] : found[0] + 1] == "半" and numeral.bound == "exact":
        return found[0] + 1, found[1], found[2], Decimal("0.5")  # 三吨半
    return (*found, zero)


def _lookup(norm: str, at: int, words: Words, slogan: bool = False) -> tuple[int, str, str] | None:
    units = words.slogan_units if slogan else words.units
    for size in words.sizes.get(norm[at : at + 1], ()):
        found = units.get(norm[at : at + size])
        if found is not None and at + size <= len(norm):
            unit, role = found
            measured = role == "rating" and not _before_noun(norm, at + size)
            return at + size, unit, "measure" if measured else role
    return None


def _before_noun(norm: str, at: int) -> bool:
    following = norm[at : at + 1]
    return "\u4e00" <= following <= "\u9fff" and following not in "以左的"


def _after(norm: str, stop: int, bound: str, words: Words) -> tuple[str, int]:
    """Read a bound after the unit (以上, 左右, 余 …); gives the bound and the new end."""
    if norm[stop : stop + 1] not in words.opens:
        return bound, stop
    for size in (3, 2, 1):
        term = norm[stop : stop + size]
        if term in words.post and len(term) == size:
            # one character binds to a word (内容, 上午) unless a mark follows; 多 and 余 bind to none
            marked = norm[stop + 1 : stop + 2] in ("，", "。", "、", "；", "", "元")
            if size == 1 and not marked and term not in MID:
                continue
            return ("range" if bound == "range" else words.post[term]), stop + size
    return bound, stop


def _before(norm: str, start: int, bound: str, role: str, words: Words) -> tuple[str, int]:
    """Read a bound before the numeral (近, 超过, 约 …); gives the bound and the new start."""
    if norm[start - 1 : start] not in words.closes:
        return bound, start
    for size in (4, 3, 2, 1):
        term = norm[max(0, start - size) : start]
        word = norm[max(0, start - 2) : start]
        if size == 1 and word in words.no_bound:
            return bound, start
        if len(term) == size and term in words.pre:
            if term == "近" and role == "time":
                return bound, start
            if term == "过" and norm[max(0, start - 2) : start - 1] not in ("超", "突", "已", "早"):
                return bound, start
            kept = bound if bound != "exact" and words.pre[term] == "about" else words.pre[term]
            return ("range" if bound == "range" else kept), start - size
    return bound, start
