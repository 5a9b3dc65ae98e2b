"""The notebooks run as they are, cell by cell, and still show what they showed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_and_shows_what_it_showed(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(path.parent)
    space: dict[str, Any] = {"__name__": "__main__"}
    shown = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        value = _run("".join(cell["source"]), space)
        printed = capsys.readouterr().out
        for output in cell["outputs"]:
            shown += 1
            if output["output_type"] == "stream":
                assert printed == "".join(output["text"])
            else:
                assert _plain(value) == "".join(output["data"]["text/plain"])
    assert shown > 0, "a notebook without results shows nothing"


def _run(code: str, space: dict[str, Any]) -> object:
    """Run a cell; gives the value of its last line where that is an expression, as a notebook shows it."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), space)
    return (
        None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), space)
    )


def _plain(value: object) -> str:
    with pd.option_context("display.width", 80, "display.max_columns", 20):
        return repr(value)
