"""`zhibu evaluate --baselines`: what each kind of evidence for a dimension is worth alone, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline import route
from pipeline.commands.evaluate import sources
from pipeline.commands.train import golden_reports
from pipeline.evaluate import score
from pipeline.extract import dimensions
from pipeline.extract.dimensions import Evidence, Floats
from pipeline.interchange import to_record
from pipeline.model import Options, Report

# A sentence's lexicon weight from which the lexicon alone speaks (a term that names the dimension plainly).
PLAIN = 2.0

Labels = list[list[str]]  # the dimensions of every sentence
Way = Callable[[Report, Evidence, tuple[str, ...]], Labels]


def baselines(gold: Path, source: Path | None, options: Options) -> Iterator[str]:
    """Give one line a way of tagging sentences: majority, heading, lexicon, classifier, combined.

    The majority is the commonest dimension of the golden sentences themselves, so that line is a bound.
    """
    golden = list(golden_reports(gold))
    kit = route.tools(options)
    keys = kit.lexicons.scheme.dimensions
    counts = Counter(d for g in golden for s in g["sentences"] for d in s["dimensions"])
    commonest = max(keys, key=lambda key: counts[key])
    ways: dict[str, Way] = {
        "majority": lambda report, evidence, keys: [[commonest] for _ in report.sentences],
        "heading": _heading,
        "lexicon": _lexicon,
        "combined": lambda report, evidence, keys: [
            [found.dimension for found in scores] for scores in report.sentence_scores
        ],
    }
    if kit.model is not None:
        ways["classifier"] = _classifier
    records: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
    for file in sources(gold, source, {g["id"].split("#")[0] for g in golden}):
        document = route.read_document(file, options)
        for report in document.reports:
            evidence = dimensions.gather(
                report.article.text.norm, report.sentences, kit.lexicons, kit.model
            )
            for name, way in ways.items():
                record = to_record(report, document.source)
                for sentence, labels in zip(
                    record["sentences"], way(report, evidence, keys), strict=True
                ):
                    sentence["dimensions"] = labels
                records[name].append(record)
    for name in ("majority", "heading", "lexicon", "classifier", "combined"):
        if name in records:
            figures = score(golden, records[name])[0]["dimensions"]
            shown = ", ".join(f"{k} {v:.4f}" for k, v in figures.items() if isinstance(v, float))
            yield f"{name}: {shown}"


def _heading(report: Report, evidence: Evidence, keys: tuple[str, ...]) -> Labels:
    """Every sentence as the lexicon reads its section's heading, none where it reads nothing."""
    of_section: dict[int, list[str]] = {}
    for i, sentence in enumerate(report.sentences):
        if sentence.heading:
            of_section.setdefault(sentence.section, _best(evidence.lexicon[i], keys, 0.0))
    return [of_section.get(sentence.section, []) for sentence in report.sentences]


def _lexicon(report: Report, evidence: Evidence, keys: tuple[str, ...]) -> Labels:
    return [_best(row, keys, PLAIN - 0.5) for row in evidence.lexicon]


def _classifier(report: Report, evidence: Evidence, keys: tuple[str, ...]) -> Labels:
    return [
        [key for key, value in zip(keys, row, strict=True) if value > 0] for row in evidence.model
    ]


def _best(row: Floats, keys: tuple[str, ...], above: float) -> list[str]:
    best = max(range(len(keys)), key=lambda d: float(row[d]))
    return [keys[best]] if float(row[best]) > above else []
