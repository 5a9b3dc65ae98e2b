"""Damage is repaired with memory: facts as in the sound text, every repair told, every character led back.

Each kind of damage is done to composed text, and the facts must be those of the text before. In the other
direction, sound text is left alone: nothing in it is repaired, and nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opencc import OpenCC

from pipeline import ingest, route
from pipeline.ingest.text import read
from pipeline.layout.damage import damage
from pipeline.model import Document, Options
from pipeline.normal import OTHER_CODES, normalise, strays
from pipeline.offsets import INSERTED

DATA = Path(__file__).parents[1] / "data"
HEAD = "溪桥市公路管养中心第二党支部\n\n"
SOUND = (
    HEAD + "溪桥市公路管养中心第二党支部有党员22名，管养公路386公里。2023年，支部开展宣讲18场，"
    "受益群众1200人次，满意率由92.5%提高到98.6%，化解邻里纠纷36件，投入资金3600万元。\n"
    "支部被市交通局评为“先进基层党组织”，推行“路长在线”工作法，结对帮扶120户农户。\n"
)
REPAIRS = {"pinyin", "control", "hyphen", "duplicate", "blank in number", "caption"}


def document(text: str) -> Document:
    return route.document(read("report.txt", "0" * 64, text.encode()), Options())


def facts(found: Document) -> list[tuple[Any, ...]]:
    (report,) = found.reports
    rows: list[tuple[Any, ...]] = [
        (a.value, a.upper, a.unit, a.bound, a.kind, normalise(a.indicator or ""), a.origin)
        for a in report.achievements
    ]
    rows += [(h.title, h.level, h.recipient) for h in report.honours]
    return [*rows, *((p.name, p.kind) for p in report.practices)]


def assert_led_back(found: Document) -> None:
    """Every character of the clean text is the source's at its place, what stands between is told."""
    raw = found.source.text
    told = [f.source for f in found.furniture] + [i.source for i in found.issues if i.source]
    for report in found.reports:
        text, at, end = report.article.text, 0, None
        for origin, length in text.origin.runs():
            if origin != INSERTED:
                assert text.clean[at : at + length] == raw[origin : origin + length]
                for place in range(end if end is not None else origin, origin):
                    known = any(a <= place < b for a, b in told)
                    assert raw[place].isspace() or known, raw[place]
                end = origin + length
            at += length


DAMAGE: dict[str, tuple[list[tuple[str, str]], set[str], str]] = {
    # what is changed, kinds of furniture it makes, what an issue says
    "bracketed pinyin": ([("溪桥市公路管养中心第二党支部有", "溪（xī）桥市公路管养中心第二党支部有"),
                          ("邻里", "邻(lín)里")], {"pinyin"}, ""),
    "blanks in numbers": ([("1200", "1 200"), ("92.5%", "92 . 5 %"), ("98.6%", "98. 6%"),
                           ("3600万", "3 600 万"), ("120户", "1 2 0户")], {"blank in number"}, ""),
    "control characters": ([("18场", "1\u200b8场"), ("宣讲", "宣\u202e讲")], {"control"}, ""),
    "里 become 裏": ([("386公里", "386公裏"), ("邻里", "邻裡")], set(), "裏 as 里 (1), 裡 as 里 (1)"),
    "half converted": ([("开展", "開展"), ("农户", "農戶"), ("党员", "黨員")], set(), "開 as 开 (1)"),
    "codes of radicals": ([("路长", "路⻓"), ("120户", "120⼾"), ("支", "⽀")], set(), ""),
    "compatibility codes": ([("公里", "公\uf9e9"), ("年", "\uf98e")], set(), ""),
    "full width": ([("1200", "１２００"), ("98.6%", "９８．６％")], set(), ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_repaired_and_told(kind: str) -> None:
    changes, furniture, said = DAMAGE[kind]
    damaged = SOUND
    for sound, broken in changes:
        damaged = damaged.replace(sound, broken)
    assert damaged != SOUND
    found, expected = document(damaged), document(SOUND)
    assert [tuple(normalise(str(v)) for v in row) for row in facts(found)] == [
        tuple(normalise(str(v)) for v in row) for row in facts(expected)
    ]
    assert len(facts(expected)) >= 9
    assert {f.kind for f in found.furniture} == furniture
    messages = " ".join(i.message for i in found.issues)
    assert said in messages
    assert bool(said) == bool(messages)
    assert_led_back(found)


def test_a_bracketed_pinyin_at_its_place_is_in_no_number_or_name() -> None:
    (report,) = document(SOUND.replace("邻里", "邻(lín)里")).reports
    assert "邻里纠纷36件" in report.article.text.clean
    assert "(" not in report.article.text.clean


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("2023 15名党员结对", [15]),  # two numbers side by side are not one
        ("走访20 35名党员", [35]),
        ("投入12 345元", [12345]),
        ("满意率98 .6%", [98.6]),
        ("走访1 2 0户", [120]),
        ("新建1 200米、2 50米步道", [1200, 50]),
    ],
)
def test_only_blanks_inside_a_number_go(written: str, numbers: list[float]) -> None:
    found = document(
        HEAD + "溪桥市公路管养中心第二党支部一年来勤于服务群众。支部" + written + "。\n"
    )
    (report,) = found.reports
    assert [a.value for a in report.achievements] == numbers
    assert_led_back(found)


def test_where_blanks_are_strewn_they_part_no_numbers() -> None:
    text = SOUND.replace("党员", "党 员").replace("支部", "支 部").replace("36件", "3 6件")
    text = (
        text.replace("农户", "农 户")
        .replace("120户", "12 0户")
        .replace("2023年，支", "2023 15名党员、支")
    )
    found = document(text.replace("公路管养", "公路 管养"))
    values = [a.value for r in found.reports for a in r.achievements]
    assert {36, 120} <= set(values)
    assert 202315 not in values
    assert_led_back(found)


@pytest.mark.parametrize("mask", ["2xx年", "20××年", "20XX年", "20**年", "20＊＊年"])
def test_masked_digits_are_no_number_and_told(mask: str) -> None:
    text = SOUND.replace("2023年", mask).replace("36件", "3×件").replace("120户", "××户")
    found = document(text)
    (report,) = found.reports
    assert {36, 3, 120, 20, 2} & {a.value for a in report.achievements} == set()
    rejected = {
        report.article.text.clean[r.start : r.end] for r in report.rejected if r.reason == "masked"
    }
    assert rejected == {mask.removesuffix("年"), "3×"}
    (issue,) = found.issues
    assert mask.removesuffix("年") in issue.message
    assert issue.source is not None
    assert found.source.text[slice(*issue.source)] == mask.removesuffix("年")
    assert_led_back(found)


@pytest.mark.parametrize(
    "sound", ["3×4米的展板", "X光机2台", "5G基站3座", "PM2.5", "2*3米", "AA×BB"]
)
def test_signs_that_mask_nothing_are_no_damage(sound: str) -> None:
    assert list(damage(SOUND.replace("18场", f"18场，购置{sound}"))) == []


def test_a_shadowed_title_is_read_once_and_its_second_half_kept() -> None:
    title = "一条路上的初心"
    found = document(SOUND.replace(HEAD, f"{title}{title}\n\n" + HEAD))
    assert found.reports[0].title == title
    assert [(f.kind, found.source.text[slice(*f.source)]) for f in found.furniture] == [
        ("duplicate", title)
    ]


def test_captions_and_page_furniture_are_kept_as_such() -> None:
    text = SOUND.replace("支部被市", "图为支部党员在一线巡查。\n\n支部被市")
    found = document(text)
    assert facts(found) == facts(document(SOUND))
    assert ("caption", "图为支部党员在一线巡查。") in {
        (f.kind, found.source.text[slice(*f.source)]) for f in found.furniture
    }


def clean_texts() -> Iterator[Path]:
    yield from (DATA / "sample").glob("*.txt")
    yield from (DATA / "gold/composed").glob("*.txt")


def test_sound_text_is_left_alone() -> None:
    """In all composed texts nothing is told as damaged, and clean text is the source but for white space."""
    count = 0
    for path in clean_texts():
        text = ingest.read(path).text
        if "××" in text:  # a writer masked a number: told as such
            assert all("masked" in issue.message for issue in damage(text)), path
            continue
        assert list(damage(text)) == [], path
        assert not any(ord(c) in OTHER_CODES for c in text if c != "―")
        count += 1
    assert count > 100
    found = document(SOUND)
    assert found.issues == ()
    assert found.furniture == ()
    (report,) = found.reports
    assert report.article.text.clean == SOUND.removeprefix(HEAD).rstrip("\n")


def test_traditional_text_is_no_damage() -> None:
    """A text in traditional characters throughout is read as it is: nothing strays in it."""
    text = ingest.read(DATA / "sample/traditional-web.txt").text
    assert strays(text) == []
    assert list(damage(text)) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("公裏", "公里"), ("發髮", "发发"), ("遊客", "游客"), ("鬆柏", "松柏"), ("製定", "制定")],
)
def test_conversions_of_either_direction_meet_in_the_normal_form(wrong: str, right: str) -> None:
    assert normalise(f"支部党员为群众办实事，{wrong}") == f"支部党员为群众办实事，{right}"
    assert len(normalise(wrong)) == len(wrong)


def placed(found: Document) -> list[tuple[object, ...]]:
    """Where each fact stands and what it says, without words that the script changes."""
    rows: list[tuple[object, ...]] = []
    for report in found.reports:
        rows += [
            (a.start, a.end, a.value, a.bound, a.kind, len(a.indicator or ""))
            for a in report.achievements
        ]
        rows += [(h.start, h.end, h.level, h.recipient) for h in report.honours]
        rows += [(p.start, p.end, p.kind) for p in report.practices]
        rows += [tuple(s.dimension for s in scores) for scores in report.sentence_scores]
        rows += [section.heading for section in report.article.sections]
    return rows


@pytest.mark.parametrize("script", ["s2t", "s2tw", "s2hk"])
def test_a_report_in_traditional_characters_has_the_same_facts(script: str) -> None:
    """Mirrors turn mainland reports into traditional characters; they say what they said."""
    convert = OpenCC(script).convert
    count = 0
    for path in sorted((DATA / "gold/dev").glob("*.txt"))[::4]:
        text = ingest.read(path).text
        turned = convert(text)
        assert len(turned) == len(text)
        assert placed(document(turned)) == placed(document(text)), path.name
        count += 1
    assert count >= 20
