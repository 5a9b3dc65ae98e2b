"""A dataset is complete, keyed, grounded and the same bytes however it was made.

All tables stand with their declared columns even when empty; keys are unique and lead to rows that exist;
every row's evidence is found again in the source from (start, end). The bytes do not depend on the
folder, the number of workers, or what was run before, interrupted runs included.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import ingest
from pipeline.commands.run import Summary, run
from pipeline.errors import ZhibuError
from pipeline.model import Options
from pipeline.tidy.commit import STATE
from pipeline.tidy.schema import TABLES
from pipeline.tidy.sinks import cell

REPO = Path(__file__).parents[1]
SAMPLE = REPO / "data/sample"
EMPTY = "天气晴。\n"
PLACES = [a + b for a in "澄柳渔苇芦荻枫桐松竹" for b in "浦溪湾洲渡桥川泽源港"]
FACTS = ("practices", "achievements", "honours")


def write(source: Path, out: Path, workers: int = 1, formats: str = "parquet,csv") -> Summary:
    """Run on a folder of inputs."""
    return run([source], out, Options(), formats.split(","), workers, lambda *_: None)


def hashes(out: Path) -> dict[str, str]:
    """Hash the tables of a dataset."""
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(out.iterdir())
        if p.is_file()
    }


def table(out: Path, name: str) -> list[dict[str, Any]]:
    """Read a Parquet table as rows."""
    return list(pq.read_table(out / f"{name}.parquet").to_pylist())


def report(place: str, n: int) -> str:
    """Compose a small report; n varies its figures."""
    return (
        f"{place}市水务局第{'一二三'[n % 3]}党支部\n\n{place}水清清润万家\n\n"
        f"{place}市水务局第{'一二三'[n % 3]}党支部有党员{n + 11}名。\n\n"
        f"强化政治功能。支部开展集中学习{n + 5}次，撰写心得{n * 3 + 20}篇。\n"
        f"发挥作用。支部推行“{place}水长清”工作法，走访居民{n * 7 + 101}户，漏损率由{n % 9 + 10}.5%降至9.1%。"
        f"支部荣获“全市先进基层党组织”称号。\n"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample and a hundred small reports in two levels of folders: several parts' worth."""
    source = tmp_path_factory.mktemp("in") / "source"
    shutil.copytree(SAMPLE, source / "sample")
    for n, place in enumerate(PLACES):
        file = source / f"{n % 4}" / f"{place}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(report(place, n), encoding="utf-8")
    (source / "broken.txt").write_bytes(bytes(range(256)) * 4)
    return source


@pytest.fixture(scope="module")
def dataset(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of that folder, made once by one worker."""
    out = tmp_path_factory.mktemp("out") / "dataset"
    summary = write(folder, out)
    assert (summary.failed, summary.reused) == (1, 0)
    return out


# --- tables --------------------------------------------------------------------------------------


def test_all_tables_stand_with_their_columns_in_both_formats(dataset: Path) -> None:
    names = {f"{t.name}{suffix}" for t in TABLES for suffix in (".csv", ".parquet")}
    assert hashes(dataset).keys() == {*names, "datapackage.json"}
    for t in TABLES:
        columns = [c.name for c in t.columns]
        assert pq.read_schema(dataset / f"{t.name}.parquet").names == columns
        with (dataset / f"{t.name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            assert next(csv.reader(handle)) == columns


def test_empty_tables_have_the_same_columns_and_types(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(EMPTY, encoding="utf-8")
    write(tmp_path / "in", tmp_path / "out")
    assert hashes(tmp_path / "out").keys() == hashes(dataset).keys()
    for name in FACTS:
        assert table(tmp_path / "out", name) == []
    for t in TABLES:
        small, large = (
            pq.read_schema(out / f"{t.name}.parquet") for out in (tmp_path / "out", dataset)
        )
        assert small.equals(large, check_metadata=True), t.name
        heads = [
            (out / f"{t.name}.csv").read_bytes().split(b"\r\n")[0]
            for out in (tmp_path / "out", dataset)
        ]
        assert heads[0] == heads[1]


def test_every_table_is_filled_by_these_inputs(dataset: Path) -> None:
    """So that the tests of rows below hold something in every table."""
    assert [t.name for t in TABLES if not table(dataset, t.name)] == []


def test_keys_are_unique_and_never_null(dataset: Path) -> None:
    for t in TABLES:
        keys = [row[t.key] for row in table(dataset, t.name)]
        assert None not in keys, t.name
        twice = sorted({k for k in keys if keys.count(k) > 1}) if len(set(keys)) < len(keys) else []
        assert twice == [], t.name


def test_required_columns_are_never_null(dataset: Path) -> None:
    for t in TABLES:
        for row in table(dataset, t.name):
            assert [c.name for c in t.columns if c.required and row[c.name] is None] == [], t.name


def test_foreign_keys_lead_to_rows(dataset: Path) -> None:
    homes = {
        "document_id": {r["document_id"] for r in table(dataset, "documents")},
        "report_id": {r["report_id"] for r in table(dataset, "reports")},
        "section_id": {r["section_id"] for r in table(dataset, "sections")},
        "sentence_id": {r["sentence_id"] for r in table(dataset, "sentences")},
    }
    checked = 0
    for t in TABLES:
        for row in table(dataset, t.name):
            for name, home in homes.items():
                if row.get(name) is not None:
                    assert row[name] in home, (t.name, name)
                    checked += 1
    assert checked > 1000


def test_a_fact_stands_in_its_sentence_and_section(dataset: Path) -> None:
    sentences = {r["sentence_id"]: r for r in table(dataset, "sentences")}
    for name in (*FACTS, "rejected", "terms"):
        for row in table(dataset, name):
            sentence = sentences[row["sentence_id"]]
            assert row["report_id"] == sentence["report_id"]
            assert sentence["source_start"] <= row["source_start"], (name, row)
            assert row["source_end"] <= sentence["source_end"], (name, row)
            if name in FACTS:
                assert row["section_id"] == sentence["section_id"]
                assert row["evidence"] in sentence["text"], (name, row)


def test_dimensions_of_sentences_are_the_same_in_both_tables(dataset: Path) -> None:
    long: dict[str, set[str]] = {}
    for row in table(dataset, "sentence_dimensions"):
        long.setdefault(row["sentence_id"], set()).add(row["dimension"])
    for row in table(dataset, "sentences"):
        wide = set(filter(None, row["dimensions"].split("|")))
        assert wide == long.get(row["sentence_id"], set())


def ground(text: str) -> str:
    """Take away what the reader repairs: white space, hyphens at line ends, bracketed pinyin."""
    text = re.sub(r"(?<=[A-Za-z])-\s*\n\s*(?=[A-Za-z])", "", text)
    text = re.sub(r"[（(][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü]+[)）]", "", text)
    return re.sub(r"\s", "", text)


def test_every_row_is_found_again_in_its_source(dataset: Path, folder: Path) -> None:
    """From file, start and end alone; white space, joined hyphens and pinyin aside."""
    documents = table(dataset, "documents")
    raw = {r["document_id"]: ingest.read(folder / r["path"]) for r in documents if r["sha256"]}
    for row in documents:
        if row["sha256"]:
            assert raw[row["document_id"]].sha256 == row["sha256"]
            assert len(raw[row["document_id"]].text) == row["characters"]
    columns = {
        **dict.fromkeys(FACTS, "evidence"),
        "rejected": "text", "terms": "term", "sentences": "text", "furniture": "text",
    }  # fmt: skip
    for name, column in columns.items():
        rows = table(dataset, name)
        assert rows, name
        for row in rows:
            piece = raw[row["document_id"]].text[row["source_start"] : row["source_end"]]
            if name == "furniture":
                assert piece == row["text"]
            else:
                assert ground(piece) == ground(row[column]), (name, row)


def test_a_failed_file_is_a_document_and_an_issue(dataset: Path) -> None:
    (failed,) = [r for r in table(dataset, "documents") if r["status"] == "failed"]
    assert failed["path"] == "broken.txt"
    (issue,) = [r for r in table(dataset, "issues") if r["severity"] == "error"]
    assert (issue["document_id"], issue["stage"]) == (failed["document_id"], "read")


def test_the_run_counts_what_the_tables_hold(dataset: Path) -> None:
    (row,) = table(dataset, "runs")
    assert (
        row["documents"]
        == len(table(dataset, "documents"))
        == len(PLACES) + 1 + len(list(SAMPLE.iterdir()))
    )
    assert row["failed"] == 1
    assert row["reports"] == len(table(dataset, "reports"))
    assert row["facts"] == sum(len(table(dataset, name)) for name in FACTS)


# --- csv -----------------------------------------------------------------------------------------


def test_csv_opens_as_utf_8_sig_and_says_the_same_as_parquet(dataset: Path) -> None:
    for t in TABLES:
        path = dataset / f"{t.name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        want = table(dataset, t.name)
        assert len(rows) == len(want), t.name
        for row, other in zip(rows, want, strict=True):
            for name, value in other.items():
                if isinstance(value, str):
                    assert row[name] in (value, "'" + value), (t.name, name)
                elif value is None:
                    assert row[name] == ""


def test_no_cell_of_text_begins_a_formula(dataset: Path) -> None:
    for t in TABLES:
        words = [c.name for c in t.columns if c.type == "string"]
        with (dataset / f"{t.name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                assert not [n for n in words if row[n].startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert cell(sign + "SUM(A1)") == "'" + sign + "SUM(A1)"
    assert cell("支部" + sign) == "支部" + sign
    assert cell(-3.0) == -3


def test_a_formula_in_a_source_is_disarmed_in_the_csv(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = report("芦泽", 3).replace("芦泽水清清润万家", "=cmd|' /C calc'!A0")
    (tmp_path / "in" / "=1+1.txt").write_text(text, encoding="utf-8")
    write(tmp_path / "in", tmp_path / "out")
    found = 0
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in list(csv.reader(handle))[1:]:
                assert not [cell for cell in row if cell.startswith("=")], path.name
                found += sum(cell.startswith("'=") for cell in row)
    assert found >= 2  # the path and the id


# --- the same bytes ------------------------------------------------------------------------------


def test_a_second_run_changes_no_byte_and_redoes_nothing(folder: Path, dataset: Path) -> None:
    before = hashes(dataset)
    summary = write(folder, dataset)
    assert summary.reused == summary.documents
    assert hashes(dataset) == before


def test_another_folder_gives_the_same_bytes(folder: Path, dataset: Path, tmp_path: Path) -> None:
    """The inputs are copied elsewhere as well; copies are made in another order."""
    source = tmp_path / "elsewhere"
    for path in sorted(folder.rglob("*.txt"), reverse=True):
        target = source / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    write(source, tmp_path / "deep" / "out")
    assert hashes(tmp_path / "deep" / "out") == hashes(dataset)


def test_three_workers_give_the_same_bytes(folder: Path, dataset: Path, tmp_path: Path) -> None:
    write(folder, tmp_path / "out", workers=3)
    assert hashes(tmp_path / "out") == hashes(dataset)


def test_adding_and_removing_a_file_leads_back_to_the_same_bytes(
    folder: Path, dataset: Path, tmp_path: Path
) -> None:
    """In between the added file is in the tables; only the parts around it are done anew."""
    source, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(folder, source)
    shutil.copytree(dataset, out)
    added = source / "2" / "新增.txt"
    added.write_text(report("新荷", 5), encoding="utf-8")
    summary = write(source, out)
    assert 0 < summary.reused < summary.documents
    assert "2/新增.txt" in {r["path"] for r in table(out, "documents")}
    assert hashes(out) != hashes(dataset)
    fresh = tmp_path / "fresh"
    write(source, fresh)
    assert hashes(out) == hashes(fresh)
    added.unlink()
    write(source, out)
    assert hashes(out) == hashes(dataset)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    file = source / "a.txt"
    file.write_text(report("枫桥", 1), encoding="utf-8")
    write(source, out)
    file.write_text(report("枫桥", 2), encoding="utf-8")
    write(source, out)
    fresh = tmp_path / "fresh"
    write(source, fresh)
    assert hashes(out) == hashes(fresh)
    assert "26篇" in {r["text"] for r in table(out, "achievements")}


def test_one_format_gives_the_same_file_as_two(folder: Path, dataset: Path, tmp_path: Path) -> None:
    """A run for CSV alone writes the CSV files of a run for both, and no others."""
    out = tmp_path / "out"
    write(folder, out, formats="csv")
    want = {name: h for name, h in hashes(dataset).items() if name.endswith(".csv")}
    found = hashes(out)
    assert found.pop("datapackage.json")
    assert found == want


# --- runs that meet or break off -------------------------------------------------------------------


def test_a_second_run_at_the_same_time_is_refused(folder: Path, dataset: Path) -> None:
    """It says so, changes nothing, and the dataset is free again when the lock is let go."""
    before = hashes(dataset)
    with (dataset / STATE / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(ZhibuError, match="another run is writing this dataset"):
            write(folder, dataset)
        assert hashes(dataset) == before
    assert write(folder, dataset).reused > 0


def start(source: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start a run as a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", str(source), "--out", str(out)],
        cwd=REPO,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finished(out: Path) -> int:
    """Count the parts that a run has finished so far."""
    parts = out / STATE / "parts"
    return sum("." not in p.name for p in parts.iterdir()) if parts.is_dir() else 0


def test_a_run_killed_midway_is_completed_to_the_same_bytes(
    folder: Path, dataset: Path, tmp_path: Path
) -> None:
    """SIGKILL after the first part is finished, before the tables stand."""
    out = tmp_path / "out"
    process = start(folder, out)
    try:
        deadline = time.monotonic() + 60
        while finished(out) < 1 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.002)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL, "the run ended before it could be killed"
    assert finished(out) >= 1
    assert hashes(out) == {}, "no table stands half-written"
    summary = write(folder, out)
    assert summary.reused > 0
    assert hashes(out) == hashes(dataset)
    assert [p.name for p in (out / STATE / "parts").iterdir() if "." in p.name] == []


def test_the_organisation_of_a_branch_is_told_by_the_lexicons_given(tmp_path: Path) -> None:
    """A suffix that only a user's lexicons know is cut from the branch's name."""
    import shutil

    from pipeline.lexicon.load import shipped
    from pipeline.tidy.organisation import place_of

    folder = tmp_path / "lexicons"
    shutil.copytree(shipped(), folder)
    file = folder / "organisations.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    suffix = next(line for line in lines if ",suffix," in line)
    term = suffix.split(",")[0]
    own = suffix.replace(term, "红色先锋队", 1)
    file.write_text("\n".join([*lines, own]) + "\n", encoding="utf-8")
    name = "澄浦市水务局红色先锋队"
    assert place_of(name, str(folder))[0] == "澄浦市水务局"
    assert place_of(name)[0] == name
