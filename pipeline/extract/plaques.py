"""Honours told by what hangs on the wall, without a verb of receiving.

The plaque reads “…”, the board “…” on the wall, the one that the county committee gave (县委组织部发的“…”),
what the city once awarded (市里评过“…”). The title always stands in quotation marks and holds a word of
honour, so that a card handed out (发给每户的“明白卡”) and a board that names a duty (“党员示范岗”的牌子)
are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.extract import levels
from pipeline.extract.prose import Prose, Quote
from pipeline.extract.titles import Words
from pipeline.model import Span

# Characters before a title that are looked at; characters after it.
REACH = 44
AFTER = 34
_BOARD = r"(?:奖牌|牌匾|铜牌|金匾|匾额|牌子|锦旗|奖状|证书|奖杯)"
_GIVE = r"(?:颁发|颁授|授予|颁|发|授|评)"
_WHO = r"(?P<who>[^，。；：、“”《》]{2,24}?)"
_DAY = r"(?:(?:19|20)\d\d年|去年|今年|前年|当年|上个?月|年初|年底)?"
# 县委组织部发的“…”, 集团发给老班长的“…”
_GIVEN = re.compile(
    rf"{_WHO}{_DAY}{_GIVE}(?:[给予](?P<whom>[^，。；：“”]{{1,16}}?))?的(?:一[块张面座个])?$"
)
# 市里评过“…”
_ONCE = re.compile(rf"{_WHO}{_GIVE}过(?:一[块张面座个次回])?$")
# 奖牌上写着“…”
_READS = re.compile(rf"{_BOARD}上?[^，。；“”]{{0,4}}(?:[写刻印题]着|[写刻印]的是|是)$")
# 挂着一块…“…”的牌子, and who gave it, told behind: ，是市委宣传部2021年发的
_HANGS = re.compile(r"(?:[挂摆立放收存抱捧贴搁][着有了起过回]|有)[^，。；“”]{0,24}$")
_ITS_BOARD = re.compile(rf"”(?:字样)?的?{_BOARD}(?:，(?:这|那)?是{_WHO}{_DAY}{_GIVE}的)?")
# What stands before the giver's name itself.
_LEAD = re.compile(r"^.*(?:[是着由了有]|[一两][块张面座个])")
_GIVER = re.compile(
    r"(?:[委局厅部会府院校处办站社团]|公司|集团|总队|支队|中心|机关|学院|党组|[省市县区镇乡街州局院校厂司]里)$"
)
_PARTY = re.compile(r"[\u4e00-\u9fff](?:党支部|党总支|党委)$")
# Boards that name a duty or a room bear no honour unless a level is told.
_WORTHY = re.compile("先进|优秀|模范|标兵|十佳|红旗|最美|标杆|文明|劳动|英雄")


class Plaque(NamedTuple):
    """A title told by its plaque: where it stands, who gave it and to whom, where that is told."""

    title: Span
    issuer: Span | None
    whom: str | None


def find_plaques(prose: Prose, words: Words) -> Iterator[Plaque]:
    """Give the titles in quotation marks that a plaque or its giver tells to be honours."""
    for quote in prose.quotes:
        if quote.mark != "“" or not 3 < quote.end - quote.start <= 30:
            continue
        title = prose.norm[quote.start : quote.end]
        worthy = words.head.find(title) or _PARTY.search(title)
        if worthy and not any(c in title for c in "，。：；！？"):
            found = _plaque(prose, quote, title, words)
            if found is not None:
                yield found


def _plaque(prose: Prose, quote: Quote, title: str, words: Words) -> Plaque | None:
    start = max(prose.clause(quote.start - 1)[0], quote.start - 1 - REACH)
    before = prose.norm[start : quote.start - 1]
    span = (quote.start, quote.end)
    given = _GIVEN.search(before) or _ONCE.search(before)
    if given is not None:
        issuer = _giver(before, given, start)
        whom = given["whom"] if "whom" in given.re.groupindex else None
        return Plaque(span, issuer, whom) if issuer else None
    if _READS.search(before):
        return Plaque(span, None, None)
    board = _ITS_BOARD.match(prose.norm, quote.end, quote.end + AFTER)
    if board is None or not _HANGS.search(before):
        return None
    levelled = levels.of_title(title, words.levels) is not None
    if not (levelled or _WORTHY.search(title)):
        return None
    issuer = (board.start("who"), board.end("who")) if board["who"] else None
    return Plaque(span, issuer, None)


def _giver(before: str, given: re.Match[str], shift: int) -> Span | None:
    """Who gave it, if it is one who gives honours."""
    lead = _LEAD.match(given["who"])
    left = given.start("who") + (lead.end() if lead else 0)
    right = given.end("who")
    name = before[left:right]
    return (shift + left, shift + right) if len(name) > 1 and _GIVER.search(name) else None
