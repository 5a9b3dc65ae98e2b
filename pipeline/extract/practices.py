"""Named practices: measures of the branch's own that were given a name.

Mostly a name in quotation marks before a head noun (“渔火守望”党建品牌), or under a verb of creation; a
formula with + ; a document in 《》 that the branch issued; or, without quotation marks, a head noun with
a modifier of its own under a verb of creation (成立夜航维修突击队). Institutions that every branch has,
slogans, metaphors, honours and other units' brands are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.names import Words, words
from pipeline.extract.prose import Prose, Quote
from pipeline.lexicon import Lexicons
from pipeline.model import Practice, Span

# A name is no longer than this; a head noun stands within so many characters after it.
LONGEST = 34
OUTER = 14
# Kinds whose head nouns after a name are too general to overrule the name's own.
LOOSE = ("programme", "platform", None)
# Characters between a verb of creation and the name it governs.
GOVERNS = 14
NAMED = 60  # … and what a verb of naming names
# So long a quotation that makes a claim is a sentence.
SENTENCE = 10
CLAUSE = 40  # … and a name that ends in a head noun of its own
_NEXT = re.compile(
    r"[”》]?(?:等(?:一批|系列|[一二三四五六七八九十\d]+[个项]|多[个项])?)?(?:的|特色)?"
)
_STOP = re.compile(r"[，。；：！？、\n“《（(]")
_CHAIN = re.compile(r"[”》](?:[、和与及]|以及)?[“《]")
_UNQUOTED_STOP = re.compile(
    r"[，。；：！？\n（(“”《》的了和与及在到是将把对为以让使被由向从其等]|\d"
)
_CLOSE = re.compile("[”》]")
# A list that ends in its head noun (“A”、B等载体), and a head far behind 的 (“…”的上下联动工作格局).
_LISTED = re.compile(r"[”》]、[^，。；]{1,24}?等(?P<noun>[\u4e00-\u9fff]{2,6})")
_FAR = re.compile(r"[”》]的[^，。；]{2,14}?(?P<noun>格局|机制|体系|模式)")
_PRAISED = re.compile(r"[^，。；]{0,4}(?:优秀|示范|先进|十佳|典型|星级|标杆)")
_FORMULA = re.compile(r"[\u4e00-\u9fffA-Za-z\d]\+[\u4e00-\u9fffA-Za-z\d]")
# “亮秤行动”就这么开了张: it came into being.
_BORN = re.compile(
    "(?:就|便|由此|应运|随之|这样|正式|于是|很快)[^，。；]{0,4}(?:诞生|开张|开了张|成立|启动|上线|而生|问世|出炉|办了起来|开班)"
)
# Whose a described name is: the branch's, or a place's of its own.
_OF_OURS = re.compile("(?:支部|党总支|党委|[口里上前中边外内头旁下])的$")
_TEAM = re.compile(r"[\u4e00-\u9fff]{3,10}队$")
_VAGUE = re.compile(
    r"\A(?:[一二三四五六七八九十两几数]+[个支项批处套间座条张块家份篇名位]|多|各|全|新|其他|有关|一系列|.*新$)"
)
# Between a verb of creation and a name: 办起了, 开了一堂, and names listed before it.
_RIGHT_AFTER = re.compile(r"\A[了起出好]{0,2}(?:一[\u4e00-\u9fff])?(?:[“《][^”》]*[”》][、和]?)*")
# A name built like a rule of work: 日巡查、周调度、月通报; 一户一策; 三色预警.
_BUILT = re.compile(
    r"、|^[一二三四五六七八九双每][\u4e00-\u9fff]{1,3}[一二三四五六七八九双每]|^[一二三四五六七八九双][\u4e00-\u9fff]{3}$|\d"
)
_NICKNAME = re.compile("(?:小名|外号|绰号|乳名|网名|艺名)[^，。；]{0,3}$")
# “A”“B”两项惠民措施: names listed and counted as measures.
_MEASURES = re.compile(
    r"[”》](?:[、和与及]?“[^”]{2,20}”){0,6}(?:等)?(?:[一二两三四五六七八九十\d]{1,2}[项个种条招套]|多[项种]|系列)"
    r"[^，。；“”]{0,6}(?:措施|举措|做法|招数|套餐)"
)
# “…”办了33场: what was held so often has a name of its own.
_REPEATED = re.compile(
    r"(?:已|共|一共|总共|累计|前后|先后|全年|一年|三年|两年)?(?:开办|举办|组织|开展|办|开|讲|播|演)(?:起来)?了?"
    r"(?:\d+|[一二两三四五六七八九十百]{1,4})(?:余|多|来)?(?P<unit>[场期回届讲季堂])"
)
# So long is a name with a head of its own that is not a mere figure of speech (加油站, 必修课).
HABIT = 4
_BRANDED = re.compile(
    r"为品牌|(?:已|渐渐|逐渐|早已)?(?:成为?了?|是)[^，。；“”]{0,10}(?:品牌|招牌|名片)"
)
# A title listed before another one; what is looked at is never longer.
_BEFORE_TITLE = re.compile(rf"《[^》]{{0,{GOVERNS}}}》[、和]?$")
_MEDIUM = re.compile(r"(?:[日晚时早]报|报|杂志|周刊|月刊|新闻|电视台)$")


def find_practices(prose: Prose, lexicons: Lexicons, branch: str | None) -> list[Practice]:
    """Find all named practices of a report, in order, each name once."""
    vocabulary = words(lexicons)
    found: list[Practice] = []
    for quote in prose.quotes:
        item = (
            _document(prose, quote, vocabulary)
            if quote.mark == "《"
            else _quoted(prose, quote, branch, vocabulary)
        )
        if item is not None:
            found.append(item)
    found += _unquoted(prose, vocabulary)
    return list(_distinct(found))


def _distinct(found: list[Practice]) -> Iterator[Practice]:
    seen: set[str] = set()
    for item in sorted(found, key=lambda p: (p.start, -p.end)):
        name = re.sub(r"\s", "", item.name)
        if name not in seen:
            seen.add(name)
            yield item


# --- in quotation marks --------------------------------------------------------------------------------


def _quoted(prose: Prose, quote: Quote, branch: str | None, words: Words) -> Practice | None:
    norm = prose.norm
    name = norm[quote.start : quote.end]
    if not _nameable(prose, quote, name, branch, words):
        return None
    formula = _FORMULA.search(name) is not None
    own = None if formula else _own_kind(name, words)
    outer = _outer_kind(norm, quote, words)
    verb, distance = _verb(prose, quote.start - 1, words, CLAUSE if own else GOVERNS)
    if outer == "":
        return None
    if outer is None and verb and words.found.find(verb) and _MEASURES.match(norm, quote.end):
        outer = "programme"
    clause = norm[prose.clause(quote.start - 1)[0] : quote.start - 1]
    if outer is None and words.likened.search(clause):
        return None
    if outer is None and (in_use := _in_use(prose, quote, name, own, words)):
        text = prose.clean[quote.start : quote.end]
        return Practice(quote.start, quote.end, text, in_use, verb, "name", 0.7)
    if own and _BORN.match(norm, quote.end + 1):
        text = prose.clean[quote.start : quote.end]
        return Practice(quote.start, quote.end, text, own, verb, "name", 0.8)
    if outer is None and not (
        own
        or formula
        or _named_by(prose, quote, name, verb, distance, words)
        or _ours(prose, quote, name, words)
    ):
        return None
    if outer is None and not _stands_alone(prose, quote, name, verb, words):
        return None
    # 品牌 and 机制 after a name say what it is; 活动 and 载体 leave that to the name's own head
    first, second = (own, outer) if outer in LOOSE else (outer, own)
    kind = first or second or ("model" if formula else None)
    rule = "head" if outer else "name" if own else "verb"
    if kind is None:
        named = _called(prose, quote, verb, words)
        own_end = words.ending.get(name[-1])
        kind = named or own_end or ("brand" if verb in words.brand else "mechanism")
    confidence = {"head": 0.9, "name": 0.8, "verb": 0.6}[rule]
    text = prose.clean[quote.start : quote.end]
    return Practice(quote.start, quote.end, text, kind, verb, rule, confidence)


def _nameable(prose: Prose, quote: Quote, name: str, branch: str | None, words: Words) -> bool:
    """Whether a quotation could be the name of a practice of this branch at all."""
    if not 1 < len(name) <= LONGEST or any(c in name for c in "。！？；：“《"):
        return False
    plain = re.sub(r"\s", "", name)
    if plain in words.institution or prose.is_speech(quote):
        return False
    clause_start, _ = prose.clause(quote.start - 1)
    before = prose.norm[clause_start : quote.start - 1]
    won = words.honour.find(before)
    if won and len(before) - won[-1][1] <= 12 and not re.search("[的、]$", before):
        return False
    if _NICKNAME.search(before) or words.above.search(before):
        return False
    if len(name) >= SENTENCE and words.claim.search(name):
        return False  # “…要牢牢掌握在…手中”: a sentence
    sentence = prose.norm[prose.sentence(quote.start).start : quote.start - 1]
    if any(len(sentence) - at < 30 for at, _, _ in words.other.find(sentence)):
        return False
    owner = words.owner.search(before)
    if owner is not None and branch and owner["place"][-2:] not in branch:
        return False
    maker = words.maker.search(before)
    return maker is None or not branch or maker["who"][-3:] in branch


def _own_kind(name: str, words: Words) -> str | None:
    """The kind told by the head noun that ends a name."""
    found = words.heads.find(name)
    return words.kind[found[-1][2]] if found and found[-1][1] == len(name) else None


def _outer_kind(norm: str, quote: Quote, words: Words) -> str | None:
    """The kind told by the head noun after a name (and after names listed with it).

    Empty where the noun there says that it is no practice, None where there is no noun.
    """
    end = quote.end
    while (chain := _CHAIN.match(norm, end)) and (close := _CLOSE.search(norm, chain.end())):
        end = close.start()
    following = _NEXT.match(norm, end)
    at = following.end() if following else end
    stop = _STOP.search(norm, at, at + OUTER)
    text = norm[at : stop.start() if stop else at + OUTER]
    heads = words.heads.find(text)
    if words.put.match(text):
        return None  # “…”刻在墙上, “…”作为党课: the noun there is no name's
    praised = _PRAISED.match(text[: heads[0][0]] if heads else text)
    if praised or (not heads and any(text.startswith(t) for t in words.no_practice)):
        return ""
    if heads:
        # 爱心服务台: the noun goes on to its real head
        end = heads[0][1]
        for start, until, head in heads[1:]:
            if start != end:
                break
            heads[0], end = (start, until, head), until  # 服务模式: nouns in a row, the last tells
        return words.outer_kind.get(text[end : end + 1]) or words.kind[heads[0][2]]
    if text[:1] in words.outer_kind and not "\u4e00" <= text[1:2] <= "\u9fff":
        return words.outer_kind[text[0]]  # “双导师”制，
    noun = words.outer.match(text)
    if noun:
        return words.outer_kind[noun["end"]]
    listed = _LISTED.match(norm, end) or _FAR.match(norm, end)
    if listed and (heads := words.heads.find(listed["noun"])):
        return words.kind[heads[-1][2]]
    before = norm[max(0, quote.start - 8) : quote.start - 1].rstrip("—：")
    if words.head_before.search(before):
        return _own_kind(before, words)
    if text.startswith(words.creation):
        return _own_kind(norm[quote.start : quote.end], words) or "programme"
    return "brand" if _BRANDED.match(norm, end + 1) else None


def _named_by(
    prose: Prose, quote: Quote, name: str, verb: str | None, distance: int, words: Words
) -> bool:
    """Whether a verb of creation right before a quotation makes it a name: 办起“井边议事会”."""
    between = prose.norm[quote.start - 1 - distance : quote.start - 1]
    if verb is None or not _RIGHT_AFTER.fullmatch(between):
        return False
    following = prose.norm[quote.end + 1 : quote.end + 2]
    alone = following in "，。、；“" or following.isdigit() or following == "的"
    ours = verb in words.brand or name[-1] in words.ending
    if verb in words.strong:
        ours = ours or (_BUILT.search(name) is not None and name not in words.metaphor)
    return alone and (ours or _called(prose, quote, verb, words) is not None)


def _in_use(prose: Prose, quote: Quote, name: str, own: str | None, words: Words) -> str | None:
    """The kind of a name with a head of its own that is told of as held, kept or written in.

    Each week they hold “…”, “…” is held every month, what was decided stands in “…”.
    """
    kind = own or words.ending.get(name[-1])
    repeated = _REPEATED.match(prose.norm, quote.end + 1)
    if kind is None and repeated and name not in words.metaphor:
        return "platform" if repeated["unit"] in "讲堂" else "programme"
    if kind is None or len(name) < HABIT or name.endswith(words.metaphors):
        return None
    start, end = prose.clause(quote.start - 1)
    before, after = prose.norm[start : quote.start - 1], prose.norm[quote.end + 1 : end]
    if prose.sentence(quote.start).heading or words.become.search(before):
        return None
    if own is None and before.endswith(("按", "照")):
        return None  # 按“一地一策”的说法: only a full head noun makes it a paper to go by
    if words.used_before.search(before) or words.used_after.match(after):
        return kind
    return None


def _called(prose: Prose, quote: Quote, verb: str | None, words: Words) -> str | None:
    """The kind of what a verb of naming names: 这支队伍取名“夜猫子”, 把品牌命名为“驿路同心”."""
    if verb not in words.naming:
        return None
    told = prose.before(quote.start - 1, NAMED)
    heads = words.heads.find(told)
    if heads:
        return words.kind[heads[-1][2]]
    answers = words.answer.find(told)
    return words.answers[answers[-1][2]] if answers else None


def _stands_alone(prose: Prose, quote: Quote, name: str, verb: str | None, words: Words) -> bool:
    """Whether a quoted name without a head noun after it is a practice."""
    before = prose.norm[quote.start - 3 : quote.start - 1]
    described = before.endswith("的")
    if name in words.metaphor or re.fullmatch(r"第[一二三]..?.?", name):
        return False
    if name.endswith(words.own) and len(name) > 2:
        return True
    if prose.sentence(quote.start).heading:
        return False
    if described:
        return _ours(prose, quote, name, words)
    return verb is not None or before.endswith(("支部", "党委"))


def _ours(prose: Prose, quote: Quote, name: str, words: Words) -> bool:
    """Whether a name with a head of its own is the branch's: 支部的“船头会”, 楼门口的“一米清单”."""
    headed = name[-1] in words.ending or _own_kind(name, words) is not None
    return headed and _OF_OURS.search(prose.before(quote.start - 1, 8)) is not None


def _verb(prose: Prose, position: int, words: Words, reach: int = 0) -> tuple[str | None, int]:
    """The verb of creation that governs what stands at a position, and how far before it stands."""
    clause_start, _ = prose.clause(position)
    left = max(clause_start, position - (reach or GOVERNS))
    before = prose.norm[left:position]
    found = words.create.find(before)
    if found and not re.search("[，。的]", before[found[-1][1] :]):
        return found[-1][2], len(before) - found[-1][1]
    if before.endswith(("”", "”、", "”和", "》")):
        quote = prose.quote(position - 3)
        if quote is not None and quote.start < position:
            verb, distance = _verb(prose, quote.start - 1, words)
            return verb, distance + position - (quote.start - 1)
    return None, 0


# --- documents -------------------------------------------------------------------------------------------


def _document(prose: Prose, quote: Quote, words: Words) -> Practice | None:
    """A title in 《》 that the branch issued, or a brand written in 《》."""
    norm = prose.norm
    name = norm[quote.start : quote.end]
    if not 2 <= len(name) <= 60 or _MEDIUM.search(name):
        return None
    if norm.startswith(("党建品牌", "品牌"), quote.end + 1):
        kind, verb = "brand", None
    else:
        clause_start, _ = prose.clause(quote.start - 1)
        before = norm[max(clause_start, quote.start - 1 - GOVERNS) : quote.start - 1]
        found = words.issue.find(_BEFORE_TITLE.sub("", before))
        own = name.endswith(words.document) and not name.startswith(("关于", "中国", "中共"))
        written = words.issue.find(norm[quote.end + 1 : quote.end + 10])
        if not (found or own or written or _listed(prose, quote, words)):
            return None
        kind, verb = "document", found[-1][2] if found else None
    text = prose.clean[quote.start : quote.end]
    return Practice(quote.start, quote.end, text, kind, verb, "document", 0.85)


def _listed(prose: Prose, quote: Quote, words: Words) -> bool:
    """Whether a title follows another one that the branch issued."""
    earlier = prose.quote(quote.start - 4)
    if earlier is None or earlier.mark != "《" or earlier.end >= quote.start:
        return False
    return _document(prose, earlier, words) is not None


# --- without quotation marks -------------------------------------------------------------------------------


def _unquoted(prose: Prose, words: Words) -> Iterator[Practice]:
    """A head noun with a modifier of its own under a verb of creation, and those listed after it."""
    norm = prose.norm
    for _, end, verb in words.found.find(norm):
        if prose.quote(end) is not None:
            continue
        end += norm[end - 1 : end + 1] in ("建立", "建设", "建成")  # 纪检组|建立, not 组建|立
        at = end + norm.startswith(("了", "起", "的"), end)
        while True:
            span, head = _name_at(norm, at, words)
            if span is None:
                break
            name = norm[slice(*span)]
            if _modified(name, head, words):
                text = prose.clean[slice(*span)]
                yield Practice(*span, text, words.kind[head], verb, "creation", 0.7)
            if norm[span[1] : span[1] + 1] not in ("、", "和"):
                break
            at = span[1] + 1


def _name_at(norm: str, at: int, words: Words) -> tuple[Span | None, str]:
    """A noun phrase at a position up to the head noun that ends it."""
    stop = _UNQUOTED_STOP.search(norm, at, at + LONGEST)
    limit = stop.start() if stop else at + LONGEST
    text = norm[at:limit].split("、")[0]
    heads = words.heads.find(text)
    if not heads:
        team = _TEAM.match(text)
        return ((at, at + team.end()), "突击队") if team else (None, "")
    last = heads[-1] if heads[-1][1] == len(text) else heads[0]
    return (at, at + last[1]), last[2]


def _modified(name: str, head: str, words: Words) -> bool:
    """Whether a name has a modifier of its own before its head noun, and is no institution."""
    modifier = name[: -len(head)]
    if len(modifier) < 2 or len(name) > 20 or name in words.institution or "等" in modifier:
        return False
    return modifier not in words.generic and not _VAGUE.match(modifier)
