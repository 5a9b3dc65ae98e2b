"""Every format holds the same rows, and ordinary clients can ask it.

The sample and a report with texts that would be formulas or markup are written in all formats; sqlite3,
duckdb and openpyxl read them back, every view is asked in both engines, and a second run gives the
same bytes.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.commands.run import run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy import sinks, sql, workbook
from pipeline.tidy.databases import Sqlite
from pipeline.tidy.schema import BY_NAME, TABLES
from pipeline.tidy.titles import TABLE_TITLES, column_title

REPO = Path(__file__).parents[1]
ALL = ("parquet", "csv", "jsonl", "sqlite", "duckdb", "xlsx")
VIEWS = {
    "v_branch_dimension", "v_achievements_by_unit", "v_honours_by_level", "v_practices",
    "v_timeline", "v_coverage",
}  # fmt: skip
TRAP = (
    "澄浦市水务局第一党支部\n\n=1+1 水清清\n\n澄浦市水务局第一党支部有党员12名。\n\n"
    "+走访居民101户，收到“<script>”一张。\n@支部推行“@水长清”工作法。\n"
    "2023年，支部荣获市级“先进基层党组织”称号。\n"
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in") / "source"
    shutil.copytree(REPO / "data/sample", folder)
    (folder / "trap.txt").write_text(TRAP, encoding="utf-8")
    (folder / "empty.txt").touch()
    return folder


def write(source: Path, out: Path, *formats: str) -> Path:
    run([source], out, Options(), formats, 1, lambda *_: None)
    return out


@pytest.fixture(scope="module")
def out(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(source, tmp_path_factory.mktemp("out") / "dataset", *ALL)


@pytest.fixture(scope="module")
def lite(out: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{(out / 'dataset.sqlite').as_uri()}?mode=ro", uri=True)) as c:
        yield c


@pytest.fixture(scope="module")
def duck(out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(out / "dataset.duckdb"), read_only=True)) as c:
        yield c


def rows(out: Path, table: str) -> list[tuple[Any, ...]]:
    """A table's rows as the Parquet file has them."""
    return [tuple(row.values()) for row in pq.read_table(out / f"{table}.parquet").to_pylist()]


@pytest.mark.parametrize("table", [t.name for t in TABLES])
def test_all_formats_hold_the_same_rows(
    table: str, out: Path, lite: sqlite3.Connection, duck: duckdb.DuckDBPyConnection
) -> None:
    expected = rows(out, table)
    assert expected or table == "furniture"
    lines = (out / f"{table}.jsonl").read_text("utf-8").split("\n")[:-1]
    assert [tuple(json.loads(line).values()) for line in lines] == expected
    assert lite.execute(f'SELECT * FROM "{table}"').fetchall() == expected
    assert duck.execute(f'SELECT * FROM "{table}"').fetchall() == expected


@pytest.mark.parametrize("view", sorted(VIEWS | {"v_facts"}))
def test_a_view_says_the_same_in_both_engines(
    view: str, lite: sqlite3.Connection, duck: duckdb.DuckDBPyConnection
) -> None:
    mine = lite.execute(f"SELECT * FROM {view}")
    theirs = duck.execute(f"SELECT * FROM {view}")
    assert [c[0] for c in mine.description] == [c[0] for c in theirs.description or ()]
    found = mine.fetchall()
    assert found
    if view == "v_facts":
        assert sorted(found, key=repr) == sorted(theirs.fetchall(), key=repr)
    else:
        assert found == theirs.fetchall()


def test_views_count_what_the_tables_hold(out: Path, lite: sqlite3.Connection) -> None:
    def ask(query: str) -> Any:
        return lite.execute(query).fetchone()[0]

    counts = {n: len(rows(out, n)) for n in ("practices", "achievements", "honours", "reports")}
    facts = counts["practices"] + counts["achievements"] + counts["honours"]
    assert ask("SELECT COUNT(*) FROM v_facts") == facts
    assert ask("SELECT SUM(achievements) FROM v_achievements_by_unit") == counts["achievements"]
    assert ask("SELECT SUM(honours) FROM v_honours_by_level") == counts["honours"]
    assert ask("SELECT COUNT(*) FROM v_practices") == counts["practices"]
    assert ask("SELECT SUM(facts) FROM v_timeline") == facts
    assert ask("SELECT COUNT(*) FROM v_coverage") == counts["reports"]
    assert ask("SELECT SUM(practices + achievements + honours) FROM v_coverage") == facts
    branches = ask("SELECT COUNT(*) FROM reports WHERE kind = 'report'")
    dimensions = ask("SELECT COUNT(DISTINCT dimension) FROM sentence_dimensions")
    assert ask("SELECT COUNT(*) FROM v_branch_dimension") == branches * dimensions
    assert ask("SELECT COUNT(*) FROM v_timeline WHERE year = 2023 AND basis = 'fact'") == 1
    # where a fact comes from: its sentence is in the row
    assert ask("SELECT COUNT(*) FROM v_facts WHERE INSTR(sentence, evidence) = 0") == 0


def test_sqlite_has_keys_and_indexes(lite: sqlite3.Connection) -> None:
    assert lite.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in TABLES:
        columns = lite.execute(f"PRAGMA table_info({table.name})").fetchall()
        assert [c[1] for c in columns if c[5]] == [table.key]
        assert [c[1] for c in columns if c[3]] == [c.name for c in table.columns if c.required]
        foreign = {
            c[3]: c[2] for c in lite.execute(f"PRAGMA foreign_key_list({table.name})").fetchall()
        }
        assert foreign == sql.foreign_keys(table)
    assert sql.foreign_keys(BY_NAME["honours"]) == {
        "report_id": "reports",
        "document_id": "documents",
        "section_id": "sections",
        "sentence_id": "sentences",
    }
    plan = lite.execute("EXPLAIN QUERY PLAN SELECT * FROM honours WHERE report_id = 'x'").fetchall()
    assert "honours_report_id" in plan[0][3]


def test_duckdb_tells_the_meaning_of_columns(duck: duckdb.DuckDBPyConnection) -> None:
    said = duck.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'honours' AND column_name = 'issuer'"
    ).fetchone()
    assert said == ("who gave it, as written",)


def test_a_second_run_gives_the_same_bytes(source: Path, out: Path, tmp_path: Path) -> None:
    again = write(source, tmp_path / "again", *ALL)
    names = {p.name for p in out.iterdir() if p.is_file()}
    assert names == {p.name for p in again.iterdir() if p.is_file()}
    for name in sorted(names - {"dataset.duckdb"}):  # DuckDB puts random numbers into its file
        assert (out / name).read_bytes() == (again / name).read_bytes(), name
    first = (again / "dataset.sqlite").read_bytes()
    write(source, again, *ALL)  # over the old one
    assert (again / "dataset.sqlite").read_bytes() == first


def test_an_empty_dataset_has_all_tables_and_views(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("天气晴。\n", encoding="utf-8")
    made = write(tmp_path / "in", tmp_path / "out", "sqlite", "duckdb", "jsonl", "xlsx")
    lite = sqlite3.connect(made / "dataset.sqlite")
    duck = duckdb.connect(str(made / "dataset.duckdb"), read_only=True)
    for view in sorted(VIEWS):
        query = f"SELECT * FROM {view}"
        assert lite.execute(query).fetchall() == duck.execute(query).fetchall()
    assert {p.name for p in made.glob("*.jsonl")} == {f"{t.name}.jsonl" for t in TABLES}
    lite.close()
    duck.close()


# --- the workbook --------------------------------------------------------------------------------


def test_the_workbook_reads_in_chinese(out: Path) -> None:
    book = openpyxl.load_workbook(out / "dataset.xlsx")
    assert book.sheetnames[:4] == ["报告", "特色做法", "量化成效", "荣誉"]
    assert set(book.sheetnames) == {TABLE_TITLES[t.name] for t in TABLES}
    assert book.properties.created == datetime(2000, 1, 1)
    for table in TABLES:
        sheet = book[TABLE_TITLES[table.name]]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.max_row == len(rows(out, table.name)) + 1
    sheet = book["量化成效"]
    heads = [str(c.value) for c in sheet[1]]
    assert heads[0] == "支部"
    assert heads[-1] == "原句"
    first = dict(zip(heads, [c.value for c in sheet[2]], strict=True))
    assert first["成效原文"] in first["原句"]
    assert isinstance(first["数值"], int | float)


def test_every_column_has_a_chinese_title_of_its_own() -> None:
    for table in TABLES:
        titles = [column_title(table.name, c.name) for c in table.columns]
        assert len(set(titles)) == len(titles), table.name
        assert all("\u4e00" <= t[0] <= "\u9fff" for t in titles)


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    values = ["=1+1", "+1", "-1", "@SUM(A1)", "http://a.b/", "<b>&\x01", "字" * 40_000]
    book = workbook.Xlsx(tmp_path)
    schema = sinks.arrow_schema(BY_NAME["furniture"])
    made = [[str(i), "d", "k", text, 0, 1] for i, text in enumerate(values)]
    columns = [pa.array(c, f.type) for c, f in zip(zip(*made, strict=True), schema, strict=True)]
    book.write("furniture", pa.Table.from_arrays(columns, schema=schema))
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "dataset.xlsx")["版面附属"]
    cells = [sheet.cell(row=n + 2, column=4) for n in range(len(values))]
    assert [c.data_type for c in cells] == ["s"] * len(values)
    assert [c.value for c in cells[:5]] == values[:5]
    assert [bool(c.quotePrefix) for c in cells[:5]] == [True, True, True, True, False]
    assert len(str(cells[6].value)) == workbook.MOST_CHARACTERS
    assert [c.hyperlink for c in cells] == [None] * len(values)


def test_a_full_sheet_goes_on_in_another(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 11)
    book = workbook.Xlsx(tmp_path)
    book.write("sentences", pq.read_table(out / "sentences.parquet").slice(0, 25))
    book.close()
    made = openpyxl.load_workbook(tmp_path / "dataset.xlsx")
    assert [made[n].max_row for n in ("句子", "句子 2", "句子 3")] == [11, 11, 6]
    assert made["句子 3"]["A1"].value == "支部"


# --- faults --------------------------------------------------------------------------------------


def test_a_key_given_twice_costs_no_row(out: Path, tmp_path: Path) -> None:
    issues = pq.read_table(out / "issues.parquet").slice(0, 1)
    sink = Sqlite(tmp_path)
    for _ in range(3):
        sink.write("issues", issues)
    sink.close()
    with closing(sqlite3.connect(tmp_path / "dataset.sqlite")) as lite:
        keys = [k for (k,) in lite.execute("SELECT issue_id FROM issues").fetchall()]
    assert keys == [keys[0], f"{keys[0]}~2", f"{keys[0]}~3"]


def test_unknown_and_missing_formats_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZhibuError, match=r"unknown format ods.*choose from: csv, duckdb, jsonl"):
        sinks.check(["csv", "ods"])
    monkeypatch.setattr(sinks, "find_spec", lambda _: None)
    sinks.check(["parquet", "csv", "jsonl", "sqlite", "duckdb"])
    with pytest.raises(ZhibuError, match=r"pip install 'zhibu\[xlsx\]'"):
        sinks.check(["xlsx"])


def test_a_failed_run_leaves_the_old_database(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(source, tmp_path / "out", "sqlite")
    before = (made / "dataset.sqlite").read_bytes()

    def broken(self: Sqlite) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "close", broken)
        with pytest.raises(OSError, match="disk full"):
            write(source, made, "sqlite")
    assert (made / "dataset.sqlite").read_bytes() == before
    write(source, made, "sqlite")
    assert (made / "dataset.sqlite").read_bytes() == before
