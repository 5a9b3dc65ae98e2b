"""Every table and column of the dataset, declared once.

Readers of the data, the dictionary and the files all take names, types, order and meaning from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA_VERSION = 1

Type = Literal["string", "int", "float", "bool"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, unit (where it measures) and meaning."""

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what one row is, and its columns in order; `key` is unique."""

    name: str
    row: str
    key: str
    columns: tuple[Column, ...]


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
    Column("dimension", "string", "chief dimension of its sentence, else of its section"),
    Column("evidence", "string", "verbatim text of the report", required=True),
    *_SPAN,
    Column("page", "int", "page of the file, from 1, where it has pages"),
    Column("bbox", "string", "left top right bottom on the page", "points, or pixels of a scan"),
    Column("locator", "string", "paragraph, cell or element in the file"),
    Column("rule", "string", "what found it"),
    Column("confidence", "float", "how sure the rule is, 0 to 1"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "documents",
        "a source file",
        "document_id",
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
            Column("reports", "int", "number of reports found in it"),
            Column(
                "status",
                "string",
                "read, failed, or skipped (hidden, a link, no texts)",
                required=True,
            ),
        ),
    ),
    Table(
        "reports",
        "one branch's report (or a lead article)",
        "report_id",
        (
            *_REPORT,
            Column("id", "string", "file stem, with #n where a file holds several", required=True),
            Column("branch", "string", "the branch's full name as written"),
            Column("title", "string", "the report's title, its lines joined by one space"),
            Column("author", "string", "author line, where there is one"),
            Column("kind", "string", "report of a branch, or article without one"),
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
        (
            _id("section_id", "hash of report and span"),
            *_REPORT,
            Column("position", "int", "its place in the report, from 1", required=True),
            Column("level", "int", "depth of the heading, 1 outermost"),
            Column("heading", "string", "heading as written", required=True),
            Column("body", "string", "reflowed text up to the next heading"),
            Column("dimension", "string", "what the section is about, null where none fits"),
            Column("score", "float", "how sure that is, 0 to 1"),
            Column("basis", "string", "how the heading was found"),
            *_SPAN,
        ),
    ),
    Table(
        "sentences",
        "a sentence (headings included)",
        "sentence_id",
        (
            _id("sentence_id", "hash of report and span"),
            *_REPORT,
            Column("section_id", "string", "the section it stands in, null in the lead"),
            Column("position", "int", "its place in the report, from 1", required=True),
            Column("heading", "bool", "whether it is a heading"),
            Column("text", "string", "the sentence as written", required=True),
            Column("dimensions", "string", "its dimensions joined by |, empty where none"),
            *_SPAN,
        ),
    ),
    Table(
        "sentence_dimensions",
        "a dimension that a sentence gives evidence to",
        "sentence_dimension_id",
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
        (
            _id("achievement_id", "hash of report and span"),
            *_FACT,
            Column("text", "string", "number and unit as written", required=True),
            Column("value", "float", "the number in full", "see unit", required=True),
            Column("upper", "float", "upper end of a range", "see unit"),
            Column("unit", "string", "classifier, currency or %; null for ranks"),
            Column("bound", "string", "exact, over, under, about, range"),
            Column("kind", "string", "count, money, percent, change, rank, duration, profile"),
            Column("indicator", "string", "what was counted"),
            Column("action", "string", "the verb"),
            Column("period", "string", "time phrase that governs it"),
            Column("from_value", "float", "the value a change began from", "see unit"),
            Column("direction", "string", "up or down, for changes"),
        ),
    ),
    Table(
        "honours",
        "an honour received",
        "honour_id",
        (
            _id("honour_id", "hash of report and span"),
            *_FACT,
            Column("title", "string", "title as written", required=True),
            Column("kind", "string", "award, publication, endorsement"),
            Column("recipient", "string", "branch, unit or member"),
            Column(
                "level",
                "string",
                "national, provincial, municipal, county, unit; null where untold",
            ),
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
        (
            _id("furniture_id", "hash of document and span"),
            _id("document_id", "the source file, key of `documents`"),
            Column("kind", "string", "banner, boilerplate, caption, subtitle, pinyin, hyphen …"),
            Column("text", "string", "as written", required=True),
            *_SPAN,
        ),
    ),
    Table(
        "issues",
        "a doubt or a fault",
        "issue_id",
        (
            _id("issue_id", "hash of document, stage and message"),
            _id("document_id", "the source file, key of `documents`"),
            Column("report_id", "string", "the report, where it concerns one"),
            Column("path", "string", "path of the file", required=True),
            Column("stage", "string", "find, read, layout or extract", required=True),
            Column("severity", "string", "error or warning", required=True),
            Column("message", "string", "what is wrong", required=True),
            Column("cure", "string", "what to do"),
            *_SPAN,
        ),
    ),
    Table(
        "runs",
        "one run that wrote the dataset",
        "run_id",
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
