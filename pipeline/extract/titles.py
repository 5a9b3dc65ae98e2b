"""Titles: what a verb of receiving governs, cut into single titles.

One verb may govern several (荣获“A”“B”、C等称号). A title wholly in quotation marks is what stands inside them;
where its head noun stands outside, the whole object is the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.extract import levels
from pipeline.extract.prose import Prose, Quote
from pipeline.lexicon import Lexicons, Matcher
from pipeline.model import Span
from pipeline.segment import Segmenter, make_segmenter

# … and the other half: 和旅游厅“
_OFFICE = re.compile(r"[和与][\u4e00-\u9fff]{2,10}[厅局委部]“")
# A title's object is no longer than this; a title itself no longer than LONGEST.
REACH = 90
LONGEST = 40
_EDGE = "了为过的、和与及并又还也"
_SPLIT = re.compile(
    r"、|(?<=”)(?=“)|(?:以及|和|及|与|暨)(?=“|[^，。；]{2})|(?<=[章奖号人位体])(?:和|及|以及)"
)
# 省级以上金牌17枚, 奖项3个: a count of honours is a quantity, no title; 提名 alone is not won.
_COUNTED = re.compile(r"(?<![家级府长院校])奖学金|\d(?:余|多)?[项个件名万次枚块座面张]|提名$")
# 造船集团的“…”: who gave it, before a title that no head noun tells.
_GIVER = re.compile(r"[\u4e00-\u9fff](?:[委局厅部会府院校]|公司|集团|党组)(?:颁发|授予)?的?$")
# A quoted name that opens with a level and goes on is a title: “全国质量信得过班组”.
LEVELLED = 6
# …大赛二等奖2项: so many of one prize.
_PRIZES = re.compile(r"(?<=等奖|[金银铜]奖)\d{1,3}[项个件]$")
_CONTEST = re.compile("大赛|竞赛|比赛|评选|评比|联赛")
# 最高人民法院发布的典型案例: who gave it stands before the title.
_GIVEN = re.compile(r"[^，。；：“”]{2,24}?(?:发布|颁发|授予|评选|评定|公布|命名)的")
_NUMBERED = re.compile(r"^(?:\d{1,3}|[一两二三四五六七八九十]{1,3})[名位人个项次块].*$")
_NOMINATED = re.compile("”[^，。；“”]{0,4}(?:提名|入围)(?!奖)")
_LATER = re.compile(r"(?<=.)(?:之后|以后|之际|之时)$")
_TO_WHOM = re.compile(r"[\u4e00-\u9fff]的$")
_TIMES = re.compile(r"[\d一两二三四五六七八九十]{1,20}次$")


@dataclass(frozen=True)
class Words:
    """The honours lexicon, compiled."""

    triggers: Matcher
    roles: dict[str, str]
    head: Matcher
    tail: re.Pattern[str]
    not_won: Matcher
    conditions: tuple[str, ...]
    other: Matcher
    planned: Matcher
    publish: Matcher
    media: dict[str, str]
    outlets: Matcher
    open: frozenset[str]  # verbs whose object is a title whatever its head: 入选
    active: frozenset[str]  # verbs whose subject gives: 授予
    kinds: Matcher
    kind: dict[str, str]
    holders: Matcher
    holder: dict[str, str]
    person: re.Pattern[str]  # a person's name right before the verb, or at the start of a clause
    tagger: Segmenter
    organisation: re.Pattern[str]
    levels: levels.Levels


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the honours lexicon once."""
    roles = {
        row.term: row.role
        for row in lexicons.tables["honours"]
        if row.role in ("verb", "weak", "shown", "self", "endorsement")
    }
    holder = {
        row.term: row.role.removeprefix("holder_")
        for row in lexicons.tables["honours"]
        if row.role.startswith("holder_")
    }
    media = {
        row.term: row.value for row in lexicons.tables["honours"] if row.role.startswith("media_")
    }
    kind = {
        row.term: row.role
        for row in lexicons.tables["honours"]
        if row.role in ("member", "branch", "unit", "group")
    }
    tails = lexicons.alternatives("honours", "tail")

    def match(*names: str) -> Matcher:
        return Matcher(lexicons.terms("honours", *names))

    # party groups and 党组织 in general are parts of the branch, not other branches
    suffixes = lexicons.terms("organisations", "suffix")
    suffix = "|".join(t for t in suffixes if t.endswith(("支部", "总支", "党委")))
    return Words(
        Matcher(roles),
        roles,
        match("head"),
        re.compile(
            rf"(?:等(?:[一二三四五六七八九十\d]+[项个])?)?(?:{tails})|等(?:[一二三四五六七八九十\d]+[项个])?$"
        ),
        match("not_won"),
        lexicons.terms("honours", "condition"),
        match("other"),
        Matcher(lexicons.terms("cues", "planned")),
        match("publish"),
        media,
        Matcher(media),
        frozenset(lexicons.terms("honours", "open")),
        frozenset(lexicons.terms("honours", "active")),
        Matcher(kind),
        kind,
        Matcher(holder),
        holder,
        _person(lexicons),
        make_segmenter("rjieba"),
        re.compile(rf"[^，。；：、“”《》\s]{{4,40}}?(?:{suffix})"),
        levels.compiled(lexicons),
    )


def _person(lexicons: Lexicons) -> re.Pattern[str]:
    """A surname and a name of one or two characters, alone or behind what the person is."""
    name = rf"(?:{lexicons.alternatives('honours', 'surname')})[\u4e00-\u9fff]{{1,2}}"
    adverb = lexicons.alternatives("honours", "adverb")
    office = lexicons.alternatives("honours", "office_ending")
    return re.compile(rf"(?:\A|[、和与]|{office}){name}(?:{adverb})*\Z|\A{name}(?={adverb})")


def objects(prose: Prose, end: int, verb: str, words: Words) -> Iterator[tuple[Span, Span]]:
    """The titles after a verb: (the title, the whole object with what stands before its quotes)."""
    norm = prose.norm
    stop = _object_end(prose, end)
    weak = words.roles[verb] != "verb"
    shown = words.roles[verb] == "shown"
    at = end
    for piece_start, piece_end in _whole(norm, _pieces(norm, end, stop), words):
        left, right = _strip(norm, piece_start, piece_end)
        later = _LATER.search(norm, left, right)
        right = later.start() if later else right
        times = _TIMES.search(norm, left, right)
        right = times.start() if times else right
        prizes = _PRIZES.search(norm, left, right) if _CONTEST.search(norm, left, right) else None
        right = prizes.start() if prizes else right
        cut = words.tail.search(norm, left, right)
        quote = prose.quote_within(left, right)
        if cut and (quote is None or cut.start() > quote.end):
            right = cut.start()
        if quote and (_NOMINATED.match(norm, quote.end) or _own_verb(norm, at, end, quote, words)):
            return
        if shown and not (quote and levels.of_title(norm[left : quote.end], words.levels)):
            return  # 涌现出一批先进典型
        span = _title(norm, left, right, quote, words.head)
        known = span is not None and _plausible(norm, span, (left, right), quote, weak, words)
        opened = span is not None and verb in words.open and at == end and span[1] - span[0] <= 25
        if span is None or not (known or opened):
            if at != end or weak or piece_start != end:
                return
            continue
        yield span, (left, right)
        at = piece_end
        if cut:
            return


def _own_verb(norm: str, at: int, end: int, quote: Quote, words: Words) -> bool:
    """Whether a later title has a verb of its own: 继荣获“…”、2023年获评“…”之后."""
    found = words.triggers.find(norm[at : quote.start - 1]) if at != end else []
    return any(words.roles[term] == "verb" for _, _, term in found)


def _object_end(prose: Prose, start: int) -> int:
    """Where the object of a verb ends: at the clause's end, marks inside quotation marks aside."""
    norm, limit = prose.norm, min(len(prose.norm), start + REACH)
    at = start
    while at < limit:
        _, stop = prose.clause(at)
        quote = prose.quote(stop) if stop < limit else None
        if quote is None:
            return min(stop, limit)
        at = quote.end + 1
    return min(limit, len(norm))


def _pieces(norm: str, start: int, stop: int) -> Iterator[Span]:
    """Cut an object at 、 和 and between quotation marks, none of them inside quotation marks."""
    at, depth = start, 0
    cuts = {m.start(): m.end() for m in _SPLIT.finditer(norm, start, stop)}
    position = start
    while position < stop:
        if depth == 0 and position in cuts and position > start:
            yield at, position
            at = max(cuts[position], position)
            if cuts[position] > position:
                position = cuts[position]
                continue
        depth += {"“": 1, "”": -1, "《": 1, "》": -1}.get(norm[position], 0)
        position += 1
    yield at, stop


def _whole(norm: str, pieces: Iterator[Span], words: Words) -> Iterator[Span]:
    """Join a piece that only says the level to the one after it: 中央和国家机关…, 全国、全省“安康杯”…

    So is the first half of an issuer's name (省文化和旅游厅“…”), which holds no title.
    """
    open_at: int | None = None
    for start, end in pieces:
        left, right = _strip(norm, start, end)
        piece = norm[left:right]
        half = norm[end : end + 1] in ("和", "与") and _OFFICE.match(norm, end) is not None
        if piece in words.levels.level or (half and not words.head.find(piece)):
            open_at = start if open_at is None else open_at
            continue
        yield (start if open_at is None else open_at), end
        open_at = None


def _strip(norm: str, left: int, right: int) -> Span:
    while left < right and norm[left] in _EDGE:
        left += 1
    while right > left and norm[right - 1] in "，。；、的":
        right -= 1
    return left, right


def _title(norm: str, left: int, right: int, quote: Quote | None, head: Matcher) -> Span | None:
    """The title in an object: inside its quotation marks, or the whole where a head stands outside."""
    if quote is None:
        given = _GIVEN.match(norm, left, right)
        left = given.end() if given else left
        cut = re.search(r"[（(]|——|的(?=[^称号]{2})", norm[left:right])
        right = left + cut.start() if cut else right
        return (left, right) if right - left >= 2 else None
    outside = norm[quote.end + 1 : right]
    cut = re.search(r"[（(，]|——|(?<![一二三四特优])等|的|并|，", outside)
    outside = _NUMBERED.sub("", outside[: cut.start()] if cut else outside)
    if _TO_WHOM.search(norm, left, quote.start - 1) and not head.find(outside):
        outside = ""  # 授予车间的“工人先锋号”挂在走廊
    if len(outside) >= 2:
        return left, quote.end + 1 + len(outside)
    return quote.start, quote.end


def _plausible(
    norm: str, span: Span, outer: Span, quote: Quote | None, weak: bool, words: Words
) -> bool:
    title = norm[span[0] : span[1]]
    if len(title) > LONGEST or ("，" in title.replace("”", "") and quote is None):
        return False
    head = words.head.find(title)
    if quote is None:
        levelled = not weak and levels.of_title(title, words.levels) is not None
        return (bool(head) or levelled) and not _COUNTED.search(title)
    before = norm[outer[0] : quote.start - 1]
    levelled = levels.of_title(title, words.levels) is not None and len(title) > LEVELLED
    called = norm.startswith("称号", quote.end + 1)
    told = bool(head) or not weak or levelled or called or bool(words.levels.words.find(before))
    whole = span[0] == quote.start and (
        _GIVER.search(before) is not None or levels.of_title(before, words.levels) is not None
    )  # 当选市“…”, 拿了集团的“…”
    told = told or whole
    return len(before) <= 24 and len(title) > 1 and told
