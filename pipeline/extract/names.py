"""The lexicon of named practices, compiled: head nouns, verbs of creation and naming, what is no practice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.lexicon import Lexicons, Matcher


@dataclass(frozen=True)
class Words:
    """The practices lexicon, compiled."""

    heads: Matcher
    kind: dict[str, str]
    own: tuple[str, ...]
    ending: dict[str, str]  # last character of a quoted name → kind
    outer: re.Pattern[str]  # a noun after a name told only by its last character
    outer_kind: dict[str, str]
    generic: frozenset[str]
    document: tuple[str, ...]
    create: Matcher
    found: Matcher
    brand: frozenset[str]
    strong: frozenset[str]  # verbs whose object is a practice though no noun says so
    naming: frozenset[str]
    issue: Matcher
    institution: frozenset[str]
    metaphor: frozenset[str]
    no_practice: tuple[str, ...]
    honour: Matcher
    other: Matcher
    owner: re.Pattern[str]
    maker: re.Pattern[str]  # who made what is named, if not the branch: 县中医院推出的“…”
    above: re.Pattern[str]  # a campaign of those above: 县里部署的“…”
    claim: re.Pattern[str]  # words of a sentence, which no name has
    put: re.Pattern[str]  # verbs after a quotation that is written or told somewhere
    head_before: re.Pattern[str]
    creation: tuple[str, ...]  # verbs after a name that is made: 推进“先锋仓”创建
    metaphors: tuple[str, ...]
    likened: re.Pattern[
        str
    ]  # right before a figure of speech or what is not won: 像个“…”, 正在争“…”
    become: re.Pattern[str]  # before what somebody became or was called: 成了“…”, 评过“…”
    used_before: re.Pattern[str]  # before what is held, kept or written in: 每周开“…”, 写在“…”
    used_after: re.Pattern[str]  # after it: “…”每月一次, “…”雷打不动
    answer: Matcher  # what is named in place of a head noun: 支部的答案叫“…”, 一支队伍起名“…”
    answers: dict[str, str]  # … and the kind it tells


def _any_of(lexicons: Lexicons, role: str) -> str:
    """The terms of a role as alternatives of a pattern; a role without terms matches nothing."""
    return lexicons.alternatives("practices", role) or "(?!)"


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the practices lexicon once."""

    def match(*roles: str) -> Matcher:
        return Matcher(lexicons.terms("practices", *roles))

    outer = lexicons.values("practices", "outer")
    return Words(
        match("head"),
        lexicons.values("practices", "head"),
        lexicons.terms("practices", "own"),
        lexicons.values("practices", "ending"),
        re.compile(
            rf"(?:(?![在了是到着把被让从向和与上下来去为]|(?<!结)对|(?<![稀特国公固私共专])有)[\u4e00-\u9fff]){{1,6}}?(?P<end>[{''.join(outer)}])(?![\u4e00-\u9fff]?[长员式])"
        ),
        outer,
        frozenset(lexicons.terms("practices", "generic_modifier")),
        lexicons.terms("practices", "document_head"),
        match("create"),
        match("found"),
        frozenset(lexicons.terms("practices", "brand_verb")),
        frozenset(lexicons.terms("practices", "strong_verb")),
        frozenset(lexicons.terms("practices", "naming_verb")),
        match("issue"),
        frozenset(lexicons.terms("practices", "institution")),
        frozenset(lexicons.terms("practices", "metaphor")),
        lexicons.terms("practices", "no_practice"),
        Matcher(lexicons.terms("honours", "verb", "weak")),
        Matcher(lexicons.terms("honours", "other")),
        re.compile(
            r"(?P<owner>(?P<place>[\u4e00-\u9fff]{2,4}?)[市县区][^，。；：、“”《》\s]{1,24})的$"
        ),
        re.compile(
            rf"(?P<who>[\u4e00-\u9fff]{{1,12}}(?:{lexicons.alternatives('practices', 'maker')}))"
            rf"(?:(?:刚刚?|新近?|统一|牵头|联合|今年|去年|近期|最近|正在|集中|共同)?"
            rf"(?:{lexicons.alternatives('practices', 'made')})的|(?<=[局会委办])的)$"
        ),
        re.compile(
            rf"(?:{lexicons.alternatives('practices', 'above')})"
            rf"(?:[^，。；“”]{{0,6}}(?:{lexicons.alternatives('practices', 'above_verb')}))?的?$"
        ),
        re.compile(lexicons.alternatives("practices", "claim")),
        re.compile(lexicons.alternatives("practices", "put")),
        re.compile(rf"(?:{lexicons.alternatives('practices', 'head_before')})$"),
        lexicons.terms("practices", "creation"),
        lexicons.terms("practices", "metaphor"),
        re.compile(rf"(?:{_any_of(lexicons, 'likened')})[^，。；“”]{{0,4}}$"),
        re.compile(_any_of(lexicons, "become")),
        re.compile(
            rf"(?:{_any_of(lexicons, 'held')})[了起出好过着有]?"
            rf"(?:[一两三\d][\u4e00-\u9fff]|\d+[\u4e00-\u9fff])?$"
        ),
        re.compile(rf"[^，。；“”]{{0,2}}?(?:{_any_of(lexicons, 'habit')})"),
        match("answer"),
        lexicons.values("practices", "answer"),
    )
