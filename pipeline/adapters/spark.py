"""`run --engine spark`: the same function for every file, spread over a cluster by Spark.

Two passes. The first reads files (or rows of a table) in their partitions and keeps each document's rows,
table by table, as Arrow bytes in a staging folder; the second unpacks one table after another, in order of
path, to Parquet. A task that is lost is worked again by Spark from its input; a document that fails is a
row of `issues`, as in a local run.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from pipeline import route
from pipeline.commands.run import Summary, rows_of, run_row, summary
from pipeline.errors import ZhibuError
from pipeline.ingest import Item
from pipeline.model import Options
from pipeline.tidy.duplicates import duplicates
from pipeline.tidy.parts import AGAIN, arrow, knowns, linked
from pipeline.tidy.rows import SKETCHES, Rows
from pipeline.tidy.schema import BY_NAME, TABLES, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# What one staged row is: the rows of one table that one text gave, `n` its place in the file.
STAGED = "path string, n int, name string, rows binary"
_STAGED = pa.schema(
    [("path", pa.string()), ("n", pa.int32()), ("name", pa.string()), ("rows", pa.binary())]
)
STAGING = "staging.tmp"
# An input that is a table: one of the catalogue, or a folder that Spark reads in that format.
_TABLE = re.compile(r"(?P<format>table|parquet|orc|json|csv|delta):(?!//)(?P<name>.+)")
_SPARK = {"string": "string", "int": "bigint", "float": "double", "bool": "boolean"}
# Rows of an Arrow batch that goes to Python at a time; texts are small, files are not.
BATCH = 64


@dataclass(frozen=True, slots=True)
class Cluster:
    """How to reach Spark: `master` as Spark names it (None takes the session's), and files a task."""

    master: str | None = None
    partitions: int | None = None


def run(inputs: Sequence[str], out: str, options: Options, cluster: Cluster) -> Summary:
    """Write the dataset of all inputs to a folder as Parquet, a folder for each table.

    `inputs` are paths that Spark reads (local, s3a://, hdfs://; folders are read to their depth) or tables
    (table:NAME, parquet:PATH, orc:PATH, csv:PATH, json:PATH) whose texts stand in `options.text_column`.
    Raises ZhibuError where PySpark is not installed or Spark cannot read an input.
    """
    spark = _session(cluster)
    route.tools(options)  # faults of the lexicons are told here, not by every task
    staging = f"{out.rstrip('/')}/{STAGING}"
    try:
        staged = [_staged(spark, one, options, cluster) for one in inputs]
        frame = staged[0]
        for more in staged[1:]:
            frame = frame.unionByName(more)
        frame.write.mode("overwrite").parquet(staging)
        copies = _copies(spark, staging)
        counts = {table.name: _unpack(spark, staging, out, table, copies) for table in TABLES}
        failed = _failed(spark, out)
        _runs(spark, out, options, counts, failed)
        _remove(spark, staging)
    except Exception as error:
        if isinstance(error, ZhibuError) or not type(error).__module__.startswith("pyspark"):
            raise
        first = str(error).strip().splitlines()[0]
        raise ZhibuError(
            f"Spark: {first}", ", ".join(inputs), "check the paths and that Spark may read them"
        ) from error
    return summary(counts, failed, 0)


def _session(cluster: Cluster) -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ZhibuError(
            "PySpark is not installed", "--engine spark", "pip install 'zhibu[spark]'"
        ) from error
    builder = SparkSession.builder.appName("zhibu")
    if cluster.master:
        builder = builder.master(cluster.master)
        if cluster.master.startswith("local"):
            # workers on this machine run this Python and this package
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            root = str(Path(__file__).parents[2])
            builder = builder.config("spark.executorEnv.PYTHONPATH", root)
    spark = builder.getOrCreate()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
    return spark


# --- the first pass: texts → staged rows ---------------------------------------------------------------


def _staged(spark: SparkSession, source: str, options: Options, cluster: Cluster) -> DataFrame:
    """The staged rows of one input."""
    table = _TABLE.fullmatch(source)
    if table:
        frame = _texts(spark, table["format"], table["name"], options)
        name = PurePosixPath(table["name"]).name

        def work(batches: Iterator[Any]) -> Iterator[Any]:
            return _table_rows(batches, name, options)
    else:
        reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
        frame = reader.load(source).select("path", "content")
        empty = [(path, b"") for path in _empty(spark, source)]
        if empty:
            frame = frame.unionByName(spark.createDataFrame(empty, "path string, content binary"))
        root = unquote(urlsplit(source).path)

        def work(batches: Iterator[Any]) -> Iterator[Any]:
            return _file_rows(batches, root, options)

    if cluster.partitions:
        frame = frame.repartition(cluster.partitions)
    return frame.mapInArrow(work, STAGED)


def _empty(spark: SparkSession, source: str) -> Iterator[str]:
    """The empty files below an input, which Spark passes over: they too are to have their row."""
    path, system = _hadoop(spark, source)
    for found in system.globStatus(path) or ():
        files = system.listFiles(found.getPath(), True)
        while files.hasNext():
            file = files.next()
            if file.getLen() == 0 and file.getPath().getName()[0] not in "._":
                yield file.getPath().toString()


def _hadoop(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """A path and its file system, whatever that is (local, hdfs, s3a)."""
    context: Any = spark.sparkContext
    found = context._jvm.org.apache.hadoop.fs.Path(path)
    return found, found.getFileSystem(context._jsc.hadoopConfiguration())


def _texts(spark: SparkSession, format: str, name: str, options: Options) -> DataFrame:
    if options.text_column is None:
        raise ZhibuError(
            "a table needs the column of its texts", name, "give it with --text-column"
        )
    reader = spark.read.option("header", "true").option("multiLine", "true")
    frame = spark.table(name) if format == "table" else reader.format(format).load(name)
    if options.text_column not in frame.columns:
        shown = ", ".join(frame.columns[:20])
        raise ZhibuError(
            f"no column {options.text_column}; its columns are: {shown}",
            name,
            "name the column with --text-column",
        )
    return frame.select([frame[c].cast("string").alias(c) for c in frame.columns]).distinct()


def _file_rows(batches: Iterator[Any], root: str, options: Options) -> Iterator[Any]:
    for batch in batches:
        for path, content in zip(batch["path"], batch["content"], strict=True):
            full = unquote(urlsplit(path.as_py().replace("#", "%23")).path)
            yield from _staged_rows(_below(full, root), content.as_py(), options)


def _below(path: str, root: str) -> str:
    """The path below the input, as a local run has it; of a file given itself, its name."""
    base = root.rstrip("/") + "/"
    at = path.find(base)
    return path[at + len(base) :] if at >= 0 else PurePosixPath(path).name


def _table_rows(batches: Iterator[Any], name: str, options: Options) -> Iterator[Any]:
    """Rows of a table: each a file of its own, whose name is the hash of its cells."""
    for batch in batches:
        for row in batch.to_pylist():
            cells = {k: v for k, v in row.items() if v is not None}
            data = json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()
            digest = blake2b(data, digest_size=8).hexdigest()
            yield from _staged_rows(f"{name}/{digest}.jsonl", data, options)


def _staged_rows(shown: str, data: bytes, options: Options) -> Iterator[Any]:
    """The staged rows of one file."""
    for n, rows in enumerate(rows_of(Item(Path(shown), shown, data), options)):
        yield pa.RecordBatch.from_pylist(list(_packed(shown, n, rows)), schema=_STAGED)


def _packed(shown: str, n: int, rows: Rows) -> Iterator[dict[str, Any]]:
    for name, found in rows.items():
        if found and name not in AGAIN:
            packed = arrow(name, found)
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, packed.schema) as stream:
                stream.write_table(packed)
            yield {"path": shown, "n": n, "name": name, "rows": sink.getvalue().to_pybytes()}


# --- the second pass: staged rows → tables --------------------------------------------------------------


def _ddl(table: Table) -> str:
    return ", ".join(f"`{c.name}` {_SPARK[c.type]}" for c in table.columns)


def _copies(spark: SparkSession, staging: str) -> dict[str, str]:
    """Which reports are copies of which; the driver holds three hundred bytes for each report."""
    frame = spark.read.parquet(staging).where(f"name = '{SKETCHES}'").select("rows")
    batches = (pa.ipc.open_stream(bytes(row["rows"])) for row in frame.toLocalIterator())
    return duplicates(one for stream in batches for batch in stream for one in knowns(batch))


def _unpack(
    spark: SparkSession, staging: str, out: str, table: Table, copies: dict[str, str]
) -> int:
    """Write one table; gives the number of its rows."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in _unpacked(batches):
            yield linked(batch, copies) if table.name == "reports" else batch

    folder = f"{out.rstrip('/')}/{table.name}.parquet"
    frame = spark.read.parquet(staging).where(f"name = '{table.name}'")
    rows = frame.orderBy("path", "n").select("rows").mapInArrow(work, _ddl(table))
    rows.write.mode("overwrite").parquet(folder)
    return int(spark.read.parquet(folder).count())


def _unpacked(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for rows in batch["rows"]:
            with pa.ipc.open_stream(rows.as_py()) as stream:
                yield from stream


def _failed(spark: SparkSession, out: str) -> int:
    documents = spark.read.parquet(f"{out.rstrip('/')}/documents.parquet")
    return int(documents.where("status = 'failed'").count())


def _runs(
    spark: SparkSession, out: str, options: Options, counts: dict[str, int], failed: int
) -> None:
    row = run_row(options, counts, failed, "spark", *counts.values())
    frame = spark.createDataFrame([row], _ddl(BY_NAME["runs"]))
    frame.coalesce(1).write.mode("overwrite").parquet(f"{out.rstrip('/')}/runs.parquet")


def _remove(spark: SparkSession, folder: str) -> None:
    path, system = _hadoop(spark, folder)
    system.delete(path, True)
