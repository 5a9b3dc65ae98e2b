"""Honours: titles won, commendations, endorsements by leaders, publication in named media.

A verb of receiving (荣获, 被评为, 入选 …) governs one or more titles, quoted or not. Who holds them is read
from the title and the subject, the level from the title, the issuer and the occasion, in this order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.extract import holders, levels
from pipeline.extract.numerals import number, parse
from pipeline.extract.plaques import find_plaques
from pipeline.extract.prose import Prose, Quote
from pipeline.extract.titles import Words, objects, words
from pipeline.lexicon import Lexicons
from pipeline.model import Honour, Span

_YEARS = re.compile(
    r"连续(?P<n>[一两二三四五六七八九十]{1,3}|\d{1,2})(?:个?年度?|届)|(?P<m>[一两二三四五六七八九十]{1,3}|\d{1,2})连冠"
)
# …，这已是连续第三年: so near behind the title.
_NTH = re.compile(r"连续第(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})(?:个?年|次|届)")
AFTER = 24
_COUNT = re.compile(
    r"(?P<n>\d{1,3}|[一两二三四五六七八九十]{1,3})(?:名|位|人(?!次))(?P<who>[^，。；、]{0,30})$"
)
_YEAR = re.compile(r"((?:19|20)\d{2})年度?")
_MARKED = re.compile(r"(?:被|受到?|得到|获得?|先后获|收到)[^，。；：]{0,24}$")
_WHO = re.compile(
    r"(?m:^)(?:.*(?:被|受到|得到|获得|先后获|收到|获|受)|\A)"
    r"(?:是|事后|随后|后来|日前|近日|不久前?|去年|今年)?(?P<who>[^，。；：“”《》]{2,24}?)(?:作出|给予|予以|的)?$"
)
_LEADER = re.compile("领导|书记|[市省县区州部局院厅]长|主任|政府|党委|主席|总经理|负责|同志")
# 在市纪委《清风》上刊发: what stands before a journal's name says that it printed the text.
_MEDIUM_BEFORE = re.compile(r"(?:被|在|获|经|由)(?P<who>[^，。；：“”《》]{0,12})$")
_OUTLET_BEFORE = re.compile(r"(?:被|在|获|经|由|登上|亮相)[^，。；：“”]{0,24}$")
_PLACE = re.compile(r"(?:全[国省市县区])?(?:第|前)[一二三四五六七八九十\d]{1,3}(?:名|位|强)?")
# A bare prize, right behind another title of the same contest.
_PRIZE = re.compile(r"[特一二三]等奖|[金银铜]奖|优[秀胜]奖")
NEAR = 40
# An earlier clause that tells who gave: 县水利局党组通报表彰，…; 局里来人，…
TOLD = 80
_TOLD = re.compile(
    r"(?:^|[，。；：\n])[^，。；：“”]{0,8}?(?P<who>[\u4e00-\u9fff]{2,16}?)(?:(?:通报|隆重)?(?:表彰|表扬|授奖|颁奖)(?:了|先进|大会)?[^，。；：“”]{0,8}|来人|送来[^，。；]{0,8}|授予[^，。；：“”]{0,10}“[^”]{2,20}”(?:称号)?)，"
)
_AGREED = re.compile(r"批示[，、]?(?:并)?(?:给予|予以|表示)(?:充分|高度)?肯定")


def find_honours(prose: Prose, lexicons: Lexicons, branch: str | None) -> list[Honour]:
    """Find all honours that a report says its branch, unit or members received, in order."""
    vocabulary = words(lexicons)
    found: list[Honour] = []
    for start, end, term in vocabulary.triggers.find(prose.norm):
        if prose.quote(start) is not None:
            continue
        gives = term in vocabulary.active and holders.gives_it(prose, start)
        if holders.excluded(prose, start, branch, vocabulary, gives=gives):
            continue
        if gives and holders.another(holders.whom(prose, end), branch, vocabulary):
            continue
        role = vocabulary.roles[term]
        if term[0] == "记":  # 记集体二等功: the verb is its first character
            end = start + 1
        if role in ("verb", "weak", "shown"):
            found += _titles(prose, start, end, term, vocabulary, branch)
        elif role == "self" and _praised(prose, start, end):
            found.append(_praise(prose, start, end, "award", vocabulary))
        elif role == "endorsement":
            found.append(_praise(prose, start, end, "endorsement", vocabulary))
    found += _plaques(prose, branch, vocabulary)
    found += _agreed(prose, branch, vocabulary)
    found += _publications(prose, branch, vocabulary)
    return list(_levelled(_distinct(found), prose.norm))


def _levelled(found: Iterable[Honour], norm: str) -> Iterator[Honour]:
    """Give a bare prize the level of the contest that the title right before it names."""
    last: Honour | None = None
    for item in found:
        near = last is not None and last.level and 0 <= item.start - last.end < NEAR
        bare = item.level is None and _PRIZE.fullmatch(norm, item.start, item.end)
        last = item._replace(level=last.level) if last and near and bare else item
        yield last


def _distinct(found: list[Honour]) -> Iterator[Honour]:
    """Drop an item that covers the same title as one before it."""
    seen: set[Span] = set()
    for item in sorted(found, key=lambda h: (h.start, h.end)):
        if (item.start, item.end) not in seen:
            seen.add((item.start, item.end))
            yield item


# --- titles ------------------------------------------------------------------------------------------


def _titles(
    prose: Prose, start: int, end: int, verb: str, words: Words, branch: str | None
) -> Iterator[Honour]:
    """The titles that a verb at start:end governs."""
    issuer = _issuer(prose, start)
    if issuer is None and verb in words.active:
        issuer = _giver(prose, start)
    if verb.endswith("为") and prose.norm.startswith("民", end):
        return  # 创建为民服务的示范点: 为民 is a word
    whom = holders.holder_in(holders.whom(prose, end), words) if verb in words.active else None
    shared: str | None = None  # the level before the first of “…”“…”, which is of them all
    for span, outer in objects(prose, end, verb, words):
        if _PLACE.fullmatch(prose.norm, *span):
            continue  # 跻身前二十名: a place is an achievement
        item = _honour(prose, start, span, outer, issuer, "award", words)
        if item.recipient == "branch" and branch and holders.own_unit(prose, start, branch):
            item = item._replace(recipient="unit")
        if whom is not None and item.recipient == "branch" and holders.gives_it(prose, start):
            item = item._replace(recipient=whom)
        joined = span[0] > 1 and prose.norm[span[0] - 2 : span[0]] == "”“"
        if joined and item.level is None:
            item = item._replace(level=shared)
        elif not joined:
            shared = levels.of_title(prose.norm[outer[0] : span[0]], words.levels)
        yield item


def _plaques(prose: Prose, branch: str | None, words: Words) -> Iterator[Honour]:
    """The titles that plaques tell, unless they are somebody else's."""
    for plaque in find_plaques(prose, words):
        start = plaque.title[0] - 1
        if holders.excluded(prose, start, branch, words, gives=plaque.issuer is not None):
            continue
        item = _honour(prose, start, plaque.title, plaque.title, plaque.issuer, "award", words)
        whom = holders.holder_in(plaque.whom, words) if plaque.whom else None
        yield item._replace(rule="plaque", recipient=whom or item.recipient)


def _giver(prose: Prose, start: int) -> Span | None:
    """Who gives in an active sentence: 省电力公司授予…, 学院党委将该支部命名为…"""
    clause_start, _ = prose.clause(start)
    subject = re.split("[将把给为]", prose.norm[clause_start:start])[0]
    found = holders.GIVER.search(subject)
    return (clause_start, clause_start + len(subject)) if found else None


# --- attributes --------------------------------------------------------------------------------------


def _honour(
    prose: Prose, start: int, span: Span, outer: Span, issuer: Span | None, kind: str, words: Words
) -> Honour:
    norm = prose.norm
    title = norm[span[0] : span[1]]
    clause_start, _ = prose.clause(start)
    clause = norm[clause_start:start]
    recipient = holders.recipient_of(prose, start, title, words)
    titled = levels.of_title(norm[outer[0] : span[1]], words.levels)
    given = levels.of_issuer(norm[slice(*issuer)], words.levels) if issuer else None
    level = (
        (given if titled == "unit" and given else titled)  # a city's “…医院建设示范支部”
        or given
        or levels.of_occasion(
            norm[max(prose.sentence(start).start, start - 50) : start], words.levels
        )
        or levels.of_name(title, norm)
    )
    sentence = prose.sentence(start)
    earlier = norm[max(sentence.start, clause_start - TOLD) : clause_start]
    if level is None and (told := _TOLD.search(earlier)):
        level = levels.of_issuer(told["who"], words.levels)
    later = _NTH.search(norm, outer[1], min(sentence.end, outer[1] + AFTER))
    years = _last_years(clause) or _last_years(norm[sentence.start : start][-24:])
    years = years or (_integer(later["n"]) if later else None)
    count = _COUNT.search(holders.ISSUER.sub("", clause)) if recipient == "member" else None
    near = norm[max(sentence.start, start - 30) : outer[1]]
    year = next(reversed(list(_YEAR.finditer(near))), None)
    return Honour(
        span[0],
        span[1],
        prose.clean[span[0] : span[1]],
        kind,
        recipient,
        level,
        prose.text(issuer),
        int(year[1]) if year else None,
        years,
        _integer(count["n"]) if count else None,
        "trigger",
        0.9 if issuer or level else 0.75,
    )


def _last_years(text: str) -> int | None:
    """How many years running: the last mention before the verb tells."""
    found = list(_YEARS.finditer(text))
    return _integer(found[-1]["n"] or found[-1]["m"]) if found else None


def _integer(text: str) -> int | None:
    read = parse(text)
    return None if read is None else int(number(read[0]))


def _issuer(prose: Prose, start: int) -> Span | None:
    """Who gave it: 被市委、市政府评为…, 省教育厅授予…"""
    clause_start, _ = prose.clause(start)
    begin = max(clause_start, start - 34)
    if prose.norm.startswith("被", start):
        return None
    found = holders.ISSUER.search(prose.norm[begin:start])
    if found is None:
        return None
    who = re.sub(
        r"(?:连续|先后|联合|正式|一致|再次|共同|专门|通报|记|给予|予以).*$", "", found["who"]
    )
    left = begin + found.start("who")
    return (left, left + len(who)) if who else None


# --- praise, endorsement, publication ------------------------------------------------------------------


def _praised(prose: Prose, start: int, end: int) -> bool:
    """Whether praise was received: 受到…通报表扬, or 集团公司通报表扬了队员 (never by the branch itself)."""
    clause_start, clause_end = prose.clause(start)
    before = prose.norm[clause_start:start]
    if prose.norm.startswith(("先进", "优秀", "一批", "了一批", "为"), end):
        return False  # 通报表彰先进; 通报表扬为… has a title
    if _MARKED.search(before):
        return True
    return bool(holders.GIVER.search(before)) and "支部" not in before and clause_end - end >= 2


def _praise(prose: Prose, start: int, end: int, kind: str, words: Words) -> Honour:
    """通报表扬, 批示肯定: the words themselves are the title, who stands before them the issuer."""
    clause_start, _ = prose.clause(start)
    clause = prose.norm[clause_start:start]
    who = _WHO.search(clause)
    issuer = None
    if who is not None:
        left = clause_start + who.start("who")
        issuer = (left, left + len(who["who"]))
        if kind == "endorsement" and not _LEADER.search(who["who"]):
            issuer = None
    item = _honour(prose, start, (start, end), (start, end), issuer, kind, words)
    if kind == "endorsement":
        return item._replace(recipient="branch")
    got = holders.GOT.search(prose.norm, prose.sentence(start).start, clause_start)
    if not _MARKED.search(clause) and not got:
        praised = holders.holder_in(prose.norm[end : prose.clause(end)[1]], words)
        return item._replace(recipient=praised or item.recipient)
    return item


def _agreed(prose: Prose, branch: str | None, words: Words) -> Iterator[Honour]:
    """作出批示，给予肯定: an endorsement in two halves."""
    for found in _AGREED.finditer(prose.norm):
        if not holders.excluded(prose, found.start(), branch, words):
            yield _praise(prose, found.start(), found.end(), "endorsement", words)


def _publications(prose: Prose, branch: str | None, words: Words) -> Iterator[Honour]:
    """A practice reported in a named medium: 在《…报》刊发, 被新华社、人民网报道."""
    for quote in prose.quotes:
        if quote.mark == "《" and _is_medium(prose, quote, words):
            yield from _publication(prose, (quote.start, quote.end), quote.start - 1, branch, words)
    for start, end, _ in words.outlets.find(prose.norm):
        clause_start, clause_end = prose.clause(start)
        printed = _OUTLET_BEFORE.search(prose.norm, clause_start, start)
        if printed and prose.quote(start) is None:
            following = prose.norm[end : min(clause_end, end + 24)]
            if words.publish.find(following):
                yield from _publication(prose, (start, end), start, branch, words)


def _publication(
    prose: Prose, span: Span, start: int, branch: str | None, words: Words
) -> Iterator[Honour]:
    """One medium whose name begins at `start` with its marks, unless somebody else is told of."""
    if holders.excluded(prose, start, branch, words):
        return
    item = _honour(prose, start, span, span, None, "publication", words)
    level = levels.of_medium(prose.norm[slice(*span)], words.media, words.levels)
    if level is None:
        before = _MEDIUM_BEFORE.search(prose.norm, prose.clause(start)[0], start)
        owner = before["who"] if before else prose.norm[start - 1 : start]
        level = levels.of_issuer(owner, words.levels) if owner else None
    yield item._replace(level=level, recipient="branch", rule="medium")


def _is_medium(prose: Prose, quote: Quote, words: Words) -> bool:
    name = prose.norm[quote.start : quote.end]
    following = re.sub(
        "^(?:[、和及]?《[^《》]{1,20}》)+", "", prose.norm[quote.end + 1 : quote.end + 60]
    )
    following = re.split("[，。；]", following[:24])[0]
    known = name in words.media or re.search(
        r"(?:[日晚时早快]报|报|刊|杂志|周刊|月刊|网|卫视|新闻|频道|电视台)$", name
    )
    named = re.match(
        r"(?:杂志|内刊|专刊|客户端|头版|报|网站|期刊|会刊|简报|专版|公众号|月刊)", following
    )
    clause_start, _ = prose.clause(quote.start - 1)
    before = re.sub(
        "(?:《[^《》]{1,20}》[、和及]?)+$", "", prose.norm[clause_start : quote.start - 1]
    )
    passive = bool(_MEDIUM_BEFORE.search(before))
    published = words.publish.find(following)
    return bool(published) and bool(known or named or (passive and published[0][0] <= 2))
