"""Fit the models that tell run-in headings from the first sentences of prose.

    python tools/headings.py           data/corpus and data/gold (dev half) → lexicons/models/headings.tsv
    python tools/headings.py --check   how well they do by cross-validation, without writing

Two logistic regressions: one over the characters and shape of an opening, one over what all openings of a
report add up to, fitted on scores that the first gave reports it had not seen. The same files give
the same bytes. Needs scikit-learn (extra `analysis`).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.layout import openings as heads
from pipeline.layout.reflow import Paragraph
from pipeline.layout.sections import sections
from pipeline.layout.vocabulary import vocabulary
from pipeline.lexicon import load
from pipeline.lexicon.load import HEADINGS, shipped
from pipeline.normal import normalise
from tools.gold import composed

DATA = Path(__file__).parents[1] / "data"
# By cross-validation over reports: strength .1 to 1 and 3 to 5 reports differ by less than 0.01.
STRENGTH, LEAST_REPORTS = 0.3, 4
FOLDS = 10
END = "。！？"


class Report(NamedTuple):
    """A composed report as paragraphs, with the spans of its run-in headings."""

    name: str
    norm: str
    paragraphs: tuple[Paragraph, ...]
    headings: frozenset[tuple[int, int]]


def files() -> list[Path]:
    """Give the composed reports that may be learned from: never those of the test half."""
    dev = {json.loads(line)["id"] for line in (DATA / "gold/dev.jsonl").open(encoding="utf-8")}
    gold = [p for p in (DATA / "gold/composed").glob("g*.txt") if p.stem in dev]
    return sorted(
        [*(DATA / "corpus").glob("h*.txt"), *(DATA / "corpus/openings").glob("*.txt"), *gold]
    )


def laid_out(path: Path) -> Report | None:
    """Lay a composed report out; None where its headings stand on lines of their own."""
    report = composed(path)
    text, paragraphs, headings = "", [], set()
    for line in report["lead"]:
        paragraphs.append(Paragraph(len(text), len(text) + len(line), False, ()))
        text += line + "\n"
    for section in report["sections"]:
        heading, body = section["heading"], section["body"]
        if not heading.endswith(tuple(END)) or not body:
            return None
        headings.add((len(text), len(text) + len(heading)))
        for i, part in enumerate(body):
            line = heading + part if i == 0 else part
            paragraphs.append(Paragraph(len(text), len(text) + len(line), False, ()))
            text += line + "\n"
    norm = normalise(text)
    if any(s.rule == "numbered" for s in sections(norm, tuple(paragraphs), vocabulary(load()))):
        return None
    return Report(path.stem, norm, tuple(paragraphs), frozenset(headings))


def counted(report: Report) -> list[heads.Opening]:
    """Give the openings that are judged: the first paragraph's only where it is a heading."""
    found = heads.openings(report.norm, report.paragraphs, vocabulary(load()))
    return [o for o in found if not o.first or o.span in report.headings]


def fit(reports: Sequence[Report]) -> dict[str, float]:
    """Fit the weights of an opening's features; rare features are left out."""
    rows = [[o for o in counted(r) if o.shape] for r in reports]
    seen = Counter(name for row in rows for name in {n for o in row for n in o.shape})
    names = sorted(n for n, count in seen.items() if count >= LEAST_REPORTS or n[0] == "=")
    column = {n: i for i, n in enumerate(names)}
    table = np.zeros((sum(map(len, rows)), len(names)))
    for i, opening in enumerate(o for row in rows for o in row):
        for name, value in opening.shape.items():
            if name in column:
                table[i, column[name]] = value
    wanted = [o.span in r.headings for r, row in zip(reports, rows, strict=True) for o in row]
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(table, wanted)
    weights = {n: round(float(w), 3) for n, w in zip(names, model.coef_[0], strict=True)}
    return {n: w for n, w in weights.items() if w} | {"bias": round(float(model.intercept_[0]), 3)}


def scored(report: Report, weights: dict[str, float]) -> list[heads.Opening]:
    """Give a report's openings with the scores of other weights."""
    return [
        o._replace(score=heads.weighed(o.shape, weights, "bias")) if o.shape else o
        for o in counted(report)
    ]


def crossed(reports: Sequence[Report]) -> Iterator[tuple[Report, list[heads.Opening]]]:
    """Give every report with scores of a model that has not seen it."""
    for fold in range(FOLDS):
        weights = fit([r for i, r in enumerate(reports) if i % FOLDS != fold])
        for report in reports[fold::FOLDS]:
            yield report, scored(report, weights)


def fit_reports(judged: Sequence[tuple[Report, list[heads.Opening]]]) -> dict[str, float]:
    """Fit the weights of what a report's openings add up to."""
    rows, wanted = [], []
    for report, found in judged:
        values = heads.report_features(report.norm, found)
        if values is not None:
            rows.append(values)
            wanted.append(bool(report.headings))
    names = list(rows[0])
    table = np.array([[row[n] for n in names] for row in rows])
    mean, spread = table.mean(axis=0), table.std(axis=0)
    model = LogisticRegression(C=0.5, max_iter=5000).fit((table - mean) / spread, wanted)
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - weights @ mean)
    fitted = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}
    return fitted | {"report bias": round(bias, 3)}


def check(reports: Sequence[Report]) -> None:
    """Print the share of reports judged right, and F1 of their headings by where the line is drawn."""
    judged = list(crossed(reports))
    wrong: dict[float, list[str]] = {line: [] for line in (-1.5, -1.0, -0.5, 0.0, 0.5)}
    kept: list[tuple[Report, list[heads.Opening]]] = []
    for fold in range(FOLDS):
        weights = fit_reports([j for i, j in enumerate(judged) if i % FOLDS != fold])
        for report, found in judged[fold::FOLDS]:
            score = heads.report_score(report.norm, found, weights)
            for line, names in wrong.items():
                names += [] if (score > line) == bool(report.headings) else [report.name]
            kept += [(report, found)] if score > heads.HEADED and report.headings else []
    for line, names in wrong.items():
        right = len(judged) - len(names)
        print(f"headed above {line}: {right} of {len(judged)}; wrong: {' '.join(sorted(names))}")
    for line in (-2.5, -2.0, -1.5, -1.0, -0.5, 0.0):
        hit = got = want = 0
        for report, found in kept:
            chosen = {o.span for o in found if o.shape and o.score > line}
            hit += len(chosen & report.headings)
            got += len(chosen)
            want += len(report.headings)
        print(f"picked above {line}: F1 {2 * hit / (got + want):.4f}")


def model(reports: Sequence[Report]) -> str:
    """Fit both models; gives the text of the file, a name and a weight a line."""
    weights = fit(reports) | fit_reports(list(crossed(reports)))
    return "".join(
        f"{json.dumps(n, ensure_ascii=False)}\t{w}\n" for n, w in sorted(weights.items())
    )


def main(argv: Sequence[str]) -> int:
    """Fit and write, or check."""
    reports = [r for path in files() if (r := laid_out(path)) is not None]
    if "--check" in argv:
        check(reports)
        return 0
    text = model(reports)
    (shipped() / HEADINGS).write_text(text, encoding="utf-8")
    print(f"{len(reports)} reports, {text.count(chr(10))} weights → {HEADINGS}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
