"""The numeral grammar: Arabic, Chinese, mixed and approximate numbers in running text.

    numeral   = fraction | [vague] core [mid [times] | 成 [digit | 半] | 个亿] [余 | 多]
    core      = digits {unit [零] digits} [unit] | unit …, each part less than the unit before it
    digits    = Arabic digits (with , and .) | Chinese digits | Chinese decimal (二十三点五)
    unit      = 十 百 千 万 亿            3万五千, 1亿三千万, 三万5千: any script for any part
    tail      = a bare last digit counts tenths of the unit before it (三万五, 13万2, 一百二), but
                not after 零 or 0 (1百01); it is in the script of the rest (3万一户 is 3万)
    vague     = 数 | 几 | 上              数十 (10, over), 几百 (100, over), 上千, 数10 (not 人数10)
    mid       = 余 | 多 | 几 | 来         10余万, 二十多万, 百余, 十几, 八十来
    range     = two adjacent digits, or 三五: 四五万 (40000 to 50000), 十七八, 两三, 三五百
    fraction  = core 分之 [vague] core [mid [times]]   百分之三十余, 百万分之五, 三分之二
    formal    = 壹 to 玖 before 拾 佰 仟, or before 万 亿 and 元 or another: 壹万零叁佰, 叁万元

点 is a decimal point only between Chinese digits, and not in the time of day (八点三十).
Where units do not descend, the longest well-formed beginning is read (二千三千 is two numerals).
Where digits pile up (十三五, 一二三百) or bare units do (亿万, 千千万万), nothing is a number.
A numeral is only a reading of characters; whether it counts anything is for the extractors to say.
Values are exact: integers where they are whole, floats otherwise.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
UNITS = {c: Decimal(10**e) for c, e in (("十", 1), ("百", 2), ("千", 3), ("万", 4), ("亿", 8))}
MID = {"余": "over", "多": "over", "几": "over", "来": "about"}
VAGUE = "数几上"
# Longer digit strings are codes; shorter ones stay exact in Decimal's 28 places.
LONGEST = 24
# What ends a word in 数 (人数10, 总数10): there 数 is no "several".
COUNTED = "人总次个分基户件指系度位少多半岁期组额量倍双单全参天年月票页字点员会课班家场项条篇份台套"

_ZERO, _ONE, _NO_LIMIT, _EXACT = Decimal(0), Decimal(1), Decimal("Infinity"), Context(prec=120)
_PAIRS = {a + b for a in DIGITS for b in DIGITS if 0 < DIGITS[a] == DIGITS[b] - 1} | {"三五"}
_FORMAL = "壹贰叁肆伍陆柒捌玖"
_PLAIN = str.maketrans(f"{_FORMAL}拾佰仟", "一二三四五六七八九十百千")
_FIGURES = str.maketrans({**{c: str(i) for c, i in DIGITS.items()}, ",": ""})

_CN, _UNIT = "".join(DIGITS), "".join(UNITS)
# Where a numeral may begin. The lookbehind stands after the class, not in alternatives before it,
# so that the search skips all other characters at the speed of one class.
_FIRST = rf"[0-9{_CN}{_UNIT}{VAGUE}](?<![{VAGUE}](?![{_UNIT}1]))"
_TOKEN = re.compile(
    r"(?P<arabic>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]+(?:\.[0-9]+)?)"
    rf"|(?P<chinese>一两|两三?|(?:[一二三四五六七八九〇○]|零(?![售部件食钱散星碎工用花头乱落担]))+)"
    rf"|(?P<unit>[{_UNIT}])"
    # After these the time of day goes on (八点三十, 八点零五分), or the word does (一点一滴).
    rf"|点(?P<point>[{_CN}]+)(?![十{_CN}刻整钟点滴]|分(?!之))"
)
_ARABIC = re.compile("[0-9]")
_RUN = re.compile(rf"[{_CN}{_UNIT}]*")
# One formal character alone is a word (队伍, 大陆, 收拾).
_COMPANY = re.compile(
    rf"(?<!队)[{_FORMAL}](?=[拾佰仟]|[万亿](?:元|零?[{_FORMAL}]))[{_FORMAL}拾佰仟万亿零]*"
)
_CONTINUE = frozenset(f"点0123456789{_CN}{_UNIT}")
_SUFFIX = re.compile(
    r"(?:(?P<mid>[余多几]|(?<=[十百千万0-9])来(?![自到源访信电宾回往临]))(?P<times>[十百千]?万?亿?)"
    r"|(?P<tenths>成(?![立为员果功本效长交绩就分熟人都]|不变))(?P<more>[一二三四五六七八九半])?"
    # 3个亿 is an amount, 3个亿元项目 and 3个亿吨级基地 are three of a kind.
    r"|个(?P<yi>亿)(?![元吨斤]?(?:级|村|镇|项目|企业|产业|园区|工程|规模|以上(?:的)?[项企产工]))"
    r")?(?P<late>[余多])?"
)
# … and at once the commonest numerals, where none of the grammar's signs follows: 18, 4.6, 3万, 三, 二十五.
_NUMERAL = re.compile(
    rf"{_FIRST}(?P<alone>(?:(?<=[0-9])[0-9]{{0,8}}(?:\.[0-9]{{1,6}})?[万亿]?"
    rf"|(?<=[一二三四五六七八九两])|(?:(?<=[二三四五六七八九])十|(?<=十))[一二三四五六七八九]?)"
    rf"(?![0-9.,{_CN}{_UNIT}点余多几来成]|个亿|分之))?"
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
    core: str  # the digits and units before any approximator; a fraction whole


# A core from its start to `end`; no value where the characters up to `end` are no number.
class _Reading(NamedTuple):
    end: int
    value: Decimal | None
    spread: Decimal = _ZERO  # from the value to the upper end of a range
    bare: bool = False  # units only: 百, 千万


def find_numerals(text: str) -> list[Numeral]:
    """Find all numerals of a text (in normal form), leftmost and longest, not overlapping."""
    plain = _COMPANY.sub(lambda run: run.group().translate(_PLAIN), text)
    found: list[Numeral] = []
    at = 0
    while match := _NUMERAL.search(plain, at):
        if match.lastgroup:
            core, at = match.group(), match.end()
            value, chinese = _figure(core)
            if value is not None:
                found.append(Numeral(match.start(), at, value, None, "exact", False, chinese, core))
            continue
        read, at = _numeral(plain, match.start())
        if read is not None:
            found.append(read)
    if plain != text:
        for i, numeral in enumerate(found):
            at = plain.index(numeral.core, numeral.start)
            found[i] = numeral._replace(core=text[at : at + len(numeral.core)])
    return found


def parse(text: str) -> tuple[Decimal, Decimal | None] | None:
    """Read one written number; gives (value, upper end of a range or None), None where ill-formed.

    >>> parse("二十万亿")[0], parse("1千零1")[0], parse("四五万")
    (Decimal('20000000000000'), Decimal('1001'), (Decimal('40000'), Decimal('50000')))
    """
    end, value, spread, _ = _scan(text.translate(_PLAIN), 0)
    if value is None or end != len(text):
        return None
    return value, value + spread if spread else None


def number(value: Decimal) -> int | float:
    """Give a Decimal as the int it equals, else as a float."""
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)


@lru_cache(maxsize=4096)
def _figure(core: str) -> tuple[Decimal | None, bool]:
    """Give the value of a numeral that stands alone, and whether it is written in Chinese."""
    return _scan(core, 0).value, _ARABIC.match(core) is None


def _numeral(text: str, start: int) -> tuple[Numeral | None, int]:
    """Read the numeral at start, if it is one, and tell where to search on."""
    numeral, read = _approximate(text, start)
    if not text.startswith("分之", read.end):
        return numeral, read.end if numeral is None else numeral.end
    part, after = _approximate(text, read.end + 2, part=True)
    if part is None:
        # 百分之几: the units before 分之 count nothing by themselves.
        return (None, after.end) if read.bare else (numeral, read.end)
    if numeral is None or numeral.bound != "exact" or not numeral.value:
        return None, part.end
    return _fraction(text[numeral.start : part.end], numeral, part), part.end


def _approximate(text: str, start: int, part: bool = False) -> tuple[Numeral | None, _Reading]:
    """Read a core with the signs of approximation around it; the part of a fraction has no 成."""
    vague = text[start : start + 1] if text[start : start + 1] in VAGUE else ""
    at = start + len(vague)
    end, value, spread, bare = read = _scan(text, at)
    if value is None:
        return None, read
    core = text[at:end]
    if vague:
        # 数十, 上百 and 数10 are vague; 以上百, 几一 and 人数10 are not.
        before = text[start - 1 : start] or " "
        tens = vague == "数" and core.rstrip(_UNIT) in ("10", "100") and before not in COUNTED
        if not (tens or (bare and vague + before != "上以")):
            vague, start = "", at
    bound, percent = "range" if spread else "over" if vague else "exact", False
    if match := _SUFFIX.match(text, end):
        mid, times, tenths, more, yi, late = match.groups()
        if not ((tenths or yi) and part) and not (tenths and value > 10):
            end = match.end()
            for unit in times or yi or "":
                value, spread = value * UNITS[unit], spread * UNITS[unit]
            bound = MID.get(late or mid or "", bound)
            if tenths:
                extra = 5 if more == "半" else DIGITS[more or "零"]
                value, spread, percent = value * 10 + extra, spread * 10, True
    upper = value + spread if spread else None
    chinese = _ARABIC.search(text, start, end) is None
    return Numeral(start, end, value, upper, bound, percent, chinese, core), read


def _fraction(written: str, below: Numeral, part: Numeral) -> Numeral | None:
    """Give the percentage of 三分之二; to two places where it is not a decimal fraction."""
    ends = [part.value] if part.upper is None else [part.value, part.upper]
    shares = [_EXACT.divide(end * 100, below.value) for end in ends]
    if below.value.normalize(_EXACT).as_tuple().digits != (1,):
        shares = [s.quantize(Decimal("0.01"), context=_EXACT).normalize(_EXACT) for s in shares]
    if part.upper is not None and shares[0] == shares[1]:
        return None
    upper, chinese = None if part.upper is None else shares[1], below.chinese and part.chinese
    return Numeral(below.start, part.end, shares[0], upper, part.bound, True, chinese, written)


def _scan(text: str, start: int) -> _Reading:
    """Read tokens as long as they add up; gives the longest well-formed beginning."""
    total, best, at = _Sum(), None, min(start + 1, len(text))
    token = _TOKEN.match(text, start)
    while token is not None:
        kind, written = token.lastgroup, token[token.lastindex or 0]
        follows = text[token.end() : token.end() + 1]
        step = total.multiply if kind == "unit" else total.point if kind == "point" else total.add
        if not step(written, follows):
            break
        at = token.end()
        # A digit right before a unit belongs to that unit: 二千三千 does not begin with 二千三.
        if kind == "unit" or (follows not in UNITS and total.may_end()):
            best = total.reading(at)
        token = _TOKEN.match(text, at) if follows in _CONTINUE else None
    if total.ill and token and (run := _RUN.match(text, token.end())):
        return _Reading(run.end(), None)
    return best or _Reading(at, None)


class _Sum:
    """A number that is added up token by token; each step tells whether the token fits."""

    def __init__(self) -> None:
        self.high = self.wan = self.section = _ZERO  # multiplied by 亿, by 万, and below 万
        self.digit: Decimal | None = None  # read, but not yet multiplied or added
        self.spread, self.limit, self.unit = _ZERO, _NO_LIMIT, ""  # limit: the unit as a number
        self.parts = 0  # digits read so far, as tokens
        self.arabic = self.mixed = False  # script of the last digits; whether it changed there
        self.string = self.zero = self.decimal = self.doubled = self.ill = False

    def add(self, written: str, _: str) -> bool:
        """Take digits: Arabic ones, one Chinese one, a range, or at the beginning a string."""
        arabic = written[0] not in DIGITS
        if self.digit is not None or self.spread:
            return False
        if self.unit and written[0] in "零〇○0":
            self.zero = True
            written = written if arabic else written.lstrip("零〇○")
            if self.unit == "十" or not written:
                return self.unit != "十"
        pair = written in _PAIRS and not (self.unit and written == "三五")
        self.string = not (arabic or pair or len(written) == 1)
        if len(written) > LONGEST or (self.string and self.unit):
            self.ill = arabic or not self.arabic
            return False
        self.digit = Decimal((written[0] if pair else written).translate(_FIGURES))
        self.spread = DIGITS[written[1]] - self.digit if pair else _ZERO
        self.decimal = self.decimal or "." in written
        self.mixed = self.parts > 0 and arabic != self.arabic
        self.arabic, self.parts = arabic, self.parts + 1
        return True

    def point(self, written: str, _: str) -> bool:
        """Take the Chinese decimals after 点: they end the digits, only units may follow."""
        ends = self.may_end() or (self.digit is None and self.section and not self.zero)
        if self.arabic or self.high or self.wan or self.spread or self.string or not ends:
            return False
        places = Decimal("0." + written[:LONGEST].translate(_FIGURES))
        self.digit = self.section + self._ones()[0] + places
        self.section, self.limit, self.unit, self.decimal = _ZERO, _NO_LIMIT, "", True
        return True

    def multiply(self, unit: str, follows: str) -> bool:
        """Take a unit: it multiplies the digit before it, 万 and 亿 all that is below them."""
        fits = self._large(unit) if unit in "万亿" else self._small(unit)
        if self.string or not fits:
            # Digit strings take no unit; bare units must add up, but 百万千瓦 goes on in a word.
            self.ill = self.string or (not self.parts and follows not in tuple("姓货克米瓦"))
            return False
        self.spread *= UNITS[unit]
        self.unit, self.limit, self.digit, self.zero = unit, UNITS[unit], None, False
        return True

    def _small(self, unit: str) -> bool:
        # A number may begin with a bare unit (百八十); inside only 十 is bare (一百十一, 零十二).
        inner = unit == "十" and (self.unit == "百" or self.zero) and not self.spread
        amount = (_ONE if self.digit is None else self.digit) * UNITS[unit]
        self.section += amount
        return amount < self.limit and (self.digit is not None or not self.unit or inner)

    def _large(self, unit: str) -> bool:
        # 一百五万 is 1500000, but 1亿1万 has one 万.
        ones, tenth = self._ones(bool(self.section))
        done = self.high if unit == "亿" else self.wan
        below = self.section + ones + (self.wan if unit == "亿" else _ZERO)
        if self.digit is None and not below:
            again = self.unit == unit and self.parts > 0 and not self.doubled  # 四万万, 一亿亿
            if self.unit and not again:
                return False
            below, done, self.doubled = (done or _ONE), _ZERO, again
        amount = below * UNITS[unit]
        self.high, self.wan = (amount, _ZERO) if unit == "亿" else (self.high, amount)
        self.section, self.spread = _ZERO, self.spread * tenth
        too_much = self.high and self.wan >= UNITS["亿"]
        return not (done or too_much or (self.digit is None and self.zero))

    def _ones(self, tail: bool = True) -> tuple[Decimal, Decimal]:
        """Give the value of the last digit, and what one of it counts: tenths of the last unit."""
        if self.digit is None:
            return _ZERO, _ONE
        tenths = tail and self.digit < 10 and self.unit not in ("", "十")
        one = UNITS[self.unit] / 10 if tenths and not (self.zero or self.decimal) else _ONE
        return self.digit * one, one

    def may_end(self) -> bool:
        """Whether the number may end in the last digits; 3万一户 and 1.5万3 go on elsewhere."""
        if self.digit is None or not self.unit:
            return self.digit is not None
        if self.mixed or self.decimal or (self.arabic and self.digit >= UNITS[self.unit]):
            return False
        return self.parts > 1 or (not self.arabic and (self.zero or self.unit == "十"))

    def reading(self, end: int) -> _Reading:
        """Give the number as read so far."""
        ones, one = self._ones()
        value = self.high + self.wan + self.section + ones
        return _Reading(end, value, self.spread * one, not self.parts)
