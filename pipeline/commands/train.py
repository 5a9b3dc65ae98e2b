"""`zhibu train`: the classifier, and the weights that join it with headings and lexicon."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.classify import Model
from pipeline.classify.train import fit_combination, train, write
from pipeline.errors import ReadError
from pipeline.extract import dimensions
from pipeline.lexicon import Lexicons
from pipeline.lexicon.load import load
from pipeline.model import Section, Sentence
from pipeline.normal import normalise


def run(
    sentences: Sequence[Path], reports: Sequence[Path], out: Path, scheme: str, folder: str | None
) -> dict[str, Any]:
    """Train on CSV files of sentences; fit the combination on golden reports, where there are any.

    Gives the number of sentences, reports and n-grams.
    """
    lexicons = load(folder, scheme)
    keys = lexicons.scheme.dimensions
    model = train(sentences, scheme, keys, dimensions.DEFAULT_COMBINE)
    golden = [g for path in reports for g in golden_reports(path)]
    if golden:
        tables, wanted = zip(*(_evidence(g, lexicons, model) for g in golden), strict=True)
        combine = fit_combination(np.concatenate(tables), np.concatenate(wanted))
        model = Model(
            scheme, keys, model.vocabulary, model.idf, model.weights, model.intercept, combine
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, model, [*sentences, *reports])
    return {"reports": len(golden), "ngrams": len(model.vocabulary), "out": str(out)}


def golden_reports(path: Path) -> Iterator[dict[str, Any]]:
    """Read reports in the annotation guide's format; raises ReadError naming the line."""
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


def _evidence(report: dict[str, Any], lexicons: Lexicons, model: Model) -> tuple[Any, Any]:
    """Evidence and labels of a golden report's sentences, optional ones left out."""
    norm, cut, sections = as_prose(report)
    evidence = dimensions.gather(norm, cut, lexicons, model)
    chosen, scores = dimensions.decide_sections(norm, sections, cut, evidence, lexicons)
    table = dimensions.features(cut, evidence, chosen, scores)
    keys = lexicons.scheme.dimensions
    used = [i for i, s in enumerate(report["sentences"]) if not s.get("optional")]
    wanted = np.array([[k in report["sentences"][i]["dimensions"] for k in keys] for i in used])
    return table[used].reshape(-1, table.shape[-1]), wanted.reshape(-1)
