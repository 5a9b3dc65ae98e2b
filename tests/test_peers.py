"""The comparison with other tools: what is counted, and how a table is set. No speed is measured here."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import growth, peers
from benchmarks.tables import markdown


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5000元", "元"),
        ("超过11.7万元", "元"),
        ("2600多万元", "元"),
        ("四个多小时", "小时"),
        ("两个月", "个月"),
        ("2.7个百分点", "个百分点"),
        ("五年", "年"),
    ],
)
def test_a_unit_is_what_follows_the_numeral(text: str, unit: str) -> None:
    assert peers.unit(text) == unit


def item(start: int, end: int, value: Any, unit: str | None) -> dict[str, Any]:
    return {"span": (start, end), "value": value, "unit": unit}


def test_values_count_only_where_they_stand() -> None:
    prose = "2024年开展3次，走访3户。"
    gold = [{"text": "3次", "value": 3, "unit": "次"}, {"text": "3户", "value": 3, "unit": "户"}]
    bare = [item(0, 4, "2024", None), item(7, 8, "3", None)]
    assert peers.count([(prose, bare, gold)]) == peers.Found(1, 0, 2, 1)
    both = [item(7, 9, 3, "次"), item(12, 14, 3.0, "户")]
    assert peers.count([(prose, both, gold)]) == peers.Found(2, 2, 2, 0)


def test_optional_achievements_are_not_asked_for_and_no_others() -> None:
    gold = [{"text": "3次", "value": 3, "unit": "次", "optional": True}]
    assert peers.count([("开展3次", [item(2, 4, 3, "次")], gold)]) == peers.Found(0, 0, 0, 0)


def test_a_time_without_one_value_is_found_but_has_none() -> None:
    found = [
        {"offset": [0, 3], "text": "4年前", "type": "time_span", "detail": {"time": ["a", "b"]}},
        {"offset": [5, 8], "text": "26天", "type": "time_delta", "detail": {"time": {"day": 26.0}}},
    ]
    values = [(i["span"], i["value"], i["unit"]) for i in peers._time_items(found)]
    assert values == [((0, 3), None, "年前"), ((5, 8), 26.0, "天")]


def test_a_tool_that_finds_no_numbers_has_dashes() -> None:
    assert peers.cells(None) == ("–", "–", "–")
    assert peers.cells(peers.Found(2, 1, 4, 3)) == ("2 of 4", "1", "3")


def test_a_peer_that_is_not_installed_is_told_as_such() -> None:
    absent = peers.Side("absent", "nothing", ("no_such_module_at_all",), lambda: len)

    def fail() -> Any:
        raise ImportError

    broken = peers.Side("broken", "nothing", ("json",), fail)
    works, missing = peers._ready([absent, broken], [])
    assert works == {}
    assert missing == {"absent": "not installed", "broken": "does not work here (ImportError)"}


def test_a_table_is_markdown() -> None:
    lines = markdown(("tool", "×"), [("a", "1.0"), ("longer", "2")]).splitlines()
    assert lines == [
        "| tool   | ×   |",
        "|--------|-----|",
        "| a      | 1.0 |",
        "| longer | 2   |",
    ]


def test_copies_differ_in_numbers_and_place_but_not_in_years() -> None:
    seeds = [growth.Seed("青篱县某村党支部\n2024年走访49户，挂牌１２个。", "青篱", ())]
    made = growth.copies(seeds)
    texts = [next(made) for _ in range(30)]
    assert len(set(texts)) == 30
    assert all("2024年" in text and "青篱" not in text for text in texts)
    assert {len(text) for text in texts} == {len(seeds[0].text)}
    again = growth.copies(seeds)
    assert [next(again) for _ in range(30)] == texts
