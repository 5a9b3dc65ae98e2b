"""Quantities: a numeral with its unit and bounds, or the reason why it is none.

A number is not a quantity. What stands around a numeral decides (`refusals`), and then its unit: ratings,
readings, addresses, grades and names of places are refused here, each with its reason. What is left has
a unit and a value, and `achievements` says what it measures.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from pipeline.extract.numerals import MID, Numeral, find_numerals
from pipeline.extract.prose import Prose
from pipeline.extract.refusals import refusal, seen
from pipeline.extract.units import LONGEST_UNIT, Words, lookup, words
from pipeline.lexicon import Lexicons
from pipeline.model import Rejected

# Between the numerals of a range stand a unit and a sign, no more characters than this.
BETWEEN = 4
# Numeral slogans (四个意识, 八项规定) count no further than this.
SLOGAN_UP_TO = 20
# So many digits without a mark are a telephone or other number, whatever word follows.
LONG_CODE = 7
_ZERO = Decimal(0)
# 五里桥, 六盘水: what follows a unit in the name of a place.
_PLACE = re.compile(r"[桥河沟铺店镇湾岭坡街巷屯庄塘坝湖山口水渡](?![边里上])")
# What ties a number to the one it became: 38万增至91万.
_REACHING = re.compile(r"[\u4e00-\u9fff]{1,4}[至到为成](?:了)?(?=\d)")
_COLD = re.compile("零下|气温|温度|体温|高温|低温")
_GRADE = re.compile("企业|村|镇|产业|项目|园区|大镇|强镇|级|规模|楼宇")
# What a clause ends with.
_MARKS = ("，", "。", "、", "；", "！", "？", "：", "）", "\n", "")
# Roles of units that make a number no quantity.
REFUSED = frozenset(("rating", "reading", "address", "anniversary", "date", "grade", "slogan"))


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
        unit = lookup(norm, end - 1, words)
        if unit is not None and unit[0] > end and unit[2] in ("measure", "rating"):
            return numeral._replace(end=end - 1, value=numeral.value / 1000, core=core[:-1])
    if norm.startswith("+", end) and numeral.bound == "exact" and norm[start - 1 : start] != "+":
        following = norm[end + 1 : end + 2]
        if "\u4e00" <= following <= "\u9fff" and lookup(norm, end + 1, words) is not None:
            return numeral._replace(end=end + 1, bound="over")
    return numeral


def _read(prose: Prose, numeral: Numeral, words: Words) -> Quantity | Rejected | None:
    norm, start, end = prose.norm, numeral.start, numeral.end
    reason = refusal(prose, numeral, words)
    if reason is not None:
        return None if reason == "word" else Rejected(*seen(prose, numeral, reason, words), reason)
    unit = _unit(norm, numeral, words)
    if unit is None and _counts_alone(norm, numeral, words):
        unit = end, "", "classifier", _ZERO
    if unit is None:
        if numeral.chinese:
            if numeral.value == 1:
                return None
            return Rejected(*seen(prose, numeral, "slogan", words), "slogan")
        return Rejected(start, end, "no unit")
    stop, name, role, half = unit
    if role == "grade" and norm[end].isascii():
        return Rejected(start, stop, "code")
    if len(numeral.core) >= LONG_CODE and numeral.core.isdigit():
        return Rejected(start, end, "code")
    if role == "classifier" and name in words.coins and _is_paid(prose, start, stop, words):
        name, role = "元", "money"
    unfit = _unfit(norm, numeral, stop, name, role)
    if unfit is not None:
        return Rejected(start, stop, unfit)
    if "分之" in norm[start:end] and "百分之" not in norm[start:end]:
        role = "fraction"
    bound, stop = _after(norm, stop, numeral.bound, words)
    if not name and norm[start - 1 : start] == "过":
        bound, left = "over", start - 1  # 点赞过百万
    else:
        bound, left = _before(norm, start, bound, role, words)
    bare = numeral.chinese and numeral.bound == "exact" and numeral.core != ""
    if bare and name == "度" and norm[stop : stop + 1] not in _MARKS and numeral.value <= 3:
        return Rejected(start, stop, "adverb")  # 两度被评为…
    if bare and numeral.value == 1 and not half:
        return Rejected(start, stop, "indefinite one", 1.0, name)
    value = numeral.value + half
    small = bare and value <= 10 and role == "classifier"
    if bare and value <= 10 and _names_place(norm, left, stop):
        return Rejected(start, stop + 1, "name of a place")
    return Quantity(
        left, stop, start, value, numeral.upper, name, role, bound, numeral.chinese, small
    )


def _unfit(norm: str, numeral: Numeral, stop: int, name: str, role: str) -> str | None:
    """Give the reason why a unit makes a numeral no quantity, None where it makes one."""
    if name == "度" and _COLD.search(norm, max(0, numeral.start - LONGEST_UNIT), numeral.start):
        return "reading"
    if role == "money" and not numeral.core.strip("百千万亿") and _GRADE.match(norm, stop):
        return "grade"  # 纳税过亿元企业
    return role if role in REFUSED else None


def _names_place(norm: str, start: int, stop: int) -> bool:
    """Whether a small numeral and its unit are part of a place's name: 五里桥, 柳渡镇九架村."""
    village = norm.startswith("村", stop) and norm[start - 1 : start] in ("镇", "乡", "县", "道")
    return village or _PLACE.match(norm, stop) is not None


def _counts_alone(norm: str, numeral: Numeral, words: Words) -> bool:
    """Whether a large number without a unit is a count: 下载量由38万增至91万, 点赞过百万."""
    if numeral.core[-1:] not in ("万", "亿"):
        return False
    if norm[numeral.end : numeral.end + 1] not in _MARKS:
        return _REACHING.match(norm, numeral.end) is not None
    before = norm[max(0, numeral.start - LONGEST_UNIT) : numeral.start]
    return numeral.bound != "exact" or before.endswith((*words.reached, "过"))


def _is_paid(prose: Prose, start: int, stop: int, words: Words) -> bool:
    """Whether 块 are coins: nothing is counted after it, and the clause says what was paid."""
    if prose.norm[stop : stop + 1] not in _MARKS:
        return False
    return any(prose.norm.find(verb, prose.clause(start)[0], start) >= 0 for verb in words.paying)


def _unit(norm: str, numeral: Numeral, words: Words) -> tuple[int, str, str, Decimal] | None:
    """Find the unit after a numeral: (end, unit to write, role, half to add)."""
    at, zero = numeral.end, _ZERO
    if numeral.percent:
        return at, "%", "percent", zero
    if norm.endswith(("个亿", "个万"), numeral.start, at) and norm[at : at + 1] not in "人斤吨":
        return (at + 1 if norm[at : at + 1] == "元" else at), "元", "money", zero
    if norm.startswith(("个半", "年半", "小时半"), at):
        rest = at + 2 if norm[at] == "个" else at
        found = lookup(norm, rest, words) if norm[at] == "个" else lookup(norm, at, words)
        if found is not None and found[2] == "time":
            stop = found[0] if norm[at] == "个" else found[0] + 1
            return stop, found[1], "time", Decimal("0.5")
    if norm.startswith(("个多", "个来"), at):
        found = lookup(norm, at + 2, words)
        if found is not None and found[2] == "time":
            return found[0], found[1], found[2], zero
    slogan = numeral.chinese and numeral.bound == "exact" and numeral.value <= SLOGAN_UP_TO
    found = lookup(norm, at, words, slogan)
    if found is None:
        return None
    halved = norm[found[0] : found[0] + 1] == "半" and numeral.bound == "exact"
    if halved and found[1] == "分":
        return found[0] + 1, "分钟", "time", Decimal("0.5")  # half points are not told
    if halved and found[2] in ("measure", "time"):
        return found[0] + 1, found[1], found[2], Decimal("0.5")  # 三吨半, 5天半
    return (*found, zero)


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
