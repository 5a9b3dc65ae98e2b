"""The lexicon of actions, compiled: verbs and other words by what they say of what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.lexicon import Lexicons
from pipeline.segment import Token, make_segmenter

# Phrases whose words are remembered: four in ten occur again soon, hardly more in all of a corpus.
PHRASES = 512


@dataclass(frozen=True)
class Words:
    """The lexicon of actions by role, with the tagger that reads phrases."""

    verbs: frozenset[str]
    generic: frozenset[str]  # say nothing of what is counted: 开了3次
    acquire: frozenset[str]  # 8人考取资格: what persons got is what is counted
    agents: frozenset[str]  # who does things, never what is counted: 支部, 全县
    spread: frozenset[str]  # printed and used: where stands between what was spread and the verb
    attend: frozenset[str]  # of persons: what they took part in is what is counted
    persons: frozenset[str]
    light: frozenset[str]
    measures: frozenset[str]  # say nothing without what stands before their 的: 占收入的比重
    suffixes: frozenset[str]  # make a noun of the word before them: 快递员, 易涝点
    amounts: tuple[str, ...]  # in 维修费节约2300元 the noun is counted, not the verb
    person: tuple[str, ...]  # 退休教师 is a noun phrase, 实现动态清零 is not
    tokens: Callable[[str], tuple[Token, ...]]  # reads a phrase


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the lexicon of actions once."""

    tagger = make_segmenter("rjieba", lexicons.terms("actions", "word"))

    @lru_cache(maxsize=PHRASES)
    def tokens(text: str) -> tuple[Token, ...]:
        return tuple(tagger.tokens(text))

    def role(name: str) -> frozenset[str]:
        return frozenset(lexicons.terms("actions", name))

    return Words(
        verbs=role("verb"),
        generic=role("generic"),
        acquire=role("acquire"),
        agents=role("agent"),
        spread=role("spread"),
        attend=role("attend"),
        persons=role("persons"),
        light=role("light"),
        measures=role("measure"),
        suffixes=role("suffix"),
        amounts=tuple(sorted(role("amount_ending"))),
        person=tuple(sorted(role("person_ending"))),
        tokens=tokens,
    )
