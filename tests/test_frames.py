"""The door for notebooks: typed frames, counts, and the way from a row back to its sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import pipeline
from pipeline import Dataset, ingest
from pipeline.commands.run import run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy.evidence import Evidence, find
from pipeline.tidy.frames import LEVELS, NOT_STATED
from pipeline.tidy.schema import TABLES

REPO = Path(__file__).parents[1]
SAMPLE = REPO / "data/sample"
FACTS = {"practices": "practice_id", "achievements": "achievement_id", "honours": "honour_id"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "dataset"
    formats = ("parquet", "jsonl", "sqlite", "duckdb")
    run([SAMPLE], made, Options(), formats, 1, lambda *_: None)
    return made


@pytest.fixture(scope="module")
def dataset(out: Path) -> Dataset:
    return Dataset.open(out)


def test_importing_the_package_imports_no_pandas() -> None:
    seen = "print('pandas' in sys.modules)"
    code = f"import sys, pipeline; {seen}; pipeline.Dataset; {seen}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert not hasattr(pipeline, "Datasets")


def test_every_table_is_a_frame_with_its_types(dataset: Dataset) -> None:
    for table in TABLES:
        frame = getattr(dataset, table.name)
        assert list(frame.columns) == [c.name for c in table.columns]
        assert set(dir(dataset)) >= {table.name}
        for column in table.columns:
            kind = str(frame[column.name].dtype)
            wanted = {"int": {"Int64"}, "float": {"float64"}, "bool": {"boolean"}}
            assert kind in wanted.get(column.type, {"string", "category"}), column.name
    for column in ("kind", "dimension"):
        assert isinstance(dataset.achievements[column].dtype, pd.CategoricalDtype)
    honours = dataset.honours
    assert tuple(honours["level"].cat.categories) == LEVELS
    assert (honours["level"] >= "municipal").sum() >= (honours["level"] == "national").sum()
    assert honours["years"].isna().any()


def test_an_unknown_table_is_told(dataset: Dataset) -> None:
    with pytest.raises(AttributeError, match="there are documents, reports"):
        _ = dataset.achievments
    with pytest.raises(ZhibuError, match="no such table"):
        dataset.table("achievments")


@pytest.mark.parametrize("kept", ["runs.parquet", "dataset.sqlite", "runs.jsonl", "dataset.duckdb"])
def test_any_store_gives_the_same_frames(
    kept: str, out: Path, dataset: Dataset, tmp_path: Path
) -> None:
    pattern = kept if kept.startswith("dataset") else f"*{Path(kept).suffix}"
    for file in out.glob(pattern):
        shutil.copy(file, tmp_path)
    other = Dataset.open(tmp_path)
    for table in TABLES:
        pd.testing.assert_frame_equal(other.table(table.name), dataset.table(table.name))


def test_a_store_of_an_earlier_run_is_not_taken(tmp_path: Path) -> None:
    source, made = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    shutil.copy(SAMPLE / "one-line.txt", source)
    run([source], made, Options(), ["parquet"], 1, lambda *_: None)
    assert len(Dataset.open(made).documents) == 1
    shutil.copy(SAMPLE / "deeds.txt", source)
    run([source], made, Options(), ["sqlite"], 1, lambda *_: None)
    later = (made / "runs.parquet").stat().st_mtime + 5  # whatever the clock's steps
    os.utime(made / "dataset.sqlite", (later, later))
    assert len(Dataset.open(made).documents) == 2


def test_no_dataset_is_told(tmp_path: Path) -> None:
    with pytest.raises(ZhibuError, match="no dataset in this folder; write one with"):
        Dataset.open(tmp_path)
    with pytest.raises(ZhibuError, match="no dataset"):
        Dataset.open(tmp_path / "nowhere")
    (tmp_path / "runs.csv").touch()
    with pytest.raises(ZhibuError, match="as CSV only"):
        Dataset.open(tmp_path)
    (tmp_path / "runs.parquet").write_bytes(b"no parquet")
    with pytest.raises(ZhibuError, match="cannot be read"):
        Dataset.open(tmp_path)


# --- counts --------------------------------------------------------------------------------------


def test_a_pivot_counts_every_fact_once(dataset: Dataset) -> None:
    number = sum(len(dataset.table(name)) for name in FACTS)
    for index, columns in (("region", "dimension"), (["branch", "layer"], "kind")):
        counts = dataset.pivot(index, columns)
        assert int(counts.to_numpy().sum()) == number
        assert {str(t) for t in counts.dtypes} == {"Int64"}
    counts = dataset.pivot("layer", "dimension")
    missing = dataset.honours["dimension"].isna().sum()
    assert counts.loc["honour", NOT_STATED] == missing
    assert counts.loc["achievement"].sum() == len(dataset.achievements)


def test_a_pivot_of_unknown_columns_is_told(dataset: Dataset) -> None:
    with pytest.raises(ZhibuError, match=r"no such column \(province\); choose from: row_id"):
        dataset.pivot("province", "dimension")
    with pytest.raises(ZhibuError, match="one column twice"):
        dataset.pivot("layer", "layer")


def test_two_branches_are_compared(dataset: Dataset) -> None:
    a, b = dataset.reports["branch"].dropna().iloc[:2]
    frame = dataset.compare(a, b)
    assert list(frame.columns) == [a, b, "difference"]
    assert frame.index.names == ["dimension", "layer"]
    assert (frame[a] - frame[b] == frame["difference"]).all()
    for branch in (a, b):
        assert frame[branch].sum() == (dataset.facts["branch"] == branch).sum()
    assert (dataset.compare(a, a)["difference"] == 0).all()
    with pytest.raises(ZhibuError, match="no report of this branch"):
        dataset.compare(a, "无名支部")


# --- evidence ------------------------------------------------------------------------------------


def test_every_fact_leads_to_its_sentence_and_source(dataset: Dataset) -> None:
    texts = {p: ingest.read(SAMPLE / p).text for p in dataset.documents["path"]}
    seen = 0
    for table, key in FACTS.items():
        for row_id in dataset.table(table)[key]:
            found = dataset.evidence(row_id)
            assert (found.table, found.row_id) == (table, row_id)
            assert found.span is not None
            assert found.sentence[slice(*found.span)] == found.text
            piece = texts[found.path][found.source_start : found.source_end]
            assert re.sub(r"\s", "", found.text)[0] in piece
            assert "<mark>" in found._repr_html_()
            seen += 1
    assert seen == len(dataset.facts)


def test_context_is_the_sentences_around(dataset: Dataset) -> None:
    row = dataset.achievements.iloc[5]
    sentences = dataset.sentences
    near = sentences[sentences["report_id"] == row["report_id"]].reset_index(drop=True)
    at = int(near.index[near["sentence_id"] == row["sentence_id"]][0])
    found = dataset.evidence(row["achievement_id"])
    assert found.before == near["text"][at - 1]
    assert found.after == near["text"][at + 1]


def test_numbers_refused_and_terms_have_evidence_too(dataset: Dataset) -> None:
    assert dataset.evidence(dataset.rejected["rejected_id"].iloc[0]).table == "rejected"
    term = dataset.terms.iloc[0]
    assert dataset.evidence(term["term_id"]).text == term["term"]
    with pytest.raises(ZhibuError, match="no row has this key"):
        dataset.evidence("0000")


class Tags(HTMLParser):
    """Collects tags and text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_text_of_reports_is_never_markup() -> None:
    bad = "<script>alert('x')</script>\"&<img src=x onerror=y>"
    for span in ((1, 1 + len(bad)), None):
        shown = Evidence("r", "honours", bad, f"甲{bad}乙", bad, bad, span, bad, bad, 1, 2)
        parser = Tags()
        parser.feed(shown._repr_html_())
        assert parser.tags == ["blockquote", "small", "br", "span", "mark", "span"]
        assert parser.text.count(bad) == (5 if span else 6)
    assert str(Evidence("r", "t", "b", "abc", "", "", (1, 2), None, "p", None, None)) == "a【b】c"


def test_of_several_places_the_nearest_is_taken() -> None:
    assert find("3次", "3次和3次和3次", 4) == (3, 5)
    assert find("3次", "无", 0) is None
    assert find("", "无", 0) is None
