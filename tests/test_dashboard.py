"""The page's data and its packing: spans that hold, escapes that hold, the same bytes each time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import Dataset
from pipeline.__main__ import app
from pipeline.commands.dashboard import dashboard, scheme
from pipeline.dashboard.page import LANGUAGES, asset, embedded, page, strings
from pipeline.dashboard.payload import OWN, packed, payload
from pipeline.errors import ZhibuError
from pipeline.tidy.schema import BY_NAME
from tests import dashboards

AA = 4.5  # least contrast of text, WCAG 2.1, success criterion 1.4.3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dashboards.dataset(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    dataset = Dataset.open(folder)
    return payload(dataset, *scheme(dataset), "zh")


def unpacked(value: Any) -> list[Any]:
    """A column as the page reads it."""
    if isinstance(value, list):
        return value
    if "c" in value:
        return [None if code < 0 else value["v"][code] for code in value["c"]]
    full = [None] * value["n"]
    for row, what in zip(value["i"], value["x"], strict=True):
        full[row] = what
    return full


def cut(text: str, start: int, end: int) -> str:
    """A slice as a browser cuts it: in UTF-16 units."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@pytest.mark.parametrize(
    "column",
    [[], [None, None], ["甲", "甲", "甲", None], ["甲", "乙"], [1, None, 2.5], [None] * 8 + ["丙"]],
)
def test_a_packed_column_unpacks_to_itself(column: list[Any]) -> None:
    assert unpacked(packed(column)) == column


def test_every_sentence_and_fact_is_a_slice_of_its_report(
    folder: Path, found: dict[str, Any]
) -> None:
    dataset = Dataset.open(folder)
    texts = found["reports"]["text"]
    rows = found["sentences"]
    cuts = [cut(texts[r], a, b) for r, a, b in zip(rows["r"], rows["a"], rows["b"], strict=True)]
    order = {key: i for i, key in enumerate(dataset.reports["report_id"])}
    table = dataset.table("sentences")
    table = table.assign(order=table["report_id"].map(order)).sort_values(["order", "position"])
    assert cuts == list(table["text"])
    for layer in OWN:
        facts, table = found["layers"][layer], dataset.table(layer)
        words = "text" if layer == "rejected" else "evidence"
        given = sorted(zip(table["report_id"].map(order), table[words], strict=True))
        shown = unpacked(facts["shown"])
        slices = [
            (r, cut(texts[r], a, b) if a >= 0 else shown[i])
            for i, (r, a, b) in enumerate(zip(facts["r"], facts["a"], facts["b"], strict=True))
        ]
        assert sorted(slices) == given
        inside = [a for a in facts["a"] if a >= 0]
        assert len(inside) >= 0.99 * facts["n"], layer


def test_the_hostile_report_has_a_character_beyond_the_basic_plane(found: dict[str, Any]) -> None:
    """Otherwise the test of slices would say nothing of UTF-16."""
    number = unpacked(found["reports"]["branch"]).index(dashboards.BRANCH)
    facts = found["layers"]["achievements"]
    text = found["reports"]["text"][number]
    own = [
        cut(text, facts["a"][i], facts["b"][i])
        for i in range(facts["n"])
        if facts["r"][i] == number
    ]
    assert "𠮷" in text
    assert {"63台次", "7公里", "80万元"} <= set(own)


def test_the_scheme_names_the_dimensions(found: dict[str, Any]) -> None:
    assert [d["name"] for d in found["dimensions"]] == [
        "政治功能强", "支部班子强", "党员队伍强", "作用发挥强",
    ]  # fmt: skip
    masks = found["sentences"]["d"]
    assert any(masks)
    assert max(masks) < 1 << len(found["dimensions"])


def test_no_text_can_end_the_block_of_data() -> None:
    hostile = "</script><!--<script>&amp;\u2028\u2029'\"\\"
    block = embedded({"text": hostile})
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block) == {"text": hostile}


def test_the_page_holds_the_data_as_data(found: dict[str, Any]) -> None:
    made = page(found)
    assert dashboards.SCRIPT not in made
    assert dashboards.IMAGE not in made
    assert made.count("<script") == 3 == made.count("</script>")
    (block,) = re.findall(r'id="data">(.*?)</script>', made, re.DOTALL)
    assert json.loads(block) == json.loads(json.dumps(found))
    assert "http:" not in made
    assert "https:" not in made


def test_the_page_allows_nothing_from_elsewhere(found: dict[str, Any]) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page(found))
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action",
    }  # fmt: skip
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", rules["script-src"])


def test_no_script_reads_markup() -> None:
    for name in ("data.js", "dom.js", "tables.js", "views.js", "report.js", "page.js"):
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in asset(name), name


def test_the_same_dataset_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.html", tmp_path / "deep" / "two.html"
    assert dashboard(folder, one, "en") == len(one.read_bytes())
    dashboard(folder, two, "en")
    assert one.read_bytes() == two.read_bytes()
    assert [p.name for p in two.parent.iterdir()] == ["two.html"]


def test_both_languages_have_the_same_words() -> None:
    words = strings()
    assert set(words) == set(LANGUAGES)
    assert set(words["zh"]) == set(words["en"])
    for key in words["zh"]:
        marks = {lang: set(re.findall(r"\{\w+\}", words[lang][key])) for lang in LANGUAGES}
        assert marks["zh"] == marks["en"], key
    script = "".join(asset(f"{n}.js") for n in ("dom", "tables", "views", "report", "page"))
    used = set(re.findall(r'\bT\("([\w.]+)"', script))
    assert used
    assert used <= set(words["en"])


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_known_colours() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_pair_of_colours_has_contrast_enough() -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", asset("page.css")))
    pairs = {n.removesuffix("-fg") for n in colours if n.endswith("-fg")}
    assert {"page", "card", "hit", "heat-3", "dim-7", "honours"} <= pairs
    ratios = {n: contrast(colours[f"{n}-fg"], colours[f"{n}-bg"]) for n in pairs}
    # these stand on the card as well as on their own ground
    for name in ("faint", "link", *(f"dim-{i}" for i in range(8))):
        ratios[f"{name} on card"] = contrast(colours[f"{name}-fg"], colours["card-bg"])
    assert {n: round(r, 2) for n, r in ratios.items() if r < AA} == {}


def test_a_copy_names_the_row_of_its_first(found: dict[str, Any], tmp_path: Path) -> None:
    dataset = Dataset.open(dashboards.copied(tmp_path))
    rows = payload(dataset, *scheme(dataset), "zh")["reports"]
    paths = unpacked(rows["path"])
    links = {
        paths[i]: None if f is None else paths[f] for i, f in enumerate(unpacked(rows["copy"]))
    }
    first = next(p for p in paths if p.endswith("original.txt"))
    assert links == {p: first if p.endswith("reprint.txt") else None for p in paths}
    assert len(paths) == 3
    assert set(unpacked(found["reports"]["copy"])) == {None}


# --- the command -----------------------------------------------------------------------------------


def test_the_command_writes_a_page(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    done = CliRunner().invoke(
        app, ["dashboard", str(folder), "--out", str(out), "--lang", "en"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert '<html lang="en">' in out.read_text("utf-8")
    assert "MB →" in done.output


def test_faults_are_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ZhibuError, match="unknown language"):
        dashboard(folder, tmp_path / "x.html", "fr")
    with pytest.raises(ZhibuError, match="no dataset in this folder"):
        dashboard(tmp_path, tmp_path / "x.html", "zh")
    with pytest.raises(ZhibuError, match="cannot be written"):
        dashboard(folder, folder / "runs.parquet" / "x.html", "zh")


def test_a_scheme_that_is_gone_leaves_the_keys(folder: Path, tmp_path: Path) -> None:
    dataset = Dataset.open(folder)
    labels, name = scheme(dataset, str(tmp_path))
    assert (labels, name) == ({}, "siqiang")
    keys = [d["key"] for d in payload(dataset, labels, name, "zh")["dimensions"]]
    assert keys == sorted(keys) != []


def test_an_empty_dataset_makes_a_page(tmp_path: Path) -> None:
    made = dashboards.empty(tmp_path)
    dataset = Dataset.open(made)
    found = payload(dataset, *scheme(dataset), "zh")
    assert found["reports"]["n"] == 0
    assert found["failed"] == 1
    assert found["issues"]["n"] == 1
    assert dashboard(made, tmp_path / "page.html", "zh") > 10_000


@pytest.mark.parametrize(
    ("table", "column", "group"),
    [
        ("achievements", "kind", "achievement"),
        ("achievements", "bound", "bound"), ("achievements", "direction", "direction"),
        ("honours", "kind", "honour"), ("honours", "level", "level"),
        ("honours", "recipient", "recipient"), ("reports", "kind", "report"),
        ("issues", "stage", "stage"), ("issues", "severity", "severity"),
    ],
)  # fmt: skip
def test_every_declared_value_has_a_word(table: str, column: str, group: str) -> None:
    (declared,) = (c for c in BY_NAME[table].columns if c.name == column)
    assert declared.allowed
    for lang in LANGUAGES:
        assert {f"{group}.{value}" for value in declared.allowed} <= set(strings()[lang])


def test_every_value_of_the_sample_has_a_word(found: dict[str, Any]) -> None:
    """Of columns whose values the declaration leaves open."""
    said = {
        "practice": found["layers"]["practices"]["kind"],
        "level": found["reports"]["level"],
        "reason": found["layers"]["rejected"]["reason"],
    }
    for group, column in said.items():
        values = {v for v in unpacked(column) if v is not None}
        assert values
        for lang in LANGUAGES:
            assert {f"{group}.{v}" for v in values} <= set(strings()[lang]), group
