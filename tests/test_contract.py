"""What is made from the declaration holds on a real run: data package, dictionary, validation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from typer.testing import CliRunner

from pipeline import Dataset
from pipeline.__main__ import app
from pipeline.commands.run import run
from pipeline.lexicon.load import load
from pipeline.model import Options
from pipeline.tidy.contract import allowed
from pipeline.tidy.schema import BY_NAME, TABLES
from tools import dictionary

REPO = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "dataset"
    run([REPO / "data/sample"], made, Options(), ("parquet", "csv"), 1, lambda *_: None)
    return made


@pytest.fixture
def copy(out: Path, tmp_path: Path) -> Path:
    shutil.copytree(out, tmp_path / "copy")
    return tmp_path / "copy"


def change(folder: Path, table: str, column: str, value: object) -> None:
    """Set a column's first cell in the Parquet file."""
    file = folder / f"{table}.parquet"
    rows = pq.read_table(file)
    at = rows.schema.get_field_index(column)
    values = [value, *rows[column].to_pylist()[1:]]
    pq.write_table(rows.set_column(at, rows.schema.field(at), pa.array(values)), file)


def test_the_data_package_is_valid_with_its_keys(out: Path) -> None:
    package = Package(str(out / "datapackage.json"))
    assert [r.name for r in package.resources] == [t.name for t in TABLES]
    report = package.validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "message"])[:5]
    honours = package.get_resource("honours").schema
    assert {k["fields"][0]: k["reference"]["resource"] for k in honours.foreign_keys} == (
        BY_NAME["honours"].foreign
    )
    assert honours.get_field("level").constraints["enum"][0] == "national"
    assert package.licenses[0]["name"] == "Apache-2.0"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [(",read\r\n", ",eaten\r\n", "constraint-error"), ("-001,", "-999,", "foreign-key")],
)
def test_the_data_package_refuses_what_is_wrong(copy: Path, old: str, new: str, kind: str) -> None:
    file = copy / ("documents.csv" if kind == "constraint-error" else "honours.csv")
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())
    kinds = {k for (k,) in Package(str(copy / "datapackage.json")).validate().flatten(["type"])}
    assert kind in kinds


def test_a_run_keeps_the_contract(out: Path) -> None:
    assert Dataset.open(out).validate() == []
    done = CliRunner().invoke(app, ["validate", str(out)])
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("honours", "level", "planetary", "honours.level"),
        ("achievements", "confidence", 1.5, "achievements.confidence"),
        ("practices", "kind", "song", "practices.kind"),
        ("sections", "dimension", "weather", "sections.dimension"),
        ("practices", "report_id", "nowhere", "nowhere is no row of reports"),
        ("sections", "position", 0, "sections.position"),
    ],
)
def test_a_fault_is_told(copy: Path, table: str, column: str, value: object, said: str) -> None:
    change(copy, table, column, value)
    found = Dataset.open(copy).validate()
    assert [line for line in found if said in line], found
    done = CliRunner().invoke(app, ["validate", str(copy)])
    assert done.exit_code == 1
    assert said in done.stdout


def test_an_empty_dataset_keeps_the_contract(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("天气晴。\n", encoding="utf-8")
    run([tmp_path / "in"], tmp_path / "out", Options(), ("parquet", "csv"), 1, lambda *_: None)
    assert Dataset.open(tmp_path / "out").validate() == []
    assert Package(str(tmp_path / "out/datapackage.json")).validate().valid


def test_the_dictionary_is_the_declaration() -> None:
    """Run `python -m tools.dictionary` after a change of the declaration."""
    assert dictionary.FILE.read_text("utf-8") == dictionary.text()


def test_every_column_has_meaning_and_layer() -> None:
    for table in TABLES:
        assert table.key == table.columns[0].name
        for column in table.columns:
            assert column.meaning
            assert table.layer_of(column)


def test_closed_values_of_the_lexicon_are_the_lexicons() -> None:
    kinds = allowed(next(c for c in BY_NAME["practices"].columns if c.name == "kind"), load())
    assert "method" in kinds
    dimension = next(c for c in BY_NAME["terms"].columns if c.name == "dimension")
    assert allowed(dimension, load(None, "wuhao")) != allowed(dimension, load())


def test_a_package_without_csv_names_the_files_there_are(tmp_path: Path) -> None:
    run([REPO / "data/sample"], tmp_path / "o", Options(), ("sqlite",), 1, lambda *_: None)
    package = json.loads((tmp_path / "o/datapackage.json").read_text("utf-8"))
    assert {r["path"] for r in package["resources"]} == {"dataset.sqlite"}
