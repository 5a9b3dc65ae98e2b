"""Floors under every figure: what the program scored before, it must not fall below.

    python tools/floors.py check                 compare with data/gold/floors.json (exit status 1 below)
    python tools/floors.py update                raise floors to today's figures
    python tools/floors.py update --lower        … and let them fall, where a change of gold asks for it

The file keeps the hash of every golden file and of the lexicons, so that a figure is read with what it was
measured on. A floor stands SLACK under the figure: platforms may differ in the last digit, not more.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.commands.evaluate import extract
from pipeline.commands.train import golden_reports
from pipeline.evaluate import score
from pipeline.lexicon.load import load
from pipeline.model import Options

GOLD = Path(__file__).parents[1] / "data" / "gold"
FLOORS = GOLD / "floors.json"
SETS = ("sample", "dev", "test")
SLACK = 0.001


def measure(name: str) -> dict[str, float]:
    """Figures of one golden set as a flat mapping, shares as numbers."""
    path = GOLD / f"{name}.jsonl"
    golden = list(golden_reports(path))
    sources = path.parent / name if name != "sample" else path.parent.parent / "sample"
    figures, _ = score(golden, extract(golden, path, sources, Options()))
    flat: dict[str, float] = {}
    for layer, row in figures.items():
        for key, value in row.items():
            if key == "gold":
                continue
            if isinstance(value, str):
                part, whole = value.split("/")
                value = int(part) / int(whole)
            flat[f"{layer}: {key}"] = round(float(value), 4)
    return flat


def versions() -> dict[str, str]:
    """Hashes of the golden files and the lexicons."""
    hashes = {n: hashlib.sha256((GOLD / f"{n}.jsonl").read_bytes()).hexdigest()[:16] for n in SETS}
    return hashes | {"lexicons": load().version}


def below(floors: dict[str, dict[str, float]]) -> list[str]:
    """Every figure that stands under its floor."""
    return [
        f"{name} {key}: {figures.get(key, 0.0):.4f} < {floor:.4f}"
        for name in SETS
        for figures in (measure(name),)
        for key, floor in floors[name].items()
        if figures.get(key, 0.0) < floor - SLACK
    ]


def main(argv: list[str]) -> int:
    stored = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"floors": {}}
    if argv[:1] == ["check"]:
        fallen = below(stored["floors"])
        print("\n".join(fallen) or "no figure fell")
        return bool(fallen)
    if argv[:1] != ["update"]:
        sys.exit(__doc__)
    fresh = {name: measure(name) for name in SETS}
    fallen = below(stored["floors"]) if stored["floors"] else []
    if fallen and "--lower" not in argv:
        print("\n".join(fallen), "these would fall; say --lower to let them", sep="\n")
        return 1
    record = {"measured on": versions(), "floors": fresh}
    FLOORS.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
