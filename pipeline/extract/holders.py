"""Whose an honour is: the branch's, its unit's, a member's, or somebody else's.

Told by the title's head, by the subject before the verb, and in an active sentence (市总工会授予车间…)
by whom it is given to. What was only planned, or what another branch won, is nobody's honour here.
"""

from __future__ import annotations

import re

from pipeline.extract.prose import Prose
from pipeline.extract.titles import Words

ISSUER = re.compile(r"(?:被|由|受到?|得到|获得?|收到)(?P<who>[^，。；：“”《》的]{2,30})$")
_PARTY = re.compile(
    r"(?:第[一二三四五六七八九十]+)?(?:机关|直属|联合)?(?:党支部|党总支|党委|党组|支部|委员会|党组织)(?:委员会)?$"
)
GIVER = re.compile(
    r"(?:委|局|厅|部|会|府|公司|集团|院|校|总队|工会|办|总行|学院|中心|[省市县区镇局]里)(?:联合|正式|先后|专门)?$"
)
# 记者某某的作品《…》: what a person made.
_WORK = re.compile("的(?:作品|论文|报道|课题|微课|文章)(?:《[^《》]{1,30}》)?$")
# 操作部, 修理一班, 调度二值: a part of the unit, by its last character.
_TEAM = re.compile(
    r"[\u4e00-\u9fff]{2}(?:(?<![支干全内外])部|班|值|科|处|股|厂|(?<!小)组)$|[\u4e00-\u9fff](?<![现当会登立在市上下入到])场$"
)
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
# 该项目, 这项成果: what the branch has just been said to have done.
_THIS_WORK = re.compile("(?:该|这|此)[项个一]{0,2}(?:技术|创新)?(?:项目|成果|课题|案例)")
# A title given in an active clause (市委授予我们“…”，), what came in a cleft one (支部得到的，是…).
_GAVE = re.compile("(?:[委局厅部会府社组里]|公司|集团|党组)(?:授予|表彰|命名)[^，。；]*”")
GOT = re.compile("(?P<who>[^，。；]{0,20}?)(?:自己|先后|所)?(?:得到|收到|受到|获得|得)的，$")
# 柳坪村党支部 at the start of a clause, too short to be told by its length.
_VILLAGE = re.compile(
    "(?:而|隔壁|旁边)?(?!我们|咱|该|全|本|这|那|各|两|同)(?P<place>[\u4e00-\u9fff]{1,4}(?:村|社区))(?:党支部|党总支|党委)"
)
REACH = 30


def excluded(
    prose: Prose, start: int, branch: str | None, words: Words, *, gives: bool = False
) -> bool:
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
    if gives:
        return False  # the subject is who gives
    subject = ISSUER.sub("", re.sub("^.*?[将把给]", "", clause))
    if not words.holders.find(subject):
        before, end = prose.clause(max(clause_start - 2, 0))
        if _GAVE.search(prose.norm, before, end):
            return False  # 市委授予我们“…”，老李被评为“…”
        subject = prose.norm[max(before, prose.sentence(start).start) : start]
        subject = re.sub("(?:[被由]|受到|得到|获得?)[^，。；]*", "", subject)
    return another(subject, branch, words)


def gives_it(prose: Prose, start: int) -> bool:
    """Whether the subject of an active verb is who gives: 市总工会授予支部“…”, not 被…授予, 将支部命名为."""
    clause = prose.norm[prose.clause(start)[0] : start]
    return GIVER.search(clause) is not None and not re.search("[被由受获将把为给]", clause)


def whom(prose: Prose, end: int) -> str:
    """To whom an active verb gives: what stands between it and the title's quotation marks."""
    return re.split("[“《，。；]", prose.norm[end : end + REACH])[0].rstrip("的")


def another(clause: str, branch: str | None, words: Words) -> bool:
    """Whether the subject of a clause is a party organisation other than the report's own."""
    village = _VILLAGE.match(clause)
    if village and branch and village["place"][-2:] not in branch:
        return True
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


def own_unit(prose: Prose, start: int, branch: str) -> bool:
    """Whether the subject right before a verb is the branch's unit by its own name: 燃料部还拿下…"""
    unit = _PARTY.sub("", branch)[-OWN:]
    clause = prose.norm[prose.clause(start)[0] : start].partition("被")[0]
    return len(unit) == OWN and clause.rstrip(_ADVERBS).endswith(unit)


def recipient_of(prose: Prose, start: int, title: str, words: Words) -> str:
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
    got = GOT.search(prose.norm, sentence.start, prose.clause(start)[0])
    for part in (got["who"] if got else clause, first):
        holder = holder_in(part, words)
        if holder is not None:
            return "branch" if kind == "group" and holder == "member" else holder
    return "branch"


def holder_in(text: str, words: Words) -> str | None:
    """The last subject named in a text; an issuer after 被 or an occasion after 在 is none."""
    text = re.sub(r"(?:被|由|受到?|得到)[^，。；]{0,99}$", "", text)
    text = re.sub(r"在[^，。；]{0,80}?(?:中|上|里|期间)[^，。；]{0,6}$", "", text)
    work = _WORK.search(text)  # 记者某某的作品《…》: the writer's
    text = text[: work.start()] if work else text
    text = _THIS_WORK.sub("", text)
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
