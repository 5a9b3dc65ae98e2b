"""The level of an honour: national, provincial, municipal, county, unit, or None where nothing tells.

Read from words (全国, 省级, 市直 …) and from the names of places, for which the gazetteer tells a
prefecture-level city from a county-level one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.lexicon import Lexicons, Matcher

ROLES = {
    "national": "national",
    "provincial": "provincial",
    "municipal": "municipal",
    "county": "county",
    "unit_level": "unit",
}
GAZETTEER = {"province": "provincial", "prefecture": "municipal", "county_city": "county"}
# A place by its last character, of which the gazetteer need not know the rest: 临河市, 清源县; not 城市,
# 社区, 华东地区, 市场.
_KIND = (
    r"(?P<kind>省|自治区|(?<![城都超门夜])市|(?<=[\u4e00-\u9fff]城)市(?=[委直]|政府|人民|国资|总工会|[\u4e00-\u9fff]{2,4}局)|(?<!郊)县|州|盟|(?<![红军锦国党])旗|(?<![华东西南北中])地区"
    r"|(?<![社校厂矿库院园景辖片营林牧灾震战小街老旧新地分])区(?![分段划]))"
    r"(?![场民域块长容别级位间值面区])"
)
_PLACE = re.compile(rf"^[\u4e00-\u9fff]{{0,5}}?{_KIND}")
_WITHIN = re.compile(_KIND)
# What a place is called right after its name.
_NAMED = re.compile(r"(?P<kind>省|市|县|(?<!地)区)(?![场民域块长容别级位间值面])")
_KINDS = {
    "省": "provincial",
    "自治区": "provincial",
    "市": "municipal",
    "州": "municipal",
    "盟": "municipal",
    "地区": "municipal",
    "县": "county",
    "旗": "county",
    "区": "county",
}


@dataclass(frozen=True)
class Levels:
    """Words and places with their levels."""

    words: Matcher
    level: dict[str, str]
    units: Matcher
    offices: Matcher  # of a national firm: 中国银行…分行 is no national issuer


@cache
def compiled(lexicons: Lexicons) -> Levels:
    """Compile the level words and the gazetteer once."""
    level = {
        row.term: GAZETTEER[row.role]
        for row in lexicons.tables["gazetteer"]
        if row.role in GAZETTEER
    }
    units = []
    for row in lexicons.tables["honours"]:
        if row.role == "unit_level":
            units.append(row.term)
        elif row.role in ROLES and len(row.term) > 1:
            level[row.term] = ROLES[row.role]
    return Levels(
        Matcher(level), level, Matcher(units), Matcher(lexicons.terms("honours", "office"))
    )


def of_title(text: str, levels: Levels) -> str | None:
    """Read the level from a title and what stands before its quotation marks; the first word tells."""
    text = re.sub(r"^(?:(?:19|20)\d{2}年度?|第[一二三四五六七八九十\d]+届)", "", text).lstrip("“")
    return _first(text, levels)


def of_issuer(text: str, levels: Levels) -> str | None:
    """Read the level from an issuer; the last place named tells (国家税务总局临河市税务局 is municipal)."""
    found = levels.words.find(text)
    places = list(_WITHIN.finditer(text))
    if places and not (found and found[-1][1] >= places[-1].end()):
        return _KINDS[places[-1]["kind"]]
    if found and not levels.offices.find(text[found[-1][1] :]):
        return levels.level[found[-1][2]]
    return "unit" if levels.units.find(text) else None


def of_occasion(clause: str, levels: Levels) -> str | None:
    """Read the level from the occasion: 在全省…竞赛中, 分局比武中."""
    found = re.search(r"在(?P<what>[^，。；]{2,40}?)(?:中|上|里|期间|评选|大赛|竞赛|比赛)", clause)
    return _first(found["what"], levels) if found else None


def of_name(title: str, text: str) -> str | None:
    """Read the level from the place that a title is named after (“汭江工匠”), which the text calls a city."""
    kinds = _named_places(text)
    stems = (title[:size] for size in (3, 2) if len(title) > size + 1)
    return next((kinds[stem] for stem in stems if stem in kinds), None)


@lru_cache(maxsize=1)  # all titles of one report ask
def _named_places(text: str) -> dict[str, str]:
    """Give the level of each two or three characters that a kind of place follows, by its first mention."""
    found: dict[str, str] = {}
    for kind in _NAMED.finditer(text):
        for size in (2, 3):
            if kind.start() >= size:
                stem = text[kind.start() - size : kind.start()]
                found.setdefault(stem, _KINDS[kind["kind"]])
    return found


def of_medium(name: str, media: dict[str, str], levels: Levels) -> str | None:
    """Read the level of a newspaper or journal from its name."""
    if name in media:
        return media[name]
    if name.startswith(("中国", "人民", "全国")):
        return "national"
    named = levels.words.find(name)
    if named and named[0][0] == 0:
        return levels.level[named[0][2]]
    place = _PLACE.match(name)
    if place:
        return _KINDS[place["kind"]]
    if levels.units.find(name):
        return "unit"
    return "municipal" if re.search("[日晚]报$", name) else None


def _first(text: str, levels: Levels) -> str | None:
    found = levels.words.find(text)
    place = _PLACE.match(text)
    if place and (not found or place.start("kind") < found[0][0]):
        return _KINDS[place["kind"]]
    if found:
        return levels.level[found[0][2]]
    return "unit" if levels.units.find(text[:12]) else None
