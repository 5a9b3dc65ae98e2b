"""Headings: numbered, on a line of their own, or run in as the sentence that opens a paragraph.

Run-in headings carry no mark, so a report is judged as a whole: they are taken only where most of its
paragraphs open with a sentence that reads like a heading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.layout.lines import ENDS, NUMBERED
from pipeline.layout.reflow import Paragraph
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Section, Span

SENTENCE = re.compile(r"[^。！？…\n]*(?:[。！？]+|…{1,2}|\n|$)[”’）】》]*")
_LEVELS = (
    (re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,2}[、，]|【"), 1),
    (re.compile(r"（[一二三四五六七八九十]{1,3}）|[一二三四五六七八九]是"), 2),
    (re.compile(r"\d{1,2}[.、．]|（\d{1,2}）|[①-⑨]"), 3),
)
# Longest heading in characters: run-in ones open a paragraph, numbered ones may be longer.
RUN_IN = 34
LONGEST = 48
DISPLAY = 46
# What headings built alike (强… 强… 强…, all of one length) add to their strength.
ALIKE = 0.6
# A heading longer than this is balanced or names a theme of party work.
PLAIN = 16
# A run-in heading needs so much text after it.
LEAST_BODY = 12
# Run-in headings open at least this share of the paragraphs after the lead.
OPENED = 0.7
NEARLY_ALL = 0.8
# Where not nearly all paragraphs open so, the sentences must read like headings the more.
STRONG = 3.0
# Themes before a colon differ by no more than this in length.
UNEVEN = 6
# … and open so many of the paragraphs from the first of them on.
THEMED = 0.6
# Below this even a full set of openings is a story told paragraph by paragraph.
WEAK = 1.6
# The lead names the branch; a sentence before that name (within so many characters) is no heading.
BRANCH_WITHIN = 200
# 支部的学习也有纱厂味儿: "also" refers to what was told before, unless a first half stands before it.
_ALSO = re.compile(r"\A[^，]+也")
# A heading in two parts, a word and what it stands for; not speech, not a list.
_NAMED = re.compile(
    r"[^，。：“”]{1,7}(?:(?<![说道问答称讲喊笑是括下])|(?<=[一二三四五六七八九十]问))：(?!“)[^：]{3,16}"
)
# A theme before a colon that opens every paragraph: 政治引领强根基：支部坚持…
_THEMED = re.compile(
    r"(?:[^，。：；！？\d]{4,16}|[^，。：；！？\d]{1,16}，[^，。：；！？\d]{3,16})(?<![说道问答称讲喊笑是括下])：(?!“)"
)
# What stands in quotation marks in a sentence that is short enough for a heading.
_SPOKEN = re.compile(f"“[^”]{{0,{RUN_IN}}}”")
_DATED = re.compile(r"(?:19|20)\d\d年|[今去前]年")

BULLETS = "—◆■★●▶►◇□☆▪•"
_QUANTITY = re.compile(r"\d{1,20}(?:\.\d{1,9})?(?:[%万亿多余]|[^\d“”+＋·.、月日年—-])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a heading may stand."""

    span: Span
    rest: int  # characters of the paragraph after it
    sure: bool  # a paragraph certainly opens here
    score: int
    first: bool  # in the first paragraph


def sections(norm: str, paragraphs: tuple[Paragraph, ...], words: Vocabulary) -> list[Section]:
    """Find the headed sections of an article; what precedes the first is its lead."""
    numbered = _numbered(norm, paragraphs)
    shown = [(p.start, p.end) for p in paragraphs if p.display and p is not paragraphs[-1]]
    marked = {span[0]: (span, "numbered") for span in numbered}
    for span in shown:
        marked.setdefault(span[0], (span, "line"))
    found = list(marked.values())
    if len(found) < 2:
        found += [(c.span, "run-in") for c in _run_in(norm, paragraphs, words)]
        if len(found) < 2:
            found += [(span, "run-in") for span in _themed(norm, paragraphs)]
    elif not numbered:
        found = [f for f in found if f[1] != "run-in"]
    return _close(norm, sorted(found), len(norm))


def _close(norm: str, headings: list[tuple[Span, str]], end: int) -> list[Section]:
    result = []
    for i, (span, rule) in enumerate(headings):
        following = headings[i + 1][0][0] if i + 1 < len(headings) else end
        result.append(Section(span, _trim(norm, span[1], following), _level(norm, span), rule))
    return result


def _trim(norm: str, start: int, end: int) -> Span:
    while start < end and norm[start].isspace():
        start += 1
    while end > start and norm[end - 1].isspace():
        end -= 1
    return start, end


def _level(norm: str, span: Span) -> int:
    for pattern, level in _LEVELS:
        if pattern.match(norm, span[0]):
            return level
    return 1


def _numbered(norm: str, paragraphs: tuple[Paragraph, ...]) -> list[Span]:
    """Numbered headings; a style of numbering counts only where it goes on to a second number."""
    found: list[tuple[Span, str]] = []
    for paragraph in paragraphs:
        for start in (paragraph.start, *paragraph.maybe):
            mark = NUMBERED.match(norm, start)
            if mark is None:
                continue
            span = _numbered_span(norm, mark, paragraph)
            if span is not None:
                found.append((span, _style(mark.group())))
    counts: dict[str, int] = {}
    for _, style in found:
        counts[style] = counts.get(style, 0) + 1
    return [span for span, style in found if counts[style] >= 2]


def _style(mark: str) -> str:
    if mark.startswith("【"):
        return "【"
    return re.sub(r"[一二三四五六七八九十\d①-⑨]+", "#", mark)


def _numbered_span(norm: str, mark: re.Match[str], paragraph: Paragraph) -> Span | None:
    start = mark.start()
    sentence = SENTENCE.match(norm, start)
    end = min(sentence.end(), paragraph.end) if sentence else paragraph.end
    whole = end >= paragraph.end
    if mark.group().startswith("【"):
        return start, (paragraph.end if paragraph.display else mark.end())
    if mark.group().endswith("是"):
        first = norm[start:end]
        return (start, end) if not whole and "；" not in first and end - start <= RUN_IN else None
    if end - start > LONGEST:
        return None
    return start, end


def _run_in(norm: str, paragraphs: tuple[Paragraph, ...], words: Vocabulary) -> list[Candidate]:
    """Run-in headings of the article as a whole, or none."""
    candidates = [
        c
        for i, p in enumerate(paragraphs)
        for start in (p.start, *p.maybe)
        if (c := _candidate(norm, p, start, words, i == 0 and start == p.start))
    ]
    named = words.organisation.search(norm)
    named_at = named.start() if named and named.start() < BRANCH_WITHIN else 0
    later = [c for c in candidates if not c.first and c.span[0] > named_at]
    chosen = [c for c in later if c.score >= (1 if c.sure else 2)]
    if chosen and len(later) > 1 and later[1] is chosen[0]:
        later = later[1:]  # a lead of two paragraphs
    opened = len(chosen) / max(sum(c.sure or c in chosen for c in later), 1)
    strength = sum(c.score for c in chosen) / max(len(chosen), 1)
    strength += _parallel([norm[slice(*c.span)] for c in chosen])
    # a paragraph without a heading is the last, which closes the report; others are told of, not headed
    closed = bool(later) and later[-1] not in chosen
    nearly_all = opened == 1 or (opened >= NEARLY_ALL and len(chosen) >= 4 and closed)
    nearly_all = nearly_all and strength >= WEAK
    if len(chosen) < 2 or opened < OPENED or not (nearly_all or strength >= STRONG):
        return []
    first = next((c for c in candidates if c.first), None)
    if (
        first
        and first.score >= 2
        and not words.organisation.search(norm, first.span[1], first.span[1] + 30)
    ):
        chosen.append(first)
    return _spread(sorted(chosen, key=lambda c: c.span))


def _themed(norm: str, paragraphs: tuple[Paragraph, ...]) -> list[Span]:
    """Themes before a colon where three or more paragraphs, one after another, open so."""
    found: list[Span] = []
    after = 0
    for paragraph in paragraphs:
        theme = _THEMED.match(norm, paragraph.start, paragraph.end)
        if theme and paragraph.end - theme.end() >= LEAST_BODY and not paragraph.display:
            found.append(theme.span())
        after += bool(found)
    sizes = [end - start for start, end in found]
    many = len(found) >= 3 and len(found) >= THEMED * after
    return found if many and max(sizes) - min(sizes) <= UNEVEN else []


def _parallel(headings: list[str]) -> float:
    """Tell whether headings are built alike: the same first or last character, or one length."""
    if len(headings) < 3:
        return 0.0
    lengths = [len(h) for h in headings]
    alike = len({h[0] for h in headings}) == 1 or max(lengths) - min(lengths) <= 1
    return ALIKE if alike else 0.0


def _spread(chosen: list[Candidate]) -> list[Candidate]:
    """Drop doubtful headings that stand too close behind another one."""
    kept: list[Candidate] = []
    for candidate in chosen:
        if kept and not candidate.sure and candidate.span[0] - kept[-1].span[1] < 3 * LEAST_BODY:
            continue
        kept.append(candidate)
    return kept


def _candidate(
    norm: str, paragraph: Paragraph, start: int, words: Vocabulary, first: bool
) -> Candidate | None:
    found = SENTENCE.match(norm, start)
    if found is None or paragraph.display:
        return None
    end = min(found.end(), paragraph.end)
    score = heading_score(norm[start:end], words)
    rest = paragraph.end - end
    if rest < LEAST_BODY:
        score -= 2
    return Candidate((start, end), rest, start == paragraph.start, score, first)


def heading_score(sentence: str, words: Vocabulary) -> int:
    """Tell how much a sentence reads like a run-in heading; 1 is likely, 2 nearly certain.

    Headings are short, state a theme in one or two balanced halves, count nothing, and do not open with
    a time, a connective or the branch doing something.
    """
    body = sentence.rstrip(ENDS + "”’）】》").lstrip(BULLETS)
    named = _NAMED.fullmatch(body)  # 升温：用理论点火
    if not 4 <= len(body) <= RUN_IN or ("：" in body and not named) or "；" in body:
        return -2
    unspoken = _SPOKEN.sub("", body)
    if _QUANTITY.search(unspoken):
        return -2
    score = 1 - any(c.isdigit() for c in unspoken)
    if words.not_heading.match(body):
        score -= 2
    if words.story_opening.match(body) or _DATED.match(body):
        score -= 4
    score -= bool(_ALSO.match(body) or words.told.search(body))
    halves = body.split("，")
    lengths = [len(re.sub("[“”]", "", h)) for h in halves]
    uneven = max(lengths) - min(lengths)
    if len(halves) > 3 or (len(halves) == 3 and (uneven > 2 or lengths[0] > 6)):
        score -= 2
    balanced = len(halves) == 2 and uneven <= 2
    score += balanced
    if len(body) <= PLAIN:
        score += 1
    elif not balanced and not words.theme.search(body):
        score -= 1
    if words.theme.search(body):
        score += 1
    if words.suffix.search(body) and words.organisation.search(body):
        score -= 2
    return score
