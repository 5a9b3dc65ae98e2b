"""Honours: titles won, commendations, endorsements by leaders, publication in named media.

A verb of receiving (荣获, 被评为, 入选 …) governs one or more titles, quoted or not. Who holds them is read
from the title and the subject, the level from the title, the issuer and the occasion, in this order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import levels
from pipeline.extract.numerals import number, parse
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
_ISSUER = re.compile(r"(?:被|由|受到?|得到|获得?|收到)(?P<who>[^，。；：“”《》的]{2,30})$")
_MARKED = re.compile(r"(?:被|受到?|得到|获得?|先后获|收到)[^，。；：]{0,24}$")
_PARTY = re.compile(
    r"(?:第[一二三四五六七八九十]+)?(?:机关|直属|联合)?(?:党支部|党总支|党委|党组|支部|委员会|党组织)(?:委员会)?$"
)
_GIVER = re.compile(
    r"(?:委|局|厅|部|会|府|公司|集团|院|校|总队|工会|办|总行|学院|中心)(?:联合|正式|先后|专门)?$"
)
_WHO = re.compile(
    r"(?m:^)(?:.*(?:被|受到|得到|获得|先后获|收到|获|受)|\A)"
    r"(?P<who>[^，。；：“”《》]{2,24}?)(?:作出|给予|予以|的)?$"
)
_LEADER = re.compile("领导|书记|[市省县区州部局院厅]长|主任|政府|党委|主席|总经理|负责|同志")
# 记者某某的作品《…》: what a person made.
_WORK = re.compile("的(?:作品|论文|报道|课题|微课|文章)(?:《[^《》]{1,30}》)?$")
# 操作部, 修理一班, 调度二值: a part of the unit, by its last character.
_TEAM = re.compile(r"[\u4e00-\u9fff]{2}(?:(?<![支干全内外])部|班|值|科|处|股|厂|(?<!小)组)$")
# The branch as the subject right before the verb, adverbs and the issuer aside.
_OURS = re.compile(
    r"(?:党支部|党总支|支部)(?:先后|连续[^，。；]{0,6}|多次|再次|也|还|曾|均)?(?:[被获由受][^，。；：“”的]{0,20})?$"
)
# A unit is known by so many characters at the end of its name; adverbs may follow it.
OWN = 3
_ADVERBS = "还也又均都曾再被"
# What stands in quotation marks; where they are never closed, all the rest, so that it is read once.
_QUOTED = re.compile("“[^”]*(?P<end>”?)")
# 与荣获“…”称号的某支部结对: the title is told of somebody else.
_RELATIVE = re.compile(r"[与和同向对]$")
_HELD_BY = re.compile(
    r"(?:称号|荣誉|”)的[^，。；]{2,24}?(?:支部|党委|总支|单位|企业|公司|学校|社区|村)"
)
# 在市纪委《清风》上刊发: what stands before a journal's name says that it printed the text.
_MEDIUM_BEFORE = re.compile(r"(?:被|在|获|经|由)(?P<who>[^，。；：“”《》]{0,12})$")
_OUTLET_BEFORE = re.compile(r"(?:被|在|获|经|由|登上|亮相)[^，。；：“”]{0,24}$")
_PLACE = re.compile(r"(?:全[国省市县区])?(?:第|前)[一二三四五六七八九十\d]{1,3}(?:名|位|强)?")
_AGREED = re.compile(r"批示[，、]?(?:并)?(?:给予|予以|表示)(?:充分|高度)?肯定")


def find_honours(prose: Prose, lexicons: Lexicons, branch: str | None) -> list[Honour]:
    """Find all honours that a report says its branch, unit or members received, in order."""
    vocabulary = words(lexicons)
    found: list[Honour] = []
    for start, end, term in vocabulary.triggers.find(prose.norm):
        if prose.quote(start) is not None or _excluded(prose, start, branch, vocabulary):
            continue
        role = vocabulary.roles[term]
        if term[0] == "记":  # 记集体二等功: the verb is its first character
            end = start + 1
        if role in ("verb", "weak"):
            found += _titles(prose, start, end, term, vocabulary, branch)
        elif role == "self" and _praised(prose, start, end):
            found.append(_praise(prose, start, end, "award", vocabulary))
        elif role == "endorsement":
            found.append(_praise(prose, start, end, "endorsement", vocabulary))
    found += _agreed(prose, branch, vocabulary)
    found += _publications(prose, branch, vocabulary)
    return list(_distinct(found))


def _distinct(found: list[Honour]) -> Iterator[Honour]:
    """Drop an item that covers the same title as one before it."""
    seen: set[Span] = set()
    for item in sorted(found, key=lambda h: (h.start, h.end)):
        if (item.start, item.end) not in seen:
            seen.add((item.start, item.end))
            yield item


def _excluded(prose: Prose, start: int, branch: str | None, words: Words) -> bool:
    """Whether what is said at a verb was not won, is only planned, or belongs to somebody else."""
    clause_start, _ = prose.clause(start)
    clause = prose.norm[clause_start:start]
    if words.not_won.find(clause[-5:]) or clause.startswith(words.conditions):
        return True
    if _RELATIVE.search(clause) and _HELD_BY.search(prose.norm, start, start + 60):
        return True
    sentence = prose.norm[prose.sentence(start).start : start]
    if words.planned.find(sentence[-50:]):
        return True
    if any(len(sentence) - at < 50 for at, _, _ in words.other.find(sentence)):
        return True
    subject = _ISSUER.sub("", re.sub("^.*?[将把给]", "", clause))
    if not words.holders.find(subject):
        before, _ = prose.clause(max(clause_start - 2, 0))
        subject = prose.norm[max(before, prose.sentence(start).start) : start]
        subject = re.sub("(?:[被由]|受到|得到|获得?)[^，。；]*", "", subject)
    return _another(subject, branch, words)


def _another(clause: str, branch: str | None, words: Words) -> bool:
    """Whether the subject of a clause is a party organisation other than the report's own."""
    for found in words.organisation.finditer(_QUOTED.sub(_unquoted, clause)):
        name = found.group()
        title = words.head.find(name)
        if branch and len(name) >= 7 and not title and not _akin(name, branch):
            return True
    return False


def _unquoted(found: re.Match[str]) -> str:
    return "，" if found["end"] else found.group()


def _akin(name: str, branch: str) -> bool:
    """Whether a name is the branch's own, in full or in short: what stands before 党支部 … agrees."""
    ours, theirs = (_PARTY.sub("", n) for n in (branch, name))
    return len(theirs) < 3 or theirs[-3:] in ours or ours[-3:] in theirs


# --- titles ------------------------------------------------------------------------------------------


def _titles(
    prose: Prose, start: int, end: int, verb: str, words: Words, branch: str | None
) -> Iterator[Honour]:
    """The titles that a verb at start:end governs."""
    issuer = _issuer(prose, start)
    if issuer is None and verb in words.active:
        issuer = _giver(prose, start)
    for span, outer in objects(prose, end, verb, words):
        if _PLACE.fullmatch(prose.norm, *span):
            continue  # 跻身前二十名: a place is an achievement
        item = _honour(prose, start, span, outer, issuer, "award", words)
        if item.recipient == "branch" and branch and _own_unit(prose, start, branch):
            item = item._replace(recipient="unit")
        yield item


def _own_unit(prose: Prose, start: int, branch: str) -> bool:
    """Whether the subject right before a verb is the branch's unit by its own name: 燃料部还拿下…"""
    unit = _PARTY.sub("", branch)[-OWN:]
    clause = prose.norm[prose.clause(start)[0] : start]
    return len(unit) == OWN and clause.rstrip(_ADVERBS).endswith(unit)


def _giver(prose: Prose, start: int) -> Span | None:
    """Who gives in an active sentence: 省电力公司授予…, 学院党委将该支部命名为…"""
    clause_start, _ = prose.clause(start)
    subject = re.split("[将把给为]", prose.norm[clause_start:start])[0]
    found = _GIVER.search(subject)
    return (clause_start, clause_start + len(subject)) if found else None


# --- attributes --------------------------------------------------------------------------------------


def _honour(
    prose: Prose, start: int, span: Span, outer: Span, issuer: Span | None, kind: str, words: Words
) -> Honour:
    norm = prose.norm
    title = norm[span[0] : span[1]]
    clause_start, _ = prose.clause(start)
    clause = norm[clause_start:start]
    recipient = _recipient(prose, start, title, words)
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
    later = _NTH.search(norm, outer[1], min(sentence.end, outer[1] + AFTER))
    years = _last_years(clause) or _last_years(norm[sentence.start : start][-24:])
    years = years or (_integer(later["n"]) if later else None)
    count = _COUNT.search(_ISSUER.sub("", clause)) if recipient == "member" else None
    told = norm[max(sentence.start, start - 30) : outer[1]]
    year = next(reversed(list(_YEAR.finditer(told))), None)
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
    found = _ISSUER.search(prose.norm[begin:start])
    if found is None:
        return None
    who = re.sub(
        r"(?:连续|先后|联合|正式|一致|再次|共同|专门|通报|记|给予|予以).*$", "", found["who"]
    )
    left = begin + found.start("who")
    return (left, left + len(who)) if who else None


def _recipient(prose: Prose, start: int, title: str, words: Words) -> str:
    """Branch, unit or member: by the title's head, else by the nearest subject before the verb."""
    plain = title.rstrip("”")
    cues = words.kinds.find(plain)
    kind = words.kind[cues[-1][2]] if cues and cues[-1][1] == len(plain) else None
    sentence = prose.sentence(start)
    if kind == "member" and _OURS.search(prose.norm, prose.clause(start)[0], start):
        return "branch"  # 支部被授予“国门卫士”称号
    if kind is not None and kind != "group":
        return kind
    first = prose.norm[sentence.start : min(prose.clause(sentence.start)[1], start)]
    clause = prose.norm[prose.clause(start)[0] : start]
    for part in (clause, first):
        holder = _holder(part, words)
        if holder is not None:
            return "branch" if kind == "group" and holder == "member" else holder
    return "branch"


def _holder(text: str, words: Words) -> str | None:
    """The last subject named in a text; an issuer after 被 or an occasion after 在 is none."""
    text = re.sub(r"(?:被|由|受到?|得到)[^，。；]{0,99}$", "", text)
    text = re.sub(r"在[^，。；]{0,80}?(?:中|上|里|期间)[^，。；]{0,6}$", "", text)
    work = _WORK.search(text)  # 记者某某的作品《…》: the writer's
    text = text[: work.start()] if work else text
    found = words.holders.find(text)
    person = words.person.search(text)
    if person is not None and not (found and found[-1][1] > person.start() + 1):
        return "member"
    if _TEAM.search(text) and not (found and found[-1][1] == len(text)):
        return "unit"
    tokens = words.tagger.tokens(text[-8:])
    while tokens and tokens[-1].tag in ("d", "t", "v", "m", "p"):
        tokens.pop()
    if tokens and tokens[-1].tag.startswith("nr") and len(tokens[-1].text) <= 4:
        return "member"
    return words.holder[found[-1][2]] if found else None


# --- praise, endorsement, publication ------------------------------------------------------------------


def _praised(prose: Prose, start: int, end: int) -> bool:
    """Whether praise was received: 受到…通报表扬, or 集团公司通报表扬了队员 (never by the branch itself)."""
    clause_start, clause_end = prose.clause(start)
    before = prose.norm[clause_start:start]
    if prose.norm.startswith(("先进", "优秀", "一批", "了一批", "为"), end):
        return False  # 通报表彰先进; 通报表扬为… has a title
    if _MARKED.search(before):
        return True
    return bool(_GIVER.search(before)) and "支部" not in before and clause_end - end >= 2


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
    if not _MARKED.search(clause):
        praised = _holder(prose.norm[end : prose.clause(end)[1]], words)
        return item._replace(recipient=praised or item.recipient)
    return item


def _agreed(prose: Prose, branch: str | None, words: Words) -> Iterator[Honour]:
    """作出批示，给予肯定: an endorsement in two halves."""
    for found in _AGREED.finditer(prose.norm):
        if not _excluded(prose, found.start(), branch, words):
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
    if _excluded(prose, start, branch, words):
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
