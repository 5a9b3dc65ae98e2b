"""The noun phrase around a number: what was counted, and the verb that did it.

Chinese puts the counted noun after the unit (18万笔业务) or before the number (政治轮训58次). A phrase is
read word by word from the number outwards and ends at clause marks, verbs, prepositions and the
like. The lexicon of actions overrules the tagger, whose tags come without context.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.extract.actions import Words
from pipeline.extract.prose import Prose
from pipeline.model import Span
from pipeline.segment import Token

# How far a phrase may reach from the number, in characters.
AFTER = 14
BEFORE = 30
# A phrase of so many characters may end at the next verb; one character goes on.
LEAST = 2
_STOP_AFTER = re.compile(r"[，。；：！？\n、（）()—…]|\d|(?<=..)[被把将]")
_STOP_BEFORE = re.compile(r"[，。；：！？\n（）()…]|——")
_NUMERAL = re.compile("[一二两三四五六七八九十百千万]{2,}(?!岁)")
_CLOSE = re.compile("[”》]")
# 比五年前高出…, 较去年同期下降…: the comparison stands between the subject and the verb.
_COMPARED = re.compile(r"(?:比|较|(?<!参)与|同)[^，。；：、的]{1,8}?(?:相比)?$")
_WHOLLY = re.compile(r"(?:也|仍|还|均|都)?(?:比|较(?!为|好|大|快|多))[^，。；：、]{2,16}")
# 单班装车40节的最高纪录, 合格率98%的好成绩: what the number is called, not what it counts.
_CALLED = re.compile(r"的[^，。；：“”]{0,4}?(?:纪录|记录|成绩|佳绩|目标|任务)(?=[，。；！？\n]|$)")
# 6名六十岁以上的职工: of what age.
_AGED = re.compile(r"[\d一二三四五六七八九十]{1,4}周?岁(?:以上|以下|左右)?的?(?=[\u4e00-\u9fff])")
# Verbs of printing and spreading whose place stands between them and what was spread: 短文在…刊登6篇.
_WHERE = ("在", "被", "获", "由")
_PLACE = re.compile(r"(?:村|乡|镇|县区|县|街道|社区)(?![民庄组级干居支里镇企域直城村])")
# 去年议了27次, 一周内改完14条, 五年来分厂产值: when it was, before what was counted.
_WHEN = re.compile(
    r"(?:近|过去|这|前|后)?(?:[一二两三四五六七八九十几半\d]{1,3}(?:个?多?月|年|天|周|个?学期|季度)|年|月|季)"
    r"(?:多?来|间|内|里|底前|末前|底|后|前)|(?:每|[一二两三四五六七八九十]{1,3}|\d{1,2})(?:年|学期|天|周)(?![级度轻代龄限])|[去今前当全]年(?![度龄])"
)
# 清真、素食及过敏体质的学生: a list of modifiers before the noun.
_LIST = re.compile(
    r"[^，。；：！？\n（）()—…“”《》\d的]{1,16}[、及和与或][^，。；：！？\n（）()—…“”《》\d、的]{1,8}的"
)
# 2.6公里长、12米宽的隔离带: what the measures are of stands behind them.
_EXTENT = re.compile(r"[长宽高深厚](?:[、，][^，。；的]{1,8}[长宽高深厚])?的")
# 效率达到每小时…: what the number is reckoned for.
_PER = re.compile(r"每(?:个)?[\u4e00-\u9fff]{1,2}$")
# Tags at which a phrase ends: verbs, adverbs, prepositions, pronouns, particles, numerals.
_VERB = ("v", "vd", "vi", "vg", "zg", "d", "df", "p", "pba", "pbei", "r", "rr", "u", "y", "m")
# … which end no phrase: adverbs, prepositions, particles, numerals, times, positions (年底前).
_TRAILING = ("d", "p", "u", "m", "y", "t", "f")
_FUNCTION = ("d", "p", "r", "u", "c", "i", "y")
# Tags of words that join a verb into a verbal noun: 义务上门, 集中研讨, 约谈提醒.
_NOT = ("不", "未", "非", "无")
_VERBAL = ("v", "vn", "vi", "ad", "an", "b", "n", "d")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was counted (None where the number stands alone) and the verb."""

    noun: Span | None
    verb: str | None


def counted(prose: Prose, start: int, end: int, floor: int, unit: str, words: Words) -> Phrase:
    """Read the noun counted by a quantity at start:end; `floor` is where the one before it ends."""
    before = noun_before(prose, start, floor, words)
    persons = unit in words.persons
    after = noun_after(prose, end, words, persons)
    part = prose.norm.endswith("其中", 0, start)  # … of those counted last
    if after is None and before.noun is None and persons and not part:
        after = noun_after(prose, end, words)  # 4人回炉: what they did is all that is said
    if after is None:
        return before
    # 零就业家庭83户实现动态清零: a noun right before the number, a verb after it
    if before.noun is not None and before.noun[1] == start:
        first = words.tokens(prose.norm[slice(*after)])[0]
        if first.text in words.verbs and first.end < after[1] - after[0]:
            last = words.tokens(prose.norm[slice(*before.noun)])[-1]
            if last.tag[:1] == "n" and last.text not in words.verbs:
                return before
    return Phrase(after, before.verb)


def noun_after(prose: Prose, end: int, words: Words, persons: bool = False) -> Span | None:
    """Give the noun phrase right after a unit, None where a verb or a mark follows."""
    norm = prose.norm
    if _CALLED.match(norm, end):
        return None
    extent = _EXTENT.match(norm, end) or _AGED.match(norm, end)
    end = extent.end() if extent else end + norm.startswith("的", end)
    text = norm[end : end + AFTER]
    if text[:1] in ("“", "《"):
        return _quoted_after(norm, end, words)
    if _NUMERAL.match(text):
        return None  # 四十二户一百六十七人
    stop = _STOP_AFTER.search(text)
    text = text[: stop.start()] if stop else text
    place = _PLACE.match(text)
    if place:
        return end, end + place.end()
    listed = _LIST.match(norm, end, end + BEFORE) if persons else None
    if listed is not None:
        head = noun_after(prose, listed.end(), words)
        if head is not None and norm[slice(*head)].endswith(words.person):
            return head
    relative = text.find("的")
    tokens = words.tokens(text)
    if stop and stop.group().isdigit() and len(tokens) == 1 and tokens[0].text in words.verbs:
        return None  # 投资2.3亿元新建4座…: the verb is the next number's
    size = _read_noun(tokens, words, persons)
    if relative > 0 and (size == 0 or _modifies(tokens, size, relative, words)):
        owned = noun_after(prose, end + relative, words)
        return owned or ((end, end + size) if size else None)  # 有四位是打过对手的
    if size == 0 and persons and tokens and tokens[0].text in words.acquire:
        skip = tokens[0].end + text.startswith(("了", "上", "到"), tokens[0].end)
        return noun_after(prose, end + skip, words)
    if size and norm[end + size : end + size + 1] in ("“", "《"):
        quoted = _quoted_after(norm, end + size, words)
        return (end, quoted[1]) if quoted else (end, end + size)
    return (end, end + size) if size else None


def _modifies(tokens: Sequence[Token], size: int, until: int, words: Words) -> bool:
    """Whether the tokens before a 的 are a clause or a measure of the noun after it, not its owner."""
    first = tokens[0]
    if size >= until:
        return first.tag == "m" or (first.tag[:1] == "v" and len(first.text) == 1)  # 受处分的党员
    return any(t.tag[:1] in ("v", "d") or t.text in words.verbs for t in tokens if t.end <= until)


def _read_noun(tokens: Sequence[Token], words: Words, persons: bool) -> int:
    """Length of the noun phrase that the tokens open with, 0 where they open with none."""
    size = 0
    for i, token in enumerate(tokens):
        verb = token.text in words.verbs
        if i == 0 and len(token.text) == 1 and token.tag[:1] in ("v", "d") and len(tokens) == 1:
            return 0
        if i == 0 and token.text in _NOT and len(tokens) > 1 and tokens[1].tag == "m":
            return 0  # 无一处返工
        if i == 0 and token.text != "不":
            alone = len(tokens) == 1 or tokens[1].text == "的"
            modifies = not alone and not persons and tokens[1].tag[:1] in ("n", "l")
            if verb and not (alone or modifies):
                return 0
            if token.text in words.light or token.text in words.acquire or token.tag in _FUNCTION:
                return 0
            size = token.end
            continue
        if token.text in words.suffixes:
            size = token.end
            continue
        ends = token.text in words.light or token.tag == "c" or token.text in "“《"
        if size >= LEAST and (ends or verb or token.tag in _VERB):
            break
        if ends:
            break
        size = token.end
    acts = persons and tokens and tokens[0].tag[:1] == "v"
    if acts and not "".join(t.text for t in tokens if t.end <= size).endswith(words.person):
        return 0  # 3人坐镇处置, not 3名退休教师
    return size


def _quoted_after(norm: str, end: int, words: Words) -> Span | None:
    """A name right after a unit with the noun behind it: 5户“三无”商户的账."""
    close = _CLOSE.search(norm, end, end + 30)
    if close is None:
        return None
    text = _STOP_AFTER.split(norm[close.end() : close.end() + AFTER])[0]
    size = _read_noun(words.tokens(text), words, persons=False) if text else 0
    if size >= LEAST:
        return end, close.end() + size
    stop = _STOP_AFTER.search(norm, close.end(), close.end() + 6)
    return end, stop.start() if stop else close.end()


def _tokens_before(
    prose: Prose, start: int, floor: int, words: Words
) -> tuple[int, Sequence[Token]]:
    """The words of the clause before a position, light ones at its end dropped, and where it begins."""
    left = max(prose.clause(start)[0], floor, start - BEFORE)
    text = prose.norm[left:start]
    marks = list(_STOP_BEFORE.finditer(text))
    if marks:
        left, text = left + marks[-1].end(), text[marks[-1].end() :]
    when = _WHEN.match(text)
    if when:
        left, text = left + when.end(), text[when.end() :]
    tokens = words.tokens(_PER.sub("", text))
    return left, _stripped(tokens, words)


def _stripped(tokens: Sequence[Token], words: Words) -> Sequence[Token]:
    """Give the words without those at the end that are no part of what is counted."""
    end = len(tokens)
    while end and _trails(tokens[end - 1], words):
        end -= 1
    return tokens[:end]


def _given_up(tokens: Sequence[Token]) -> Sequence[Token]:
    """Give the words before 被: 简报被市里采用5篇 counts the 简报, not who used them."""
    at = next((i for i, token in enumerate(tokens) if token.text in _WHERE), None)
    return tokens if at is None else tokens[:at]


def _trails(token: Token, words: Words) -> bool:
    """Whether a word at the end of the clause before a number is no part of what is counted."""
    if token.tag in _TRAILING and token.text not in words.suffixes:
        return True
    each = token.tag[:1] == "r" and token.text[0] in "每各"
    return token.text in words.light or each


def noun_before(prose: Prose, start: int, floor: int, words: Words) -> Phrase:
    """Read the noun phrase before a number; a verb right before it is a verbal noun or generic."""
    left, tokens = _tokens_before(prose, start, floor, words)
    if not tokens:
        return Phrase(None, None)
    last = tokens[-1]
    verb = next((t.text for t in reversed(tokens) if t.text in words.verbs), None)
    if last.text in "”》":
        quote = prose.quote(left + last.start - 1)
        if quote is not None:
            return Phrase((quote.start, quote.end), verb)
    # 开了, 攒到, 送出, 省下: bare verbs that say nothing of what is counted
    acts = last.tag[:1] == "v" or (last.text[-1] == "了" and len(last.text) > 1)
    bare = acts and (len(last.text) == 1 or last.text[-1] in "了到过下上出完")
    spread = last.text in words.spread and any(token.text in _WHERE for token in tokens)
    if last.text in words.generic or bare or spread:
        rest = _stripped(_given_up(tokens[:-1]), words)  # 蜂蜜去年卖了…
        if not rest:
            return Phrase(None, last.text)
        named = prose.quote(left + rest[-1].start - 1) if rest[-1].text in "”》" else None
        if named is not None:
            return Phrase((named.start, named.end), last.text)  # 《…》印了六百册
        if len(rest) == 1 and rest[0].text in words.agents:
            return Phrase(None, last.text)  # 支部一年做了…
        return Phrase(_whole(prose, _shift(_nominal(rest, words), left)), last.text)
    amount = (
        len(tokens) > 1 and tokens[-2].text.endswith(words.amounts) and len(tokens[-2].text) > 1
    )
    if last.text in words.verbs and amount:
        return Phrase(_whole(prose, _shift(_nominal(tokens[:-1], words), left)), last.text)
    if last.text in words.verbs or last.tag in ("v", "vi"):
        return Phrase(_shift(_verbal(tokens, words), left), last.text)
    return Phrase(_whole(prose, _shift(_nominal(tokens, words), left)), verb)


def _shift(span: Span | None, by: int) -> Span | None:
    return None if span is None else (span[0] + by, span[1] + by)


def _whole(prose: Prose, span: Span | None) -> Span | None:
    """A noun phrase that begins inside a quotation: what follows the quotation, or else both whole."""
    if span is None:
        return None
    close = prose.norm.find("”", *span)
    if close < 0 or "“" in prose.norm[span[0] : close]:
        return span
    if span[1] - close > LEAST:
        return close + 1, span[1]  # “三重一大”事项: 事项
    start = prose.norm.rfind("“", 0, close)
    return (start, span[1]) if 0 <= close - start <= BEFORE else None


def _verbal(tokens: Sequence[Token], words: Words) -> Span | None:
    """A verb before the number with what it is one notion with: 集中研讨, 义务上门, 约谈提醒."""
    first = len(tokens) - 1
    if first > 0 and tokens[-1].text in words.attend and tokens[-2].tag[:1] in "nv":
        reached = _nominal(tokens[:-1], words, inner_verbs=True)
        if reached is not None and reached[1] - reached[0] > LEAST:
            return reached  # 管道改造覆盖600户
    if first and tokens[first - 1].text == "等":
        return _nominal(tokens, words)
    while first and tokens[first - 1].tag in _VERBAL and len(tokens[first - 1].text) > 1:
        if tokens[-1].end - tokens[first - 1].start > 6 or tokens[first - 1].text in words.light:
            break
        first -= 1
    return tokens[first].start, tokens[-1].end


def _nominal(tokens: Sequence[Token], words: Words, inner_verbs: bool = False) -> Span | None:
    """The noun phrase that ends the tokens, back to a verb, preposition, 的, 等 or conjunction.

    With `inner_verbs`, verbs are part of it (报告出具时间) unless they open the clause.
    """
    if not tokens or tokens[-1].text in words.light:
        return None
    if tokens[-1].tag in ("t", "d", "p", "m") and tokens[-1].text not in words.suffixes:
        return None
    end = start = tokens[-1].end
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        size = end - start
        if size >= LEAST and token.text == "等" and size <= 4 and tokens[i + 1].text in words.verbs:
            start = token.start  # 执勤执法、家庭助廉等培训: the list says what kind
            continue
        if size >= LEAST and token.text in _NOT and token.end == start:
            start = token.start  # 不合格党员, 未办结事项: without it the opposite
            continue
        if size >= LEAST and _ends(token, words, inner_verbs and i > 0):
            if token.text == "的" and tokens[i + 1].text in words.measures:
                start = token.start
                continue
            break
        start = token.start
        if token.text in words.verbs and token.tag[:1] != "n" and i == 0 and size >= LEAST:
            start = token.end
    while start < end and any(t.start == start and t.text in "、”》的等“《" for t in tokens):
        start += 1
    while start < end and any(t.end == end and t.text in "、的" for t in tokens):
        end -= 1
    first = next((t for t in tokens if t.start == start), None)
    if first is not None and first.text[:2] in words.verbs and len(first.text) >= 4:
        start += 2  # 挽回损失 is one word to the tagger
    return (start, end) if start < end else None


def _ends(token: Token, words: Words, inner_verbs: bool) -> bool:
    if token.text in ("的", "等", "和", "与", "及") or (inner_verbs and token.text == "、"):
        return True
    if inner_verbs and (token.text == "平均" or (token.tag == "d" and len(token.text) > 1)):
        return token.text in words.light and token.text != "平均"  # 救援到场时间, 取药平均等候
    if token.text in words.light or token.tag in ("d", "p", "pba", "pbei", "r", "u", "y", "c", "m"):
        return True
    return not inner_verbs and (token.text in words.verbs or token.tag in _VERB)


def topic(prose: Prose, position: int, floor: int, words: Words) -> Span | None:
    """Give the noun that ends the clause before, set apart by a comma: …送午饭，每天近五十份.

    `floor` is where the quantity before ends: a clause that has one is about that.
    """
    start, _ = prose.clause(position)
    if start <= floor or prose.norm[start - 1] != "，":
        return None
    left, tokens = _tokens_before(prose, start - 1, floor, words)
    if not tokens or (len(tokens[-1].text) < LEAST and tokens[-1].tag[:1] != "n"):
        return None
    if tokens[-1].tag[:1] == "v" or tokens[-1].text in words.verbs:
        if tokens[-1].text in words.generic:
            return None
        return _whole(prose, _shift(_verbal(tokens, words), left))  # …上门维修，一年40人次
    if tokens[-1].tag[:1] != "n":
        return None
    return _whole(prose, _shift(_nominal(tokens, words), left))


def subject(prose: Prose, start: int, floor: int, words: Words) -> Span | None:
    """Give the noun phrase right before a position: what changed, or what a share is of."""
    left = max(prose.clause(start)[0], floor)
    if _WHOLLY.fullmatch(prose.norm, left, start):
        return None  # …，比行业标准高出: what was counted is told before
    compared = _COMPARED.search(prose.norm, left, start)
    if compared is not None:
        start = compared.start()
    left, tokens = _tokens_before(prose, start, floor, words)
    return _whole(prose, _shift(_nominal(tokens, words, inner_verbs=True), left))
