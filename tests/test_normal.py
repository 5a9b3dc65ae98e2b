"""The normal form holds: one character for one, half-width and simplified, the rest untouched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normal import is_traditional, normalise, simplify

# Every Chinese character of GB 2312: simplified text is written with these alone.
GB2312 = "".join(
    bytes((row, cell)).decode("gb2312", "ignore")
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
)
PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】—…"
SENTENCES = {
    "支部堅持創新黨建工作方法，加強組織領導。": "支部坚持创新党建工作方法，加强组织领导。",
    "會後，黨員們走進院子裏，聽取群眾意見。": "会后，党员们走进院子里，听取群众意见。",
    "他在屋裡等候，鐘聲響過八點才離開。": "他在屋里等候，钟声响过八点才离开。",
    "領導班子帶頭創先爭優，後進變先進。": "领导班子带头创先争优，后进变先进。",
    "黨課講到群眾心裡，服務做到門前院後。": "党课讲到群众心里，服务做到门前院后。",
    "每天清晨鐘樓下，黨員義務勞動一個鐘頭。": "每天清晨钟楼下，党员义务劳动一个钟头。",
}
# Taiwan's phrases whose mainland form is shorter, longer or as long.
PHRASES = ["衣索比亞", "索馬利亞", "厄利垂亞", "辛巴威", "網際網路", "記憶體", "黨員", "後來"]


@settings(deadline=None)
@given(st.text())
def test_length_is_kept_for_any_text(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert len(simplify(text)) == len(text)


@settings(deadline=None)
@given(st.text("創黨領導裏裡後鐘網際路記憶體衣索比亞馬利臺灣乾隆著\n，１Ａ㎡", max_size=60))
def test_length_is_kept_for_traditional_text(text: str) -> None:
    assert len(normalise(text)) == len(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PHRASES), max_size=6).map("，".join))
def test_every_character_stays_at_its_place(text: str) -> None:
    """A phrase that grows and one that shrinks on the same line must not shift what is between."""
    form = simplify(text)
    assert [i for i, c in enumerate(form) if c == "，"] == [
        i for i, c in enumerate(text) if c == "，"
    ]


def test_a_growing_and_a_shrinking_phrase_do_not_cancel_out() -> None:
    """衣索比亞 grows by one and 索馬利亞 shrinks by one: the line's length alone shows nothing."""
    text = "黨支部援助衣索比亞３０人、索馬利亞１２人，獲領導肯定"
    form = normalise(text)
    assert [form[text.index(c)] for c in "３１"] == ["3", "1"]
    assert form.index("、") == text.index("、")


@pytest.mark.parametrize("first", ["０", "Ａ", "ａ"])
def test_full_width_digits_and_latin_become_half(first: str) -> None:
    count = 10 if first == "０" else 26
    wide = "".join(chr(ord(first) + i) for i in range(count))
    half = "".join(chr(ord(first) - 0xFEE0 + i) for i in range(count))
    assert normalise(wide) == half


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("增长２２．５％", "增长22.5%"),
        ("Ｑ３共１２０件", "Q3共120件"),
        ("３～５个", "3~5个"),
        ("３－５个", "3-5个"),
        ("（１）党建＋网格", "（1）党建+网格"),
    ],
)
def test_signs_inside_numbers_become_half(written: str, normal: str) -> None:
    assert normalise(written) == normal


@pytest.mark.parametrize("sign", PUNCTUATION)
def test_chinese_punctuation_stays(sign: str) -> None:
    assert normalise(f"支部{sign}党员") == f"支部{sign}党员"


@given(st.text(GB2312 + PUNCTUATION + "0123456789abcXYZ%\n 　"))
def test_simplified_text_is_untouched(text: str) -> None:
    assert not is_traditional(text)
    assert normalise(text) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("谁也不认识谁.开机前,大家点灯.", "谁也不认识谁。开机前，大家点灯。"),
        ("增长98%,位居第三;半径350,全段最小", "增长98%，位居第三；半径350，全段最小"),
        ('规矩只有一条:"谁先到谁干",人人照办', '规矩只有一条："谁先到谁干"，人人照办'),
        ("电影<盐路>开拍", "电影《盐路》开拍"),
        # what belongs to a figure, a heading, a time or an address stays
        ("1,200元和3.5万元，9:30开会", "1,200元和3.5万元，9:30开会"),
        ("1.抓学习\n二.强班子", "1.抓学习\n二.强班子"),
        ("一.抓学习", "一.抓学习"),
        ("见zhibu.cn，邮箱a@b.cn", "见zhibu.cn，邮箱a@b.cn"),
        ("（一）.抓学习", "（一）.抓学习"),
    ],
)
def test_half_width_marks_between_chinese_characters_become_chinese(text: str, form: str) -> None:
    assert normalise(text) == form


@pytest.mark.parametrize("traditional", SENTENCES)
def test_traditional_sentences_become_simplified(traditional: str) -> None:
    assert is_traditional(traditional)
    assert normalise(traditional) == SENTENCES[traditional]


def test_traditional_text_of_several_lines_becomes_simplified_line_for_line() -> None:
    written, expected = "\n".join(SENTENCES), "\n".join(SENTENCES.values())
    assert normalise(written) == expected
    assert len(expected) == len(written)


@pytest.mark.parametrize("traditional", SENTENCES)
def test_the_normal_form_is_its_own_normal_form(traditional: str) -> None:
    once = normalise(traditional)
    assert normalise(once) == once
    assert not is_traditional(once)


def test_full_width_and_traditional_are_normalised_together() -> None:
    assert normalise("黨員１２０名，領導幹部後來增長５％") == "党员120名，领导干部后来增长5%"


NAMES = "喆堃犇赟昇陞鉅峯燚垚翀頔瀞"
REPORT = (
    "枫林里社区党支部书记林{0}带领党员走访群众三百二十户，收集意见一百四十余条，推动加装电梯八部。"
    "群众说，有事就找支部，心里踏实。"
)


def assert_only_it_may_change(text: str, name: str) -> None:
    """The normal form, which no row shows, is the text but for the one character: 昇 is matched as 升."""
    form = normalise(text)
    assert len(form) == len(text)
    assert {a for a, b in zip(text, form, strict=True) if a != b} <= {name}
    assert normalise(form) == form


@pytest.mark.parametrize("name", NAMES)
def test_one_rare_character_in_a_name_is_not_traditional_text(name: str) -> None:
    text = REPORT.format(name)
    assert not is_traditional(text)
    assert_only_it_may_change(text, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_rare_name_said_again_and_again_is_not_traditional_text(name: str) -> None:
    """A report about one person repeats the name; that is one character, not a traditional text."""
    text = REPORT.format(name) + f"林{name}说，党员要带头。林{name}带头修路三公里。"
    assert not is_traditional(text)
    assert_only_it_may_change(text, name)


def test_empty_text_has_an_empty_normal_form() -> None:
    assert normalise("") == ""
    assert not is_traditional("")


WORDS = {
    "支部建立檔案，支援兩個批次，行程公里數全部歸檔": "支部建立档案，支援两个批次，行程公里数全部归档",
    "黨員讀原著、學譯著，隨著年齡增長越學越有勁": "党员读原著、学译著，随着年龄增长越学越有劲",
    "衞生院黨員揹著藥箱，把服務枱設到村頭": "卫生院党员背着药箱，把服务台设到村头",
}


@pytest.mark.parametrize(("written", "normal"), WORDS.items())
def test_words_are_not_changed_for_others(written: str, normal: str) -> None:
    """A mainland report turned into traditional characters comes back word for word."""
    assert normalise(written) == normal
