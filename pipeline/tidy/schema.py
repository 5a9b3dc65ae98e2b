"""Every table and column of the dataset, declared once.

Readers of the data, the dictionary and the files all take names, types, order and meaning from here.
"""

from __future__ import annotations

from pipeline.tidy.declare import Column as Column
from pipeline.tidy.declare import Table as Table

# Raised whenever a table or column is added, removed, renamed, or changes its type or meaning.
SCHEMA_VERSION = 1


def _id(name: str, meaning: str) -> Column:
    return Column(name, "string", meaning, required=True, layer="tidy")


# Administrative levels from the highest to the lowest.
LEVELS = ("national", "provincial", "municipal", "county", "unit")
_SPAN = (
    Column(
        "source_start",
        "int",
        "where the evidence begins in the source text",
        "code points",
        least=0,
        layer="layout",
    ),
    Column(
        "source_end", "int", "where it ends (exclusive)", "code points", least=0, layer="layout"
    ),
)
_REPORT = (
    _id("report_id", "the report, key of `reports`"),
    _id("document_id", "the source file, key of `documents`"),
)
_FACT = (
    *_REPORT,
    Column("section_id", "string", "the section it stands in, null in the lead", layer="layout"),
    Column("sentence_id", "string", "the sentence it stands in", layer="segment"),
    Column(
        "dimension",
        "string",
        "chief dimension of its sentence, else of its section",
        lexicon=("dimensions",),
        layer="classify",
    ),
    Column("evidence", "string", "verbatim text of the report", required=True),
    *_SPAN,
    Column("page", "int", "page of the file, from 1, where it has pages", least=1, layer="source"),
    Column(
        "bbox",
        "string",
        "left top right bottom on the page",
        "points, or pixels of a scan",
        layer="source",
    ),
    Column("locator", "string", "paragraph, cell or element in the file", layer="source"),
    Column("rule", "string", "what found it"),
    Column("confidence", "float", "how sure the rule is, 0 to 1", least=0, most=1),
)

TABLES: tuple[Table, ...] = (
    Table(
        "documents",
        "a source file",
        "document_id",
        "source",
        (
            _id("document_id", "hash of the file's bytes and its path below the input"),
            Column("path", "string", "path below the input it was found in", required=True),
            Column("sha256", "string", "hash of the file's bytes, null where it cannot be read"),
            Column("media", "string", "media type"),
            Column("encoding", "string", "encoding it was read in"),
            Column("publication", "string", "newspaper or site, where the file says so"),
            Column("date", "string", "date of publication, where the file says so"),
            Column("pages", "int", "number of pages, for PDF and scans", least=1),
            Column("characters", "int", "length of the raw text", "code points", least=0),
            Column("reports", "int", "number of reports found in it", least=0, layer="layout"),
            Column(
                "status",
                "string",
                "read, failed, or skipped (hidden, a link, no texts)",
                required=True,
                values=("read", "failed", "skipped"),
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
                values=("report", "article"),
            ),
            Column("organisation", "string", "the organisation around the branch", layer="tidy"),
            Column(
                "level",
                "string",
                "administrative level read from the branch's name",
                values=LEVELS,
                layer="tidy",
            ),
            Column("region", "string", "place read from the branch's name", layer="tidy"),
            Column("characters", "int", "length of its text", "code points", least=0),
            Column("text", "string", "its clean text: lead, headings and bodies"),
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
            Column("position", "int", "its place in the report, from 1", required=True, least=1),
            Column("level", "int", "depth of the heading, 1 outermost", least=1),
            Column("heading", "string", "heading as written", required=True),
            Column("body", "string", "reflowed text up to the next heading"),
            Column(
                "dimension",
                "string",
                "what the section is about, null where none fits",
                lexicon=("dimensions",),
                layer="classify",
            ),
            Column("score", "float", "how sure that is, 0 to 1", least=0, most=1, layer="classify"),
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
            Column(
                "section_id", "string", "the section it stands in, null in the lead", layer="layout"
            ),
            Column("position", "int", "its place in the report, from 1", required=True, least=1),
            Column("heading", "bool", "whether it is a heading"),
            Column("text", "string", "the sentence as written", required=True),
            Column(
                "dimensions",
                "string",
                "its dimensions joined by |, empty where none",
                layer="classify",
            ),
            *_SPAN,
        ),
    ),
    Table(
        "sentence_dimensions",
        "a dimension that a sentence gives evidence to",
        "sentence_dimension_id",
        "classify",
        (
            _id("sentence_dimension_id", "hash of sentence and dimension"),
            _id("sentence_id", "key of `sentences`"),
            *_REPORT,
            Column(
                "dimension",
                "string",
                "the dimension's key in the scheme",
                required=True,
                lexicon=("dimensions",),
            ),
            Column("score", "float", "probability, 0 to 1", least=0, most=1),
            Column(
                "basis",
                "string",
                "heading, lexicon or model",
                values=("heading", "lexicon", "model"),
            ),
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
                lexicon=(
                    "practices",
                    "head",
                    "outer",
                    "ending",
                    "brand_verb",
                    "document_head",
                    "mechanism_verb",
                ),
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
            Column(
                "bound",
                "string",
                "exact, over, under, about, range",
                values=("exact", "over", "under", "about", "range"),
            ),
            Column(
                "kind",
                "string",
                "count, money, percent, change, rank, duration, profile",
                values=("count", "money", "percent", "change", "rank", "duration", "profile"),
            ),
            Column("indicator", "string", "what was counted"),
            Column("action", "string", "the verb"),
            Column("period", "string", "time phrase that governs it"),
            Column("from_value", "float", "the value a change began from", "see unit"),
            Column("direction", "string", "up or down, for changes", values=("up", "down")),
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
                "award, publication, endorsement",
                values=("award", "publication", "endorsement"),
            ),
            Column(
                "recipient", "string", "branch, unit or member", values=("branch", "unit", "member")
            ),
            Column(
                "level",
                "string",
                "national, provincial, municipal, county, unit; null where untold",
                values=LEVELS,
            ),
            Column("issuer", "string", "who gave it, as written"),
            Column("year", "int", "year of the award", "year"),
            Column("years", "int", "how many years running", "years", least=1),
            Column("count", "int", "how many persons received it", "persons", least=1),
        ),
    ),
    Table(
        "terms",
        "a lexicon hit",
        "term_id",
        "extract",
        (
            _id("term_id", "hash of report and span"),
            *_REPORT,
            Column("sentence_id", "string", "the sentence it stands in", layer="segment"),
            Column("term", "string", "the text as written", required=True),
            Column("canonical", "string", "the lexicon's term", required=True),
            Column(
                "category",
                "string",
                "dimension or institution",
                values=("dimension", "institution"),
            ),
            Column("dimension", "string", "the dimension it speaks of", lexicon=("dimensions",)),
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
            Column("sentence_id", "string", "the sentence it stands in", layer="segment"),
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
            Column("kind", "string", "banner, boilerplate, caption, subtitle, pinyin, hyphen …"),
            Column("text", "string", "as written", required=True),
            *_SPAN,
        ),
    ),
    Table(
        "issues",
        "a doubt or a fault",
        "issue_id",
        "tidy",
        (
            _id("issue_id", "hash of document, stage and message"),
            _id("document_id", "the source file, key of `documents`"),
            Column("report_id", "string", "the report, where it concerns one"),
            Column("path", "string", "path of the file", required=True),
            Column(
                "stage",
                "string",
                "find, read, layout or extract",
                required=True,
                values=("find", "read", "layout", "extract"),
            ),
            Column(
                "severity", "string", "error or warning", required=True, values=("error", "warning")
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
        "tidy",
        (
            _id("run_id", "hash of version, lexicons, scheme and inputs"),
            Column("version", "string", "version of the program"),
            Column("schema_version", "int", "version of this declaration"),
            Column("lexicons", "string", "hash of all lexicon files"),
            Column("scheme", "string", "scheme of dimensions"),
            Column("documents", "int", "files seen", least=0),
            Column("failed", "int", "files that could not be read", least=0),
            Column("reports", "int", "reports found", least=0),
            Column("facts", "int", "practices, achievements and honours found", least=0),
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
