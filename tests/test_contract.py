"""The declaration of columns, and everything that is made from it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline import Dataset
from pipeline.__main__ import app
from pipeline.commands.run import run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy import contract, sinks
from pipeline.tidy.schema import BY_NAME, TABLES
from pipeline.tidy.sql import VIEW_MEANINGS, VIEWS, foreign_keys
from pipeline.tidy.titles import column_title
from pipeline.tidy.validate import validate

ROOT = Path(__file__).parents[1]
FORMATS = ("parquet", "csv", "jsonl", "sqlite", "duckdb")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inputs = tmp_path_factory.mktemp("inputs")
    for name in ("newspaper-page.txt", "deeds.txt", "web-copy.txt"):
        (inputs / name).write_bytes((ROOT / "data" / "sample" / name).read_bytes())
    (inputs / "broken.docx").write_bytes(b"PK no word file")
    out = tmp_path_factory.mktemp("out")
    run([inputs], out, Options(), FORMATS, 1, lambda *_: None)
    return out


def test_every_column_has_a_meaning_a_title_and_a_layer() -> None:
    for table in TABLES:
        names = [c.name for c in table.columns]
        assert len(set(names)) == len(names)
        assert table.columns[0].name == table.key
        for column in table.columns:
            assert column.meaning
            assert column_title(table.name, column.name)
            assert table.layer_of(column)


def test_the_dictionary_is_the_generated_one() -> None:
    """`python tools/dictionary.py` after a change of the declaration."""
    assert (ROOT / "data" / "DICTIONARY.md").read_text("utf-8") == contract.dictionary()


def test_every_view_has_a_meaning() -> None:
    assert list(VIEW_MEANINGS) == list(VIEWS)


def test_the_data_package_is_valid_by_frictionless(dataset: Path) -> None:
    """Types, required and unique values, closed lists, keys and foreign keys of all tables."""
    from frictionless import Package

    report = Package(str(dataset / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "note"])
    assert report.stats["tasks"] == len(TABLES)


def test_frictionless_finds_a_row_whose_report_is_missing(dataset: Path, tmp_path: Path) -> None:
    """The check above can fail."""
    from frictionless import Package

    for path in dataset.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = (tmp_path / "reports.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (tmp_path / "reports.csv").write_text(lines[0], "utf-8-sig")
    (tmp_path / "datapackage.json").write_text(json.dumps(contract.package(("csv",))), "utf-8")
    kinds = {
        row[0] for row in Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    }
    assert "foreign-key" in kinds


def test_a_run_writes_the_package_of_its_formats(dataset: Path) -> None:
    written = json.loads((dataset / "datapackage.json").read_text("utf-8"))
    assert written == contract.package(FORMATS)
    assert {r["path"] for r in written["resources"]} == {f"{t.name}.csv" for t in TABLES}
    keys = {r["name"]: r["schema"].get("foreignKeys", []) for r in written["resources"]}
    assert {k["reference"]["resource"] for k in keys["honours"]} >= {"reports", "documents"}
    assert written["licenses"]


def test_a_dataset_keeps_its_declaration(dataset: Path) -> None:
    assert validate(Dataset.open(dataset)) == []
    found = CliRunner().invoke(app, ["validate", str(dataset)])
    assert found.exit_code == 0
    assert [line.split()[1] for line in found.stdout.splitlines()] == [t.name for t in TABLES]


@pytest.mark.parametrize(
    ("table", "column", "value", "told"),
    [
        ("achievements", "bound", "roughly", "isin"),
        ("honours", "level", "galactic", "isin"),
        ("practices", "name", None, "not_nullable"),
        ("practices", "report_id", "nobody", "is no key of reports"),
        ("honours", "source_end", 0, "ends before it begins"),
    ],
)
def test_a_fault_in_a_table_is_told(
    dataset: Path, tmp_path: Path, table: str, column: str, value: Any, told: str
) -> None:
    for path in dataset.glob("*.parquet"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rows = pq.read_table(dataset / f"{table}.parquet").to_pylist()
    rows[0][column] = value
    loose = pa.schema([f.with_nullable(True) for f in sinks.arrow_schema(BY_NAME[table])])
    pq.write_table(pa.Table.from_pylist(rows, loose), tmp_path / f"{table}.parquet")
    found = validate(Dataset.open(tmp_path))
    assert any(told in line and line.startswith(table) for line in found), found
    with pytest.raises(ZhibuError, match=table):
        Dataset.open(tmp_path).validate()


def test_an_empty_dataset_has_all_columns(tmp_path: Path) -> None:
    writer = sinks.Dataset(tmp_path, ("parquet", "csv", "sqlite", "duckdb"))
    writer.close()
    dataset = Dataset.open(tmp_path)
    for table in TABLES:
        names = [c.name for c in table.columns]
        assert list(dataset.table(table.name).columns) == names
        head = (tmp_path / f"{table.name}.csv").read_text("utf-8-sig").splitlines()
        assert head == [",".join(names)]
    assert validate(dataset) == []


def test_both_databases_hold_the_same_rows_under_the_same_views(dataset: Path) -> None:
    with (
        sqlite3.connect(dataset / "dataset.sqlite") as lite,
        duckdb.connect(str(dataset / "dataset.duckdb"), read_only=True) as duck,
    ):
        for name in (*BY_NAME, *VIEWS):
            count = f'SELECT COUNT(*) FROM "{name}"'
            rows = lite.execute(count).fetchone()[0]
            assert rows == duck.execute(count).fetchone()[0], name
        assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in TABLES:
            names = {row[1] for row in lite.execute(f'PRAGMA index_list("{table.name}")')}
            assert {f"{table.name}_{c}" for c in foreign_keys(table)} <= names


def test_datasette_serves_tables_views_and_queries_with_their_meaning(dataset: Path) -> None:
    from datasette.app import Datasette

    told = json.loads((dataset / "datasette.json").read_text("utf-8"))
    assert told == contract.datasette()

    async def visit() -> list[Any]:
        served = Datasette([str(dataset / "dataset.sqlite")], metadata=told)
        pages = [
            "/dataset/achievements",
            "/dataset/v_branch_dimension.json?_shape=array",
            "/dataset.json?sql=select+count(*)+as+n+from+honours&_shape=array",
            "/dataset/-/query.json?sql=select+count(*)+as+n+from+honours&_shape=array",
        ]
        return [await served.client.get(page, follow_redirects=True) for page in pages]

    table, view, *queries = asyncio.run(visit())
    assert table.status_code == view.status_code == 200
    assert "what was counted" in table.text
    assert {r["stated"] for r in view.json()} == {0, 1}
    answers = [q.json() for q in queries if q.status_code == 200]
    assert [{"n": len(Dataset.open(dataset).honours)}] in answers


def test_frames_have_proper_types(dataset: Path) -> None:
    frame = Dataset.open(dataset).achievements
    assert frame["value"].dtype == "float64"
    assert isinstance(frame["kind"].dtype, pd.CategoricalDtype)
    assert isinstance(frame["indicator"].dtype, pd.StringDtype)
    assert isinstance(frame["source_start"].dtype, pd.Int64Dtype)
