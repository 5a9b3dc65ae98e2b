"""Reading holds: any encoding gives the same text, damage is an issue, a hopeless file a ReadError.

The texts are invented, and so are the places and units in them.
"""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import ingest
from pipeline.errors import ReadError, ZhibuError
from pipeline.ingest import text as reader
from pipeline.model import Source
from tests.reports import changed

SIMPLIFIED = """东河区清源街道枫林里社区党支部工作纪实
本报讯（记者李禾）今年以来，枫林里社区党支部坚持把党建引领贯穿基层治理全过程，探索推行“一网四联”工作法，\
把支部建在网格上、把服务送到家门口。支部现有党员八十六名，下设五个党小组，划分为十二个网格。
支部书记赵清明说：“群众的事没有小事。”一年来，支部召开党员大会四次、支委会十六次，讲党课五次，\
组织主题党日活动十二场，参加党员累计九百余人次。
在老旧小区改造中，党员带头上门走访三百二十户，收集意见建议一百四十余条，推动加装电梯八部，\
新增停车位二百一十个，解决了飞线充电、楼道堆物等难题。
支部还联合白鹭医院、云杉小学成立志愿服务队，开展义诊、课后托管等活动五十六次，服务居民三千多人次；\
争取帮扶资金18.6万元，慰问困难党员和群众四十五户。
去年七月，支部被东河区委授予“先进基层党组织”称号。下一步，支部将继续擦亮“枫林先锋”品牌，\
努力让居民的获得感、幸福感更加充实。
"""
TRADITIONAL = """東河區清源街道楓林里社區黨支部工作紀實
本報訊（記者李禾）今年以來，楓林里社區黨支部堅持把黨建引領貫穿基層治理全過程，探索推行「一網四聯」工作法，\
把支部建在網格上、把服務送到家門口。支部現有黨員八十六名，下設五個黨小組，劃分為十二個網格。
支部書記趙清明說：「群眾的事沒有小事。」一年來，支部召開黨員大會四次、支委會十六次，講黨課五次，\
組織主題黨日活動十二場，參加黨員累計九百餘人次。
在老舊小區改造中，黨員帶頭上門走訪三百二十戶，收集意見建議一百四十餘條，推動加裝電梯八部，\
新增停車位二百一十個，解決了飛線充電、樓道堆物等難題。
支部還聯合白鷺醫院、雲杉小學成立志願服務隊，開展義診、課後託管等活動五十六次，服務居民三千多人次；\
爭取幫扶資金18.6萬元，慰問困難黨員和群眾四十五戶。
"""
UTF16 = ("utf-16-le", "utf-16-be")
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
# The same report as it may be set: as it is, with paragraph indents, and all on one line.
LAYOUTS = {
    "lines": SIMPLIFIED,
    "indented": "".join(f"　　{line}\n" for line in SIMPLIFIED.splitlines()),
    "one line": SIMPLIFIED.replace("\n", ""),
    "title only": SIMPLIFIED.splitlines()[0],
    "traditional": TRADITIONAL,
}


def read(folder: Path, data: bytes, name: str = "page.txt") -> Source:
    path = folder / name
    path.write_bytes(data)
    return ingest.read(path)


def decode(data: bytes) -> Source:
    return reader.read("page.txt", hashlib.sha256(data).hexdigest(), data)


def test_the_texts_are_long_enough_to_mean_something() -> None:
    assert min(len(SIMPLIFIED), len(TRADITIONAL)) >= 300


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "gb2312"])
@pytest.mark.parametrize("layout", ["lines", "indented", "one line", "title only"])
def test_simplified_text_is_decoded_right(tmp_path: Path, encoding: str, layout: str) -> None:
    source = read(tmp_path, LAYOUTS[layout].encode(encoding))
    assert source.text == LAYOUTS[layout]
    assert source.issues == ()


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "big5hkscs", "gbk", "gb18030"])
def test_traditional_text_is_decoded_right(tmp_path: Path, encoding: str) -> None:
    source = read(tmp_path, TRADITIONAL.encode(encoding))
    assert source.text == TRADITIONAL
    assert source.issues == ()


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mark_decides_and_is_no_part_of_the_text(
    tmp_path: Path, encoding: str, layout: str
) -> None:
    """Offsets count in the decoded text, so the first character is at 0 with a mark as without."""
    source = read(tmp_path, MARKS[encoding] + LAYOUTS[layout].encode(encoding))
    assert source.text == LAYOUTS[layout]
    assert source.encoding == encoding
    assert source.issues == ()


@pytest.mark.parametrize("encoding", UTF16)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_utf16_without_a_mark_is_decoded_right(tmp_path: Path, encoding: str, layout: str) -> None:
    """The byte order shows whatever the text holds: 一 and the indent 　 are NUL bytes too."""
    source = read(tmp_path, LAYOUTS[layout].encode(encoding))
    assert source.text == LAYOUTS[layout]
    assert source.encoding == encoding


def test_characters_outside_gbk_are_read_from_gb18030(tmp_path: Path) -> None:
    text = SIMPLIFIED + "㐂𠮷喆堃"
    assert read(tmp_path, text.encode("gb18030")).text == text


def test_only_the_first_mark_is_taken_off(tmp_path: Path) -> None:
    """A second U+FEFF is a character of the text and counts as one."""
    assert read(tmp_path, codecs.BOM_UTF8 + "\ufeff支部".encode()).text == "\ufeff支部"


def test_a_phrase_is_at_the_same_offset_in_every_encoding(tmp_path: Path) -> None:
    at = SIMPLIFIED.index("帮扶资金")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "gb2312"):
        source = read(tmp_path, SIMPLIFIED.encode(encoding))
        assert source.text[at : at + 4] == "帮扶资金", encoding


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("at", range(0, len(SIMPLIFIED), 37))
def test_damage_is_an_issue_that_names_the_byte(tmp_path: Path, encoding: str, at: int) -> None:
    """One impossible byte costs one replacement character; all other characters stay."""
    before, after = SIMPLIFIED[:at].encode(encoding), SIMPLIFIED[at:].encode(encoding)
    source = read(tmp_path, before + b"\xff" + after)
    assert source.encoding == encoding
    assert source.text == SIMPLIFIED[:at] + "\ufffd" + SIMPLIFIED[at:]
    (issue,) = source.issues
    assert f"byte {len(before)};" in issue.message
    assert issue.source == (at, at + 1)
    assert (issue.stage, issue.severity) == ("read", "warning")
    assert issue.cure


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_in_a_character_is_an_issue_at_its_end(tmp_path: Path, encoding: str) -> None:
    whole = SIMPLIFIED.rstrip("\n")
    data = whole.encode(encoding)[:-1]
    source = read(tmp_path, data)
    (issue,) = source.issues
    assert source.text == whole[:-1] + "\ufffd"
    assert f"byte {len(whole[:-1].encode(encoding))};" in issue.message
    assert issue.source == (len(whole) - 1, len(whole))


def test_the_byte_named_counts_in_the_file_with_its_mark(tmp_path: Path) -> None:
    """The place must be found again in the file, and a hex editor counts the mark."""
    data = codecs.BOM_UTF8 + "支部".encode() + b"\xff" + SIMPLIFIED.encode()
    (issue,) = read(tmp_path, data).issues
    assert f"byte {data.index(0xFF)};" in issue.message


def test_a_replacement_character_of_the_author_is_not_the_damage(tmp_path: Path) -> None:
    """U+FFFD properly encoded before the damage was in the file: the issue points to the damage."""
    text = "乱\ufffd码。" + SIMPLIFIED
    (issue,) = read(tmp_path, text.encode() + b"\xff").issues
    assert issue.source == (len(text), len(text) + 1)
    assert "1 characters replaced" in issue.message


def test_a_replacement_character_of_the_author_is_no_issue(tmp_path: Path) -> None:
    assert read(tmp_path, ("乱\ufffd码。" + SIMPLIFIED).encode()).issues == ()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["utf-8", "gb18030"]),
    st.lists(st.tuples(st.integers(0, 780), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damage_never_raises_and_never_passes_in_silence(
    encoding: str, damage: list[tuple[int, int]]
) -> None:
    source = decode(changed(SIMPLIFIED.encode(encoding), damage))
    assert source.encoding == encoding
    assert bool(source.issues) == ("\ufffd" in source.text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_give_a_text_or_a_read_error(data: bytes) -> None:
    try:
        source = decode(data)
    except ReadError:
        return
    assert source.text == data[reader.detect(data)[1] :].decode(source.encoding, "replace")


EMPTY = {
    "no bytes": b"",
    "blanks": b" \r\n\t\n",
    "only a UTF-8 mark": codecs.BOM_UTF8,
    "a UTF-8 mark and a line end": codecs.BOM_UTF8 + b"\n",
    "only a UTF-16 mark": codecs.BOM_UTF16_LE,
    "ideographic blanks": "　　\n".encode(),
}
BINARY = {
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(1, 255)) * 5,
    "zip": b"PK\x03\x04" + bytes(range(256)) * 3,
    "zeros": b"\0" * 500,
}


def assert_says_all(error: ReadError, path: Path, what: str) -> None:
    assert what in error.what
    assert error.where == str(path)
    assert error.cure
    assert str(error) == f"{error.where}: {error.what}; {error.cure}"
    assert isinstance(error, ZhibuError)


@pytest.mark.parametrize("kind", EMPTY)
def test_an_empty_file_is_a_read_error(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(tmp_path, EMPTY[kind])
    assert_says_all(caught.value, tmp_path / "page.txt", "empty")


@pytest.mark.parametrize("kind", BINARY)
def test_a_binary_file_is_a_read_error(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(tmp_path, BINARY[kind])
    assert_says_all(caught.value, tmp_path / "page.txt", "binary")


def test_a_missing_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        ingest.read(tmp_path / "nothing.txt")
    assert_says_all(caught.value, tmp_path / "nothing.txt", "cannot be opened")


def test_a_folder_is_a_read_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(ReadError) as caught:
        ingest.read(folder)
    assert_says_all(caught.value, folder, "cannot be opened")


@pytest.mark.parametrize("name", ["page.xyz", "page", "page.txt.bak"])
def test_an_unknown_suffix_is_a_read_error_that_lists_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(tmp_path, SIMPLIFIED.encode(), name)
    assert_says_all(caught.value, tmp_path / name, "no reader for")
    assert all(suffix in caught.value.cure for suffix in ingest.READERS)
    assert not ingest.readable(tmp_path / name)


@pytest.mark.parametrize("name", ["page.txt", "page.TXT", "page.md", "支部.text"])
def test_known_suffixes_are_read_in_either_case(tmp_path: Path, name: str) -> None:
    assert ingest.readable(tmp_path / name)
    source = read(tmp_path, SIMPLIFIED.encode(), name)
    assert source.text == SIMPLIFIED
    assert source.stem == name.rpartition(".")[0]
    assert source.path == str(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_hash_is_of_the_bytes_of_the_file(tmp_path: Path, encoding: str) -> None:
    data = SIMPLIFIED.encode(encoding)
    assert read(tmp_path, data).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r\n", "\x0c\n"])
def test_line_ends_are_left_as_they_are(tmp_path: Path, encoding: str, end: str) -> None:
    text = SIMPLIFIED.replace("\n", end)
    assert read(tmp_path, text.encode(encoding)).text == text


def test_a_text_inside_a_container_is_read_by_the_path_that_rows_show(tmp_path: Path) -> None:
    import zipfile

    from pipeline import ingest
    from pipeline.errors import ReadError

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("一.txt", "第一个支部的材料。")
        archive.writestr("内/二.txt", "第二个支部的材料。")
    table = "编号,正文\n1," + "支部开展活动。" * 20 + "\n2," + "支部走访群众。" * 20 + "\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    assert ingest.read(tmp_path / "a.zip").text == "第一个支部的材料。"
    assert ingest.read(tmp_path / "a.zip!" / "内" / "二.txt").text == "第二个支部的材料。"
    assert ingest.read(tmp_path / "t.csv#row=3").text.startswith("支部走访群众。")
    for gone in ("a.zip!/三.txt", "t.csv#row=9"):
        with pytest.raises(ReadError, match="not in this file"):
            ingest.read(Path(f"{tmp_path}/{gone}"))


@pytest.mark.parametrize(
    ("data", "cure"),
    [
        (b"PK\x03\x04 word/document.xml", "name it .docx"),
        (b"%PDF-1.7 text follows in plain letters", "name it .pdf"),
    ],
)
def test_a_file_under_a_wrong_name_is_told_the_right_one(
    tmp_path: Path, data: bytes, cure: str
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(ReadError) as told:
        ingest.read(tmp_path / "a.txt")
    assert cure in str(told.value)
