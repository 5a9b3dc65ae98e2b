"""The normal form that rules are matched on: simplified, half-width, the same length as the text.

Because every step maps one character to one character, a span found in the normal form is the span
in the text. Traditional text stays as written in all output.

Both questions asked of every document, which signs to turn and whether it is traditional, are one
pass of a compiled character class; OpenCC is loaded only for a text that may be traditional.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

# Full-width digits, Latin and signs that occur inside numbers; Chinese punctuation stays.
_WIDE = {
    c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_SIGNS = str.maketrans(
    "％﹪．＋－～〜∼＊／＝﹢•‧・∙⋅●()!?;﹁﹂「」『』〝〞＂",
    '%%.+-~~~*/=+······（）！？；“”“”‘’“”"',
)
# Characters under another code than their own: programs that make PDF files name a glyph by whichever of
# its codes they meet first, and text copied from such files keeps it. Kangxi's radicals and compatibility
# ideographs by Unicode's NFKC, the radicals of the supplement U+2E80–2EF3 by its
# EquivalentUnifiedIdeograph (blank: none). The radical 戶 is drawn as 户 in fonts for simplified
# characters, and the bar U+2015 as the dash.
_SUPPLEMENT = (
    " 厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵 旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁"
    "冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤"
    "麦黄黾斉齐歯齿竜龙龜亀龟"
)
OTHER_CODES: dict[int, int] = {
    **{0x2E80 + n: ord(c) for n, c in enumerate(_SUPPLEMENT) if c != " "},
    **{
        c: ord(proper)
        for c in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFADA))
        if (proper := unicodedata.normalize("NFKC", chr(c))) != chr(c)
    },
    0x2F3E: ord("户"),
    0x2015: ord("—"),
}
TABLE = {**_WIDE, **_SIGNS, **OTHER_CODES}
# The same, ready for str.replace. No value is itself a key, so the order of replacing is free.
_HALF = {chr(c): chr(half) for c, half in TABLE.items()}
_TURNED = re.compile("[" + re.escape("".join(_HALF)) + "]")

# What OpenCC may change: the Han blocks and the compatibility ideographs. All else is an anchor.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ANCHORS = re.compile(f"([^{_HAN}]+)")
# Clauses are checked prefix by prefix, which is quadratic; no phrase of OpenCC is nearly as long.
LONGEST = 64

# Forms of Hong Kong and of older print that tw2s leaves.
_VARIANTS = str.maketrans("衞枱揹妳", "卫台背你")
# 著 is 着 but in words of writing; tw2s knows 著作 and 名著, and not these.
_AUTHORED = re.compile("(?<=[原论译编专土新遗卓])着(?!的|了)|(?<=见微知)着")

# Distinct characters outside GB 2312 that conversion changes: fewer than this are never enough.
MIN_TRADITIONAL = 3
# Fewer than FEW may all be people's names (昇 陞 鉅 峯 頔), so they must be more than NAMES_RATIO
# times the distinct simplified-only characters: any simplified sentence has some, a traditional one
# none. So many as FEW are no names; they need only be a good part, as in a page of both scripts.
FEW = 20
NAMES_RATIO = 3
MIXED_RATIO = 0.5


# Half-width marks that stand for Chinese ones: after a Chinese character, or between it and a figure.
# Not the stop of a number (1.2), of a heading (一.), of a time (9:30) or of an address (a.cn).
_ITEM = "".join(rf"(?<!{before}[一二三四五六七八九十])" for before in (r"[\n　 ]", "^"))
_ASCII = re.compile(
    r"(?<=[\u3400-\u9fff”》）\"])(?:,|:(?!\d|//)"
    rf"|{_ITEM}(?<![一二三四五六七八九十]）)\.(?![A-Za-z\d.]))"
    r"|(?<=[\dA-Za-z%]),(?=[\u3400-\u9fff“\"《])"
)
_CHINESE = {",": "，", ".": "。", ":": "："}
# A title between half-width angle brackets.
_ANGLED = re.compile(r"<([\u3400-\u9fff][^<>\n]{0,30})>")


@cache
def _converter(config: str) -> Any:
    from opencc import OpenCC

    return OpenCC(config)


@cache
def _rare() -> re.Pattern[str]:
    """Give the class of the Chinese characters that are outside GB 2312."""
    common = bytes(
        b for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for b in (row, cell)
    )
    inside = common.decode("gb2312", "ignore")
    return re.compile(f"[^\0-\u33ff\ua000-\U0010ffff{inside}]")


@cache
def _singles() -> dict[int, str]:
    """Give every character that t2s changes by itself, with the one character it becomes."""
    blocks = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000))
    written = [chr(c) for first, end in blocks for c in range(first, end)]
    converted: str = _converter("t2s").convert("\n".join(written))
    pairs = zip(written, converted.split("\n"), strict=True)
    return {ord(a): b for a, b in pairs if a != b and len(b) == 1}


def normalise(text: str) -> str:
    """Give the normal form of a text; always len(text) characters long."""
    form = text
    # str.replace for the few signs present: str.translate looks every character up in a dict.
    for sign in set(_TURNED.findall(text)):
        form = form.replace(sign, _HALF[sign])
    form = _chinese_marks(form)
    if "<" in form:
        form = _ANGLED.sub(r"《\1》", form)
    if is_traditional(form):
        return simplify(form)
    found = {ord(c): single for _, c, single in strays(form)}
    return form.translate(found) if found else form


def _chinese_marks(form: str) -> str:
    """Turn half-width marks that stand for Chinese ones; full stops only in a text that ends sentences so.

    Elsewhere a full stop between Chinese characters is a name's (艾力.买买提).
    """
    found = [m.group() for m in _ASCII.finditer(form)]
    if not found:
        return form
    stops = found.count(".") > form.count("。")
    return _ASCII.sub(
        lambda m: m.group() if m.group() == "." and not stops else _CHINESE[m.group()], form
    )


def normalise_name(name: str, text: str) -> str:
    """Give the normal form of a name from a text, which tells whether the name is traditional."""
    form = normalise(name)
    return simplify(form) if _rare().search(form) and is_traditional(text) else form


def strays(text: str) -> list[tuple[int, str, str]]:
    """Give the traditional characters in a text that is not traditional: place, character, simplified one.

    They are what a conversion between the scripts left or made (公裏 for 公里), or people's names.
    """
    rare = _rare().finditer(text)
    found = [(m.start(), m.group(), _singles().get(ord(m.group()), "")) for m in rare]
    return [one for one in found if one[2]] if found and not is_traditional(text) else []


def is_traditional(text: str) -> bool:
    """Tell whether a text holds traditional characters in earnest.

    Distinct characters are counted, so that one name said again and again counts once.
    """
    rare = set(_rare().findall(text))
    if len(rare) < MIN_TRADITIONAL:
        return False
    changed = sum(ord(c) in _singles() for c in rare)
    if changed < MIN_TRADITIONAL:
        return False
    ratio = NAMES_RATIO if changed < FEW else MIXED_RATIO
    return changed > ratio * _simplified_only(text)


def _simplified_only(text: str) -> int:
    """Count the distinct characters that only simplified text has: in GB 2312, not in Big5."""
    distinct = "".join(c for c in set(text) if "\u4e00" <= c <= "\u9fff")
    inside = distinct.encode("gb2312", "ignore").decode("gb2312")
    return len(inside) - len(inside.encode("big5", "ignore").decode("big5"))


def simplify(text: str) -> str:
    """Convert to simplified characters, keeping every offset.

    Words stay what they are: reports in traditional characters are mostly mainland ones turned by a
    program, in which OpenCC's tables for Taiwan's words do harm (文件 there is 檔, 资料 is 数据).

    The text is converted in one call. Where a clause (a run of Chinese characters) comes out as
    its characters do one by one, it is aligned. Any other holds a phrase; equal length proves
    nothing there, since one phrase may grow and another shrink, so such clauses are fitted anew.
    """
    converted = _convert(text)
    single = text.translate(_singles())
    if converted == single:
        return single
    written, forms, singles = (_ANCHORS.split(t) for t in (text, converted, single))
    # Phrases with Latin in them (B型肝炎) move anchors, and a NUL ends the text for OpenCC: then
    # no clause can be trusted. Otherwise the anchors tie each clause to its form.
    tied = written[1::2] == forms[1::2]
    for i in range(0, len(written), 2):
        if not tied or forms[i] != singles[i]:
            singles[i] = _fit(written[i])
    return _AUTHORED.sub("著", "".join(singles))


def _convert(text: str) -> str:
    """Convert from Taiwan's characters (tw2s), and from the forms that its tables lack."""
    converted: str = _converter("tw2s").convert(text)
    return converted.translate(_VARIANTS)


def _fit(clause: str) -> str:
    """Convert a clause by phrases where they keep their length, by characters where not."""
    return "".join(_fit_piece(clause[i : i + LONGEST]) for i in range(0, len(clause), LONGEST))


@lru_cache(maxsize=1 << 14)
def _fit_piece(clause: str) -> str:
    """Fit a short clause.

    OpenCC matches from left to right, so a phrase that changes its length shows in the prefix that
    ends with it; it is the shortest end of that prefix whose length changes.
    """
    done: list[str] = []
    while clause:
        ends = (k for k in range(1, len(clause) + 1) if len(_convert(clause[:k])) != k)
        end = next(ends, None)
        if end is None:
            done.append(_convert(clause))
            break
        starts = (k for k in range(end - 1, -1, -1) if len(_convert(clause[k:end])) != end - k)
        start = next(starts)
        done += [_convert(clause[:start]), clause[start:end].translate(_singles())]
        clause = clause[end:]
    return "".join(done)
