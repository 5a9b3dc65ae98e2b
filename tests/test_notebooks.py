"""The notebooks are kept light and say what they showed; `pytest --nbmake notebooks` executes them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LARGEST_IMAGE, LARGEST_NOTEBOOK = 60_000, 250_000  # bytes


def cells(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [c for c in found if c["cell_type"] == "code"]


def test_there_are_five_in_order() -> None:
    assert [p.name[:2] for p in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_was_run_in_order_without_a_fault(path: Path) -> None:
    code = cells(path)
    assert [c["execution_count"] for c in code] == list(range(1, len(code) + 1))
    outputs = [o for c in code for o in c["outputs"]]
    assert outputs
    assert {o["output_type"] for o in outputs} <= {"stream", "execute_result", "display_data"}
    assert [o["text"] for o in outputs if o.get("name") == "stderr"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_light_and_knows_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST_NOTEBOOK
    assert not re.search(r"/(home|root|work|Users)/", text)
    for cell in cells(path):
        assert cell["metadata"] == {}
        for output in cell["outputs"]:
            image = output.get("data", {}).get("image/png", "")
            assert len(base64.b64decode(image)) < LARGEST_IMAGE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_plots_use_the_font_of_the_package(path: Path) -> None:
    code = "".join("".join(c["source"]) for c in cells(path))
    assert ("matplotlib" in code) == ("use_chinese_font()" in code)
