"""Word documents read as they show: paragraphs, rows, boxes, numbers; damage is told and never raised.

The documents are made here from raw XML, so that each holds just what its test is about.
"""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ingest
from pipeline.ingest import Item, Limits, Unread
from pipeline.ingest.docx_numbers import chinese, written
from pipeline.model import Source
from tests.reports import assert_anchored, assert_told, changed, facts_of, kinds, plain, reports_of

GOLD = Path(__file__).parents[1] / "data" / "gold" / "sample.jsonl"
REPORTS = [r for line in GOLD.open(encoding="utf-8") if (r := json.loads(line))["branch"]]

SPACES = " ".join(
    f'xmlns:{name}="{uri}"'
    for name, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NUMBERING = "".join(
    f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    for level, (form, text) in enumerate(
        [("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")]
    )
)


def docx(body: str, **parts: str | bytes) -> bytes:
    """A Word document with this body and further parts (header1='…' is the inside of word/header1.xml)."""
    kinds = ["header1", "footer1", "footnotes", "numbering", "styles", "comments"]
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{k.rstrip("1")}" Target="{k}.xml"/>'
        for n, k in enumerate(kinds)
        if k in parts
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument"'
        ' Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELS}">{links}</Relationships>',
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
    }
    for name, inside in parts.items():
        if isinstance(inside, bytes):
            files[f"word/{name.replace('__', '/')}"] = inside
        else:
            files[f"word/{name}.xml"] = f"<w:{name} {SPACES}>{inside}</w:{name}>"
    return packed(files)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in files.items():
            archive.writestr(name, inside)
    return out.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def table(*rows: list[str]) -> str:
    inside = "".join(
        "<w:tr>" + "".join(f"<w:tc>{c if '<' in c else p(c)}</w:tc>" for c in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{inside}</w:tbl>"


def box(*texts: str) -> str:
    """A text box as Word writes it: once for new versions and once for old."""
    inside = f"<w:txbxContent>{''.join(map(p, texts))}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{inside}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{inside}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def found(data: bytes, name: str = "report.docx", limits: Limits | None = None) -> Source | Unread:
    (one,) = ingest.sources(Item(Path(name), name, data), limits or Limits())
    return one


def read(data: bytes) -> Source:
    source = found(data)
    assert isinstance(source, Source), source
    assert_anchored(source)
    return source


def places(source: Source) -> list[tuple[str, str | None]]:
    return [(source.text[a.start : a.end], a.locator) for a in source.anchors]


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: r["id"])
def test_the_facts_are_those_of_the_same_report_as_text(report: Mapping[str, object]) -> None:
    rows = plain(report)
    text = found("\n".join(rows).encode(), "report.txt")
    word = found(
        docx(
            "".join(map(p, rows)),
            header1=p("支部工作典型案例汇编"),
            footer1=p("第 3 页"),
        )
    )
    expected, got = reports_of(text), reports_of(word)
    assert [facts_of(r) for r in got] == [facts_of(r) for r in expected]
    assert got[0].branch == report["branch"]
    # one report of deeds counts nothing and names no practice
    assert report["id"] == "deeds" or got[0].achievements or got[0].practices


def test_paragraphs_are_lines_and_empty_ones_blank_lines() -> None:
    source = read(docx(p("标题") + p("") + p("支部有党员20名。")))
    assert source.text == "标题\n\n支部有党员20名。\n"
    assert places(source) == [("标题", "p1"), ("支部有党员20名。", "p3")]


def test_runs_tabs_breaks_links_and_insertions_are_text() -> None:
    runs = "<w:r><w:t>一</w:t><w:tab/><w:t>二</w:t><w:br/><w:t>三</w:t></w:r>"
    link = "<w:hyperlink r:id='x'><w:r><w:t>四</w:t></w:r></w:hyperlink>"
    added = "<w:ins><w:r><w:t>五</w:t></w:r></w:ins>"
    added += "<w:sdt><w:sdtContent><w:r><w:t>六</w:t></w:r></w:sdtContent></w:sdt>"
    field = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    source = read(docx(f"<w:p>{runs}{link}{added}{field}</w:p>"))
    assert source.text == "一\t二\n三四五六\n"
    assert [place for _, place in places(source)] == ["p1", "p1"]


def test_deletions_and_embedded_documents_are_told() -> None:
    deleted = "<w:del><w:r><w:delText>旧话</w:delText></w:r></w:del>"
    source = read(docx(f"<w:p>{deleted}<w:r><w:t>新话</w:t></w:r></w:p><w:altChunk r:id='x'/>"))
    assert source.text == "新话\n"
    assert ["2 characters" in i.message or "1 embedded" in i.message for i in source.issues] == [
        True
    ] * 2
    assert all(i.cure for i in source.issues)


def test_a_text_box_is_read_once_and_after_its_paragraph() -> None:
    source = read(docx(f"<w:p><w:r><w:t>前</w:t></w:r>{box('框一', '框二')}</w:p>" + p("后")))
    assert places(source) == [
        ("前", "p1"),
        ("框一", "text box 1, p1"),
        ("框二", "text box 1, p2"),
        ("后", "p2"),
    ]


def test_a_row_is_a_line_with_its_cells_joined_by_tabs() -> None:
    source = read(docx(p("表") + table(["项目", "次数"], ["党课", "5"], ["", ""], ["慰问", "4"])))
    assert source.text == "表\n项目\t次数\n党课\t5\n慰问\t4\n"
    assert places(source)[-1] == ("慰问\t4", "table 1, row 4")


def test_prose_in_a_cell_keeps_its_paragraphs() -> None:
    """Application forms hold the deeds in one cell: its paragraphs are a report's."""
    long = ["支部组织党员入户走访，收集意见建议。" * 5, "支部开展志愿服务，帮助困难群众。" * 5]
    source = read(docx(table(["支部", "北桥社区党支部"], ["主要事迹", "".join(map(p, long))])))
    assert places(source) == [
        ("支部\t北桥社区党支部", "table 1, row 1"),
        ("主要事迹", "table 1, row 2, cell 1"),
        (long[0], "table 1, row 2, cell 2"),
        (long[1], "table 1, row 2, cell 2"),
    ]


def test_a_table_in_a_cell_keeps_its_rows() -> None:
    source = read(docx(table(["外", table(["甲", "1"], ["乙", "2"])])))
    assert [text for text, _ in places(source)] == ["外", "甲\t1", "乙\t2"]
    assert places(source)[-1][1] == "table 1, row 1, cell 2, table 1, row 2"


def test_headers_footers_notes_and_comments_are_furniture() -> None:
    notes = f"<w:footnote w:type='separator' w:id='0'>{p('')}</w:footnote>"
    notes += f"<w:footnote w:id='2'>{p('脚注')}</w:footnote>"
    comments = f"<w:comment w:id='5'>{p('批注')}</w:comment>"
    parts = {"header1": p("页眉"), "footer1": p("页脚"), "footnotes": notes, "comments": comments}
    source = read(docx(p("正文"), **parts))
    assert kinds(source) == {
        "页眉": "header",
        "脚注": "footnote",
        "批注": "comment",
        "页脚": "footer",
    }
    assert source.text == "页眉\n\n正文\n\n脚注\n批注\n页脚\n"
    assert [place for _, place in places(source)] == [
        "header1 p1", "p1", "footnote 2 p1", "comment 5 p1", "footer1 p1",
    ]  # fmt: skip


def test_word_s_own_numbers_are_text_as_a_reader_sees_them() -> None:
    def item(text: str, level: int) -> str:
        return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')

    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{NUMBERING}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )
    body = item("抓班子", 0) + item("议事", 1) + item("定", 2) + item("学习", 1) + item("带队伍", 0)
    source = read(docx(body + item("带头", 1), numbering=numbering))
    assert source.text.split() == [
        "一、抓班子",
        "（一）议事",
        "1.定",
        "（二）学习",
        "二、带队伍",
        "（一）带头",
    ]


def test_numbers_and_contents_come_by_styles_too() -> None:
    numbering = (
        f'<w:abstractNum w:abstractNumId="7">{NUMBERING}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    )
    styles = (
        '<w:style w:styleId="2"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="3"><w:name w:val="own"/><w:basedOn w:val="2"/></w:style>'
        '<w:style w:styleId="9"><w:name w:val="toc 1"/></w:style>'
    )
    body = "".join(
        p(t, f'<w:pStyle w:val="{s}"/>') for t, s in (("目录行", 9), ("甲", 2), ("乙", 3))
    )
    source = read(docx(body, numbering=numbering, styles=styles))
    assert source.text.split() == ["目录行", "一、甲", "二、乙"]
    assert kinds(source) == {"目录行": "contents"}


def test_numbers_are_written_as_word_writes_them() -> None:
    assert [chinese(n) for n in (1, 10, 12, 20, 21, 105, 110, 1005)] == [
        "一", "十", "十二", "二十", "二十一", "一百〇五", "一百一十", "一千〇五",
    ]  # fmt: skip
    forms = {
        "upperRoman": "IV",
        "lowerLetter": "d",
        "decimalEnclosedCircle": "④",
        "decimalZero": "04",
    }
    assert {form: written(4, form) for form in forms} == forms


def test_title_author_and_date_come_from_the_properties() -> None:
    core = (
        '<c xmlns:dc="d" xmlns:t="t"><dc:title>工作法</dc:title><dc:creator>李禾</dc:creator>'
        "<t:modified>2024-03-05T08:00:00Z</t:modified></c>"
    )
    with_core = io.BytesIO(docx(p("正文")))
    with zipfile.ZipFile(with_core, "a") as archive:
        archive.writestr("docProps/core.xml", core)
    assert read(with_core.getvalue()).meta == (
        ("author", "李禾"), ("date", "2024-03-05"), ("title", "工作法"),
    )  # fmt: skip


def test_pinyin_above_a_character_is_set_in_brackets() -> None:
    ruby = (
        "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>yú</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>盂</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    assert read(docx(f"<w:p>{ruby}<w:r><w:t>县</w:t></w:r></w:p>")).text == "盂（yú）县\n"


def test_large_pictures_are_told() -> None:
    source = read(docx(p("正文"), **{"media__image1.png": bytes(60 << 10)}))
    assert "1 pictures" in source.issues[0].message


def test_every_word_that_docx2python_finds_is_in_our_text() -> None:
    docx2python = pytest.importorskip("docx2python").docx2python
    for report in REPORTS[:4]:
        rows = plain(report)
        body = "".join(map(p, rows)) + f"<w:p>{box('框中文字')}</w:p>" + table(["甲", "乙"])
        data = docx(body, header1=p("页眉"))
        theirs = docx2python(io.BytesIO(data)).text
        ours = read(data).text
        assert len(theirs.split()) > 3
        assert [w for w in theirs.split() if w not in ours] == []


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SOUND = docx("".join(map(p, plain(REPORTS[0]))))
BOMB = docx("<w:p/>" * 3_000_000)
ENTITIES = "<!DOCTYPE z [" + '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + f"]><w:document {SPACES}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"  # fmt: skip
BAD = {
    "empty": (b"", "empty"),
    "not a zip": (b"hello world", "not a Word document"),
    "old format": (OLE + bytes(500), "old Word format"),
    "encrypted": (OLE + bytes(90) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "truncated": (SOUND[: len(SOUND) // 2], "truncated or damaged"),
    "damaged inside": (SOUND.replace(b"PK\x03\x04", b"PK\x03\x05"), "truncated or damaged"),
    "zip bomb": (BOMB, "unpacks to"),
    "entity bomb": (packed({"word/document.xml": ENTITIES}), "word/document.xml"),
    "external entity": (
        packed({"word/document.xml": '<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]><z>&x;</z>'}),
        "declares entities",
    ),
    "broken xml": (packed({"word/document.xml": "<w:document><w:body>"}), "damaged Word document"),
    "nested deep": (docx("<w:sdt>" * 5000 + "</w:sdt>" * 5000), "damaged Word document"),
    "another zip": (packed({"a.txt": "a"}), "no Word document inside"),
    "no text": (docx(p("")), "no text in it"),
    "pictures only": (docx(p(""), **{"media__image1.png": bytes(60 << 10)}), "pictures only"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_told_with_what_where_and_cure(kind: str) -> None:
    data, what = BAD[kind]
    began = time.monotonic()
    unread = found(data)
    assert isinstance(unread, Unread)
    assert what in unread.what
    assert unread.path == "report.docx"
    assert unread.cure
    assert "passwd" not in str(unread)
    assert time.monotonic() - began < 2


def test_the_limits_hold() -> None:
    assert isinstance(found(SOUND, limits=Limits(members=2)), Unread)
    assert isinstance(found(SOUND, limits=Limits(bytes=2000)), Unread)
    assert isinstance(found(SOUND, limits=Limits(total_bytes=2000)), Unread)


@pytest.mark.parametrize("data", [b"{\\rtf1 hello}", OLE + bytes(100)])
def test_doc_says_how_to_convert(data: bytes) -> None:
    unread = found(data, "report.doc")
    assert isinstance(unread, Unread)
    assert "soffice --headless --convert-to docx report.doc" in unread.cure


def test_a_docx_with_the_suffix_doc_is_read() -> None:
    assert isinstance(found(SOUND, "report.doc"), Source)


def test_a_merged_cell_of_a_billion_columns_costs_nothing() -> None:
    began = time.monotonic()
    cell = f'<w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>{p("甲")}'
    assert read(docx(table([cell, "乙"]))).text == "甲\t乙\n"
    assert time.monotonic() - began < 1


def test_twenty_thousand_paragraphs_take_seconds() -> None:
    began = time.monotonic()
    body = "".join(p(f"第{n}件事：支部开展活动{n * 7919 % 1000}次。") for n in range(20_000))
    assert len(read(docx(body)).anchors) == 20_000
    assert time.monotonic() - began < 4


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_a_mutated_document_is_read_or_told(damage: list[tuple[int, int]]) -> None:
    result = found(changed(SOUND, damage))
    if isinstance(result, Source):
        assert_anchored(result)
    else:
        assert_told(result)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    unread = found(SOUND)
    assert isinstance(unread, Unread)
    assert "pip install" in unread.cure
