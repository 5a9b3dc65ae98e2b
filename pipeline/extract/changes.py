"""Changes: what ties two quantities, or a verb and a quantity, to one change.

由A降至B and 从A缩短到B are one item with the value it came from; 增长12%, 缩短28.5天 and 提升至98% are
changes by their verb; one verb may govern several rates (同比分别上升3.6%、11.3%).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipeline.extract import actions
from pipeline.extract.areas import Areas, areas
from pipeline.extract.prose import Prose
from pipeline.extract.quantities import Quantity
from pipeline.lexicon import Lexicons, Matcher

# Words between a verb of reaching and its number; as long a run as stands between the two.
_TRAILING = re.compile("(?:了|近|约|超过|逾|不足|将近){1,12}$")
# Between a change verb and its rate: 增长了近12%, 提高到约98%.
_FILL = r"(?:了|近|约|超过?|逾|达|将近|高达|不足|到了?|至|为|成|大约|同比|分别|又){0,3}"

_MARK = re.compile("[，。；：、！？]")
# Between 从 and the first number stand no more characters: 从每月十四五个降到两三个.
BEGINS = 5


@dataclass(frozen=True)
class Cues:
    """Words that say a figure is planned, ruled, negated, somebody else's, or the unit's size."""

    planned: Matcher
    negated: Matcher
    threshold: Matcher
    frequency: Matcher
    other: Matcher
    profile: Matcher
    lasting: Matcher
    periods: Matcher
    change: re.Pattern[str]
    compared: re.Pattern[str]  # 高出全县平均水平…: a level beside another's
    compares: dict[str, str]
    directions: dict[str, str]
    pointing: frozenset[str]  # units that with a small number before a noun only point: 个, 种
    naming: frozenset[str]  # units that with a small number name: 三班倒, 三轮车
    bodies: tuple[str, ...]  # villages, firms, teams: a few of them are counted, not pointed at
    earning: frozenset[str]  # 增收, 减支 …: with money they say an amount, not a change
    averaged: re.Pattern[str]  # 人均, 平均成绩: what a time measures
    to: tuple[str, ...]
    seconds: dict[str, int]
    nouns: actions.Words
    areas: Areas


@cache
def cues(lexicons: Lexicons) -> Cues:
    """Compile the cue lexicons once."""
    directions = lexicons.values("quantities", "change_up", "change_down")
    verbs = lexicons.alternatives("quantities", "change_up", "change_down")

    compares = lexicons.values("quantities", "beside_up", "beside_down")
    beside = lexicons.alternatives("quantities", "beside_up", "beside_down")

    def cue(role: str) -> Matcher:
        return Matcher(lexicons.terms("cues", role))

    def around(role: str) -> frozenset[str]:
        return frozenset(lexicons.terms("quantities", role))

    return Cues(
        planned=cue("planned"),
        negated=cue("negated"),
        threshold=cue("threshold"),
        frequency=cue("frequency"),
        other=cue("other"),
        profile=cue("profile"),
        lasting=cue("lasting"),
        periods=Matcher(around("period_before")),
        change=re.compile(rf"(?P<verb>{verbs})(?P<fill>{_FILL})$"),
        compared=re.compile(rf"(?P<verb>{beside})(?P<than>[^，。；：、\d]{{2,12}})$"),
        compares=compares,
        directions=directions,
        pointing=around("pointing"),
        naming=around("naming"),
        bodies=lexicons.terms("quantities", "body"),
        earning=around("earning"),
        averaged=re.compile(
            rf"(?:{lexicons.alternatives('quantities', 'averaged')})[^，。；\d]{{0,6}}$"
        ),
        to=tuple(lexicons.terms("quantities", "to")),
        seconds={t: int(v) for t, v in lexicons.values("quantities", "seconds").items()},
        nouns=actions.words(lexicons),
        areas=areas(lexicons),
    )


# 由5起降为零: the number before tells where it began.
_TO_NONE = re.compile(
    r"(?:[下]?[降减归缩压清][^，。；\d]{0,2}[为到至成]?|变[为成]|归|清)零(?![^，。；、！？\n）])"
)
# 减为4个: so many characters between a level and the one before.
CUT_SHORT = 6


@dataclass(frozen=True, slots=True)
class Link:
    """What ties a quantity to a change: the value it came from, its direction, where it is said."""

    verb_start: int
    origin: Decimal | None
    direction: str | None
    subject_end: int


def joined(prose: Prose, quantities: list[Quantity], words: Cues) -> list[Quantity]:
    """Join quantities that are one: 3分30秒 (210秒); and 提高5.1个、6.8个百分点 shares its unit."""
    result: list[Quantity] = []
    for quantity in quantities:
        last = result[-1] if result else None
        if last is not None and last.end == quantity.number:
            big, small = words.seconds.get(last.unit), words.seconds.get(quantity.unit)
            if big and small and big > small:
                value = last.value * big / small + quantity.value
                result[-1] = quantity._replace(
                    start=last.start, number=last.number, value=value, role=last.role
                )
                continue
        if last is not None and quantity.unit == "个" and _cut_short(prose, last, quantity, words):
            quantity = quantity._replace(unit=last.unit, role=last.role)
        shared = last is not None and last.unit == "个" and quantity.unit == "个百分点"
        if last is not None and shared and prose.norm[last.end : quantity.start] in ("、", "和"):
            result[-1] = last._replace(unit=quantity.unit, role=quantity.role)
        result.append(quantity)
    return result


def _cut_short(prose: Prose, low: Quantity, high: Quantity, words: Cues) -> bool:
    """Whether a level reached leaves out all but 个 of the unit: 由9个工作日减为4个."""
    between = prose.norm[low.end : high.start]
    longer = low.unit.startswith("个") and len(low.unit) > 1
    return longer and len(between) <= CUT_SHORT and between.rstrip("约近了").endswith(words.to)


def changes(
    prose: Prose, quantities: list[Quantity], words: Cues
) -> tuple[dict[int, Link], set[int]]:
    """Tie quantities to changes; gives the links, and the quantities that only say where one began."""
    links: dict[int, Link] = {}
    origins: set[int] = set()
    for i, quantity in enumerate(quantities):
        before = quantities[i - 1] if i else None
        link = _from_to(prose, before, quantity, words) if before else None
        if link is not None:
            origins.add(i - 1)
            links[i] = link
            continue
        if _TO_NONE.match(prose.norm, quantity.end):
            origins.add(i)  # 由上年的2件降为零
            continue
        link = _direct(prose, quantity, words)
        if link is None and before is not None and i - 1 in links:
            between = prose.norm[before.end : quantity.start]
            if before.unit == quantity.unit and between in ("、", "和", "及"):
                link = links[i - 1]
        if link is not None:
            links[i] = link
    return links, origins


def _from_to(prose: Prose, low: Quantity, high: Quantity, words: Cues) -> Link | None:
    """由A降至B, 从A缩短到B: both in one clause, the verb of reaching between them."""
    norm = prose.norm
    between = norm[low.end : high.start]
    if len(between) > 12 or _MARK.search(between):
        return None
    stem = _TRAILING.sub("", between)
    if not stem.endswith(words.to) and not stem.endswith("到了"):
        return None
    clause_start, _ = prose.clause(low.start)
    opening = max(norm.rfind(sign, clause_start, low.start) for sign in "由从自")
    if opening < 0 and not words.change.search(stem.rstrip("至到为成达")):
        return None
    timed = low.unit in words.seconds and high.unit in words.seconds
    differ = low.unit != high.unit and not timed and "" not in (low.unit, high.unit)
    if differ and not norm.startswith(("由", "从"), max(opening, 0)):
        return None  # 把自己32年的窍门拍成14条短视频
    origin = low.value
    if low.unit != high.unit and timed:
        origin = origin * words.seconds[low.unit] / words.seconds[high.unit]
    direction = "up" if high.value > origin else "down"
    begins = opening if opening >= 0 else low.start
    start = begins if low.start - begins <= BEGINS else low.start
    return Link(start, origin, direction, begins)


def _direct(prose: Prose, quantity: Quantity, words: Cues) -> Link | None:
    """增长12%, 缩短28.5天, 提升至98%: a verb of change right before the number."""
    clause_start, _ = prose.clause(quantity.start)
    text = prose.norm[max(clause_start, quantity.start - 14) : quantity.start]
    found = words.change.search(text)
    offset = quantity.start - len(text)
    rate = quantity.role in ("percent", "fraction") or quantity.unit in ("倍", "个百分点")
    if found is None:
        than = words.compared.search(text) if rate else None
        if than is None:
            return None
        start = offset + than.start()
        return Link(start, None, words.compares[than["verb"]], start)
    reached = found["fill"].rstrip("了").endswith(("至", "到", "为", "成"))
    # a verb of one character is a change only before a rate or a level: 升5%, 降至3件, 降了4.7公斤
    done = found["fill"].startswith("了")
    if not rate and not reached and not done and len(found["verb"]) < 2:
        return None
    if quantity.role == "money" and not reached and found["verb"] in words.earning:
        return None
    verb = found["verb"]
    return Link(offset + found.start(), None, words.directions[verb], offset + found.start())
