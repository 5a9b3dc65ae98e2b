"""Every layout in tests/layouts is taken apart into its reports, but for what known-misses.txt tells."""

from __future__ import annotations

import pytest

from tests import layouts


def misses() -> dict[str, int]:
    """How many faults each layout is known to have: a line a layout, name, number and reason."""
    lines = (layouts.FOLDER / "known-misses.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(maxsplit=2) for line in lines if line and not line.startswith("#"))
    return {name: int(count) for name, count, _ in rows}


@pytest.mark.parametrize("name", layouts.names())
def test_a_layout_comes_apart_into_its_reports(name: str) -> None:
    """No more faults than are known, and no fewer: a line that has become wrong goes."""
    found = layouts.faults(name)
    assert len(found) == misses().get(name, 0), "\n".join(found)


def test_every_known_miss_is_one_of_a_layout() -> None:
    assert set(misses()) <= set(layouts.names())
