"""`zhibu evaluate`: read the raw texts of golden reports anew and score them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline import route
from pipeline.commands.train import golden_reports
from pipeline.errors import ReadError
from pipeline.evaluate import score
from pipeline.ingest import readable
from pipeline.interchange import to_record
from pipeline.model import Options


def evaluate(
    gold: Path, found: Path | None, source: Path | None, errors: bool, options: Options
) -> Iterator[str]:
    """Score and give the lines to print: errors first where asked for, then a line a layer."""
    if not gold.is_file():
        raise ReadError("no such file", str(gold), "give golden reports as JSON lines")
    golden = list(golden_reports(gold))
    extracted = list(golden_reports(found)) if found else extract(golden, gold, source, options)
    figures, lines = score(golden, extracted)
    if errors:
        yield from lines
    for name, row in figures.items():
        yield f"{name}: " + ", ".join(f"{k} {_round(v)}" for k, v in row.items())


def extract(
    golden: list[dict[str, Any]], gold: Path, source: Path | None, options: Options
) -> list[dict[str, Any]]:
    """Extract the reports from the raw texts that belong to golden ones."""
    wanted = {g["id"].split("#")[0] for g in golden}
    files = sources(gold, source, wanted)
    return [
        to_record(report, document.source)
        for file in files
        for document in (route.read_document(file, options),)
        for report in document.reports
    ]


def sources(gold: Path, source: Path | None, wanted: set[str]) -> list[Path]:
    """The raw files: those named, else beside the gold (same folder, raw/, or a folder of its name)."""
    if source is not None and source.is_file():
        return [source]
    folders = [source] if source else [gold.parent / gold.stem, gold.parent / "raw", gold.parent]
    folders += [] if source else [gold.parent.parent / gold.stem]
    for folder in folders:
        if not folder.is_dir():
            continue
        files = sorted(
            p for p in folder.iterdir() if readable(p) and p.suffix not in (".md", gold.suffix)
        )
        named = [p for p in files if p.stem in wanted]
        if named or files:
            return named or files
    raise ReadError(
        "no raw texts found for these golden reports", str(gold), "name their folder with --source"
    )


def _round(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
