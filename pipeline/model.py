"""The things that travel along the route: frozen, typed, doing no work of their own.

Spans are half-open (start, end) in code points. Unless a field says *source*, they count in the
report's clean text. Named tuples rather than dataclasses: a corpus makes millions of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.offsets import OffsetMap

Span = tuple[int, int]


class Issue(NamedTuple):
    """A doubt or a fault, as a row."""

    stage: str
    severity: str  # "error": something could not be done; "warning": done, with doubt
    message: str
    cure: str
    source: Span | None = None


class Anchor(NamedTuple):
    """Where a stretch of source text stands in its file: page and box, or a locator.

    The box is (left, top, right, bottom) in points (PDF) or pixels (scans) from the page's top left;
    the locator names a paragraph, cell or element (p12, Sheet1!B3, article > p:nth-child(4)).
    """

    start: int
    end: int
    page: int | None
    box: tuple[float, float, float, float] | None
    locator: str | None


class Furniture(NamedTuple):
    """A stretch of the source that belongs to no report's text, or a repair made inside one."""

    kind: str
    source: Span


@dataclass(frozen=True, slots=True)
class Source:
    """A text as its reader got it: `text` is what all source offsets count in.

    `anchors` lead from it to pages and cells, in order and without overlap; `furniture` is what the
    reader knows to be none of the reports' text (navigation, running heads); `meta` what the file
    says of itself (title, author, date, publication, branch).
    """

    path: str
    stem: str
    sha256: str
    media: str
    encoding: str
    text: str
    issues: tuple[Issue, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()


class Text(NamedTuple):
    """Clean text, the form rules are matched on (same length), and where it came from."""

    clean: str
    norm: str
    origin: OffsetMap


class Section(NamedTuple):
    """A headed part: spans of its heading and body; level 1 is outermost."""

    heading: Span
    body: Span
    level: int
    rule: str


@dataclass(frozen=True, slots=True)
class Article:
    """One report as layout found it: title and by-line by source spans, prose as clean text."""

    text: Text
    lead: Span
    sections: tuple[Section, ...]
    title: tuple[Span, ...]
    byline: Span | None
    author: Span | None


@dataclass(frozen=True, slots=True)
class Layout:
    """All articles of a source and what belongs to none of them."""

    articles: tuple[Article, ...]
    furniture: tuple[Furniture, ...]
    issues: tuple[Issue, ...] = ()


class Sentence(NamedTuple):
    """A sentence: its span and the index of its section (-1 for the lead)."""

    start: int
    end: int
    section: int
    heading: bool


class Score(NamedTuple):
    """How strongly a sentence or section speaks of a dimension, and on what basis."""

    dimension: str
    score: float
    basis: str  # heading, lexicon, model


class Term(NamedTuple):
    """A lexicon hit."""

    start: int
    end: int
    term: str
    category: str
    dimension: str | None


class Practice(NamedTuple):
    """A named practice or measure of the branch."""

    start: int
    end: int
    name: str
    kind: str
    action: str | None
    rule: str
    confidence: float


class Achievement(NamedTuple):
    """A quantified result; `start:end` covers number and unit as written."""

    start: int
    end: int
    value: float
    upper: float | None
    unit: str | None
    bound: str  # exact, over, under, about, range
    kind: str  # count, money, percent, change, rank, duration, profile
    indicator: str | None
    action: str | None
    period: str | None
    origin: float | None  # the value a change started from
    direction: str | None  # up, down
    rule: str
    confidence: float


class Honour(NamedTuple):
    """An honour received; `persons` is how many members received it."""

    start: int
    end: int
    title: str
    kind: str  # award, publication, endorsement
    recipient: str  # branch, unit, member
    level: str | None
    issuer: str | None
    year: int | None
    years: int | None
    persons: int | None
    rule: str
    confidence: float


class Rejected(NamedTuple):
    """A numeral or name that was seen and refused, with the reason."""

    start: int
    end: int
    reason: str
    value: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything known of one branch's report."""

    id: str
    article: Article
    branch: str | None
    branch_span: Span | None
    title: str | None
    author: str | None
    sentences: tuple[Sentence, ...]
    sentence_scores: tuple[tuple[Score, ...], ...]
    section_dimensions: tuple[Score | None, ...]
    terms: tuple[Term, ...]
    practices: tuple[Practice, ...]
    achievements: tuple[Achievement, ...]
    honours: tuple[Honour, ...]
    rejected: tuple[Rejected, ...]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source with its reports, furniture and issues: the unit of work."""

    source: Source
    reports: tuple[Report, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may vary; part of the key of its results."""

    scheme: str = "siqiang"
    lexicons: str | None = None  # folder of lexicons; None takes those shipped with the package
    text_column: str | None = None  # column of tables that holds the text; None finds it
    seconds: float | None = None  # a file (row, member of an archive) may take; None sets no limit
    characters: int = 4_000_000  # a text may have; a longer one is given up
    keep: bool = False  # documents whose files are gone stay in the dataset
