"""What the page knows: a dataset packed as columns, every fact as a span of its report's text.

Offsets here count UTF-16 units of the report's clean text, as a browser's strings do. A text is given
once; sentences and evidence are slices of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.tidy.evidence import find
from pipeline.tidy.schema import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.tidy.frames import Dataset

# Columns a layer has of its own, beside what every fact has.
OWN: Mapping[str, tuple[str, ...]] = {
    "practices": ("name", "kind", "action"),
    "achievements": (
        "value", "upper", "unit", "bound", "kind", "indicator", "action", "period", "from_value",
        "direction",
    ),
    "honours": ("title", "kind", "recipient", "level", "issuer", "years", "count"),
    "rejected": ("reason", "value", "unit"),
}  # fmt: skip
REPORT_COLUMNS = (
    "branch", "title", "author", "kind", "organisation", "level", "region", "sector", "text",
)  # fmt: skip
# A year in a phrase of time: 2024年, ２０２４年上半年. Reports of branches are of this and the last century.
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every table is packed upon: the reports' rows by key, their texts and years, the dimensions."""

    dataset: Dataset
    reports: Mapping[str, int]
    texts: Sequence[str]
    wide: Sequence[list[int] | None]  # a text's UTF-16 offsets, None where they are its code points
    codes: Mapping[str, int]  # dimension → its number
    years: Sequence[int | None]

    def at(self, report: int, offset: int) -> int:
        """Give an offset in a report's text in UTF-16 units; -1 stays."""
        wide = self.wide[report]
        return wide[offset] if wide is not None and offset >= 0 else offset


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: its row, its report's row, its span in the report's text."""

    row: int
    report: int
    start: int  # code points; -1 where it is not in the text
    text: str
    source_start: int | None


def payload(
    dataset: Dataset, labels: Mapping[str, str], scheme_name: str, lang: str
) -> dict[str, Any]:
    """Give all that the page shows, ready for JSON: equal datasets give equal payloads.

    `labels` are the names of the scheme's dimensions by key, in the scheme's order; dimensions that only
    the dataset knows come after them.
    """
    dimensions = _dimensions(dataset, labels)
    texts = [_text(dataset, row) for row in _rows(dataset.reports)]
    ground = Ground(
        dataset,
        {key: i for i, key in enumerate(dataset.reports["report_id"])},
        texts,
        [_units(text) for text in texts],
        {key: i for i, key in enumerate(dimensions)},
        _years_of_reports(dataset),
    )
    sentences, places = _sentences(ground)
    return {
        "lang": lang,
        "run": _run(dataset),
        "scheme": scheme_name,
        "dimensions": [{"key": key, "name": labels.get(key, key)} for key in dimensions],
        "documents": len(dataset.table("documents")),
        "failed": int((dataset.table("documents")["status"] == "failed").sum()),
        "reports": _reports(ground),
        "sections": _sections(ground),
        "sentences": sentences,
        "layers": {layer: _facts(ground, layer, places) for layer in OWN},
        "issues": _issues(ground),
    }


def _run(dataset: Dataset) -> Columns:
    """Version and lexicons of the run that wrote the dataset."""
    runs = _rows(dataset.table("runs"))
    names = ("version", "schema_version", "lexicons", "scheme")
    return {name: runs[-1].get(name) if runs else None for name in names}


def _dimensions(dataset: Dataset, labels: Mapping[str, str]) -> list[str]:
    found = set(dataset.table("sentence_dimensions")["dimension"].dropna())
    for table in ("sections", "practices", "achievements", "honours"):
        found |= set(dataset.table(table)["dimension"].dropna())
    return [*labels, *sorted(found - set(labels))]


def _text(dataset: Dataset, report: Mapping[str, Any]) -> str:
    """A report's clean text; a dataset without it has the sentences, a line each."""
    if report["text"] is not None:
        return str(report["text"])
    sentences = dataset.table("sentences")
    own = sentences[sentences["report_id"] == report["report_id"]].sort_values("position")
    return "\n".join(own["text"])


def _units(text: str) -> list[int] | None:
    """UTF-16 offset of every code point, None where both count alike."""
    if not text or max(text) <= "\uffff":
        return None
    places, at = [], 0
    for character in text:
        places.append(at)
        at += 1 + (character > "\uffff")
    return [*places, at]


def _reports(ground: Ground) -> Columns:
    frame = ground.dataset.reports
    documents = {row["document_id"]: row for row in _rows(ground.dataset.table("documents"))}
    of = [documents.get(key, {}) for key in frame["document_id"]]
    columns: Columns = {"id": list(frame["report_id"]), "year": packed(ground.years)}
    copies = plain(frame["duplicate_of"])
    columns["copy"] = packed([ground.reports.get(key) if key else None for key in copies])
    for name in REPORT_COLUMNS:
        if name == "text":
            columns[name] = list(ground.texts)
        elif name in frame.columns:
            columns[name] = packed(plain(frame[name]))
    for name in ("path", "publication", "date"):
        columns[name] = packed([document.get(name) for document in of])
    return {"n": len(frame), **columns}


def _sections(ground: Ground) -> Columns:
    frame = ground.dataset.table("sections")
    return {
        "n": len(frame),
        "r": [ground.reports.get(key, -1) for key in frame["report_id"]],
        "d": [ground.codes.get(key, -1) if key else -1 for key in plain(frame["dimension"])],
    }


def _sentences(ground: Ground) -> tuple[Columns, dict[str, Place]]:
    """All sentences as spans, in their order, with the dimensions as bits; and where each stands."""
    masks: dict[str, int] = {}
    pairs = ground.dataset.table("sentence_dimensions")
    for key, dimension in zip(pairs["sentence_id"], pairs["dimension"], strict=True):
        masks[key] = masks.get(key, 0) | 1 << ground.codes[dimension]
    columns: Columns = {name: [] for name in ("r", "a", "b", "d", "h")}
    places: dict[str, Place] = {}
    reports, texts = ground.reports, ground.texts
    ends = [0] * len(texts)  # how far each report's text is read
    table = _rows(ground.dataset.table("sentences"))
    ordered = [row for row in table if row["report_id"] in reports]
    ordered.sort(key=lambda row: (reports[row["report_id"]], row["position"]))
    for number, row in enumerate(ordered):
        report = reports[row["report_id"]]
        start = texts[report].find(row["text"], ends[report])
        if start >= 0:
            ends[report] = start + len(row["text"])
        end = ends[report] if start >= 0 else -1
        columns["r"].append(report)
        columns["a"].append(ground.at(report, start))
        columns["b"].append(ground.at(report, end))
        columns["d"].append(masks.get(row["sentence_id"], 0))
        columns["h"].append(int(row["heading"] or 0))
        places[row["sentence_id"]] = Place(number, report, start, row["text"], row["source_start"])
    return {"n": len(ordered), **columns}, places


def _facts(ground: Ground, layer: str, places: Mapping[str, Place]) -> Columns:
    """One layer's facts in the order of the text: report, sentence, span, dimension, year, own columns."""
    reports, codes = ground.reports, ground.codes
    rows = [row for row in _rows(ground.dataset.table(layer)) if row["report_id"] in reports]
    rows.sort(key=lambda row: (reports[row["report_id"]], row["source_start"] or 0))
    heads = ("r", "s", "a", "b", "d", "year", "confidence", "from", "to", "shown")
    columns: Columns = {name: [] for name in heads}
    for row in rows:
        report, place = reports[row["report_id"]], places.get(row["sentence_id"])
        words = row.get("evidence") or row.get("text") or ""
        span = _span(words, place, row["source_start"])
        start, end = (ground.at(report, at) for at in span)
        dimension = row.get("dimension")
        values: tuple[Any, ...] = (
            report, place.row if place else -1, start, end,
            codes.get(dimension, -1) if dimension else -1,
            _year(row) or ground.years[report], row.get("confidence"),
            row["source_start"], row["source_end"], None if start >= 0 else words,
        )  # fmt: skip
        for name, value in zip(heads, values, strict=True):
            columns[name].append(value)
    for name in OWN[layer]:
        own = [row[name] for row in rows]
        if name in ("name", "title"):  # the evidence says it already
            own = [None if row[name] == row["evidence"] else row[name] for row in rows]
        columns[name] = packed(own)
    columns["shown"] = packed(columns["shown"])
    return {"n": len(rows), "key": BY_NAME[layer].key, **columns}


def _span(words: str, place: Place | None, source_start: int | None) -> tuple[int, int]:
    """Where the evidence stands in the report's text, (-1, -1) where it is not found."""
    if place is None or place.start < 0:
        return -1, -1
    known = source_start is not None and place.source_start is not None
    expected = (source_start or 0) - (place.source_start or 0) if known else 0
    found = find(words, place.text, expected)
    return (place.start + found[0], place.start + found[1]) if found else (-1, -1)


def _year(row: Mapping[str, Any]) -> int | None:
    """The year a fact tells: an honour's, else the last that its phrase of time names."""
    if row.get("year") is not None:
        return int(row["year"])
    years = list(_YEAR.finditer(unicodedata.normalize("NFKC", row.get("period") or "")))
    return int(years[-1].group()) if years else None


def _years_of_reports(dataset: Dataset) -> list[int | None]:
    """The year each report was published in, where its document says so."""
    dates = {row["document_id"]: row["date"] for row in _rows(dataset.table("documents"))}
    found = (_YEAR.search(dates.get(key) or "") for key in dataset.reports["document_id"])
    return [int(match.group()) if match else None for match in found]


def _issues(ground: Ground) -> Columns:
    frame = ground.dataset.table("issues")
    columns: Columns = {
        "r": [ground.reports.get(key, -1) if key else -1 for key in plain(frame["report_id"])]
    }
    for name in ("stage", "severity", "path", "message", "cure"):
        columns[name] = packed(plain(frame[name]))
    return {"n": len(frame), **columns}


def plain(values: pd.Series[Any]) -> list[Any]:
    """Give a column as JSON's values: None where there is nothing, whole numbers without a point."""
    import pandas as pd

    found: list[Any] = []
    for value in values.astype(object):
        if pd.isna(value):
            found.append(None)
        elif isinstance(value, float) and value.is_integer():
            found.append(int(value))
        else:
            found.append(value.item() if hasattr(value, "item") else value)
    return found


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = list(frame.columns)
    columns = [plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def packed(values: Iterable[Any]) -> Any:
    """Give a column in its shortest form: as it is, as distinct texts and their numbers, or sparse.

    `{"v": distinct values, "c": number of each row's, -1 for none}`; `{"n": length, "i": rows that have
    a value, "x": their values}`.
    """
    given = list(values)
    filled = [i for i, v in enumerate(given) if v is not None]
    if len(filled) * 4 <= len(given):
        return {"n": len(given), "i": filled, "x": [given[i] for i in filled]}
    distinct = list(dict.fromkeys(v for v in given if isinstance(v, str)))
    if not distinct or len(distinct) * 2 > len(filled):
        return given
    codes = {value: i for i, value in enumerate(distinct)}
    return {"v": distinct, "c": [codes[v] if v is not None else -1 for v in given]}
