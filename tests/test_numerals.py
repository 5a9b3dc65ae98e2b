"""The numeral reader holds: the right value, span, bound and upper end, or no numeral at all.

Three yardsticks: numbers written out by a function of this file and read back; a slow evaluator
that works with a stack, unlike the reader's recursion; and tables of what newspapers write. The
bugs that users reported against cn2an, Recognizers-Text, JioNLP and other readers are cases here,
with their issue numbers.

The reader reads characters, it does not judge them: 三会一课 gives 3 and 1, and the extractors
refuse those. Where characters cannot be a number in any context, the reader itself keeps silent.
"""

from __future__ import annotations

import re
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.numerals import Numeral, find_numerals, number, parse

DIGITS = "零一二三四五六七八九"
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


def chinese(n: int) -> str:
    """Write a number out in full, as a teacher would: 10012 → 一万零一十二."""
    for unit, sign in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if n >= unit:
            high, low = divmod(n, unit)
            zero = "零" if 0 < low < unit // 10 else ""
            return chinese(high) + sign + zero + (chinese(low) if low else "")
    return DIGITS[n]


def spoken(n: int) -> str:
    """Write a number as people say it: 十二 for 一十二, 两千 for 二千, also inside."""
    text = re.sub(r"^一(?=十)|(?<=零)一(?=十)", "", chinese(n))
    text = re.sub(r"二(?=[百千])", "两", text)
    return re.sub(r"(?<![十百千])二(?=[万亿])", "两", text)


def slow(text: str) -> Decimal:
    """Value of a well-formed numeral: a unit multiplies all that is smaller on top of the stack.

    It multiplies at least the number, or the lesser unit, right before it: 1500百, 10千万.
    """
    units = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
    stack: list[Decimal] = []
    before = ""
    for token in re.findall(r"[0-9,]+(?:\.[0-9]+)?|.", text):
        if token in units:
            below, touches = (
                Decimal(0),
                before not in "零〇" and units.get(before, 0) < units[token],
            )
            while stack and (stack[-1] < units[token] or (touches and not below)):
                below += stack.pop()
            stack.append((below or Decimal(1)) * units[token])
        elif token not in "零〇":
            digit = "零一二三四五六七八九".find(token.replace("两", "二"))
            stack.append(Decimal(digit if digit > 0 else token.replace(",", "")))
        before = token
    return sum(stack, Decimal(0))


def only(text: str) -> Numeral:
    """Give the one numeral of a text."""
    (numeral,) = find_numerals(text)
    return numeral


def whole(text: str) -> Decimal:
    """Value of a text that is one exact numeral from end to end."""
    numeral = only(text)
    assert (numeral.start, numeral.end) == (0, len(text)), text
    assert (numeral.bound, numeral.upper, numeral.percent) == ("exact", None, False), text
    return numeral.value


Row = tuple[str, Decimal, Decimal | None, str]


def rows(text: str) -> list[Row]:
    return [(text[n.start : n.end], n.value, n.upper, n.bound) for n in find_numerals(text)]


def values(text: str) -> list[Decimal]:
    return [n.value for n in find_numerals(text)]


# Round trip


def test_every_number_to_20000_is_read_back() -> None:
    for n in range(20_001):
        assert whole(chinese(n)) == n
        assert whole(spoken(n)) == n


def test_every_number_to_2000_is_read_back_from_formal_characters() -> None:
    for n in range(10, 2001):
        assert whole(chinese(n).translate(FORMAL)) == n


@given(st.integers(0, 16).flatmap(lambda e: st.integers(0, 10**e)))
def test_numbers_to_ten_quadrillion_are_read_back(n: int) -> None:
    assert whole(chinese(n)) == n
    assert whole(spoken(n)) == n
    assert whole(str(n)) == n
    assert whole(f"{n:,}") == n


def test_random_numbers_of_every_size_are_read_back() -> None:
    random = Random(20240701)
    for n in (random.randrange(10 ** random.randrange(4, 17)) for _ in range(3000)):
        assert whole(chinese(n)) == n
        assert whole(spoken(n)) == n


@given(st.integers(1000, 9999))
def test_years_are_read_digit_by_digit(year: int) -> None:
    text = "".join(DIGITS[int(c)] for c in str(year))
    assert whole(text) == year
    assert whole(text.replace("零", "〇")) == year


@pytest.mark.parametrize("unit", ["百", "千", "万", "亿"])
def test_a_bare_last_digit_counts_tenths_of_the_unit(unit: str) -> None:
    """一百二 is 120 and 三万五 is 35000; adjacent digits do not make a range here."""
    size = int(slow(unit))
    for a in range(1, 10):
        for b in range(1, 10):
            assert whole(f"{DIGITS[a]}{unit}{DIGITS[b]}") == a * size + b * size // 10


def test_writing_out_and_slow_reading_are_right_themselves() -> None:
    """The yardsticks of this file, on cases done by hand."""
    assert chinese(10012) == "一万零一十二"
    assert spoken(10012) == "一万零十二"
    assert (spoken(12), spoken(22222)) == ("十二", "两万两千两百二十二")
    assert chinese(100_050_000) == "一亿零五万"
    assert [slow(t) for t in ("3万5千", "1千零1", "2亿3000万", "1.35亿", "10千万")] == [
        35_000, 1001, 230_000_000, 135_000_000, 10**8,
    ]  # fmt: skip


# Mixed numerals against the slow evaluator

small = st.integers(1, 9)
amount = st.integers(1, 9999)
mixed = st.one_of(
    st.builds("{}万{}千".format, amount, small),
    st.builds("{}万{}千{}百".format, amount, small, small),
    st.builds("{}千{}百".format, small, small),
    st.builds("{}千零{}".format, small, st.integers(1, 99)),
    st.builds("{}百零{}".format, small, small),
    st.builds("{}亿{}万".format, amount, amount),
    st.builds("{}亿零{}万".format, amount, st.integers(1, 999)),
    st.builds("{}亿{}万{}".format, amount, amount, st.integers(10, 9999)),
    st.builds("{}千零{}万".format, small, st.integers(1, 99)),
    st.builds("{}万{}".format, amount, st.integers(10, 9999)),
    st.builds("{}{}".format, st.decimals("0.01", "9999.99", places=2), st.sampled_from(
        ["百", "千", "万", "百万", "千万", "亿", "万亿"]
    )),
    st.builds("{:,}{}".format, st.integers(1, 10**7), st.sampled_from(["万", "亿", ""])),
    st.builds("{:,}.{}亿".format, st.integers(1, 99999), small),
    st.builds(
        "{}{}".format, st.integers(1, 9999).map(spoken), st.sampled_from(["万亿", "亿", "万"])
    ),
)  # fmt: skip


@settings(max_examples=400)
@given(mixed)
def test_mixed_numerals_have_the_value_of_the_slow_evaluator(text: str) -> None:
    assert whole(text) == slow(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3万五千", 35_000),
        ("1亿三千万", 130_000_000),
        ("5千两百", 5200),
        ("三万5千", 35_000),
        ("2亿3,000万", 230_000_000),
        ("1万1千1百1十1", 11_111),
    ],
)
def test_arabic_and_chinese_digits_mix_in_one_number(text: str, value: int) -> None:
    """One amount split in two would be two wrong rows."""
    assert whole(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一点五", "1.5"),
        ("零点零五", "0.05"),
        ("十二点三四", "12.34"),
        ("一百点五", "100.5"),
        ("三点五万", "35000"),
        ("一点三五亿", "135000000"),
        ("二十三点五万", "235000"),
    ],
)
def test_spoken_decimals(text: str, value: str) -> None:
    """点 is a decimal point, and a unit after it multiplies the whole."""
    assert whole(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("早上八点半集合", [8]),
        ("早上八点三十分集合", [8, 30]),
        ("晚上七点二十开会", [7, 20]),
        ("十点整", [10]),
    ],
)
def test_a_clock_time_is_not_a_decimal(text: str, expected: list[int]) -> None:
    assert values(text) == expected


# Approximate numbers

APPROXIMATE = [
    ("10余万元", "10余万", "100000", None, "over"),
    ("20亿多元", "20亿多", "2000000000", None, "over"),
    ("二十多万", "二十多万", "200000", None, "over"),
    ("十多亿元", "十多亿", "1000000000", None, "over"),
    ("3000多万元", "3000多万", "30000000", None, "over"),
    ("3百多万元", "3百多万", "3000000", None, "over"),
    ("30万余人", "30万余", "300000", None, "over"),
    ("3.2万余人", "3.2万余", "32000", None, "over"),
    ("200余名", "200余", "200", None, "over"),
    ("一百一十余件", "一百一十余", "110", None, "over"),
    ("百余人", "百余", "100", None, "over"),
    ("千余万元", "千余万", "10000000", None, "over"),
    ("万余人次", "万余", "10000", None, "over"),
    ("十几户", "十几", "10", None, "over"),
    ("二十几户", "二十几", "20", None, "over"),
    ("三十几万元", "三十几万", "300000", None, "over"),
    ("上百场", "上百", "100", None, "over"),
    ("上千万元", "上千万", "10000000", None, "over"),
    ("上万人", "上万", "10000", None, "over"),
    ("数十次", "数十", "10", None, "over"),
    ("数百万元", "数百万", "1000000", None, "over"),
    ("几十万元", "几十万", "100000", None, "over"),
    ("几千人", "几千", "1000", None, "over"),
    ("八十来岁", "八十来", "80", None, "about"),
    ("十来个", "十来", "10", None, "about"),
    ("百来人", "百来", "100", None, "about"),
    ("20来户", "20来", "20", None, "about"),
    ("四五万元", "四五万", "40000", "50000", "range"),
    ("十七八岁", "十七八", "17", "18", "range"),
    ("十五六岁", "十五六", "15", "16", "range"),
    ("两三千人", "两三千", "2000", "3000", "range"),
    ("两三个", "两三", "2", "3", "range"),
    ("一两百户", "一两百", "100", "200", "range"),
    ("三四十块", "三四十", "30", "40", "range"),
    ("八九十枝花", "八九十", "80", "90", "range"),
    ("一百二三十户", "一百二三十", "120", "130", "range"),
    ("三万四五千元", "三万四五千", "34000", "35000", "range"),
    ("五六十万元", "五六十万", "500000", "600000", "range"),
    ("四五千万元", "四五千万", "40000000", "50000000", "range"),
    # 三五 is the one range of digits that are not neighbours.
    ("三五个人", "三五", "3", "5", "range"),
    ("三五百人", "三五百", "300", "500", "range"),
    # Exact as read; 近 stands outside the numeral and is for the extractors (under).
    ("近百人", "百", "100", None, "exact"),
    ("千万元", "千万", "10000000", None, "exact"),
    ("百八十户", "百八十", "180", None, "exact"),
    ("1个亿", "1个亿", "100000000", None, "exact"),
    ("1个亿，", "1个亿", "100000000", None, "exact"),
    ("五个亿元", "五个亿", "500000000", None, "exact"),
    ("投入3个亿用于改造", "3个亿", "300000000", None, "exact"),
]


@pytest.mark.parametrize(("text", "written", "value", "upper", "bound"), APPROXIMATE)
def test_approximate_numbers(
    text: str, written: str, value: str, upper: str | None, bound: str
) -> None:
    expected = (written, Decimal(value), None if upper is None else Decimal(upper), bound)
    assert rows(text) == [expected]


def test_a_measure_word_before_wan_is_not_a_multiplier() -> None:
    """2个万吨级冷库 are two stores of the ten-thousand-ton class; nobody says 2个万 for 20000."""
    assert values("建成2个万吨级冷库")[0] == 2


# Fractions

FRACTIONS = [
    ("百分之二十二", "22", None, "exact"),
    ("百分之百", "100", None, "exact"),
    ("百分之22", "22", None, "exact"),
    ("百分之零点五", "0.5", None, "exact"),
    ("千分之五", "0.5", None, "exact"),
    ("万分之三点二", "0.032", None, "exact"),
    ("万分之十五", "0.15", None, "exact"),
    ("三分之二", "66.67", None, "exact"),
    ("十分之一", "10", None, "exact"),
    ("一百分之一", "1", None, "exact"),
    ("2分之1", "50", None, "exact"),
    ("百万分之五", "0.0005", None, "exact"),
    ("千万分之六", "0.00006", None, "exact"),
    ("三成", "30", None, "exact"),
    ("三成八", "38", None, "exact"),
    ("两成半", "25", None, "exact"),
    ("七八成", "70", "80", "range"),
    ("三成多", "30", None, "over"),
    ("百分之三十余", "30", None, "over"),
    ("百分之九十多", "90", None, "over"),
    ("百分之四五", "4", "5", "range"),
    ("百分之二三十", "20", "30", "range"),
    ("百分之十几", "10", None, "over"),
]


@pytest.mark.parametrize(("text", "value", "upper", "bound"), FRACTIONS)
def test_fractions_are_read_as_percent(
    text: str, value: str, upper: str | None, bound: str
) -> None:
    expected = (text, Decimal(value), None if upper is None else Decimal(upper), bound)
    assert rows(f"占{text}。") == [expected]
    assert only(f"占{text}。").percent


@pytest.mark.parametrize("text", ["三成立", "三成员", "三成果", "三成功", "三成效", "五成本"])
def test_cheng_in_a_word_is_no_tenth(text: str) -> None:
    assert not any(n.percent for n in find_numerals(text))


def test_nothing_divided_by_zero() -> None:
    assert not any(n.percent for n in find_numerals("零分之五，0分之5"))


# Bugs that users reported against other readers

REPORTED = [
    ("一百零五万", 1_050_000, "cn2an"),
    ("十", 10, "cn2an 12, hutool 1726"),
    ("一七二零", 1720, "cn2an 14"),
    ("三万亿", 3 * 10**12, "cn2an 19"),
    ("三千万亿", 3 * 10**15, "cn2an 19"),
    ("百万", 10**6, "cn2an 26, chinese2digits 22"),
    ("百亿", 10**10, "cn2an 26"),
    ("10000000000000", 10**13, "cn2an 26"),
    ("1百01", 101, "cn2an 50"),
    ("13万2", 132_000, "cn2an 57"),
    ("两千两百二十五", 2225, "cn2an 62"),
    ("二百八", 280, "cn2an 73"),
    ("十万零一千", 101_000, "cn2an 78"),
    ("一千一十", 1010, "cn2an 79"),
    ("一百十一", 111, "cn2an 79"),
    ("壹拾万零叁仟肆佰伍拾叁", 103_453, "cn2an 80"),
    ("两千", 2000, "cn2an 84"),
    ("伍仟", 5000, "cn2an 87"),
    ("一百九十万零三千九百七十一", 1_903_971, "cn2an 89"),
    ("一万五千亿", 15 * 10**11, "Recognizers-Text 759"),
    ("一万零一十二", 10_012, "Recognizers-Text 1556"),
    ("一万零十二", 10_012, "Recognizers-Text 1556"),
    ("1,100万", 11_000_000, "Recognizers-Text 2297"),
    ("1,100.9亿", 110_090_000_000, "Recognizers-Text 2297"),
    ("1千零1", 1001, "Recognizers-Text 2302"),
    ("1千零20", 1020, "Recognizers-Text 2302"),
    ("2千零30万", 20_300_000, "Recognizers-Text 2302"),
    ("3万4000", 34_000, "Recognizers-Text 2302"),
    ("25万6千", 256_000, "Recognizers-Text 2302"),
    ("二十万亿", 2 * 10**13, "Recognizers-Text 2325"),
    ("三百五十万亿", 35 * 10**13, "Recognizers-Text 2325"),
    ("五百五", 550, "Recognizers-Text 785"),
    ("47.264287亿", 4_726_428_700, "JioNLP 147"),
    ("100000万", 10**9, "JioNLP 151"),
    ("4120亿", 412_000_000_000, "JioNLP 252"),
    ("百八十", 180, "colloquial"),
    ("3,000,000", 3_000_000, "thousands"),
    ("0.5", Decimal("0.5"), "decimal"),
]


@pytest.mark.parametrize(("text", "value", "report"), REPORTED)
def test_reported_numerals(text: str, value: Decimal | int, report: str) -> None:
    assert whole(text) == value, report


@pytest.mark.parametrize(
    ("text", "expected", "report"),
    [
        ("投资3541.07万元2.3本项目", ["35410700", "2.3"], "JioNLP 49"),
        ("20，300", ["20", "300"], "Recognizers-Text 568"),
        ("排名前三的品牌", ["3"], "Recognizers-Text 1942"),
        ("年末结转和结余10.56亿元。", ["1056000000"], "JioNLP 80"),
        ("有至少100个人", ["100"], "JioNLP 75"),
        ("三十万多亿", ["30000000000000"], "Recognizers-Text 2365"),
        ("低开百分之一点五七", ["1.57"], "cn2an 26"),
        ("下午两点半开始", ["2"], "cn2an 87"),
    ],
)
def test_reported_sentences(text: str, expected: list[str], report: str) -> None:
    assert values(text) == [Decimal(v) for v in expected], report


def test_a_fraction_does_not_swallow_what_follows_and_vanish() -> None:
    """An ill-formed longest reading gives way to the well-formed one (Recognizers-Text 544)."""
    assert rows("百分之七十百分位")[0] == ("百分之七十", Decimal(70), None, "exact")


def test_tongyi_lingshou_is_not_ten() -> None:
    """统一零售 (cn2an 26): 一 ends one word and 零 begins another; no numeral may hold 零.

    A lone 一 may be read (as in 三会一课) and is then for context to refuse.
    """
    text = "全国统一零售价"
    assert all(not n.start <= text.index("零") < n.end for n in find_numerals(text))


@pytest.mark.parametrize("text", ["收拾房间", "拾金不昧", "朝花夕拾", "干部队伍", "大陆", "放肆"])
def test_a_lone_formal_character_is_not_a_number(text: str) -> None:
    """Formal characters count only in company, 叁拾 or 伍仟 (Recognizers-Text 1792)."""
    assert find_numerals(text) == []


def test_yiwan_is_a_figure_of_speech() -> None:
    """亿万人民 is everybody; 100,010,000 is a number that nobody wrote."""
    assert 100_010_000 not in values("亿万人民")


def test_sanhui_yike_is_read_and_left_to_context() -> None:
    """三会一课 reads as 3 and 1: context must refuse both, the name being no count."""
    assert rows("三会一课") == [
        ("三", Decimal(3), None, "exact"),
        ("一", Decimal(1), None, "exact"),
    ]


@pytest.mark.parametrize("text", ["党员", "几个", "数次", "多余", "后来", "成立", "上来", "来", ""])
def test_text_without_a_number_has_no_numeral(text: str) -> None:
    assert find_numerals(text) == []


@pytest.mark.parametrize("text", ["十百千", "五十百", "三十千", "十十", "二千三千"])
def test_ill_formed_runs_are_not_a_number(text: str) -> None:
    assert parse(text) is None


# Any text

RICH = "零〇一二两三五八九十百千万亿壹拾1059.,点余多几来数上个成半分之元人。党"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text(RICH, max_size=30)))
def test_any_text_gives_ordered_spans_inside_it(text: str) -> None:
    """Never an exception; spans in order, not empty, not overlapping, inside the text."""
    at = 0
    for numeral in find_numerals(text):
        assert at <= numeral.start < numeral.end <= len(text)
        at = numeral.end
        assert numeral.core in text[numeral.start : numeral.end]


@settings(max_examples=300, deadline=None)
@given(st.text(RICH, max_size=30))
def test_any_numeral_is_a_sane_one(text: str) -> None:
    for numeral in find_numerals(text):
        assert numeral.value >= 0
        assert numeral.upper is None or numeral.upper > numeral.value
        assert numeral.bound in {"exact", "over", "about", "range"}
        assert numeral.bound != "range" or numeral.upper is not None
        written = text[numeral.start : numeral.end]
        assert numeral.chinese == (not re.search("[0-9]", written))


@settings(max_examples=300, deadline=None)
@given(st.text(RICH, max_size=30))
def test_a_word_before_shifts_the_spans_and_nothing_else(text: str) -> None:
    shifted = [n._replace(start=n.start + 2, end=n.end + 2) for n in find_numerals(text)]
    assert find_numerals("支部" + text) == shifted


@pytest.mark.parametrize(
    "text",
    ["亿" * 2000, "1万" * 2000, "十" * 5000, "9" * 5000, "三分之" + "9" * 40, "一成" * 2000],
    ids=["亿", "1万", "十", "999", "fraction", "一成"],
)
def test_absurdly_long_numerals_do_not_raise(text: str) -> None:
    """One damaged line must not end a batch."""
    assert all(n.end <= len(text) for n in find_numerals(text))


# Output


@pytest.mark.parametrize(
    ("value", "expected"),
    [("135000000.00", 135_000_000), ("1E+1", 10), ("0.5", 0.5), ("66.67", 66.67), ("0", 0)],
)
def test_number_is_int_where_whole_and_float_elsewhere(value: str, expected: float) -> None:
    given_back = number(Decimal(value))
    assert given_back == expected
    assert type(given_back) is type(expected)


def test_amounts_are_exact() -> None:
    """1.35亿 is 135000000 to the unit, as no float arithmetic gives for every amount."""
    for cents in range(1, 1000):
        assert number(only(f"{cents / 100:.2f}亿").value) == cents * 10**6
