"""Every table and column of the dataset, declared once.

Readers of the data, validation, the dictionary, the data package, the databases and their views all take
names, types, order, meaning, layers, keys and allowed values from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA_VERSION = 2

Type = Literal["string", "int", "float", "bool"]
# What a value comes from: the file and its reader, the layout, the cutting into sentences, the tagging with
# dimensions and terms, the extractors, or the run itself.
Layer = Literal["file", "layout", "segment", "tag", "extract", "run"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, unit (where it measures), meaning, and where its values come from.

    `layer` is empty where the values come from the layer of the table. `allowed` are all values that there
    are, in order (empty: not closed).
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    layer: Layer | Literal[""] = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what one row is, the layer it comes from, and its columns in order; `key` is unique."""

    name: str
    row: str
    key: str
    layer: Layer
    columns: tuple[Column, ...]

    def layer_of(self, column: Column) -> str:
        """Give the layer that a column's values come from."""
        return column.layer or self.layer


# Administrative levels from the highest to the lowest.
LEVELS = ("national", "provincial", "municipal", "county", "unit")
BOUNDS = ("exact", "over", "under", "about", "range")
KINDS = ("count", "money", "percent", "change", "rank", "duration", "profile")


def _id(name: str, meaning: str) -> Column:
    return Column(name, "string", meaning, required=True)


_SPAN = (
    Column("source_start", "int", "where the evidence begins in the source text", "code points"),
    Column("source_end", "int", "where it ends (exclusive)", "code points"),
)
_REPORT = (
    _id("report_id", "the report, key of `reports`"),
    _id("document_id", "the source file, key of `documents`"),
)
_FACT = (
    *_REPORT,
    Column("section_id", "string", "the section it stands in, null in the lead"),
    Column("sentence_id", "string", "the sentence it stands in"),
    Column(
        "dimension", "string", "chief dimension of its sentence, else of its section", layer="tag"
    ),
    Column("evidence", "string", "verbatim text of the report", required=True),
    *_SPAN,
    Column("page", "int", "page of the file, from 1, where it has pages", layer="file"),
    Column(
        "bbox",
        "string",
        "left top right bottom on the page",
        "points, or pixels of a scan",
        layer="file",
    ),
    Column("locator", "string", "paragraph, cell or element in the file", layer="file"),
    Column("rule", "string", "what found it"),
    Column("confidence", "float", "how sure the rule is, 0 to 1"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "documents",
        "a source file",
        "document_id",
        "file",
        (
            _id("document_id", "hash of the file's bytes and its path below the input"),
            Column("path", "string", "path below the input it was found in", required=True),
            Column("sha256", "string", "hash of the file's bytes, null where it cannot be read"),
            Column("media", "string", "media type"),
            Column("encoding", "string", "encoding it was read in"),
            Column("publication", "string", "newspaper or site, where the file says so"),
            Column("date", "string", "date of publication, where the file says so"),
            Column("pages", "int", "number of pages, for PDF and scans"),
            Column("characters", "int", "length of the raw text", "code points"),
            Column("reports", "int", "number of reports found in it", layer="layout"),
            Column(
                "status",
                "string",
                "read, failed, or skipped (hidden, a link, no texts)",
                required=True,
                layer="run",
                allowed=("read", "failed", "skipped"),
            ),
        ),
    ),
    Table(
        "reports",
        "one branch's report (or a lead article)",
        "report_id",
        "layout",
        (
            *_REPORT,
            Column("id", "string", "file stem, with #n where a file holds several", required=True),
            Column("branch", "string", "the branch's full name as written"),
            Column("title", "string", "the report's title, its lines joined by one space"),
            Column("author", "string", "author line, where there is one"),
            Column(
                "kind",
                "string",
                "report of a branch, or article without one",
                allowed=("report", "article"),
            ),
            Column("organisation", "string", "the organisation around the branch"),
            Column("level", "string", "administrative level read from the branch's name"),
            Column("region", "string", "place read from the branch's name"),
            Column("characters", "int", "length of its text", "code points"),
            Column("text", "string", "its clean text: lead, headings and bodies"),
            Column(
                "duplicate_of",
                "string",
                "report_id of the first of the same reports, where it is a mirror or reprint of one",
            ),
            *_SPAN,
        ),
    ),
    Table(
        "sections",
        "a headed part of a report",
        "section_id",
        "layout",
        (
            _id("section_id", "hash of report and span"),
            *_REPORT,
            Column("position", "int", "its place in the report, from 1", required=True),
            Column("level", "int", "depth of the heading, 1 outermost"),
            Column("heading", "string", "heading as written", required=True),
            Column("body", "string", "reflowed text up to the next heading"),
            Column(
                "dimension",
                "string",
                "what the section is about, null where none fits",
                layer="tag",
            ),
            Column("score", "float", "how sure that is, 0 to 1", layer="tag"),
            Column("basis", "string", "how the heading was found"),
            *_SPAN,
        ),
    ),
    Table(
        "sentences",
        "a sentence (headings included)",
        "sentence_id",
        "segment",
        (
            _id("sentence_id", "hash of report and span"),
            *_REPORT,
            Column("section_id", "string", "the section it stands in, null in the lead"),
            Column("position", "int", "its place in the report, from 1", required=True),
            Column("heading", "bool", "whether it is a heading"),
            Column("text", "string", "the sentence as written", required=True),
            Column(
                "dimensions", "string", "its dimensions joined by |, empty where none", layer="tag"
            ),
            *_SPAN,
        ),
    ),
    Table(
        "sentence_dimensions",
        "a dimension that a sentence gives evidence to",
        "sentence_dimension_id",
        "tag",
        (
            _id("sentence_dimension_id", "hash of sentence and dimension"),
            _id("sentence_id", "key of `sentences`"),
            *_REPORT,
            Column("dimension", "string", "the dimension's key in the scheme", required=True),
            Column("score", "float", "probability, 0 to 1"),
            Column("basis", "string", "heading, lexicon or model"),
        ),
    ),
    Table(
        "practices",
        "a named practice or measure of the branch",
        "practice_id",
        "extract",
        (
            _id("practice_id", "hash of report and span"),
            *_FACT,
            Column("name", "string", "the name without quotation marks", required=True),
            Column(
                "kind",
                "string",
                "method, brand, mechanism, model, platform, programme, team, document",
            ),
            Column("action", "string", "the verb that governs it"),
        ),
    ),
    Table(
        "achievements",
        "a quantified result",
        "achievement_id",
        "extract",
        (
            _id("achievement_id", "hash of report and span"),
            *_FACT,
            Column("text", "string", "number and unit as written", required=True),
            Column("value", "float", "the number in full", "see unit", required=True),
            Column("upper", "float", "upper end of a range", "see unit"),
            Column("unit", "string", "classifier, currency or %; null for ranks"),
            Column("bound", "string", "what approximates the number", allowed=BOUNDS),
            Column("kind", "string", "what sort of quantity it is", allowed=KINDS),
            Column("indicator", "string", "what was counted"),
            Column("action", "string", "the verb"),
            Column("period", "string", "time phrase that governs it"),
            Column("from_value", "float", "the value a change began from", "see unit"),
            Column("direction", "string", "where a change went", allowed=("up", "down")),
        ),
    ),
    Table(
        "honours",
        "an honour received",
        "honour_id",
        "extract",
        (
            _id("honour_id", "hash of report and span"),
            *_FACT,
            Column("title", "string", "title as written", required=True),
            Column(
                "kind",
                "string",
                "what was received",
                allowed=("award", "publication", "endorsement"),
            ),
            Column("recipient", "string", "who holds it", allowed=("branch", "unit", "member")),
            Column("level", "string", "level of the honour, null where untold", allowed=LEVELS),
            Column("issuer", "string", "who gave it, as written"),
            Column("year", "int", "year of the award", "year"),
            Column("years", "int", "how many years running", "years"),
            Column("count", "int", "how many persons received it", "persons"),
        ),
    ),
    Table(
        "terms",
        "a lexicon hit",
        "term_id",
        "tag",
        (
            _id("term_id", "hash of report and span"),
            *_REPORT,
            Column("sentence_id", "string", "the sentence it stands in"),
            Column("term", "string", "the text as written", required=True),
            Column("canonical", "string", "the lexicon's term", required=True),
            Column("category", "string", "dimension or institution"),
            Column("dimension", "string", "the dimension it speaks of"),
            *_SPAN,
        ),
    ),
    Table(
        "rejected",
        "a number seen and refused",
        "rejected_id",
        "extract",
        (
            _id("rejected_id", "hash of report and span"),
            *_REPORT,
            Column("sentence_id", "string", "the sentence it stands in"),
            Column("text", "string", "as written", required=True),
            Column("reason", "string", "why it is no achievement of this branch", required=True),
            Column("value", "float", "the number, where it was read", "see unit"),
            Column("unit", "string", "its unit, where it has one"),
            *_SPAN,
        ),
    ),
    Table(
        "furniture",
        "a piece of the source outside every report's text, or a repair inside one",
        "furniture_id",
        "layout",
        (
            _id("furniture_id", "hash of document and span"),
            _id("document_id", "the source file, key of `documents`"),
            Column(
                "kind",
                "string",
                "banner, boilerplate, caption, note, label, contents, form, front matter, pinyin …",
            ),
            Column("text", "string", "as written", required=True),
            *_SPAN,
        ),
    ),
    Table(
        "issues",
        "a doubt or a fault",
        "issue_id",
        "run",
        (
            _id("issue_id", "hash of document, stage and message"),
            _id("document_id", "the source file, key of `documents`"),
            Column("report_id", "string", "the report, where it concerns one"),
            Column("path", "string", "path of the file", required=True),
            Column(
                "stage",
                "string",
                "where it came to light",
                required=True,
                allowed=("find", "read", "layout", "extract"),
            ),
            Column(
                "severity",
                "string",
                "error: something is missing from the tables; warning: look at it",
                required=True,
                allowed=("error", "warning"),
            ),
            Column("message", "string", "what is wrong", required=True),
            Column("cure", "string", "what to do"),
            *_SPAN,
        ),
    ),
    Table(
        "runs",
        "one run that wrote the dataset",
        "run_id",
        "run",
        (
            _id("run_id", "hash of version, lexicons, scheme and inputs"),
            Column("version", "string", "version of the program"),
            Column("schema_version", "int", "version of this declaration"),
            Column("lexicons", "string", "hash of all lexicon files"),
            Column("scheme", "string", "scheme of dimensions"),
            Column("documents", "int", "files seen"),
            Column("failed", "int", "files that could not be read"),
            Column("reports", "int", "reports found"),
            Column("facts", "int", "practices, achievements and honours found"),
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
