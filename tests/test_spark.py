"""The run on Spark: the tables of a local run, whatever fails and whoever is lost on the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from pipeline.commands.run import run as run_here
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy.schema import TABLES

pytest.importorskip("pyspark", reason="the extra spark is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

from pipeline.adapters import spark

ROOT = Path(__file__).parents[1]
# Two threads on this machine; a task is tried three times before the job fails.
CLUSTER = spark.Cluster("local[2,3]")


@pytest.fixture(scope="module", autouse=True)
def _session() -> Iterator[None]:
    yield
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        t.name: ds.dataset(folder / f"{t.name}.parquet").to_table().to_pylist()
        for t in TABLES
        if t.name != "runs"
    }


class Lost:
    """A worker that dies on its first batch and, tried again, works."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker
        self.work = spark._file_rows

    def __call__(self, batches: Iterator[Any], root: str, options: Options) -> Iterator[Any]:
        if not self.marker.exists():
            self.marker.touch()
            os._exit(1)
        return self.work(batches, root, options)


def test_the_tables_equal_a_local_runs_though_a_worker_is_lost_and_a_file_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in put"
    shutil.copytree(ROOT / "data" / "sample", folder)
    (folder / "broken#1.docx").write_bytes(b"PK\x03\x04 no word file")
    (folder / "empty.txt").write_bytes(b"")
    marker = tmp_path / "died"
    monkeypatch.setattr(spark, "_file_rows", Lost(marker))
    found = spark.run([str(folder)], str(tmp_path / "far"), Options(), CLUSTER)
    here = run_here([folder], tmp_path / "here", Options(), ("parquet",), 1, lambda *_: None)
    assert marker.exists()
    assert rows(tmp_path / "far") == rows(tmp_path / "here")
    assert (found.documents, found.failed) == (here.documents, here.failed) == (10, 2)
    assert (found.reports, found.facts) == (here.reports, here.facts)
    assert not (tmp_path / "far" / spark.STAGING).exists()


def test_a_table_with_a_column_of_texts_is_read(tmp_path: Path) -> None:
    texts = [
        (ROOT / "data" / "sample" / n).read_text("utf-8") for n in ("deeds.txt", "web-copy.txt")
    ]
    import pyarrow as pa

    (tmp_path / "scraped").mkdir()
    table = pa.table({"正文": texts, "来源": ["甲报", "乙网"]})
    pq.write_table(table, tmp_path / "scraped" / "a.parquet")
    options = Options(text_column="正文")
    found = spark.run([f"parquet:{tmp_path}/scraped"], str(tmp_path / "far"), options, CLUSTER)
    assert found.documents == 2
    made = rows(tmp_path / "far")
    assert {r["publication"] for r in made["documents"]} == {"甲报", "乙网"}
    assert len(made["reports"]) == 2
    assert made["achievements"]


def test_an_input_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ZhibuError, match="nowhere"):
        spark.run([str(tmp_path / "nowhere")], str(tmp_path / "out"), Options(), CLUSTER)


def test_a_table_without_the_named_column_is_told(tmp_path: Path) -> None:
    import pyarrow as pa

    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(ZhibuError, match="its columns are: a"):
        spark.run(
            [f"parquet:{tmp_path}/t.parquet"],
            str(tmp_path / "o"),
            Options(text_column="b"),
            CLUSTER,
        )
