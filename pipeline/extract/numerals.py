"""The numeral grammar: Arabic, Chinese, mixed and approximate numbers in running text.

    numeral   = [vague] core [mid] [multiplier] [mid]
    core      = Arabic digits (with , and .) and Chinese numerals, mixed in any standard way
    vague     = 数 | 几 | 上            数十 (10, over), 几百 (100, over), 上千 (1000, over)
    mid       = 余 | 多 | 几 | 来       10余万, 二十多万, 百余, 十几, 八十来
    range     = two adjacent digits before one multiplier: 四五万 (40000 to 50000), 十七八, 两三
    fraction  = 百分之… 千分之… 万分之… 三分之二, 三成八

A numeral is only a reading of characters; whether it counts anything is for the extractors to say.
Values are exact: integers where they are whole, floats otherwise.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
MID = {"余": "over", "多": "over", "几": "over", "来": "about"}
VAGUE = {"数": "over", "几": "over", "上": "over"}
FRACTIONS = {"百分之": 100, "千分之": 1000, "万分之": 10000}

_CN = "".join(DIGITS)
_MULT = "".join(SMALL) + "".join(LARGE)
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_CHINESE = rf"[{_CN}{_MULT}]+"
# 点 reads a decimal only between Chinese digits (三点二), not in a clock time (八点半).
_POINT = rf"[{_CN}十百]+点[{_CN}]+"
_NUMBER = rf"(?:{_ARABIC})(?:[{_MULT}]+(?:零?(?:{_ARABIC}))?)*|{_POINT}|{_CHINESE}"

NUMERAL = re.compile(
    rf"(?P<fraction>百分之|千分之|万分之)(?P<part>{_NUMBER})"
    rf"|(?P<below>[{_CN}十百]+|\d+)分之(?P<above>{_NUMBER})"
    rf"|(?P<vague>[数几上](?=[十百千万亿]))?(?P<core>{_NUMBER})"
    r"(?:(?P<mid>[余多几]|(?<=[十百千万\d])来)(?P<times>[十百千万亿]*)"
    r"|(?P<tenths>成(?![立为员果功本效长交绩就分熟人都]))(?P<more>[一二三四五六七八九半])?"
    r"|个(?P<yi>[万亿])(?=[元人斤吨，。、；的以]|$))?"
    r"(?P<late>[余多])?"
)


class Numeral(NamedTuple):
    """A number read from text; `upper` is set for a range, `bound` is exact unless approximate."""

    start: int
    end: int
    value: Decimal
    upper: Decimal | None
    bound: str
    percent: bool  # a fraction, already as percent
    chinese: bool  # written without Arabic digits
    core: str


def find_numerals(text: str) -> list[Numeral]:
    """Find all numerals of a text (in normal form), leftmost and longest, not overlapping."""
    found = []
    for match in NUMERAL.finditer(text):
        numeral = _numeral(match)
        if numeral is not None:
            found.append(numeral)
    return found


def _numeral(match: re.Match[str]) -> Numeral | None:
    start, end = match.span()
    if match["fraction"]:
        part = parse(match["part"])
        if part is None:
            return None
        value = part[0] * 100 / FRACTIONS[match["fraction"]]
        return Numeral(start, end, value, None, "exact", True, not _arabic(match), match.group())
    if match["below"]:
        above, below = parse(match["above"]), parse(match["below"])
        if above is None or below is None or not below[0]:
            return None
        value = (above[0] * 100 / below[0]).quantize(Decimal("0.01")).normalize()
        return Numeral(start, end, value, None, "exact", True, not _arabic(match), match.group())
    return _plain(match)


def _plain(match: re.Match[str]) -> Numeral | None:
    start, end = match.span()
    core = match["core"]
    read = parse(core)
    if read is None:
        return None
    value, upper = read
    bound = "range" if upper is not None else "exact"
    if match["times"] or match["yi"]:
        factor = _multiplier(match["times"] or match["yi"])
        value, upper = value * factor, None if upper is None else upper * factor
    percent = match["tenths"] is not None
    if percent:
        more = match["more"]
        extra = Decimal(5) if more == "半" else Decimal(DIGITS.get(more, 0) if more else 0)
        value, upper = value * 10 + extra, None if upper is None else upper * 10
    for sign in (match["vague"], match["mid"], match["late"]):
        if sign:
            bound = VAGUE.get(sign) or MID[sign]
    return Numeral(start, end, value, upper, bound, percent, not _arabic(match), core)


def _arabic(match: re.Match[str]) -> bool:
    return any(c in "0123456789" for c in match.group())


def _multiplier(text: str) -> Decimal:
    factor = Decimal(1)
    for c in text:
        factor *= SMALL.get(c) or LARGE[c]
    return factor


_TOKEN = re.compile(rf"{_ARABIC}|.")


def parse(text: str) -> tuple[Decimal, Decimal | None] | None:
    """Read one written number; gives (value, upper end of a range or None), None where ill-formed.

    >>> parse("二十万亿")[0], parse("1千零1")[0], parse("四五万")
    (Decimal('20000000000000'), Decimal('1001'), (Decimal('40000'), Decimal('50000')))
    """
    if "点" in text:
        whole, _, rest = text.partition("点")
        left = parse(whole)
        if left is None or left[1] is not None or any(c not in DIGITS for c in rest):
            return None
        return left[0] + Decimal("0." + "".join(str(DIGITS[c]) for c in rest)), None
    if all(c in DIGITS for c in text):
        return _digits(text)
    pair = _adjacent(text)
    if pair is not None:
        low, high = (_value(_TOKEN.findall(t)) for t in pair)
        return None if low is None or high is None else (low, high)
    value = _value(_TOKEN.findall(text))
    return None if value is None else (value, None)


def _digits(text: str) -> tuple[Decimal, Decimal | None] | None:
    """Digits alone: one of them, two that follow each other (三四: a range), or a string of them."""
    values = [DIGITS[c] for c in text]
    if len(values) == 2 and values[1] == values[0] + 1 and values[0] > 0:
        return Decimal(values[0]), Decimal(values[1])
    if len(values) == 1:
        return Decimal(values[0]), None
    return Decimal("".join(map(str, values))), None


def _adjacent(text: str) -> tuple[str, str] | None:
    """Split a range written with two adjacent digits (四五万, 三四十, 十七八) into its two ends."""
    for i in range(len(text) - 1):
        a, b = DIGITS.get(text[i]), DIGITS.get(text[i + 1])
        if a and b == a + 1 and (i == 0 or text[i - 1] not in DIGITS):
            rest = text[i + 2 :]
            if rest[:1] in DIGITS and rest:
                return None
            return text[:i] + text[i] + rest, text[:i] + text[i + 1] + rest
    return None


def _value(tokens: list[str]) -> Decimal | None:
    """Value of a well-formed numeral: tokens are Arabic numbers, Chinese digits, multipliers, 零."""
    for unit in ("亿", "万"):
        if unit in tokens:
            at = len(tokens) - 1 - tokens[::-1].index(unit)
            left = _value(tokens[:at]) if at else Decimal(1)
            right = _tail(tokens[at + 1 :], LARGE[unit])
            return None if left is None or right is None else left * LARGE[unit] + right
    return _section(tokens)


def _tail(tokens: list[str], unit: int) -> Decimal | None:
    """What follows 万 or 亿; a bare digit there means tenths of it (三万五 = 35000)."""
    if not tokens:
        return Decimal(0)
    if len(tokens) == 1 and tokens[0] in DIGITS and DIGITS[tokens[0]]:
        return Decimal(DIGITS[tokens[0]] * unit // 10)
    return _value(tokens)


def _section(tokens: list[str]) -> Decimal | None:
    """Value below 万: 三百零五, 十二, 三百五 (350), 1千零1, 百."""
    total, digit, last, zero = Decimal(0), None, 10**9, False
    for token in tokens:
        if token in SMALL:
            unit = SMALL[token]
            if unit >= last or (digit is not None and digit >= 10 and total):
                return None
            total += (Decimal(1) if digit is None else digit) * unit
            digit, last, zero = None, unit, False
        elif token in DIGITS and DIGITS[token] == 0:
            zero = True
        elif digit is not None:
            return None
        else:
            digit = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token.replace(",", ""))
    if digit is None:
        return total
    if last in (100, 1000) and not zero and digit < 10:
        digit *= last // 10
    return total + digit


def number(value: Decimal) -> int | float:
    """Give a Decimal as the int it equals, else as a float."""
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)
