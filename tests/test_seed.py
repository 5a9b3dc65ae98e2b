"""The real page and the development reports keep their floors, and every item leads back to the page.

The floors of the seed are those the product was ordered with; those of dev stand a little under the
figures of the day they were written. Skipped where ../shared is absent.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline import ingest, route
from pipeline.evaluate import score
from pipeline.interchange import to_record
from pipeline.model import Options

SHARED = Path(__file__).parents[2] / "shared"
FOLDERS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(not (SHARED / name).is_dir(), reason=f"no ../shared/{name} here"),
    )
    for name in ("seed", "dev")
]
# (layer, figure) → least value; a share "10/10" counts its first number.
FLOORS: dict[str, dict[tuple[str, str], float]] = {
    "seed": {
        ("structure", "reports right"): 10,
        ("structure", "prose kept"): 1.0,
        ("structure", "section dimension"): 37,
        ("dimensions", "macro f1"): 0.92,
        ("practices", "f1"): 0.90,
        ("achievements", "f1"): 0.98,
        ("achievements", "indicator"): 0.9,
        ("honours", "f1"): 0.93,
        ("honours", "level"): 0.9,
    },
    "dev": {
        ("structure", "reports right"): 13,
        ("structure", "prose kept"): 1.0,
        ("structure", "section dimension"): 39,
        ("dimensions", "macro f1"): 0.94,
        ("practices", "f1"): 0.98,
        ("practices", "kind"): 0.98,
        ("achievements", "f1"): 0.98,
        ("achievements", "bound"): 0.98,
        ("achievements", "kind"): 0.98,
        ("achievements", "indicator"): 0.93,
        ("honours", "f1"): 0.96,
        ("honours", "recipient"): 0.96,
        ("honours", "level"): 0.94,
        ("honours", "years"): 1.0,
    },
}


@cache
def extracted(folder: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """All reports of a folder, each with the raw text of its file."""
    found = []
    for path in sorted((SHARED / folder).rglob("*.txt")):
        document = route.read_document(path, Options())
        assert document.source.text == ingest.read(path).text
        found += [(document.source.text, to_record(r, document.source)) for r in document.reports]
    return tuple(found)


@cache
def figures(folder: str) -> dict[str, dict[str, Any]]:
    gold = (SHARED / folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    found, _ = score(
        [json.loads(g) for g in gold if g], [record for _, record in extracted(folder)]
    )
    return found


def value(figure: Any) -> float:
    return float(str(figure).split("/")[0])


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_figure_is_under_its_floor(folder: str) -> None:
    under = {
        f"{layer}: {name}": (figures(folder)[layer][name], floor)
        for (layer, name), floor in FLOORS[folder].items()
        if value(figures(folder)[layer][name]) < floor
    }
    assert under == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_there_is_one_report_for_each_golden_one(folder: str) -> None:
    gold = (SHARED / folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(extracted(folder)) == len([g for g in gold if g])
    ids = [record["id"] for _, record in extracted(folder)]
    assert len(set(ids)) == len(ids)


def plain(text: str) -> str:
    """White space and joined hyphens aside."""
    return re.sub(r"\s", "", re.sub(r"(?<=[A-Za-z])-\s*\n\s*(?=[A-Za-z])", "", text))


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("layer", ["practices", "achievements", "honours", "rejected"])
def test_every_item_is_found_again_in_the_text_from_its_offsets(folder: str, layer: str) -> None:
    count = 0
    for raw, record in extracted(folder):
        for item in record[layer]:
            piece = plain(raw[item["source_start"] : item["source_end"]])
            own = item.get("name") or item.get("title") or item["text"]
            assert piece == plain(item["evidence"]), (record["id"], item)
            assert plain(own) in piece, (record["id"], item)
            count += 1
    assert count >= 10


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sentence_and_section_is_found_again_in_the_text(folder: str) -> None:
    for raw, record in extracted(folder):
        for item in record["sentences"]:
            piece = plain(raw[item["source_start"] : item["source_end"]])
            assert piece == plain(item["text"]), record["id"]
        for item in record["sections"]:
            piece = plain(raw[item["source_start"] : item["source_end"]])
            assert piece == plain(item["heading"] + item["body"]), record["id"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_sentences_hold_all_of_lead_headings_and_bodies(folder: str) -> None:
    """Nothing lost, nothing twice between the two forms that a report is given in."""
    for _, record in extracted(folder):
        parts = [record["lead"], *(s["heading"] + s["body"] for s in record["sections"])]
        assert plain("".join(s["text"] for s in record["sentences"])) == plain("".join(parts))
