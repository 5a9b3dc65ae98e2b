"""Tables: one text a row, the right column, the others kept; any damage is a row; memory is bounded.

The eight reports of data/sample give the same facts from a workbook as from text files.
"""

from __future__ import annotations

import csv
import datetime
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.commands.run import run
from pipeline.ingest import Limits
from pipeline.ingest.records import letters
from pipeline.model import Options
from tests.reports import EIGHT, TEXTS, changed, documents, facts, read

HEAD = ["编号", "标题", "来源", "发布日期", "作者", "正文", "党支部"]
BODY = "枫浦市水务局第一党支部有党员11名。支部开展集中学习5次，撰写心得20篇，走访居民101户。"
ROWS = [
    [str(n), f"标题{n}", "枫浦日报", f"2024-05-0{n}", "李禾", BODY.replace("11", f"1{n}"), "某支部"]
    for n in range(1, 5)
]


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8", sep: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, delimiter=sep).writerows(rows)
    return path


def write_xlsx(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_jsonl(path: Path, rows: list[list[str]]) -> Path:
    lines = (json.dumps(dict(zip(rows[0], r, strict=True)), ensure_ascii=False) for r in rows[1:])
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: list[list[str]]) -> Path:
    columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
    pq.write_table(pa.table(columns), path)
    return path


WRITERS = {
    ".csv": write_csv,
    ".tsv": lambda path, rows: write_csv(path, rows, sep="\t"),
    ".xlsx": lambda path, rows: write_xlsx(path, Sheet1=rows),
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_row_is_a_text_with_what_the_others_say(tmp_path: Path, suffix: str) -> None:
    texts, unread = read(WRITERS[suffix](tmp_path / f"表{suffix}", [HEAD, *ROWS]))
    assert unread == []
    assert [t.text for t in texts] == [r[5] for r in ROWS]
    assert {t.stem for t in texts} == {"表"}
    meta = dict(texts[0].meta)
    assert meta == {
        "编号": "1",
        "title": "标题1",
        "publication": "枫浦日报",
        "date": "2024-05-01",
        "author": "李禾",
        "branch": "某支部",
    }
    first = 2 if suffix in (".csv", ".tsv", ".xlsx") else 1
    (anchor,) = texts[1].anchors
    assert (anchor.start, anchor.end) == (0, len(texts[1].text))
    if suffix == ".xlsx":
        assert texts[1].path == "表.xlsx#sheet=Sheet1&row=3"
        assert anchor.locator == "Sheet1!F3"
    else:
        assert texts[1].path == f"表{suffix}#row={first + 1}"
        assert anchor.locator == f"row {first + 1}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("sep", [",", ";", "\t"])
def test_a_csv_is_read_in_any_encoding_and_separator(
    tmp_path: Path, encoding: str, sep: str
) -> None:
    texts, unread = read(write_csv(tmp_path / "a.csv", [HEAD, *ROWS], encoding, sep))
    assert unread == []
    assert [t.text for t in texts] == [r[5] for r in ROWS]


def test_a_long_csv_in_gbk_is_told_by_its_beginning(tmp_path: Path) -> None:
    """The sample that tells the encoding must not be cut inside a character."""
    rows = [[f"标题{n}", BODY * 5] for n in range(6000)]
    path = write_csv(tmp_path / "a.csv", [["标题", "正文"], *rows], "gb18030")
    assert path.stat().st_size > 2 << 20
    texts, unread = read(path)
    assert (len(texts), unread) == (6000, [])
    assert texts[-1].text == BODY * 5


def test_eight_reports_in_a_workbook_give_the_facts_of_eight_files(tmp_path: Path) -> None:
    rows = [["文件", "正文"], *([stem, text] for stem, text in TEXTS.items())]
    book = documents(write_xlsx(tmp_path / "eight.xlsx", Sheet1=rows))
    files = [d for path in EIGHT for d in documents(path)]
    assert facts(book) == facts(files)
    ids = [r.id for d in book for r in d.reports]
    assert ids == [f"eight#{n}" for n in range(1, len(ids) + 1)]
    assert len(ids) == sum(len(d.reports) for d in files) > 8


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_eight_reports_in_other_tables_too(tmp_path: Path, suffix: str) -> None:
    rows = [["文件", "正文"], *([stem, text] for stem, text in TEXTS.items())]
    found = documents(WRITERS[suffix](tmp_path / f"eight{suffix}", rows))
    assert facts(found) == facts([d for path in EIGHT for d in documents(path)])


def test_one_row_has_the_stem_alone_as_its_id(tmp_path: Path) -> None:
    found = documents(write_csv(tmp_path / "one.csv", [["正文"], [TEXTS["deeds"]]]))
    assert [r.id for d in found for r in d.reports] == ["one"]


def test_title_and_author_of_the_row_stand_where_the_text_has_none(tmp_path: Path) -> None:
    (found,) = documents(write_csv(tmp_path / "one.csv", [HEAD, ROWS[0]]))
    (report,) = found.reports
    assert (report.title, report.author) == ("标题1", "李禾")
    assert report.branch == "枫浦市水务局第一党支部"  # as the text says, not the column


# --- which column ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["text", "Content", "BODY", "正文", " 内 容 ", "全文", "文章_正文"]
)
def test_the_column_is_found_by_name(tmp_path: Path, name: str) -> None:
    rows = [["摘要", name], ["很长的摘要" * 40, BODY]]
    assert [t.text for t in read(write_csv(tmp_path / "a.csv", rows))[0]] == [BODY]


def test_without_a_known_name_the_longest_texts_decide(tmp_path: Path) -> None:
    rows = [["甲", "乙", "丙"], ["短", BODY, "2024"], ["短", BODY, "2024"]]
    texts, unread = read(write_csv(tmp_path / "a.csv", rows))
    assert [t.text for t in texts] == [BODY, BODY]
    assert dict(texts[0].meta) == {"甲": "短", "丙": "2024"}
    assert unread == []


def test_a_table_without_names_loses_no_row(tmp_path: Path) -> None:
    texts, unread = read(write_csv(tmp_path / "a.csv", [["一", BODY], ["二", BODY]]))
    assert [t.path for t in texts] == ["a.csv#row=1", "a.csv#row=2"]
    assert unread == []


@pytest.mark.parametrize("wanted", ["丙", "3"])
def test_the_column_can_be_given(tmp_path: Path, wanted: str) -> None:
    rows = [["甲", "正文", "丙"], ["短", BODY, "这一列"]]
    texts, _ = read(write_csv(tmp_path / "a.csv", rows), Limits(text_column=wanted))
    assert [t.text for t in texts] == ["这一列"]


def test_a_column_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    texts, (unread,) = read(write_csv(tmp_path / "a.csv", [HEAD, *ROWS]), Limits(text_column="丁"))
    assert texts == []
    assert "no column 丁" in unread.what
    assert "发布日期" in unread.what
    assert "--text-column" in unread.cure


def test_a_table_of_short_cells_holds_no_texts(tmp_path: Path) -> None:
    texts, (unread,) = read(write_csv(tmp_path / "a.csv", [["姓名", "岁"], ["李禾", "30"]]))
    assert texts == []
    assert "no column of texts" in unread.what


def test_a_row_without_text_is_named_and_a_blank_one_is_none(tmp_path: Path) -> None:
    rows = [HEAD, ROWS[0], [""] * 7, [*ROWS[1][:5], " ", ""], ROWS[2]]
    texts, (unread,) = read(write_csv(tmp_path / "a.csv", rows))
    assert len(texts) == 2
    assert unread.path == "a.csv#row=4"
    assert "no text" in unread.what


def test_a_title_above_the_columns_names_is_no_name(tmp_path: Path) -> None:
    rows = [["2024年支部案例汇总表"], HEAD, *ROWS]
    texts, (unread,) = read(write_xlsx(tmp_path / "a.xlsx", 汇总=rows))
    assert [t.text for t in texts] == [r[5] for r in ROWS]
    assert texts[0].anchors[0].locator == "汇总!F3"
    assert unread.path == "a.xlsx#sheet=汇总&row=1"  # said, not dropped


# --- workbooks -------------------------------------------------------------------------------------


def test_all_sheets_are_read_and_one_without_texts_is_left_out(tmp_path: Path) -> None:
    notes = [["说明", "值"], ["版本", 2]]
    path = write_xlsx(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS], 说明=notes, 空=[], 乙=[HEAD, ROWS[0]])
    texts, (unread,) = read(path)
    assert len(texts) == 5
    assert unread.path == "a.xlsx#sheet=说明"
    assert unread.left_out


def test_dates_and_numbers_of_cells_read_as_a_user_sees_them(tmp_path: Path) -> None:
    rows = [["日期", "年", "正文"], [datetime.datetime(2024, 5, 1), 2024.0, BODY]]
    (text,), _ = read(write_xlsx(tmp_path / "a.xlsx", 甲=rows))
    assert dict(text.meta) == {"date": "2024-05-01", "年": "2024"}


def test_a_full_cell_may_have_been_cut(tmp_path: Path) -> None:
    (text,), _ = read(write_xlsx(tmp_path / "a.xlsx", 甲=[["正文"], ["党" * 32_767]]))
    (issue,) = text.issues
    assert "cut" in issue.message


def test_a_wrong_size_in_a_workbook_cuts_nothing(tmp_path: Path) -> None:
    """Some programs write A1:A1 as the size of any sheet."""
    path = write_xlsx(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS])
    edit(path, "xl/worksheets/sheet1.xml", lambda x: x.replace(b"A1:G5", b"A1:A1"))
    assert len(read(path)[0]) == 4


def edit(path: Path, part: str, change: Any) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    assert change(parts[part]) != parts[part]
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)


def test_an_entity_bomb_in_a_workbook_is_a_row(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS])
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "党党党党党党党党">{levels}]>'.encode()
    edit(
        path,
        "xl/worksheets/sheet1.xml",
        lambda x: bomb + x.replace(b"<sheetData>", b"<sheetData><row><c><v>&e9;</v></c></row>"),
    )
    texts, unread = read(path)
    assert len(unread) >= 1
    assert sum(len(t.text) for t in texts) < 1 << 20


def test_a_workbook_that_unpacks_to_too_much_is_a_row(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", 甲=[HEAD, *ROWS])
    edit(
        path,
        "xl/worksheets/sheet1.xml",
        lambda x: x.replace(b"</sheetData>", b" " * (40 << 20) + b"</sheetData>"),
    )
    assert path.stat().st_size < 1 << 20
    texts, (unread,) = read(path)
    assert texts == []
    assert "bomb" in unread.what


# --- bad input -------------------------------------------------------------------------------------


def test_damaged_lines_of_json_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"text": BODY})
    path.write_text(f'{good}\n{{"text": \n[1]\n{"[" * 100_000}\n\n{good}\n', encoding="utf-8")
    texts, unread = read(path)
    assert [t.path for t in texts] == ["a.jsonl#row=1", "a.jsonl#row=6"]
    assert [u.path for u in unread] == [f"a.jsonl#row={n}" for n in (2, 3, 4)]


def test_half_a_character_in_json_does_not_reach_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "支部\\ud83d党员"}\n', encoding="utf-8")
    (text,), _ = read(path)
    assert text.text == "支部\ufffd党员"
    assert text.issues


def test_undecodable_bytes_are_an_issue_of_their_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"正文\n{BODY}\n".encode() + b"\xff" + f"{BODY}\n".encode())
    texts, _ = read(path)
    assert [len(t.issues) for t in texts] == [0, 1]


def test_a_quotation_mark_never_closed_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'标题,正文\n一,"{BODY}\n二,{BODY}\n', encoding="utf-8")
    texts, (unread,) = read(path)
    assert len(texts) == 1
    assert "never closed" in unread.what


BAD = {
    "empty.csv": (b"", "empty"),
    "blank.jsonl": (b" \n\n", "empty"),
    "binary.csv": (bytes(range(256)) * 40, "binary"),
    "text.xlsx": ("这不是表格".encode() * 20, "no workbook"),
    "junk.xlsx": (bytes(range(256)) * 40, "no workbook"),
    "cut.xlsx": (b"PK\x03\x04" + bytes(range(200)), "damaged"),
    "page.xls": (b"<html><table></table></html>", "web page"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + bytes(600), "before 2007"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
    ),
    "junk.parquet": (b"PAR1" + bytes(range(200)), "damaged"),
    "text.parquet": (b"hello", "no Parquet"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_rows_with_a_cure(tmp_path: Path, name: str) -> None:
    data, what = BAD[name]
    (tmp_path / name).write_bytes(data)
    texts, (unread,) = read(tmp_path / name)
    assert texts == []
    assert what in unread.what
    assert unread.path == name
    assert unread.cure


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_truncated_table_never_raises(tmp_path: Path, suffix: str, share: float) -> None:
    whole = WRITERS[suffix](tmp_path / f"a{suffix}", [HEAD, *ROWS]).read_bytes()
    path = tmp_path / f"b{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    texts, unread = read(path)
    assert texts or unread


@pytest.mark.parametrize("suffix", WRITERS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=9))
def test_changed_bytes_never_raise(
    tmp_path: Path, suffix: str, changes: list[tuple[int, int]]
) -> None:
    whole = WRITERS[suffix](tmp_path / f"a{suffix}", [HEAD, *ROWS]).read_bytes()
    path = tmp_path / f"b{suffix}"
    path.write_bytes(changed(whole, changes))
    texts, unread = read(path)
    assert texts or unread


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_have_letters(column: int, name: str) -> None:
    assert letters(column) == name


# --- size ------------------------------------------------------------------------------------------

STREAM = """
import re, sys
from pathlib import Path
from pipeline.ingest import Item, Limits, sources
path = Path(sys.argv[1])
count = sum(1 for _ in sources(Item(path, path.name), Limits()))
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(count, int(peak) // 1024)
"""


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_200_000_rows_stream_in_bounded_memory(tmp_path: Path, suffix: str) -> None:
    """200,000 texts (60 MB of CSV) are read in what a small table takes, give or take."""
    path = tmp_path / f"a{suffix}"
    if suffix == ".csv":
        row = f"标题,{BODY * 2}\n"
        with path.open("w", encoding="utf-8") as handle:
            handle.write("标题,正文\n")
            handle.writelines(row for _ in range(200_000))
    else:
        # texts that differ, in one row group: neither a dictionary nor the cut of the file helps
        texts = pa.array([f"{n}{BODY * 2}" for n in range(200_000)])
        pq.write_table(
            pa.table({"正文": texts}), path, row_group_size=200_000, use_dictionary=False
        )
    # a process of its own: the peak of this one tells of all tests before
    out = subprocess.run(
        [sys.executable, "-c", STREAM, str(path)], capture_output=True, text=True, check=True
    )
    count, megabytes = map(int, out.stdout.split())
    assert count == 200_000
    assert megabytes < 250


def test_a_run_writes_a_table_of_texts(tmp_path: Path) -> None:
    """Rows are documents of their own, with locators; a second run has nothing to do."""
    source = tmp_path / "in"
    source.mkdir()
    write_xlsx(source / "a.xlsx", 甲=[["正文"], [TEXTS["one-line"]], [TEXTS["web-copy"]]])
    write_csv(source / "b.csv", [["甲", "乙"], [TEXTS["one-line"], "x"]])
    for reused in (0, 2):
        summary = run([source], tmp_path / "out", Options(), ["parquet"], 1, lambda *_: None)
        assert (summary.documents, summary.failed, summary.reused) == (3, 0, reused)
    found = pq.read_table(tmp_path / "out/achievements.parquet").to_pylist()
    assert {f["locator"] for f in found} == {"甲!A2", "甲!A3", "row 2"}
    options = Options(text_column="乙")
    summary = run([source], tmp_path / "out", options, ["parquet"], 1, lambda *_: None)
    assert summary.reused == 0  # another column, other results
