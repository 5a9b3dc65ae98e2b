"""The same eight reports in every format give the same facts.

Eight composed reports are written as text, Word, web page, PDF (single column, and a newspaper page of
columns), scan, workbook and archive, and one run reads the folder. Pages are also set by headless Chromium:
the composed ones, and where it is there the real page of ../shared, in the settings newspapers use.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("reportlab", reason="reportlab sets the pages: pip install 'zhibu[dev]'")
pytest.importorskip("openpyxl", reason="pip install 'zhibu[xlsx]'")
pytest.importorskip("lxml", reason="pip install 'zhibu[docx]'")

import pyarrow.parquet as pq

from pipeline import route
from pipeline.commands.run import run
from pipeline.evaluate import score
from pipeline.ingest import Item, Limits
from pipeline.interchange import to_record
from pipeline.model import Document, Options
from tests import pdfpage, scanpage, webpress
from tests.test_reader_docx import docx, p
from tests.test_reader_html import portal
from tests.test_reader_table import write_xlsx

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seed" / "gold.jsonl"
Report = Mapping[str, Any]
Row = dict[str, Any]


def gold(path: Path, prefix: str) -> list[Report]:
    records = [json.loads(r) for r in path.read_text("utf-8").splitlines()]
    return [r for r in records if r["id"].startswith(prefix)]


PAGE = gold(ROOT / "data/gold/sample.jsonl", "newspaper-page#")
EIGHT = [r for r in PAGE if r["branch"] and r["title"]][:8]
# the font of the pages set by reportlab has the middle dot under the code of the katakana one only
DOTTED: list[Report] = json.loads(json.dumps(EIGHT, ensure_ascii=False).replace("·", "・"))
SCANS = importlib.util.find_spec("rapidocr") is not None and scanpage.font_file() is not None
# what one row says of a branch, places in the file and keys aside
SAID = {
    "achievements": ("text", "value", "upper", "unit", "bound", "kind", "indicator", "action",
                     "period", "from_value", "direction", "dimension", "rule", "confidence"),
    "honours": ("title", "kind", "recipient", "level", "issuer", "year", "years", "count",
                "dimension", "rule", "confidence"),
    "practices": ("name", "kind", "action", "dimension", "rule", "confidence"),
    "sections": ("heading", "body", "dimension"),
}  # fmt: skip
SAME = ("text", "word", "web", "workbook", "archive", "pdf", "newspaper")


def rows_of(report: Report) -> list[str]:
    """The lines of a report that is not set in columns: title, by-line, a line for each paragraph."""
    return [str(report["title"]), str(report["branch"]), *pdfpage.paragraphs(report)]


def write(folder: Path) -> None:
    """Write the eight reports in every format, each in a folder (or file) of its own."""
    for name in ("text", "word", "web", "pdf"):
        (folder / name).mkdir()
    for n, report in enumerate(EIGHT):
        rows = rows_of(report)
        text = "\n".join(rows)
        (folder / f"text/{n}.txt").write_text(text, encoding="utf-8")
        (folder / f"word/{n}.docx").write_bytes(docx("".join(map(p, rows)), header1=p("案例汇编")))
        page = portal(str(report["title"]), rows[1:])
        (folder / f"web/{n}.html").write_text(page, encoding="utf-8")
        (folder / f"pdf/{n}.pdf").write_bytes(pdfpage.plain([DOTTED[n]]))
        with zipfile.ZipFile(folder / "archive.zip", "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"汇编/{n}.txt", text)
    texts = [["编号", "正文"], *([str(n), "\n".join(rows_of(r))] for n, r in enumerate(EIGHT))]
    write_xlsx(folder / "workbook.xlsx", 案例=texts)
    (folder / "newspaper.pdf").write_bytes(pdfpage.flowing(DOTTED))
    if SCANS:
        scanned = scanpage.print_page(EIGHT, scanpage.Setting(em=30, columns=5, width=18, rows=80))
        scanned.picture.save(folder / "scan.png")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Row]]:
    """The tables of one run over all formats."""
    folder, out = tmp_path_factory.mktemp("formats"), tmp_path_factory.mktemp("dataset")
    write(folder)
    done = run([folder], out, Options(), ["parquet"], 1, lambda *_: None)
    assert done.failed == 0
    names = ("documents", "reports", *SAID, "issues")
    return {name: pq.read_table(out / f"{name}.parquet").to_pylist() for name in names}


def form(path: str) -> str:
    """The format that a document's path stands for: its first part without a suffix."""
    return path.split("/")[0].split(".")[0].split("!")[0]


def found(tables: Mapping[str, list[Row]], name: str, table: str) -> dict[str, list[Row]]:
    """Branch → its rows of a table, read from one format."""
    documents = {d["document_id"]: form(d["path"]) for d in tables["documents"]}
    own = [r for r in tables["reports"] if documents[r["document_id"]] == name]
    branches = {r["report_id"]: str(r["branch"]) for r in own}
    rows: dict[str, list[Row]] = {branch: [] for branch in branches.values()}
    for row in tables[table]:
        if row["report_id"] in branches:
            rows[branches[row["report_id"]]].append({k: row[k] for k in SAID[table]})
    return rows


@pytest.mark.parametrize("table", SAID)
@pytest.mark.parametrize("name", SAME[1:])
def test_every_format_gives_the_facts_of_the_text(
    tables: Mapping[str, list[Row]], name: str, table: str
) -> None:
    expected = found(tables, "text", table)
    assert len(expected) == 8
    assert sum(map(len, expected.values())) >= 16
    assert found(tables, name, table) == expected


@pytest.mark.parametrize("name", SAME)
def test_every_format_gives_titles_and_the_whole_prose(
    tables: Mapping[str, list[Row]], name: str
) -> None:
    documents = {d["document_id"]: form(d["path"]) for d in tables["documents"]}
    rows = [r for r in tables["reports"] if documents[r["document_id"]] == name]
    got = {r["branch"]: (r["title"], r["text"].split("\n")) for r in rows}
    assert got == {r["branch"]: (r["title"], pdfpage.paragraphs(r)) for r in EIGHT}


def test_the_articles_of_a_newspaper_page_stand_in_order(
    tables: Mapping[str, list[Row]],
) -> None:
    (page,) = [d for d in tables["documents"] if d["path"] == "newspaper.pdf"]
    rows = [r for r in tables["reports"] if r["document_id"] == page["document_id"]]
    assert [r["branch"] for r in rows] == [r["branch"] for r in EIGHT]
    assert [r["source_start"] for r in rows] == sorted(r["source_start"] for r in rows)


def test_a_report_counts_once_in_whatever_formats_it_lies(
    tables: Mapping[str, list[Row]],
) -> None:
    """All others are copies of the one whose path is the first, that in the archive."""
    documents = {d["document_id"]: form(d["path"]) for d in tables["documents"]}
    forms = {r["report_id"]: documents[r["document_id"]] for r in tables["reports"]}
    once = [r for r in tables["reports"] if r["duplicate_of"] is None]
    assert sorted(r["branch"] for r in once) == sorted(r["branch"] for r in EIGHT)
    assert {forms[r["report_id"]] for r in once} == {"archive"}
    branches = {r["report_id"]: r["branch"] for r in tables["reports"]}
    copies = [r for r in tables["reports"] if r["duplicate_of"]]
    assert len(copies) == 8 * (len(SAME) - 1 + SCANS)
    assert all(branches[r["duplicate_of"]] == r["branch"] for r in copies)


@pytest.mark.skipif(not SCANS, reason="pip install 'zhibu[ocr]', and a font for Chinese")
def test_a_clean_scan_gives_its_achievements(tables: Mapping[str, list[Row]]) -> None:
    """At least 97 % of what the text gives, by branch, number and unit; every report is found."""
    expected, got = found(tables, "text", "achievements"), found(tables, "scan", "achievements")
    assert set(got) == set(expected)
    all_of = [(b, r["text"], r["value"], r["unit"]) for b, rows in expected.items() for r in rows]
    read = [(b, r["text"], r["value"], r["unit"]) for b, rows in got.items() for r in rows]
    right = sum(min(read.count(one), all_of.count(one)) for one in set(all_of))
    assert right >= 0.97 * len(all_of)
    assert right >= 0.97 * len(read)


# How newspapers set pages; the real one is set in all of these, the composed one in a few.
SETTINGS: dict[str, webpress.Press] = {
    "titles above": webpress.Press(),
    "titles below": webpress.Press(titles="below"),
    "titles span columns": webpress.Press(titles="spanning"),
    "narrow gutters": webpress.Press(gutter=6),
    "ragged": webpress.Press(justify=False),
    "ruled gutters": webpress.Press(rule=True, gutter=9),
    "a banner": webpress.Press(head="牢记嘱托 砥砺奋进"),
    "six columns": webpress.Press(columns=6, width=960),
    "ragged, titles below": webpress.Press(justify=False, titles="below"),
    "spanning three columns": webpress.Press(
        columns=6, modules=3, titles="spanning", width=960, gutter=7, rule=True
    ),
}


@cache
def set_again(prefix: str, setting: str) -> Document:
    """Set a page and take it the whole route."""
    reports = gold(SEED, "seed") if prefix == "seed" else PAGE
    try:
        data = webpress.printed(webpress.page(reports, SETTINGS[setting]))
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no page printed: {error}")
    (one,) = route.documents(Item(Path("page.pdf"), "page.pdf", data), Options(), Limits())
    assert isinstance(one, Document)
    return one


def figures(document: Document, reports: list[Report]) -> Mapping[str, Mapping[str, Any]]:
    """Scores of a page against its gold; reports are paired by branch."""
    records = [to_record(r, document.source) | {"id": ""} for r in document.reports]
    return score([dict(r) for r in reports], records)[0]


@pytest.mark.skipif(not webpress.CHROMIUM, reason="no chromium here")
@pytest.mark.parametrize("setting", ["titles above", "titles span columns", "ruled gutters"])
def test_a_page_set_by_a_browser_comes_apart_into_its_reports(setting: str) -> None:
    """Its file names characters by the codes of radicals, as many programs that print do."""
    document = set_again("sample", setting)
    got = {r.branch: r.article.text.clean.split("\n") for r in document.reports}
    assert got == {r["branch"]: pdfpage.paragraphs(r) for r in PAGE}
    titles = {r.branch: "".join((r.title or "").split()) for r in document.reports}
    assert titles == {r["branch"]: "".join((r["title"] or "").split()) for r in PAGE}
    assert figures(document, PAGE)["achievements"]["f1"] == 1.0


@pytest.mark.skipif(not SEED.is_file(), reason="no ../shared/seed here")
@pytest.mark.skipif(not webpress.CHROMIUM, reason="no chromium here")
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_real_page_set_again_gives_ten_of_ten(setting: str) -> None:
    structure = figures(set_again("seed", setting), gold(SEED, "seed"))["structure"]
    assert structure["reports right"] == "10/10"
    assert structure["prose kept"] == 1.0
