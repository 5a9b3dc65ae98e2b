"""Achievements: what the branch did, made, received or reached, in numbers.

Quantities come in; each is given a kind (count, money, percent, change, duration, profile), what was
counted, the action and the period. Plans, rules, negations, other units' figures and the sizes of areas go to
`rejected` with that reason, so that a blank is information.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.extract import nouns
from pipeline.extract.areas import describes
from pipeline.extract.changes import Cues, Link, changes, cues, joined
from pipeline.extract.numerals import number, parse
from pipeline.extract.prose import Prose
from pipeline.extract.quantities import Quantity, find_quantities
from pipeline.lexicon import Lexicons
from pipeline.model import Achievement, Rejected, Span

# A part of a list of subjects: 产量、利润 分别…
_NAMED_PART = re.compile("[^、和]+")
# Adverbs at a name's end; the lookbehinds keep a search from beginning again inside a run of them.
_TRAILING = re.compile("(?<!同比)(?<!环比)(?<!分别)(?<!均)(?:同比|环比|分别|均)+$")
# 百万公里事故率: a number inside the name of a rate.
_RATE = re.compile(r"[\u4e00-\u9fff]{1,3}率")
_DOUBLE = re.compile(r"翻(?:了)?(?:(?P<times>[一两二三四五])番|(?P<once>番))")
_RANK = re.compile(
    r"(?:位列|位居|名列|排名|排在|居|列|跻身|获得?|夺得|荣获|取得)(?P<area>[^，。；：“”\d]{0,10}?)"
    r"(?:第(?P<place>[一二三四五六七八九十\d]{1,3})(?:名|位)?(?![届批次个期季])|前(?P<top>[一二三四五六七八九十\d]{1,3})(?:名|位|强)?|(?P<first>首位|榜首))"
)
_HOLDS = re.compile(
    r"(?:连续(?:[一二三四五六七八九十两\d]{1,2}(?:年|个(?:季度|月)))?|均?保持在|控制在|稳定在|始终在|均?达到?|均?为|均?超过?|高达|占|在|至|有|仅){1,8}$"
)
_YEARS = re.compile(
    r"(?:近|过去)?(?:[一二两三四五六七八九十]{1,3}|\d{1,2})年(?:多?来|间|里)"
    r"|近[一二两三四五六七八九十\d]{1,2}年|(?:19|20)\d{2}年(?:\d{1,2}月)?"
)
# What a clause ends with.
_MARKS = ("，", "。", "、", "；", "", "\n", "！")
# A period is told within so many characters before its number.
PERIOD = 80
# A duration told as a volume of work: 志愿服务3.5万小时.
VOLUME = 100
# What is averaged stands within so many characters before its number.
AVERAGED = 12
# 每月4次 is a rule, 每月走访300户 a result: rules of frequency have small numbers.
OFTEN = 12


def find_achievements(
    prose: Prose, lexicons: Lexicons, branch: str | None = None
) -> tuple[list[Achievement], list[Rejected]]:
    """Find all achievements of a report and all numerals refused, each in order."""
    words = cues(lexicons)
    quantities, rejected = find_quantities(prose, lexicons)
    quantities = joined(prose, quantities, words)
    links, origins = changes(prose, quantities, words)
    found: list[Achievement] = []
    floor, last = 0, None
    for i, quantity in enumerate(quantities):
        if i in origins:
            continue
        reason = _status(prose, quantity, i in links, words)
        if reason is None and i not in links:
            reason = _doubt(prose, quantity, words)
        if reason is not None:
            rejected.append(_refuse(quantity, reason))
            continue
        item = _achievement(prose, quantity, links.get(i), floor, last, words)
        found.append(item)
        floor = floor if item.kind == "duration" else quantity.end  # 满意度连续9个季度保持在…
        last = item if item.indicator else last
    found += _doubles(prose, words)
    ranks = list(_ranks(prose, words))
    placed = {p for rank in ranks for p in range(rank.start, rank.end)}
    found = [item for item in found if item.start not in placed] + ranks  # 前二十名: no count of 20
    found = _pairwise(prose, found)
    return sorted(found, key=_place), sorted(rejected, key=_place)


def _place(item: Achievement | Rejected) -> Span:
    return item.start, item.end


def _refuse(quantity: Quantity, reason: str) -> Rejected:
    return Rejected(
        quantity.start, quantity.end, reason, float(number(quantity.value)), quantity.unit or None
    )


def _status(prose: Prose, quantity: Quantity, changed: bool, words: Cues) -> str | None:
    """Give the reason why a quantity is not a result of this branch, None where it is."""
    sentence = prose.sentence(quantity.start)
    clause_start, _ = prose.clause(quantity.start)
    start = quantity.start
    if prose.holds(words.negated, max(clause_start, start - 10), start):
        return "negated"
    if prose.holds(words.threshold, clause_start, start):
        return "rule"
    often = quantity.value <= OFTEN and quantity.role == "classifier" and not changed
    if often and prose.holds(words.frequency, clause_start, start):
        return "rule"
    if prose.holds(words.planned, max(sentence.start, start - 60), start):
        return "planned"
    if prose.holds(words.other, sentence.start, prose.clause(quantity.end)[1]):
        return "other unit"
    if not changed and describes(prose, quantity, words.areas):
        return "size of an area"
    return None


def _doubt(prose: Prose, quantity: Quantity, words: Cues) -> str | None:
    """Refuse durations that only say when, and small spelled-out numbers that only point."""
    timed = quantity.role == "time" and not _averaged(prose, quantity, words)
    if timed and not _lasting(prose, quantity, words):
        return "time span"
    if quantity.role in ("age", "fraction"):
        return quantity.role
    if _RATE.match(prose.norm, quantity.end):
        return "name of a rate"
    if quantity.small and _pointing(prose, quantity, words):
        return "small number before a noun"
    return None


def _lasting(prose: Prose, quantity: Quantity, words: Cues) -> bool:
    hours = words.seconds.get(quantity.unit, VOLUME * 3600) <= 3600
    if hours and quantity.value >= VOLUME:
        return True
    clause_start, _ = prose.clause(quantity.start)
    return prose.holds(words.lasting, max(clause_start, quantity.start - 5), quantity.start)


def _averaged(prose: Prose, quantity: Quantity, words: Cues) -> bool:
    """Whether a time is a level that was measured: 人均学习39小时, 平均成绩是31秒."""
    clause_start, _ = prose.clause(quantity.start)
    before = prose.norm[max(clause_start, quantity.start - AVERAGED) : quantity.start]
    return words.averaged.search(before) is not None


def _pointing(prose: Prose, quantity: Quantity, words: Cues) -> bool:
    """Whether a small spelled-out number points (五个“不”, 两支队伍) or names (二次分配, 三班倒)."""
    if prose.norm[quantity.number] == "二" or quantity.unit in words.naming:
        return True
    following = prose.norm[quantity.end : quantity.end + 1]
    if quantity.unit not in words.pointing or following in _MARKS:
        return False
    noun = nouns.noun_after(prose, quantity.end, words.nouns)
    # two teams, but two villages of the 486 around: bodies are counted
    return noun is None or not prose.norm[slice(*noun)].endswith(words.bodies)


def _kind(prose: Prose, quantity: Quantity, link: Link | None, words: Cues) -> str:
    if link is not None or quantity.unit == "个百分点":
        return "change"
    if quantity.unit == "倍":
        return "change"  # 是2019年的12倍
    if quantity.role in ("percent", "money"):
        return quantity.role
    if quantity.role == "time":
        volume = quantity.value >= VOLUME and words.seconds.get(quantity.unit, 0) <= 3600
        return "count" if volume or _averaged(prose, quantity, words) else "duration"
    clause_start, _ = prose.clause(quantity.start)
    lead = prose.sentence(quantity.start).section < 0
    near = max(clause_start, quantity.start - 14), quantity.end + 8
    return "profile" if lead and prose.holds(words.profile, *near) else "count"


def _achievement(
    prose: Prose,
    quantity: Quantity,
    link: Link | None,
    floor: int,
    last: Achievement | None,
    words: Cues,
) -> Achievement:
    kind = _kind(prose, quantity, link, words)
    action = None
    if link is not None:
        noun = nouns.subject(prose, link.subject_end, floor, words.nouns)
        if noun is None and link.origin is not None:
            noun = nouns.topic(prose, link.subject_end, floor, words.nouns)
    elif quantity.role == "percent":
        noun = _share(prose, quantity, floor, words)
    else:
        phrase = nouns.counted(
            prose, quantity.start, quantity.end, floor, quantity.unit, words.nouns
        )
        noun, action = phrase.noun, phrase.verb
        if noun is None and action is None:
            noun = nouns.topic(prose, quantity.start, floor, words.nouns)
    indicator = prose.text(noun)
    form = prose.norm[slice(*noun)] if noun else ""
    attended = last is not None and form in words.nouns.attend
    if (indicator is None or attended) and kind != "duration":
        indicator = _understood(prose, quantity, last, words) or indicator or action
    upper = None if quantity.upper is None else float(number(quantity.upper))
    return Achievement(
        link.verb_start if link else quantity.start,
        quantity.end,
        number(quantity.value),
        upper,
        quantity.unit or None,
        quantity.bound,
        kind,
        indicator,
        action,
        _period(prose, quantity, words),
        None if link is None or link.origin is None else number(link.origin),
        link.direction if link else None,
        "change" if link else "quantity",
        0.7 if quantity.chinese or indicator is None else 0.9,
    )


def _understood(
    prose: Prose, quantity: Quantity, last: Achievement | None, words: Cues
) -> str | None:
    """What is counted where the clause does not say: what was counted last, or a name quoted earlier.

    A name's own noun says it better: “修复者说”公共讲座, 助农直播“主播赶大集”.
    """
    sentence = prose.sentence(quantity.start)
    earlier = prose.quote_before(sentence.start, quantity.start)
    if earlier is not None and prose.norm[earlier.start - 2 : earlier.start - 1] in ("较", "比"):
        earlier = None  # 较“十三五”末提高…: a time
    counted_in = last is not None and last.start >= sentence.start
    if counted_in and last is not None and (earlier is None or earlier.end < last.start):
        return last.indicator
    if earlier is None:
        return None
    start, end = earlier.start, earlier.end
    called = nouns.noun_after(prose, end + 1, words.nouns)
    return prose.text(called or (start, end))


def _share(prose: Prose, quantity: Quantity, floor: int, words: Cues) -> Span | None:
    """What a percentage is of: the phrase before it, without 达, 为, 保持在 …"""
    text = prose.norm[max(prose.clause(quantity.start)[0], floor) : quantity.start]
    cut = _HOLDS.search(text)
    at = quantity.start - (len(text) - cut.start() if cut else 0)
    return nouns.subject(prose, at, floor, words.nouns) or nouns.noun_after(
        prose, quantity.end, words.nouns
    )


def _period(prose: Prose, quantity: Quantity, words: Cues) -> str | None:
    """The time phrase that opens the sentence's clauses before the number (去年, 三年来, 2024年)."""
    before = prose.before(quantity.start, PERIOD)
    spans: list[tuple[int, str]] = []
    if prose.holds(words.periods, quantity.start - len(before), quantity.start):
        spans += [(end, term) for _, end, term in words.periods.find(before)]
    if "年" in before:
        spans += [(m.end(), m.group()) for m in _YEARS.finditer(before)]
    return max(spans)[1] if spans else None


def _doubles(prose: Prose, words: Cues) -> Iterator[Achievement]:
    """翻番, 翻了两番: a doubling is a change of 100 %, two of 300 %."""
    for match in _DOUBLE.finditer(prose.norm):
        read = parse(match["times"]) if match["times"] else (Decimal(1), None)
        times = int(read[0]) if read else 1
        name = prose.text(nouns.subject(prose, match.start(), 0, words.nouns))
        yield Achievement(
            match.start(), match.end(), (2**times - 1) * 100, None, "%", "exact", "change",
            name, None, None, None, "up", "doubling", 0.8,
        )  # fmt: skip


def _ranks(prose: Prose, words: Cues) -> Iterator[Achievement]:
    """位列全省第三名, 稳居全市前三: the place is the value."""
    for match in _RANK.finditer(prose.norm):
        read = parse(match["place"] or match["top"] or "一")
        quote = prose.quote(match.start("area"))
        if read is None or quote is not None:
            continue
        name = prose.text(nouns.subject(prose, match.start(), 0, words.nouns))
        yield Achievement(
            match.start(), match.end(), number(read[0]), None, None, "exact", "rank",
            name, None, None, None, None, "rank", 0.7,
        )  # fmt: skip


def _pairwise(prose: Prose, found: list[Achievement]) -> list[Achievement]:
    """One verb with two values (产量、利润分别上升3.6%、11.3%): each takes its own subject.

    The subjects stand before the verb, with one head (甲、乙的申请材料) or each its own, or are what the
    two numbers before it counted.
    """
    result = list(found)
    for i in range(len(found) - 1):
        first, second = found[i], found[i + 1]
        if first.kind != second.kind or not _shares_verb(prose, first, second):
            continue
        start, _ = prose.clause(first.start)
        names = [
            _tidy(prose, *n.span()) for n in _NAMED_PART.finditer(prose.norm, start, first.start)
        ]
        names = [n for n in names if n]
        if len(names) >= 2:
            head = names[-1].rpartition("的")[2]
            own = head == names[-1]
            pair: tuple[str | None, str | None] = (names[-2], names[-1]) if own else (head, head)
        elif not names and i >= 2 and found[i - 2].start >= prose.sentence(start).start:
            pair = (found[i - 2].indicator, found[i - 1].indicator)
        else:
            continue
        result[i] = first._replace(indicator=pair[0])
        result[i + 1] = second._replace(indicator=pair[1])
    return result


def _shares_verb(prose: Prose, first: Achievement, second: Achievement) -> bool:
    """Whether two values belong to one verb: of one change, or 分别 before them and 、 between."""
    if first.kind == "change":
        return first.start == second.start
    between = prose.norm[first.end : second.start]
    start, _ = prose.clause(first.start)
    return (
        first.kind == "percent"
        and between in ("、", "和", "及")
        and "分别" in prose.norm[start : first.start]
    )


def _tidy(prose: Prose, start: int, end: int) -> str:
    """A subject of two values as written, without the adverbs and the verb at its end."""
    form = prose.norm[start:end]
    held = _HOLDS.search(form)
    form = _TRAILING.sub("", form[: held.start()] if held else form)
    return prose.clean[start : start + len(form)]
