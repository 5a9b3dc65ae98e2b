"""Figures that say how large an area is, or how busy its lines: 全县常住人口42万人, 全市线网日均客流120万人次.

They are told by their shape in one clause, and the shape is narrow, so that what was done there stays:
全县粮食总产量达42.6万吨 measures a product, 服务全市3.6万户 and 全县42万人参加医保 a deed. What stands before
the area's name must be nothing, a time, a place or a stake (关系全市三百多万人的用水).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.extract.prose import Prose
from pipeline.extract.quantities import Quantity
from pipeline.lexicon import Lexicons

# Between a name and its number: 人口已达到42万, 客流约为3万.
_HOLDS = r"(?:已经?|目前|现|共|总|约|近|超过?|达到?|为|有|计|接近|逾|多达|高达|合计|将近|是){0,8}"
# Between the area and what it has: 全县目前, 全镇范围内, 全村2023年末.
_LINK = r"(?:目前|现|的|总|范围内|境内|内|年末|年底|\d{4}年(?:末|底)?){0,8}"
_NUMERAL = r"[\d.,一二三四五六七八九十百千万亿两余多几约近]"
# A time or a place that may stand before the area's name.
_TIME = r"目前|如今|现在|眼下|其中|而|这里|当地|截至[^，。]{0,10}|[^，。]{0,6}年(?:底|末|初)?"
_PLACE = r"[\u4e00-\u9fff]{1,5}[省市县区镇乡村州旗]"
# Who of all did something or got it is told after them, or in the next clause: 全村120户，全部搬迁.
_CLOSED = (
    r"口?(?:[、和]?{number}{{1,12}}(?:{units})口?){{0,8}}"
    r"(?=[，。；！？\n）]|$)(?!，(?:全部|全都|均|都|已|皆))"
)
_OF = re.compile(r"口?的(?P<rest>[^，。；！？\n]*)")
_DONE = re.compile(r"[了完]|全部|建|办|实现|解决|得到|覆盖")
# Characters after a number that are looked at.
REACH = 40
_RECORD = re.compile(r"最高|纪录|新高|突破|首次|创")


@dataclass(frozen=True)
class Areas:
    """The shapes of text that end where such a figure begins, and what may follow it."""

    area: re.Pattern[str]
    sized: re.Pattern[str]  # 全县常住人口
    sized_on: re.Pattern[str]  # 户籍人口, in a later clause of a sentence that named the area
    having: re.Pattern[str]  # 全村共有(农户)
    bare: re.Pattern[str]  # 全市
    busy: re.Pattern[str]  # 全市线网日均客流
    closed: re.Pattern[str]  # what may follow people of whom nothing else is told
    parts: re.Pattern[str]  # 个行政村
    town: re.Pattern[str]  # 口的城市
    people: frozenset[str]  # units that count people and households
    passing: frozenset[str]  # units that count who and what passes by


@cache
def areas(lexicons: Lexicons) -> Areas:
    """Compile the shapes once from the roles `area…` of the cues."""

    def any_of(role: str) -> str:
        return lexicons.alternatives("cues", role)

    area, size, line = any_of("area"), any_of("area_size"), any_of("area_line")
    stake, people = any_of("area_stake"), any_of("area_people")
    unit = any_of("area_unit")
    earlier = rf"(?:{_NUMERAL}{{1,12}}(?:{unit})[、和]?){{0,8}}"  # 326户 before 1142人
    lead = rf"^(?:{_TIME}|{_PLACE}|[^，。]*(?:{stake}))?"
    plain = rf"^(?:{_TIME}|[^，。]*(?:{stake}))?"
    number = rf"(?:{_NUMERAL}{{1,4}}号线)"
    network = rf"(?:(?:{area})(?:{line})?|{line}|{number})"
    return Areas(
        area=re.compile(area),
        sized=re.compile(rf"{lead}(?:{area}){_LINK}(?:{size}){_HOLDS}{earlier}$"),
        sized_on=re.compile(rf"^(?:{size}){_HOLDS}{earlier}$"),
        having=re.compile(
            rf"{lead}(?:{area}){_LINK}(?:{any_of('area_have')})(?:{people})?{_HOLDS}{earlier}$"
        ),
        bare=re.compile(rf"{plain}(?:{area})(?:{people})?{_HOLDS}{earlier}$"),
        busy=re.compile(
            rf"(?:^|[^\u4e00-\u9fff]|目前|如今){network}(?:{any_of('area_mean')})(?:{any_of('area_traffic')}){_HOLDS}$"
        ),
        closed=re.compile(
            rf"(?:{people})?" + _CLOSED.format(number=_NUMERAL, units=unit),
            re.DOTALL,
        ),
        parts=re.compile(any_of("area_part")),
        town=re.compile(rf"口?的(?:{any_of('area_town')})(?=$|[，。；、！？里中每])"),
        people=frozenset(lexicons.terms("cues", "area_unit")),
        passing=frozenset(lexicons.terms("cues", "area_passing")),
    )


def describes(prose: Prose, quantity: Quantity, words: Areas) -> bool:
    """Whether a quantity that is no change says how large an area is, or how many pass through it."""
    if quantity.role not in ("classifier", "measure"):
        return False
    start, _ = prose.clause(quantity.start)
    before = prose.norm[start : quantity.start]
    after = prose.norm[quantity.end : quantity.end + REACH]
    if quantity.unit in words.passing and words.busy.search(before):
        return not _RECORD.search(before)
    if words.sized.search(before) or (
        words.sized_on.search(before)
        and words.area.search(prose.norm[prose.sentence(quantity.start).start : start])
    ):
        return True
    if words.having.search(before):
        alone = quantity.unit in words.people and _told_alone(after, words)
        return alone or words.parts.match(after) is not None
    if quantity.unit not in words.people:
        return False
    if words.town.match(after):
        return True
    return words.bare.search(before) is not None and _told_alone(after, words)


def _told_alone(after: str, words: Areas) -> bool:
    """Whether nothing is said to have been done by, to or for those counted."""
    if words.closed.match(after):
        return True
    of = _OF.match(after)
    return of is not None and not _DONE.search(of["rest"])
