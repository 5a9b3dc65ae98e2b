"""`zhibu train`: the classifier, and the weights that join it with headings and lexicon."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.classify import Joining, Model
from pipeline.classify.train import (
    fit_combination,
    fit_sections,
    read_sentences,
    train,
    write,
)
from pipeline.errors import ReadError
from pipeline.extract import dimensions
from pipeline.lexicon import Lexicons
from pipeline.lexicon.load import load
from pipeline.model import Section, Sentence
from pipeline.normal import normalise

# Parts of the golden reports for cross-fitting: five leave four fifths to learn from.
FOLDS = 5


def run(
    sentences: Sequence[Path], reports: Sequence[Path], out: Path, scheme: str, folder: str | None
) -> dict[str, Any]:
    """Train on CSV files of sentences and the sentences of golden reports; fit on these what joins them.

    What joins the evidence is fitted on reports that the classifier did not see: for each of FOLDS parts of the
    reports it is trained on the rest. Gives the number of sentences, reports and n-grams.
    """
    lexicons = load(folder, scheme)
    keys = lexicons.scheme.dimensions
    texts, labels = read_sentences(sentences, keys)
    golden = [g for path in reports for g in golden_reports(path)]
    joining = Joining(dimensions.DEFAULT_SECTIONS, dimensions.DEFAULT_COMBINE)
    if golden:
        unseen: list[tuple[dict[str, Any], Model]] = []
        for fold in range(FOLDS):
            rest = [g for i, g in enumerate(golden) if i % FOLDS != fold]
            model = train(*_with(texts, labels, rest, keys), scheme, keys, joining)
            unseen += [(g, model) for g in golden[fold::FOLDS]]
        joining = _fit(unseen, lexicons)
    texts, labels = _with(texts, labels, golden, keys)
    model = train(texts, labels, scheme, keys, joining)
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, model, [*sentences, *reports])
    counts = {"sentences": len(texts), "reports": len(golden), "ngrams": len(model.vocabulary)}
    return counts | {"out": str(out)}


def _with(
    texts: list[str], labels: Any, golden: Sequence[dict[str, Any]], keys: Sequence[str]
) -> tuple[list[str], Any]:
    """Add the sentences of golden reports on whose dimensions two readers agree."""
    more = [s for g in golden for s in g["sentences"] if not s.get("optional")]
    if not more:
        return texts, labels
    rows = np.array([[k in s["dimensions"] for k in keys] for s in more], dtype=bool)
    return texts + [normalise(s["text"]) for s in more], np.concatenate([labels, rows])


def golden_reports(path: Path) -> Iterator[dict[str, Any]]:
    """Read reports in the format of data/gold; raises ReadError naming the line."""
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ReadError("not JSON", f"{path}:{at}", "give one report a line") from error


def as_prose(report: dict[str, Any]) -> tuple[str, list[Sentence], list[Section]]:
    """Lay a golden report out as text with sentences and sections."""
    text = ""
    cut: list[Sentence] = []
    spans: list[tuple[int, int]] = []
    headings = [s["heading"] for s in report.get("sections", [])]
    for item in report["sentences"]:
        heading = len(spans) < len(headings) and item["text"] == headings[len(spans)]
        start, end = len(text), len(text) + len(item["text"])
        if heading:
            spans.append((start, end))
        cut.append(Sentence(start, end, len(spans) - 1, heading))
        text += item["text"]
    ends = [*(start for start, _ in spans[1:]), len(text)][: len(spans)]
    sections = [Section(h, (h[1], e), 1, "gold") for h, e in zip(spans, ends, strict=True)]
    return normalise(text), cut, sections


def _fit(unseen: Sequence[tuple[dict[str, Any], Model | None]], lexicons: Lexicons) -> Joining:
    """Fit the choice of sections on golden reports, each with a model that did not see it, then sentences.

    Sections without a key `dimension` and optional sentences are left out.
    """
    keys = lexicons.scheme.dimensions
    laid = [as_prose(g) for g, _ in unseen]
    evidence = [
        dimensions.gather(norm, cut, lexicons, model)
        for (norm, cut, _), (_, model) in zip(laid, unseen, strict=True)
    ]
    tables = [
        dimensions.section_features(norm, sections, cut, found, lexicons)
        for (norm, cut, sections), found in zip(laid, evidence, strict=True)
    ]
    rows, wanted = [], []
    for (golden, _), table in zip(unseen, tables, strict=True):
        for row, section in zip(table, golden.get("sections", []), strict=True):
            if "dimension" in section:
                rows.append(row)
                wanted.append(keys.index(section["dimension"]) if section["dimension"] else -1)
    weights, bias = dimensions.DEFAULT_SECTIONS, tuple[float, ...]()
    if rows:
        weights, bias = fit_sections(np.array(rows), np.array(wanted))
    sentence_rows, marks = [], []
    for (golden, _), (_, cut, _), found, table in zip(unseen, laid, evidence, tables, strict=True):
        scores = dimensions.weigh(table, weights, bias)
        chosen = dimensions.decide_sections(scores)
        used = [i for i, s in enumerate(golden["sentences"]) if not s.get("optional")]
        sentence_rows.append(dimensions.features(cut, found, chosen, scores)[used])
        marks += [[k in golden["sentences"][i]["dimensions"] for k in keys] for i in used]
    combine, sentence_bias = fit_combination(
        np.concatenate(sentence_rows), np.array(marks), dimensions.LEAD
    )
    return Joining(weights, combine, bias, sentence_bias)
