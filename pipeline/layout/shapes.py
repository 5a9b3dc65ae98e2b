"""Shapes of single lines: titles, headings behind bullets, lines that an extraction doubled."""

from __future__ import annotations

from pipeline.layout.lines import ENDS, MIDDLES, Line, Measure
from pipeline.layout.vocabulary import Vocabulary, bare

# Longest line that is still taken for a title or heading when it carries no sentence punctuation.
DISPLAY_WIDTH = 42.0
# So many lines that open with the same bullet are headings.
BULLETED = 2
# A title on one line before a by-line may be this long; it may ask or exclaim.
TITLE_WIDTH = 80.0
# What stands behind a bullet before an author's name is no longer than this.
SHORT_NAME = 4
# A title that asks is no longer than this, in characters.
ASKED = 30


def is_title(text: str, at: int) -> bool:
    """Tell whether a line before a by-line may be a title: a phrase, a question, a call."""
    plain = bare(text)
    if any(c in plain[:-1] for c in "。；"):
        return False
    calls = sum(plain.count(c) for c in "？！")  # 良率突破98%！一厂党员这样干
    if plain[-1:] in "？！":
        return calls == 1 and (at == 0 or len(plain) <= ASKED)
    return calls <= 1 and plain[-1:] not in ENDS + MIDDLES


def ends_in_name(lines: list[Line], i: int) -> bool:
    """Tell whether a line is a title that ends in the branch's name: the next line is that name alone."""
    following = lines[i + 1].text if i + 1 < len(lines) else ""
    text = lines[i].text
    return len(following) >= SHORT_NAME and text != following and text.endswith(following)


def bulleted_lines(lines: list[Line], measure: Measure, words: Vocabulary) -> frozenset[int]:
    """Give the lines that are headings behind a bullet: ◆把支部建在车上 / ◆让党员走在前面."""
    found: dict[str, list[int]] = {}
    for i, line in enumerate(lines):
        rest = words.bullet.match(line.text)
        if rest is None or line.width > DISPLAY_WIDTH or line.closed or line.broken:
            continue
        if any(c in line.text for c in "。；"):
            continue
        if not words.byline_words.search(line.text):
            found.setdefault(line.text[0], []).append(i)

    def longer(i: int) -> bool:
        return len(lines[i].text) > SHORT_NAME + 1

    def full(i: int) -> bool:
        return measure.wrapped and lines[i].width > measure.typical[i] - 1.5

    result: list[int] = []
    for at in found.values():
        short = [i for i in at if not full(i)]
        # a full line may go on below; where many open so, they are headings that fill their line
        kept = at if sum(map(longer, at)) > BULLETED else short
        result += kept if sum(map(longer, kept)) >= BULLETED else []
    return frozenset(result)


def doubled(text: str) -> tuple[str, ...]:
    """Give the title lines of a text that an extraction doubled (AA, or AABB), empty where it is none."""
    if len(text) < 8 or len(text) % 2:
        return ()
    half = len(text) // 2
    if text[:half] == text[half:]:
        return (text[:half],)
    for cut in range(8, len(text) - 7, 2):
        a, b = cut // 2, (cut + len(text)) // 2
        if text[a] == text[0] and text[:a] == text[a:cut] and text[cut:b] == text[b:]:
            return text[:a], text[cut:b]
    return ()
