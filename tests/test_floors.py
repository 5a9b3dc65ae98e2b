"""No figure on our gold falls below what it was: the floors of data/gold/floors.json."""

from __future__ import annotations

import json

from tools import floors


def test_no_figure_falls() -> None:
    """Every precision, recall, F1 and attribute accuracy stands at its floor or above."""
    stored = json.loads(floors.FLOORS.read_text(encoding="utf-8"))
    assert floors.below(stored["floors"]) == []


def test_the_gate_can_close() -> None:
    """A floor above the figure is reported with its layer and both numbers."""
    impossible = {name: {} for name in floors.SETS} | {"sample": {"honours: f1": 1.5}}
    assert [line.split(":")[0] for line in floors.below(impossible)] == ["sample honours"]
