"""The numbers that Word writes before paragraphs by itself: 一、 （二） 3. ①, as a reader sees them."""

from __future__ import annotations

import re
from typing import Any

DIGITS = "〇一二三四五六七八九"
# A document with larger numbers, or deeper levels, has a fault.
LARGEST, LEVELS = 9_999, 9
_CONTENTS = re.compile(r"(?:toc|TOC)\s*\d")
_PLACE = re.compile(r"%([1-9])")


def local(tag: object) -> str:
    """Give a tag or attribute without its namespace: documents come in two."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _val(element: Any, *path: str) -> str | None:
    """Give the val of a descendant by local names."""
    for name in path:
        element = next((c for c in element if local(c.tag) == name), None)
        if element is None:
            return None
    return next((str(v) for k, v in element.attrib.items() if local(k) == "val"), None)


def _attribute(element: Any, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if local(k) == name), "")


def chinese(number: int) -> str:
    """Write a number as Chinese counting does: 10 十, 12 十二, 105 一百〇五."""
    if not 0 < number <= LARGEST:
        return str(number)
    out, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            out += (DIGITS[0] if zero and out else "") + DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return out.removeprefix("一") if 10 <= number < 20 else out


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    out = ""
    steps = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
             (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    for value, sign in steps:
        out += sign * (number // value)
        number %= value
    return out


def _letter(number: int) -> str:
    """A … Z, AA, BB … as Word counts."""
    if not 0 < number <= 26 * 20:
        return str(number)
    return chr(64 + (number - 1) % 26 + 1) * ((number - 1) // 26 + 1)


def written(number: int, form: str) -> str:
    """Write a number in one of Word's forms."""
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form == "ideographDigital" or form == "japaneseDigitalTenThousand":
        return "".join(DIGITS[int(d)] for d in str(number))
    if form in ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
                "taiwaneseCountingThousand", "ideographTraditional"):  # fmt: skip
        heavenly = "甲乙丙丁戊己庚辛壬癸"
        if form == "ideographTraditional" and 1 <= number <= len(heavenly):
            return heavenly[number - 1]
        return chinese(number)
    if form.endswith("Roman"):
        return _roman(number) if form.startswith("upper") else _roman(number).lower()
    if form.endswith("Letter"):
        return _letter(number) if form.startswith("upper") else _letter(number).lower()
    if form == "decimalZero":
        return f"{number:02}"
    return str(number)


class Numbering:
    """Counts the numbered paragraphs of a body as Word does."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.levels: dict[
            str, dict[int, tuple[str, str, int]]
        ] = {}  # list → level → form, text, start
        self.lists: dict[str, str] = {}  # num → abstract list
        self.starts: dict[tuple[str, int], int] = {}
        self.counts: dict[str, list[int]] = {}
        self.begun: set[str] = set()
        self.styles: dict[str, tuple[str, str, str, str]] = {}  # name, base, num, level
        for child in numbering if numbering is not None else ():
            self._declare(child)
        for style in styles if styles is not None else ():
            if local(style.tag) == "style":
                self.styles[_attribute(style, "styleId")] = (
                    _val(style, "name") or "",
                    _val(style, "basedOn") or "",
                    _val(style, "pPr", "numPr", "numId") or "",
                    _val(style, "pPr", "numPr", "ilvl") or "",
                )

    def _declare(self, child: Any) -> None:
        if local(child.tag) == "abstractNum":
            levels = {}
            for level in child:
                if local(level.tag) == "lvl":
                    form, text = _val(level, "numFmt") or "decimal", _val(level, "lvlText") or ""
                    levels[_int(_attribute(level, "ilvl"))] = (
                        form,
                        text,
                        _int(_val(level, "start"), 1),
                    )
            self.levels[_attribute(child, "abstractNumId")] = levels
        elif local(child.tag) == "num":
            num = _attribute(child, "numId")
            self.lists[num] = _val(child, "abstractNumId") or ""
            for override in child:
                start = _val(override, "startOverride")
                if start is not None:
                    self.starts[num, _int(_attribute(override, "ilvl"))] = _int(start, 1)

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of the table of contents."""
        style = _val(paragraph, "pPr", "pStyle") or ""
        name = self.styles.get(style, (style,))[0]
        return _CONTENTS.match(name) is not None

    def mark(self, paragraph: Any) -> str:
        """Give the number before a paragraph, empty where it has none or a bullet; counts it."""
        num, level = self._of(paragraph)
        levels = self.levels.get(self.lists.get(num, ""), {})
        if level not in levels:
            return ""
        counts = self._count(num, level, levels)
        form, text, _ = levels[level]
        if form in ("bullet", "none"):
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            return written(counts[at], levels[at][0]) if at in levels else ""

        return _PLACE.sub(number, text)

    def _of(self, paragraph: Any) -> tuple[str, int]:
        """The list and level of a paragraph, its own or its style's."""
        num = _val(paragraph, "pPr", "numPr", "numId")
        level = _val(paragraph, "pPr", "numPr", "ilvl")
        style = _val(paragraph, "pPr", "pStyle") or ""
        for _ in range(LEVELS):
            if num is not None and num != "":
                break
            if style not in self.styles:
                break
            _, base, num, styled = self.styles[style]
            level, style = level or styled, base
        return num or "", min(_int(level), LEVELS - 1)

    def _count(self, num: str, level: int, levels: dict[int, tuple[str, str, int]]) -> list[int]:
        counts = self.counts.setdefault(self.lists[num], [0] * LEVELS)
        if num not in self.begun:
            self.begun.add(num)
            for (other, at), start in self.starts.items():
                if other == num and at < LEVELS:
                    counts[at] = start - 1
        for at in range(level):
            if not counts[at] and at in levels:
                counts[at] = levels[at][2]
        counts[level] = counts[level] + 1 if counts[level] else max(levels[level][2], 1)
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        return counts


def _int(text: str | None, otherwise: int = 0) -> int:
    """Read a small number; a fault in the file is no number."""
    try:
        number = int(text or "")
    except ValueError:
        return otherwise
    return number if 0 <= number <= LARGEST else otherwise
