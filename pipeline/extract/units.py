"""The lexicons around numbers, compiled: units, bounds, slogans, and the look-up of a unit in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.lexicon import Lexicons

# Units longer than this many characters are not in the lexicon.
LONGEST_UNIT = 6
# What makes one unit of two: 427件（套）, 九千匹次.
_COMPOUND = re.compile(
    "（[件套条台次个张篇项卷份组人户只]）|(?<!人)(?<!一)次(?![数要日品性等级元序第生方])"
)
# Where a unit has several roles, the first of these that applies.
_ROLES = (
    "slogan", "money", "percent", "reading", "rating", "measure", "time", "classifier", "age", "anniversary",
    "address", "grade", "date",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The lexicons around numbers, as look-ups."""

    units: dict[str, tuple[str, str]]  # term → unit to write, role
    slogan_units: dict[str, tuple[str, str]]  # the same after a numeral that may open a slogan
    pre: dict[str, str]
    post: dict[str, str]
    exact: frozenset[str]
    no_bound: frozenset[str]  # words that only end like a bound: 节约, 最近
    ranges: frozenset[str]
    slogans: frozenset[str]
    beginnings: frozenset[str]  # of slogans, of any length
    sizes: dict[
        str, tuple[int, ...]
    ]  # lengths of the units that begin with a character, long first
    coins: frozenset[str]  # classifiers that are money where something is paid: 块
    paying: tuple[str, ...]
    reached: tuple[str, ...]  # words before a number that stands alone: 突破6万, 增至91万
    opens: frozenset[str]  # first characters of `post`
    closes: frozenset[str]  # last characters of `pre`


@cache
def words(lexicons: Lexicons) -> Words:
    """Compile the lexicons around numbers once."""
    units: dict[str, dict[str, str]] = {}
    for row in lexicons.tables["units"]:
        units.setdefault(row.term, {})[row.role] = row.value or row.term
    bounds = {
        side: {
            row.term: row.role.removeprefix(side)
            for row in lexicons.tables["quantities"]
            if row.role.startswith(side) and row.role != "pre_exact"
        }
        for side in ("pre_", "post_")
    }
    slogans = frozenset(lexicons.terms("slogans", "slogan"))
    return Words(
        {t: found for t, roles in units.items() if (found := _first_role(t, roles, _ROLES[1:]))},
        {t: found for t, roles in units.items() if (found := _first_role(t, roles, _ROLES))},
        bounds["pre_"],
        bounds["post_"],
        frozenset(lexicons.terms("quantities", "pre_exact")),
        frozenset(lexicons.terms("quantities", "no_bound")),
        frozenset(lexicons.terms("quantities", "range")),
        slogans,
        frozenset(t[:n] for t in slogans for n in range(1, len(t) + 1)),
        _sizes(units),
        frozenset(lexicons.terms("quantities", "coin")),
        lexicons.terms("quantities", "paying"),
        (*lexicons.terms("quantities", "to"), *bounds["pre_"]),
        frozenset(term[0] for term in bounds["post_"]),
        frozenset(term[-1] for term in bounds["pre_"]),
    )


def _first_role(
    term: str, written: dict[str, str], roles: tuple[str, ...]
) -> tuple[str, str] | None:
    """Give the unit to write and the role that applies; one character with others opens no slogan."""
    left = written.keys() - {"slogan"} if len(term) == 1 and len(written) > 1 else written
    return next(((written[role], role) for role in roles if role in left), None)


def _sizes(units: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for unit in units:
        if len(unit) <= LONGEST_UNIT:
            found.setdefault(unit[0], set()).add(len(unit))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def lookup(norm: str, at: int, words: Words, slogan: bool = False) -> tuple[int, str, str] | None:
    """Find the longest unit at a place of the text: (its end, the unit to write, its role).

    With `slogan`, a unit that opens a slogan (三基) is one.
    """
    units = words.slogan_units if slogan else words.units
    for size in words.sizes.get(norm[at : at + 1], ()):
        found = units.get(norm[at : at + size])
        if found is not None and at + size <= len(norm):
            unit, role = found
            if role == "classifier":
                more = _COMPOUND.match(norm, at + size)  # 卷（件）, 间次, 匹次
                return (more.end(), unit + more.group(), role) if more else (at + size, unit, role)
            measured = role == "rating" and not _before_noun(norm, at + size)
            return at + size, unit, "measure" if measured else role
    return None


def _before_noun(norm: str, at: int) -> bool:
    following = norm[at : at + 1]
    return "\u4e00" <= following <= "\u9fff" and following not in "以左的"
