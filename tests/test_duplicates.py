"""The same report twice: copies are linked to the first of them, last year's is none, totals count once."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.commands.run import run
from pipeline.model import Options
from pipeline.normal import normalise
from pipeline.tidy import duplicates as module
from pipeline.tidy.duplicates import Known, duplicates, is_copy
from pipeline.tidy.sketch import LEAST, alike, sketch
from pipeline.tidy.sql import VIEWS
from tests.reports import TEXTS

DATA = Path(__file__).parents[1] / "data"
GOLD: list[dict[str, Any]] = [
    json.loads(line)
    for name in ("sample", "dev", "test")
    for line in (DATA / f"gold/{name}.jsonl").read_text("utf-8").splitlines()
]
# a report of several paragraphs, by file of data/sample
BASE = ("numbered-headings", "annual-summary", "deeds", "traditional-web", "web-copy")


def text(report: Mapping[str, Any]) -> str:
    return "\n".join([report["lead"], *(s["heading"] + s["body"] for s in report["sections"])])


def known(name: str, written: str, branch: str | None = "某党支部", path: str = "") -> Known:
    made = sketch(normalise(written), branch)
    assert made is not None
    return Known(name, path or name, 0, *made)


def next_year(written: str, seed: int = 1) -> str:
    """The same words with other numbers."""
    rng = random.Random(seed)
    return re.sub(r"\d+", lambda m: str(int(m[0]) + rng.randint(1, 30)), normalise(written))


def misread(written: str, share: float) -> str:
    rng = random.Random(1)
    return "".join("囗" if rng.random() < share else c for c in written)


LONG = [text(r) for r in GOLD if len(r["sections"]) >= 4 and len(re.findall(r"\d+", text(r))) > 9][
    :20
]


def test_an_estimate_is_near_the_share_it_estimates() -> None:
    """The hashes give the Jaccard index of five-character shingles to within 0.15 here."""

    def shingles(written: str) -> set[str]:
        letters = re.sub(r"[\W_]+", "", normalise(written))
        return {letters[i : i + 5] for i in range(len(letters) - 4)}

    for written in LONG:
        for other in (
            next_year(written),
            misread(written, 0.02),
            written.rsplit("\n", 1)[0],
            LONG[0],
        ):
            a, b = shingles(written), shingles(other)
            estimate = alike(known("a", written).shingles, known("b", other).shingles)
            assert estimate == pytest.approx(len(a & b) / len(a | b), abs=0.15)


def test_no_two_different_reports_are_near() -> None:
    reports = [known(str(n), text(r), None) for n, r in enumerate(GOLD)]
    assert len(reports) > 140
    highest = max(alike(a.shingles, b.shingles) for n, a in enumerate(reports) for b in reports[:n])
    assert highest < 0.1
    assert duplicates(reports) == {}


@pytest.mark.parametrize("n", range(len(LONG)))
def test_reprints_are_copies_and_next_year_s_report_is_none(n: int) -> None:
    first, paragraphs = known("a", LONG[n]), LONG[n].split("\n")
    without_last = "\n".join(paragraphs[:-1])
    if len(without_last) > 0.8 * len(LONG[n]):
        assert is_copy(first, known("b", without_last))
    assert is_copy(first, known("b", misread(LONG[n], 0.01)))
    assert is_copy(first, known("b", LONG[n].replace("。", " 。\n").replace("，", ",")))
    assert not is_copy(first, known("b", next_year(LONG[n])))


def test_texts_of_two_branches_are_no_copies_and_an_unnamed_one_may_be() -> None:
    one = known("a", LONG[0], "甲党支部")
    assert not is_copy(one, known("b", LONG[0], "乙党支部"))
    assert is_copy(one, known("b", LONG[0], None))
    assert is_copy(one, known("b", LONG[0], "甲　党支部"))


def test_with_hardly_a_number_texts_must_be_nearly_equal() -> None:
    plain = re.sub(r"\d", "", LONG[0])
    assert is_copy(known("a", plain), known("b", misread(plain, 0.002)))
    assert not is_copy(known("a", plain), known("b", misread(plain, 0.06)))


def test_what_says_too_little_is_no_copy() -> None:
    assert sketch("支部有党员" * (LEAST // 5 - 1), None) is None
    assert sketch("，。" * LEAST, None) is None
    assert sketch("支部有党员" * (LEAST // 5), None) is not None


def test_the_first_by_path_is_the_one_that_counts_whatever_the_order() -> None:
    reports = [known(f"k{n}", LONG[n % 3], path=f"{(7 * n) % 10}.txt") for n in range(10)]
    expected = duplicates(reports)
    assert len(expected) == 7
    paths = {r.report_id: r.path for r in reports}
    assert all(paths[first] < paths[copy] for copy, first in expected.items())
    for seed in range(5):
        random.Random(seed).shuffle(reports)
        assert duplicates(reports) == expected


def test_a_copy_is_linked_to_a_report_that_is_none() -> None:
    written = [misread(LONG[1], share) for share in (0.0, 0.004, 0.008, 0.012)]
    linked = duplicates([known(str(n), w) for n, w in enumerate(written)])
    assert linked
    assert not set(linked.values()) & set(linked)


def test_thousands_set_from_one_form_are_compared_in_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They all share bands and none is a copy: each is compared with a bounded number of others."""
    compared = 0

    def counted(a: Known, b: Known) -> bool:
        nonlocal compared
        compared += 1
        return is_copy(a, b)

    monkeypatch.setattr(module, "is_copy", counted)
    monkeypatch.setattr(module, "COMPARED", 2)
    form = [known(f"{n:04}", next_year(LONG[2], n), f"{n}号党支部") for n in range(300)]
    assert duplicates(form) == {}
    assert 0 < compared <= 300 * 32 * 2


def mirror(folder: Path) -> None:
    """Reports with mirrors and reprints among them, and last year's of one branch."""
    for name in BASE:
        (folder / f"m-{name}.txt").write_text(TEXTS[name], encoding="utf-8")
    (folder / "a").mkdir()
    shutil.copy(DATA / "sample/newspaper-page.txt", folder / "a/page.txt")
    (folder / "z-mirror.txt").write_text(TEXTS["deeds"], encoding="utf-16")
    reprint = TEXTS["numbered-headings"].rstrip().rsplit("\n", 1)[0]
    (folder / "z-reprint.txt").write_text(reprint, encoding="utf-8")
    (folder / "z-year.txt").write_text(next_year(TEXTS["annual-summary"]), encoding="utf-8")
    last = next(r for r in GOLD if r["id"] == "newspaper-page#10")
    rows = [last["title"], last["branch"], *text(last).split("\n")]
    (folder / "z-single.txt").write_text("\n".join(rows), encoding="utf-8")


def links(out: Path) -> dict[str, str]:
    """Path of each copy → path of the first."""
    reports = pq.read_table(out / "reports.parquet").to_pylist()
    documents = pq.read_table(out / "documents.parquet").to_pylist()
    paths = {d["document_id"]: d["path"] for d in documents}
    where = {r["report_id"]: paths[r["document_id"]] for r in reports}
    return {where[r["report_id"]]: where[r["duplicate_of"]] for r in reports if r["duplicate_of"]}


COPIES = {
    "z-mirror.txt": "m-deeds.txt",
    "z-reprint.txt": "m-numbered-headings.txt",
    "z-single.txt": "a/page.txt",
}


def work(
    folder: Path, out: Path, workers: int = 1, formats: tuple[str, ...] = ("parquet",)
) -> None:
    run([folder], out, Options(), formats, workers, lambda *_: None)


def test_a_run_links_mirrors_and_reprints(tmp_path: Path) -> None:
    """With one worker, with two, and over runs that add files, the tables are the same bytes."""
    folder = tmp_path / "in"
    folder.mkdir()
    mirror(folder)
    work(folder, tmp_path / "one")
    assert links(tmp_path / "one") == COPIES
    work(folder, tmp_path / "two", 2)
    late, out = tmp_path / "late", tmp_path / "grown"
    late.mkdir()
    for name in ("m-deeds.txt", "m-numbered-headings.txt"):
        (folder / name).rename(late / name)
    work(folder, out)
    assert links(out) == {"z-single.txt": "a/page.txt"}
    for file in late.iterdir():
        file.rename(folder / file.name)
    work(folder, out)
    for other in (tmp_path / "two", out):
        for name in ("reports", "achievements"):
            same = (other / f"{name}.parquet").read_bytes()
            assert same == (tmp_path / f"one/{name}.parquet").read_bytes()


def test_totals_count_a_report_once(tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="pip install 'zhibu[analysis]'")
    from pipeline import Dataset

    folder, alone = tmp_path / "in", tmp_path / "alone"
    folder.mkdir()
    mirror(folder)
    shutil.copytree(folder, alone)
    for name in COPIES:
        (alone / name).unlink()
    work(folder, tmp_path / "all", formats=("parquet", "sqlite"))
    work(alone, tmp_path / "once", formats=("parquet", "sqlite"))
    every, once = Dataset.open(tmp_path / "all"), Dataset.open(tmp_path / "once")
    assert every.pivot("branch", "kind").equals(once.pivot("branch", "kind"))
    more = every.pivot("branch", "kind", duplicates=True).to_numpy().sum()
    assert more > once.pivot("branch", "kind").to_numpy().sum()
    a, b = "澄浦市档案馆利用服务党支部", "砚溪县医疗保障局机关党支部"
    assert every.compare(a, b).equals(once.compare(a, b))
    assert not every.compare(a, b, duplicates=True).equals(once.compare(a, b))
    assert len(every.facts) > len(once.facts)
    for view in (
        "v_branch_dimension",
        "v_achievements_by_unit",
        "v_honours_by_level",
        "v_timeline",
    ):
        assert view in VIEWS
        rows = []
        for out in ("all", "once"):
            with sqlite3.connect(tmp_path / out / "dataset.sqlite") as connection:
                rows.append(connection.execute(f"SELECT * FROM {view}").fetchall())
        assert rows[0] == rows[1]
        assert rows[0]
