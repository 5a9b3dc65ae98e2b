"""Real clients ask the files: the sqlite3 command line, duckdb."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from pipeline.commands.run import run
from pipeline.model import Options
from pipeline.tidy import commit, sinks, sql
from pipeline.tidy.parts import _unique
from pipeline.tidy.schema import BY_NAME, TABLES
from pipeline.tidy.stores import store_of

REPO = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "dataset"
    formats = ("parquet", "sqlite", "duckdb")
    run([REPO / "data/sample"], made, Options(), formats, 1, lambda *_: None)
    return made


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the sqlite3 command line is not installed")
@pytest.mark.parametrize("view", sorted(sql.VIEWS))
def test_the_sqlite3_client_asks_every_view(out: Path, view: str) -> None:
    command = [
        "sqlite3",
        "-json",
        "-readonly",
        str(out / "dataset.sqlite"),
        f"SELECT * FROM {view}",
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)


def test_duckdb_has_keys_and_indexes(out: Path) -> None:
    with duckdb.connect(str(out / "dataset.duckdb"), read_only=True) as c:
        found = c.execute(
            "SELECT table_name, constraint_type, constraint_column_names FROM duckdb_constraints()"
        ).fetchall()
        indexes = {n for (n,) in c.execute("SELECT index_name FROM duckdb_indexes()").fetchall()}
    for table in TABLES:
        mine = [(kind, columns) for name, kind, columns in found if name == table.name]
        assert ("PRIMARY KEY", [table.key]) in mine
        assert {c[0] for kind, c in mine if kind == "FOREIGN KEY"} == set(sql.foreign_keys(table))
        assert {f"{table.name}_{c}" for c in sql.foreign_keys(table)} <= indexes


def test_a_large_table_goes_on_in_further_files(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "FILE_ROWS", 40)
    rows = pq.read_table(out / "sentences.parquet").slice(0, 100)
    for most in (100, 50):  # the second dataset is smaller: a file of the first must go
        with commit.locked(tmp_path) as state:
            dataset = sinks.Dataset(commit.fresh(state), ("parquet",))
            for start in range(0, most, 20):
                dataset.write("sentences", rows.slice(start, min(20, most - start)))
            dataset.close()
            commit.commit(tmp_path)
        files = sorted(p.name for p in tmp_path.glob("sentences.*parquet"))
        assert len(files) == (3 if most == 100 else 2)
        wanted = rows.slice(0, most).to_pylist()
        assert store_of(tmp_path)(tmp_path, "sentences").to_pylist() == wanted
        whole = pyarrow.dataset.dataset([str(tmp_path / name) for name in files])
        assert whole.to_table().to_pylist() == wanted
        pattern = tmp_path / "sentences.*parquet"
        (count,) = duckdb.sql(f"SELECT COUNT(*) FROM read_parquet('{pattern}')").fetchall()[0]
        assert count == most


def test_a_key_said_twice_is_made_new() -> None:
    taken: set[str] = set()
    assert list(_unique([("a", 1), ("a", 2), ("b", 3)], taken)) == [("a", 1), ("a~2", 2), ("b", 3)]
    assert list(_unique([("a", 4)], taken)) == [("a~3", 4)]
    assert BY_NAME["issues"].columns[0].name == BY_NAME["issues"].key
