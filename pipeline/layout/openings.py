"""Run-in headings: whether the sentences that open a report's paragraphs are headings.

They carry no mark, so a report is judged as a whole: 先把门敲开。再把话说透。… is a set of headings,
灯当天就换了。 a sentence of a story. Two small linear models tell, fitted by tools/headings.py on composed
reports: one reads an opening's characters and shape, the other what all openings of a report add up to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple

from pipeline.layout.lines import ENDS
from pipeline.layout.reflow import Paragraph
from pipeline.layout.vocabulary import Vocabulary
from pipeline.model import Span

SENTENCE = re.compile(r"[^。！？…\n]*(?:[。！？]+|…{1,2}|\n|$)[”’）】》]*")
BULLETS = "—◆■★●▶►◇□☆▪•"
# Longest run-in heading in characters, and the least text after it.
RUN_IN = 34
LEAST_BODY = 12
# A heading of so many characters is neither long nor short.
USUAL = 8
# Log-odds above which a report has run-in headings. Those without, which the model was fitted on, were
# composed to be mistaken for others; published ones seldom are.
HEADED = -0.5
# Log-odds above which an opening is a heading in a report that has them, and where a line break alone
# tells that a paragraph may open there. Chosen by cross-validation in tools/headings.py.
PICKED, UNSURE = -2.0, -0.5
# More openings than these say no more.
ENOUGH = 6
# So much of the text behind an opening is looked at, and its subject stands so near.
AHEAD, SUBJECT = 60, 16
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千]{2}")
# An opening that cannot be a heading counts as little as the worst that can.
NONE = -3.0
# 支部的学习也有纱厂味儿: "also" refers to what was told before, unless a first half stands before it.
_ALSO = re.compile(r"\A[^，]+也")
# A heading in two parts, a word and what it stands for; not speech, not a list.
_NAMED = re.compile(
    r"[^，。：“”]{1,7}(?:(?<![说道问答称讲喊笑是括下])|(?<=[一二三四五六七八九十前中后]问))：(?!“)[^：]{3,16}"
)
# What stands in quotation marks in a sentence that is short enough for a heading.
_SPOKEN = re.compile(f"“[^”]{{0,{RUN_IN}}}”")
_DATED = re.compile(r"(?:19|20)\d\d年|[今去前]年")
_QUANTITY = re.compile(r"\d{1,20}(?:\.\d{1,9})?(?:[%万亿多余]|[^\d“”+＋·.、月日年—-])")


class Opening(NamedTuple):
    """The first sentence of a paragraph, or of what may be one."""

    span: Span
    sure: bool  # a paragraph certainly opens here
    first: bool  # … and it is the article's first
    shape: Mapping[str, float] | None  # its features; None where it cannot be a heading
    score: float  # log-odds that it is a heading


def openings(norm: str, paragraphs: Sequence[Paragraph], words: Vocabulary) -> list[Opening]:
    """Give the openings of an article's paragraphs in order, headings on lines of their own left out."""
    found = []
    for i, paragraph in enumerate(paragraphs):
        for start in (paragraph.start, *paragraph.maybe):
            sentence = SENTENCE.match(norm, start)
            if sentence is None or paragraph.display:
                continue
            end = min(sentence.end(), paragraph.end)
            sure = start == paragraph.start
            shape, score = None, NONE
            if paragraph.end - end >= LEAST_BODY and is_possible(norm[start:end]):
                following = norm[end : min(paragraph.end, end + AHEAD)]
                shape = features(norm[start:end], following, words)
                score = weighed(shape, words.headings, "bias")
            found.append(Opening((start, end), sure, i == 0 and sure, shape, score))
    return found


def is_possible(sentence: str) -> bool:
    """Tell whether a sentence can be a run-in heading at all: short, without a list, a count or a date."""
    body = _body(sentence)
    if not 1 <= len(body) <= RUN_IN or "；" in body or _DATED.match(body):
        return False
    if "：" in body and not _NAMED.fullmatch(body):
        return False
    return _QUANTITY.search(_SPOKEN.sub("", body)) is None


def weighed(values: Mapping[str, float], weights: Mapping[str, float], bias: str) -> float:
    """Give the log-odds of features by their weights and the weight named `bias`."""
    return weights.get(bias, 0.0) + sum(weights.get(n, 0.0) * v for n, v in values.items())


def features(sentence: str, following: str, words: Vocabulary) -> dict[str, float]:
    """Give an opening's characters and shape by name; names of shapes begin with =.

    `following` is what the paragraph goes on with.
    """
    body = _body(sentence)
    halves = body.split("，")
    lengths = [len(re.sub("[“”]", "", half)) for half in halves]
    even = max(lengths) - min(lengths) <= 1
    found = dict.fromkeys(body, 1.0)
    shapes = {
        "=long": max(0, len(body) - USUAL) / USUAL,
        "=short": max(0, USUAL - len(body)) / USUAL,
        "=two": len(halves) == 2,
        "=two even": len(halves) == 2 and even,
        "=more": len(halves) > 2 and not even,
        "=more even": len(halves) > 2 and even,
        "=theme": words.theme.search(body),
        "=told": words.told.search(body),
        "=connective": words.not_heading.match(body),
        "=story": words.story_opening.match(body),
        "=organisation": words.suffix.search(body) and words.organisation.search(body),
        "=also": _ALSO.match(body),
        "=spoken": sentence[:1] == "“" and sentence[-1:] == "”",
        "=then figures": _FIGURE.search(following),
        "=then the branch": words.ours.search(following[:SUBJECT]),
        "=then told": words.story_opening.match(following) or words.told.match(following),
        "=then speech": "“" in following and "：" in following,
    }
    for name, shape in shapes.items():
        value = shape if isinstance(shape, float) else float(bool(shape))
        if value:
            found[name] = value
    found |= {f"^{body[:1]}": 1.0, f"{body[-1:]}$": 1.0, f"${sentence[-1:]}": 1.0}
    return found | {f">{following[:1]}": 1.0, f">>{following[:2]}": 1.0}


def _body(sentence: str) -> str:
    return sentence.rstrip(ENDS + "”’）】》").lstrip(BULLETS)


def run_in(norm: str, paragraphs: Sequence[Paragraph], words: Vocabulary, after: int) -> list[Span]:
    """Give the run-in headings of an article, or none; before `after` stands the branch's name."""
    found = openings(norm, paragraphs, words)
    later = [o for o in found if not o.first and o.span[0] > after]
    counted = [o for o in later if o.sure or (o.shape and o.score > UNSURE)]
    if report_score(norm, counted, words.headings) <= HEADED:
        return []
    chosen = [o for o in counted if o.shape and o.score > (PICKED if o.sure else UNSURE)]
    first = next((o for o in found if o.first), None)
    if first is not None and first.shape and first.score > 0:
        named = words.organisation.search(norm, first.span[1], first.span[1] + 30)
        chosen += [] if named else [first]
    return _spread(sorted(chosen, key=lambda o: o.span))


def report_score(norm: str, found: Sequence[Opening], weights: Mapping[str, float]) -> float:
    """Give the log-odds that a report has run-in headings, from the openings after its first."""
    values = report_features(norm, found)
    return -math.inf if values is None else weighed(values, weights, "report bias")


def report_features(norm: str, found: Sequence[Opening]) -> dict[str, float] | None:
    """Give what a report's openings add up to; None where fewer than two may be headings."""
    possible = [o for o in found if o.shape]
    if len(possible) < 2:
        return None
    scores = [o.score for o in possible]
    return {
        "report share": len(possible) / len(found),
        "report mean": fmean(scores),
        "report median": median(scores),
        "report likely": sum(score > 0 for score in scores) / len(found),
        "report count": float(min(len(possible), ENOUGH)),
        "report alike": float(_alike([norm[slice(*o.span)] for o in possible])),
        "report least": min(scores),
    }


def _alike(sentences: Sequence[str]) -> bool:
    """Tell whether three or more are built alike: the same first character, or one length."""
    lengths = [len(s) for s in sentences]
    same = len({s[0] for s in sentences}) == 1 or max(lengths) - min(lengths) <= 1
    return len(sentences) > 2 and same


def _spread(chosen: Sequence[Opening]) -> list[Span]:
    """Drop doubtful headings that stand too close behind another one."""
    kept: list[Span] = []
    for opening in chosen:
        if kept and not opening.sure and opening.span[0] - kept[-1][1] < 3 * LEAST_BODY:
            continue
        kept.append(opening.span)
    return kept
