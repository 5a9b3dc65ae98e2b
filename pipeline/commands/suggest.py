"""`zhibu lexicon suggest`: terms that a corpus uses and the lexicons do not know, for a keeper to judge.

Three kinds: units (what follows a numeral that no unit is known for), head nouns (what follows a quoted
name that was not taken for a practice), and dimension terms (words that sections of one dimension use
more than those of the others). Nothing is added here: the keeper fills in, deletes rows, and runs
`zhibu lexicon add`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.commands.segment import terms as kept_whole
from pipeline.extract.numerals import find_numerals
from pipeline.extract.prose import Prose
from pipeline.lexicon import Lexicons, Matcher
from pipeline.lexicon.load import SCHEMES
from pipeline.model import Document, Report
from pipeline.segment import Segmenter, Token, make_segmenter

LONGEST_UNIT = 4
LONGEST_WORD = 6
# Head nouns are looked for in so many characters after a closing quotation mark.
REACH = 10
CONTEXT = 18  # characters on either side, inside the sentence
# Log-odds must be so many standard deviations above 0 (one-sided 5 %), counts smoothed by this much.
Z, SMOOTH = 1.64, 0.5
# A word is left out where a longer suggestion holds this share of its occurrences.
INSIDE = 0.9
# First letters of the parts of speech that are no unit and say nothing of a dimension (particles,
# pronouns, prepositions …), and more that say nothing of one: numbers, measures, names.
_FUNCTION = tuple("upcdrfty")
_EMPTY = (*_FUNCTION, "e", "m", "o", "q", "w", "nr", "ns", "nt", "zg")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_WORD = re.compile(rf"[\u4e00-\u9fff]{{2,{LONGEST_WORD}}}")
_NEXT = re.compile("的|特色")


class Suggestion(NamedTuple):
    """A row of the CSV: `role` and `value` (a unit's name, a head's kind, a term's weight) may be empty."""

    term: str
    table: str
    role: str
    value: str
    dimension: str
    times: int
    documents: int
    context: str


class _Seen:
    """How often terms were seen, in how many documents, and where first."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.by: dict[str, Counter[str]] = {}  # dimension → term → count
        self.documents: dict[str, set[int]] = {}
        self.context: dict[str, str] = {}

    def add(self, term: str, document: int, context: str, dimension: str = "") -> None:
        self.count[term] += 1
        self.by.setdefault(dimension, Counter())[term] += 1
        self.documents.setdefault(term, set()).add(document)
        self.context.setdefault(term, context)

    def fold(self, longer: str, shorter: str) -> None:
        """Count what was cut too long with what it begins with."""
        self.count[shorter] += self.count.pop(longer)
        self.documents[shorter] |= self.documents.pop(longer)


def suggest(documents: Iterable[Document], lexicons: Lexicons, least: int = 3) -> list[Suggestion]:
    """Give suggestions by table (units, practices, the scheme), most frequent first, then by code point.

    Dimension terms must occur `least` times; units and head nouns once. Terms that the table or scheme
    has already, in whatever role, are never given.
    """
    segmenter = make_segmenter("rjieba", kept_whole(lexicons))
    known = {t: {r.term for r in lexicons.tables[t]} for t in ("units", "practices")}
    numbers = _known(lexicons)
    units, heads, words = _Seen(), _Seen(), _Seen()
    of_scheme = {t.term for t in lexicons.scheme.terms} | set(lexicons.scheme.institutions)
    no_word = of_scheme | known["units"]  # 人次, 小时
    matcher = Matcher(of_scheme)
    for n, document in enumerate(documents):
        for report in document.reports:
            text = report.article.text
            prose = Prose(text.clean, text.norm, report.sentences)
            for start, end in _units(prose, report, segmenter, numbers):
                units.add(text.norm[start:end], n, _context(prose, start, end))
            for start, end in _heads(prose, report, segmenter):
                heads.add(text.norm[start:end], n, _context(prose, start, end))
            for start, end, dimension in _words(prose, report, segmenter, matcher):
                words.add(text.norm[start:end], n, _context(prose, start, end), dimension)
    _fold(units)
    scheme = f"{SCHEMES}/{lexicons.scheme.id}"
    leaning = _leaning(words, lexicons.scheme.dimensions, least)
    return [
        *_rows(units, "units", "", {t: (t, "") for t in set(units.count) - known["units"]}),
        *_rows(
            heads,
            "practices",
            "head",
            dict.fromkeys(set(heads.count) - known["practices"], ("", "")),
        ),
        *_rows(words, scheme, "", {t: ("1", d) for t, d in leaning.items() if t not in no_word}),
    ]


def _rows(
    seen: _Seen, table: str, role: str, chosen: dict[str, tuple[str, str]]
) -> Iterator[Suggestion]:
    for term in sorted(chosen, key=lambda t: (-seen.count[t], t)):
        value, dimension = chosen[term]
        count, documents = seen.count[term], len(seen.documents[term])
        yield Suggestion(term, table, role, value, dimension, count, documents, seen.context[term])


def _context(prose: Prose, start: int, end: int) -> str:
    """The sentence around a term as written, cut to CONTEXT characters on either side."""
    sentence = prose.sentence(start)
    left, right = max(sentence.start, start - CONTEXT), min(max(sentence.end, end), end + CONTEXT)
    before = "…" if left > sentence.start else ""
    after = "…" if right < sentence.end else ""
    return before + " ".join(prose.clean[left:right].split()) + after


# --- units -----------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What may follow a numeral without being a new unit, and numerals that are part of a set phrase."""

    after: tuple[str, ...]
    phrases: tuple[str, ...]


def _known(lexicons: Lexicons) -> _Known:
    bounds = [r.term for r in lexicons.tables["quantities"] if r.role.startswith("post_")]
    units = [r.term for r in lexicons.tables["units"]]
    return _Known((*bounds, *units), lexicons.terms("slogans", "slogan"))


def _units(
    prose: Prose, report: Report, segmenter: Segmenter, known: _Known
) -> Iterator[tuple[int, int]]:
    """What stands after numerals that were refused for want of a unit."""
    norm = prose.norm
    numerals = {n.start: n for n in find_numerals(norm)}
    for refused in report.rejected:
        numeral = numerals.get(refused.start)
        # a spelled-out number with an unknown word is refused as a slogan, known (三会一课) or not (三桁)
        if numeral is None or refused.reason not in ("no unit", "slogan"):
            continue
        run = _HAN.match(norm, numeral.end, numeral.end + REACH)
        if run is None or run.group().startswith(known.after):
            continue
        if refused.reason == "slogan":
            # 三心二意, 举一反三; 二是 opens an item; 每周三 is a day
            paired = any(0 < abs(at - numeral.start) <= 3 for at in numerals)
            item = run.group().startswith("是") or norm[numeral.start - 1 :][:1] in "周期初"
            if paired or item or norm.startswith(known.phrases, numeral.start):
                continue
        word = segmenter.tokens(run.group())[0]
        if not word.tag.startswith(_FUNCTION):
            yield numeral.end, numeral.end + min(word.end, LONGEST_UNIT)


def _fold(units: _Seen) -> None:
    """Where a unit was cut off alone elsewhere, and no less often, a longer cut is unit and noun."""
    for longer in sorted(units.count, key=lambda t: (-len(t), t)):
        shorter = [longer[:n] for n in range(len(longer) - 1, 0, -1)]
        found = next((s for s in shorter if units.count[s] >= units.count[longer]), None)
        if found is not None:
            units.fold(longer, found)


# --- head nouns --------------------------------------------------------------------------------------------


def _heads(prose: Prose, report: Report, segmenter: Segmenter) -> Iterator[tuple[int, int]]:
    """The last of the nouns right after a quoted name that is no practice and no honour."""
    taken = [(p.start, p.end) for p in report.practices]
    taken += [(h.start, h.end) for h in report.honours]
    for quote in prose.quotes:
        if quote.mark != "“" or quote.end - quote.start < 2 or prose.is_speech(quote):
            continue
        if any(start <= quote.end and quote.start <= end for start, end in taken):
            continue
        at = quote.end + 1
        if link := _NEXT.match(prose.norm, at):
            at = link.end()
        run = _HAN.match(prose.norm, at, at + REACH)
        if run is None:
            continue
        last = None
        for token in segmenter.tokens(run.group()):
            if not _noun(token):
                break
            # one character is no head noun but with the word before it (共建坊)
            single = last is not None and token.end - token.start == 1
            last = token._replace(start=last.start) if last and single else token
        # what REACH cut through is no word
        if last is not None and _names(last) and not _cut(prose.norm, at, last):
            yield at + last.start, at + last.end


def _noun(token: Token) -> bool:
    """A noun, or a verb of two characters before one (维修小班)."""
    verb = token.tag == "v" and token.start == 0 and token.end > 1
    # a name of a person further on is more often a word that the segmenter does not know (小营)
    unknown = token.tag == "nr" and token.start > 0 and token.end - token.start == 2
    return token.tag in ("n", "ng", "nz", "vn", "l", "an", "zg") or verb or unknown


def _names(token: Token) -> bool:
    """Whether a word may be a head noun; long verbs are words that the segmenter does not know."""
    size = token.end - token.start
    return size > 1 and (token.tag in ("n", "nr", "nz", "vn") or size > 2)


def _cut(norm: str, at: int, token: Token) -> bool:
    return token.end == REACH and _HAN.match(norm, at + token.end) is not None


# --- dimension terms -----------------------------------------------------------------------------------------


def _words(
    prose: Prose, report: Report, segmenter: Segmenter, known: Matcher
) -> Iterator[tuple[int, int, str]]:
    """Words, and pairs of words, in the sections whose dimension is known."""
    dimensions = [s.dimension if s else None for s in report.section_dimensions]
    for sentence in prose.sentences:
        dimension = dimensions[sentence.section] if sentence.section >= 0 else None
        if dimension is None:
            continue
        text = prose.norm[sentence.start : sentence.end]
        spans = known.find(text)
        starts = [s for s, _, _ in spans]
        before: Token | None = None
        for token in segmenter.tokens(text):
            at = bisect_right(starts, token.end - 1) - 1
            inside = at >= 0 and spans[at][1] > token.start
            if inside or not _HAN.fullmatch(token.text) or token.tag.startswith(_EMPTY):
                before = None
                continue
            end = sentence.start + token.end
            if _WORD.fullmatch(token.text):
                yield sentence.start + token.start, end, dimension
            if before is not None and token.end - before.start <= LONGEST_WORD:
                yield sentence.start + before.start, end, dimension
            before = token


def _leaning(words: _Seen, dimensions: tuple[str, ...], least: int) -> dict[str, str]:
    """Term → the dimension that it leans to plainly: log-odds against all others, Z deviations up."""
    totals = {d: sum(words.by.get(d, Counter()).values()) for d in dimensions}
    every = sum(totals.values())
    found: dict[str, str] = {}
    for term, count in words.count.items():
        if count < least:
            continue
        scores = []
        for order, dimension in enumerate(dimensions):
            own = words.by.get(dimension, Counter())[term]
            odds = _log_odds(own, totals[dimension]) - _log_odds(
                count - own, every - totals[dimension]
            )
            spread = math.sqrt(1 / (own + SMOOTH) + 1 / (count - own + SMOOTH))
            scores.append((odds / spread, -order))
        best, order = max(scores)
        if best >= Z:
            found[term] = dimensions[-order]
    longer = sorted(found, key=len)
    for term in list(found):
        if any(
            term in other and len(other) > len(term)
            and words.count[other] >= INSIDE * words.count[term]
            for other in longer
        ):  # fmt: skip
            found.pop(term)
    return found


def _log_odds(count: int, total: int) -> float:
    return math.log((count + SMOOTH) / (total - count + SMOOTH))
