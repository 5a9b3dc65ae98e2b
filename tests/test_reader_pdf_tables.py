"""Ruled tables in PDF pages: a line a row, cells in order, and nothing else taken for a table."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from pipeline import ingest, route
from pipeline.ingest import Item, Limits
from pipeline.ingest.columns import Glyph, Rule, lines
from pipeline.ingest.grids import grids, tabulated
from pipeline.model import Options, Source
from tests import pdfpage

BRANCH = "苇洲市园林中心苗圃党支部"
LEAD = f"{BRANCH}有党员12名，承担全市道路绿化苗木的培育。支部把学习教育与育苗时令结合，党员包片到垄，责任到人。"
TAIL = "全年支部收到群众感谢信7封，被市直机关工委评为“先进基层党组织”。"
ROWS = [
    ["序号", "服务项目", "数量", "受益对象"],
    ["1", "上门指导种植", "128次", "沿街商户和居民"],
    ["2", "赠送花苗", "3600株", "三个社区"],
    ["3", "举办公益课堂", "24场", "中小学生"],
]
GRID = ("GRID", (0, 0), (-1, -1), 0.6, "black")
FONT = ("FONT", (0, 0), (-1, -1), pdfpage.SONG, 10.5)
PROSE = ParagraphStyle(
    "prose", fontName=pdfpage.SONG, fontSize=10.5, leading=17, firstLineIndent=21, wordWrap="CJK"
)
CELL = ParagraphStyle("cell", fontName=pdfpage.SONG, fontSize=10.5, leading=14, wordWrap="CJK")


def pdf(*parts: object) -> bytes:
    """A document of platypus' parts."""
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(list(parts))
    return out.getvalue()


def table(rows: Sequence[Sequence[object]], *style: object, **more: object) -> Table:
    return Table(rows, style=[FONT, *(style or (GRID,))], **more)


def read(data: bytes) -> Source:
    (found,) = ingest.sources(Item(Path("page.pdf"), "page.pdf", data), Limits())
    assert isinstance(found, Source), found
    for anchor in found.anchors:
        assert "\n" not in found.text[anchor.start : anchor.end]
    return found


def rows_of(source: Source) -> list[list[str]]:
    return [line.split("\t") for line in source.text.splitlines() if "\t" in line]


def test_a_ruled_table_gives_a_line_a_row() -> None:
    source = read(pdf(Paragraph(LEAD, PROSE), table(ROWS), Paragraph(TAIL, PROSE)))
    assert rows_of(source) == ROWS
    # the prose around it is whole, and stands before and behind it
    squeezed = "".join(source.text.split())
    table_text = "".join("".join(row) for row in ROWS)
    assert squeezed == LEAD + table_text + TAIL


def test_a_row_has_the_box_of_its_cells() -> None:
    source = read(pdf(Paragraph(LEAD, PROSE), table(ROWS)))
    found = [a for a in source.anchors if "\t" in source.text[a.start : a.end]]
    assert len(found) == len(ROWS)
    for above, below in pairwise(found):
        assert above.box is not None
        assert below.box is not None
        assert above.box[3] <= below.box[1]
        assert above.box[2] - above.box[0] > 100
    assert {a.page for a in found} == {1}


def test_the_facts_in_the_cells_are_found() -> None:
    data = pdf(Paragraph(LEAD, PROSE), table(ROWS), Paragraph(TAIL, PROSE))
    (document,) = route.documents(Item(Path("p.pdf"), "p.pdf", data), Options(), Limits())
    assert not isinstance(document, ingest.Unread)
    (report,) = document.reports
    assert report.branch == BRANCH
    found = {(a.value, a.unit) for a in report.achievements}
    assert {(128, "次"), (3600, "株"), (24, "场"), (7, "封")} <= found
    assert [h.title for h in report.honours] == ["先进基层党组织"]


def test_lines_of_a_cell_are_one() -> None:
    """A wrapped phrase goes on without a blank; other lines of a cell have one between them."""
    long = "为沿街三百家商户和周边居民逐户建立绿化档案并定期回访"
    rows = [
        ["项目", "说明"],
        ["建档", Paragraph(long, CELL)],
        ["赠苗", Paragraph("月季<br/>石榴", CELL)],
    ]
    source = read(pdf(table(rows, colWidths=[60, 120])))
    assert rows_of(source) == [["项目", "说明"], ["建档", long], ["赠苗", "月季 石榴"]]


def test_merged_cells_stand_once_in_their_first_row() -> None:
    rows = [
        ["类别", "项目", "数量"],
        ["志愿服务", "修剪行道树", "86株"],
        ["", "清理绿地", "12处"],
        ["合计", "", "98"],
    ]
    spans = (GRID, ("SPAN", (0, 1), (0, 2)), ("SPAN", (0, 3), (1, 3)))
    source = read(pdf(table(rows, *spans, hAlign="LEFT")))
    assert rows_of(source) == [
        ["类别", "项目", "数量"],
        ["志愿服务", "修剪行道树", "86株"],
        ["清理绿地", "12处"],
        ["合计", "98"],
    ]


def test_a_cell_of_prose_is_left_to_the_columns() -> None:
    deeds = (LEAD + TAIL) * 3
    rows = [
        ["名称", BRANCH, "人数", "12"],
        ["荣誉", "先进基层党组织", "年份", "2023"],
        ["主要事迹", Paragraph(deeds, CELL), "", ""],
    ]
    spans = (GRID, ("SPAN", (1, 2), (3, 2)))
    source = read(pdf(table(rows, *spans, colWidths=[60, 160, 60, 60])))
    assert rows_of(source) == rows[:2]
    assert deeds in "".join(source.text.split())


def test_articles_in_frames_are_no_table() -> None:
    deeds = Paragraph((LEAD + TAIL) * 2, CELL)
    rows = [["一垄青苗", "一盏路灯"], [deeds, deeds], ["一条水渠", "一本台账"], [deeds, deeds]]
    source = read(pdf(table(rows, colWidths=[210, 210])))
    assert rows_of(source) == []


@pytest.mark.parametrize(
    "style",
    [
        (("LINEABOVE", (0, 0), (-1, -1), 0.6, "black"),),  # rules across only
        (("LINEBEFORE", (0, 0), (-1, -1), 0.6, "black"),),  # rules down only
        (("BOX", (0, 0), (-1, -1), 0.6, "black"),),  # a frame
        (("FONT", (0, 0), (0, 0), pdfpage.SONG, 10.5),),  # none at all
    ],
    ids=["across", "down", "frame", "bare"],
)
def test_only_rules_that_cross_make_a_table(style: tuple[object, ...]) -> None:
    source = read(pdf(Paragraph(LEAD, PROSE), table(ROWS, *style)))
    assert rows_of(source) == []
    assert sorted("".join(source.text.split())) == sorted(
        LEAD + "".join("".join(row) for row in ROWS)
    )


def test_a_table_over_two_pages() -> None:
    rows = [[str(n), f"第{n}小组", f"{n + 10}次"] for n in range(1, 61)]
    source = read(pdf(table(rows, repeatRows=0)))
    assert rows_of(source) == rows
    assert {a.page for a in source.anchors} == {1, 2}


# --- the geometry ----------------------------------------------------------------------------------


def frame(x: float, y: float, width: float, height: float) -> list[Rule]:
    """The sides of a box, as they come from a cell drawn with a frame of its own."""
    return [
        Rule(x, y, x + width, y), Rule(x, y + height, x + width, y + height),
        Rule(x, y, x, y + height), Rule(x + width, y, x + width, y + height),
    ]  # fmt: skip


def word(text: str, x: float, top: float, size: float = 10.0) -> list[Glyph]:
    return [
        Glyph(c, x + n * size, top, x + (n + 1) * size, top + size, top + 0.88 * size, size, "F")
        for n, c in enumerate(text)
    ]


def test_frames_drawn_cell_by_cell_make_one_grid() -> None:
    rules = [r for y in (0, 21, 42) for x in (0, 61, 122) for r in frame(x, y, 60, 20)]
    (grid,) = grids(rules)
    assert (len(grid.ys), len(grid.xs)) == (4, 4)
    assert len({name for row in grid.cells for name in row}) == 9


def test_two_tables_that_do_not_touch_are_two() -> None:
    one = [r for y in (0, 20) for x in (0, 60) for r in frame(x, y, 60, 20)]
    two = [Rule(r.x0 + 200, r.top, r.x1 + 200, r.bottom) for r in one]
    assert len(list(grids(one + two))) == 2


def test_a_frame_around_a_table_is_no_table() -> None:
    inner = [r for y in (40, 60) for x in (40, 100) for r in frame(x, y, 60, 20)]
    outer = [r for y in (0, 100) for x in (0, 200) for r in frame(x, y, 200, 100)]
    glyphs = [g for n, x in enumerate((45, 105)) for y in (45, 65) for g in word(f"格{n}", x, y)]
    glyphs += word("框外", 220, 20)
    made, rest = tabulated(glyphs, inner + outer)
    assert [f.text for b in made for f in b.lines] == ["格0\t格1", "格0\t格1"]
    assert [f.text for f in lines(rest, ())] == ["框外"]


def test_no_rules_no_tables() -> None:
    glyphs = word("支部", 0, 0)
    assert tabulated(glyphs, []) == ([], glyphs)
    assert tabulated([], frame(0, 0, 9, 9)) == ([], [])


def test_a_page_of_nothing_but_rules_takes_no_time() -> None:
    """As many rules as a page may have, all of which cross, in one net and in many."""
    net = [Rule(0, 3.0 * n, 3000, 3.0 * n) for n in range(1000)]
    net += [Rule(3.0 * n, 0, 3.0 * n, 3000) for n in range(1000)]
    boxes = [r for n in range(160) for d in (0, 10) for r in frame(40 * n + d, 0, 10, 10)]
    boxes += [Rule(r.x0, r.top + 10, r.x1, r.bottom + 10) for r in boxes]
    glyphs = word("字" * 20_000, 0, 0, 1.0)
    began = time.process_time()
    assert tabulated(glyphs, net)[0] == []
    assert tabulated(glyphs, boxes)[0] == []
    assert time.process_time() - began < 10
