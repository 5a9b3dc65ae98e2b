"""The normal form that rules are matched on: simplified, half-width, the same length as the text.

Because every step maps one character to one character, a span found in the normal form is the span in
the text. Traditional text stays as written in all output.
"""

from __future__ import annotations

from functools import cache
from typing import Any

# Full-width digits, Latin and signs that occur inside numbers; Chinese punctuation stays.
_WIDE = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_SIGNS = str.maketrans("％﹪．＋－～〜∼＊／＝﹢•‧・∙⋅●()!?;﹁﹂「」『』〝〞＂", "%%.+-~~~*/=+······（）！？；“”“”‘’“”\"")
TABLE = {**_WIDE, **_SIGNS}

# A text is traditional when at least this many characters, and this share of its Chinese ones, are
# outside GB 2312 and change under conversion. Simplified text has none but in names.
MIN_TRADITIONAL = 3
MIN_SHARE = 0.02


@cache
def _converter(config: str) -> Any:
    from opencc import OpenCC

    return OpenCC(config)


def normalise(text: str) -> str:
    """Give the normal form of a text; always len(text) characters long."""
    form = text.translate(TABLE)
    return simplify(form) if is_traditional(form) else form


def is_traditional(text: str) -> bool:
    """Tell whether a text holds traditional characters in earnest."""
    rare = len(text) - len(text.encode("gb2312", "ignore").decode("gb2312"))
    if rare < MIN_TRADITIONAL:
        return False
    converted = _converter("t2s").convert(text)
    if len(converted) != len(text):
        return True
    changed = sum(a != b for a, b in zip(text, converted, strict=True))
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return changed >= MIN_TRADITIONAL and changed >= chinese * MIN_SHARE


def simplify(text: str) -> str:
    """Convert to simplified with Taiwan's phrases (tw2sp), keeping every offset.

    A phrase conversion may change the length of a line; such a line is converted character by
    character instead, which cannot.
    """
    lines = text.split("\n")
    phrase, single = _converter("tw2sp"), _converter("t2s")
    for i, line in enumerate(lines):
        converted: str = phrase.convert(line)
        if len(converted) != len(line):
            converted = "".join(
                c if len(c) == 1 else old
                for old in line
                for c in (single.convert(old),)
            )
        lines[i] = converted
    return "\n".join(lines)
