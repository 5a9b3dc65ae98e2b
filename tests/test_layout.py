"""Layout holds: pages and files come apart into reports, and every character lands in one place.

Pages are set by tests/newspaper.py, with the faults of real ones, from reports composed here or from
data/gold/sample.jsonl; places, units and persons are invented. White space means nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.layout import layout
from pipeline.layout.branch import branch_of, title_of
from pipeline.layout.lines import Line
from pipeline.layout.shapes import doubled
from pipeline.layout.vocabulary import vocabulary
from pipeline.lexicon import load
from pipeline.model import Article, Layout, Source
from pipeline.offsets import INSERTED
from tests.newspaper import Faults, double, render_page

GOLD = Path(__file__).parents[1] / "data/gold/sample.jsonl"


def report(id: str, branch: str | None, title: str | None, text: str) -> dict[str, Any]:
    """Give a report in the gold format; the lead is the first line, a heading ends at the first ｜."""
    lead, *parts = text.strip().split("\n")
    sections = [dict(zip(("heading", "body"), p.split("｜"), strict=True)) for p in parts]
    return {"id": id, "branch": branch, "title": title, "lead": lead, "sections": sections}


REPORTS = [
    report(
        "opening",
        None,
        "把支部建成群众的主心骨",
        """
支部强不强，群众看得见。去年以来，柳溪县委组织部在全县机关和乡村推开支部评星工作，让每个支部都有事做、有人管、有劲头，湖畔山间处处听得见党员的脚步声。
立好标尺，评星有依据。｜组织部列出评星指标24项，一季一看、半年一评，先后派出指导组下村180余次，帮支部查短板、补漏洞，把软任务变成硬杠杠，谁也不能蒙混过关。
用好结果，先进有奔头。｜评上的支部挂牌亮相，评不上的支部限期整改。全县首批挂牌支部65个，有“老先进”，也有“新面孔”，从今天起本报陆续介绍它们的做法，请各地比照着学。
""",
    ),
    report(
        "lake",
        "柳溪县渔政管理站巡湖党支部",
        "一叶扁舟护碧波 满湖星火映初心",
        """
柳溪县渔政管理站巡湖党支部守着三万亩湖面，七名党员全都晕过船、落过水，却没有一个人打退堂鼓。老渔民说起他们，总要竖起大拇指：“湖上有党员，夜里睡得安。”
学在船头，思想不抛锚。｜支部把快艇当课堂，巡到哪里学到哪里，一年船上学习46次，写下心得体会90余篇。新入职的年轻人头一课就是听老党员讲护湖往事，讲到动情处，舱里静得只听见水声。
干在浪尖，班子作表率。｜支委带头值夜班、闯风浪，凡是购置器材、评先选优都先上会再公示，全年议定事项18项。书记包下最远的一片水域，“哪里浪大，书记就在哪里”，成了站里人人都服气的一句话。
护在心间，渔家有依靠。｜支部引进PatrolMaster系统，把湖面分成12个网格，查处非法捕捞35起，救起落水群众9人。转产的渔民没有活计，支部一家一家上门问需求，帮他们开起渔家客栈，湖边又热闹了起来。
""",
    ),
    report(
        "school",
        "柳溪县枫桥小学教工党支部",
        "讲台上立起红烛 心田里种下春天",
        """
柳溪县枫桥小学教工党支部有党员21名，守着全县最远的一所山村小学。这些年来，支部把学生的事当成天大的事来办，把党旗立在讲台边，家长送孩子进校门，脸上都带着笑。
以学立身，擦亮师者底色。｜支部坚持先学一步、深学一层，每月办一期“红烛夜读”，教师轮流领读原著，谈体会、摆问题，两年办了23期。课间走廊里，也常听见党员和年轻教师为一句话争得面红耳赤。
以廉正风，守住三尺清白。｜支委会逐条列出从教负面清单，逐人签字，逐月抽查，收礼补课的歪风一扫而空。家长想请老师吃顿饭，老师总是笑着摆手：“把孩子交给我们，您就放宽心。”
以爱育人，走遍千家万户。｜党员教师分片家访，翻过八道山梁，走访学生家庭310户，帮助42名留守儿童同父母每周视频一次。寒冬腊月，支部给住校的孩子添置棉被、修好暖炉，教室里书声比往年更响亮了。
""",
    ),
    report(
        "water",
        "柳溪县自来水公司管网党支部",
        "点滴之间见真情 地下深处有担当",
        """
柳溪县自来水公司管网党支部管着地下六百公里水管，人称“城市的血管医生”。哪里漏水，哪里就有他们弯着腰的身影，不管是三更半夜还是逢年过节，电话一响，人就到了。
把牢方向，学用结合不脱节。｜支部每周一早上雷打不动学半小时，学完就谈手头的活怎么干，去年交流发言150多人次。抢修现场立起临时党旗，老党员带着年轻人，边干边讲为什么要这样干。
炼好本领，人人都有拿手活。｜支部办起管道讲堂，老师傅把听漏绝活一招一式教给徒弟，全年开讲30期，有8人考取技师证书。夜里练听音，白天练焊接，谁的手艺退步了，谁自己就坐不住。
服务上门，小事当成大事办。｜支部公布党员电话，水压不足、水表不转，一个电话就上门，去年上门维修2600余次，更换老旧管道14公里。老街坊说，“水龙头一拧，就想起他们的好。”
""",
    ),
]
IDS = [r["id"] for r in REPORTS]
BRANCHES = REPORTS[1:]
PLAIN = Faults(
    width=(17, 17),
    column_break=0,
    spaced=0,
    quote_break=False,
    hyphen=False,
    author="苏禾",
    subtitle="——柳溪县支部评星工作侧记",
)


def source(text: str) -> Source:
    return Source("a.txt", "a", "0" * 64, "text/plain", "utf-8", text)


def plan_of(text: str) -> Layout:
    return layout(source(text), load())


def squeeze(text: str | None) -> str:
    return "".join((text or "").split())


def headings(article: Article) -> list[str]:
    return [squeeze(article.text.clean[slice(*s.heading)]) for s in article.sections]


def shape(text: str, article: Article, by_lined: bool = False) -> dict[str, Any]:
    """Give a found report in the gold format, white space aside."""
    clean = article.text.clean
    return {
        "branch": branch_of(text, article, load(), by_lined)[0],
        "title": title_of(text, article.title),
        "lead": squeeze(clean[slice(*article.lead)]),
        "sections": [
            (squeeze(clean[slice(*s.heading)]), squeeze(clean[slice(*s.body)]))
            for s in article.sections
        ],
    }


def want(gold: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "branch": gold["branch"],
        "title": gold["title"],
        "lead": squeeze(gold["lead"]),
        "sections": [(squeeze(s["heading"]), squeeze(s["body"])) for s in gold["sections"]],
    }


def assert_page(reports: Sequence[Mapping[str, Any]], faults: Faults) -> Layout:
    """Set a page and read it back: the same reports, in order, whole."""
    text = render_page(reports, faults)
    plan = plan_of(text)
    found = [shape(text, a, True) for a in plan.articles]
    assert found == [want(r) for r in reports]
    return plan


def furniture(text: str, plan: Layout, *kinds: str) -> list[str]:
    return [text[slice(*f.source)] for f in plan.furniture if not kinds or f.kind in kinds]


# --- pages ------------------------------------------------------------------------------------------


def test_a_page_comes_apart_into_its_reports() -> None:
    """Titles and by-lines after the bodies, a lead article without a branch."""
    plan = assert_page(REPORTS, PLAIN)
    text = render_page(REPORTS, PLAIN)
    assert furniture(text, plan) == ["——柳溪县支部评星工作侧记"]
    assert [a.byline is None for a in plan.articles] == [True, False, False, False]


def test_titles_and_by_lines_stand_before_the_bodies() -> None:
    assert_page(REPORTS, replace(PLAIN, before=frozenset(IDS)))


def test_reports_without_a_lead_article() -> None:
    assert_page(BRANCHES, PLAIN)
    assert_page(BRANCHES, replace(PLAIN, before=frozenset(IDS)))


@pytest.mark.parametrize("name", IDS[1:])
def test_one_report_alone_on_a_page(name: str) -> None:
    (only,) = [r for r in REPORTS if r["id"] == name]
    assert_page([only], PLAIN)
    assert_page([only], replace(PLAIN, before=frozenset(IDS)))


def test_the_last_report_has_title_and_by_line_before_its_body() -> None:
    """One page may have both orders."""
    assert_page(REPORTS, replace(PLAIN, before=frozenset({"water"})))


@pytest.mark.parametrize("name", IDS[2:])
def test_the_next_body_starts_on_the_line_after_a_by_line(name: str) -> None:
    assert_page(REPORTS, replace(PLAIN, tight=frozenset({name})))


def test_all_bodies_start_on_the_line_after_a_by_line() -> None:
    assert_page(REPORTS, replace(PLAIN, tight=frozenset(IDS[2:])))


@pytest.mark.parametrize("name", IDS)
def test_a_doubled_title_is_given_once(name: str) -> None:
    """Of two title lines doubled on one line, both are found."""
    assert_page(REPORTS, replace(PLAIN, doubled=frozenset({name})))


def test_all_titles_are_doubled() -> None:
    assert_page(REPORTS, replace(PLAIN, doubled=frozenset(IDS)))


@pytest.mark.parametrize("name", IDS[1:])
@pytest.mark.parametrize("banner", ["碧水青山党旗红", "湖畔星火照初心 山间号角催征程"])
def test_a_banner_before_a_report_is_furniture(name: str, banner: str) -> None:
    """Page banners belong to the page: the titles around them stay as they are."""
    faults = replace(PLAIN, banners={name: banner})
    plan = assert_page(REPORTS, faults)
    assert furniture(render_page(REPORTS, faults), plan, "banner") == [double(banner)]


def test_an_author_line_belongs_to_the_report_it_opens() -> None:
    text = render_page(REPORTS, PLAIN)
    plan = plan_of(text)
    authors = [a.author and text[slice(*a.author)] for a in plan.articles]
    assert "苏禾" in (authors[0] or "")
    assert authors[1:] == [None, None, None]


@pytest.mark.parametrize("width", range(14, 21))
def test_every_width_of_a_column(width: int) -> None:
    """Real columns hold 14 to 20 characters."""
    assert_page(REPORTS, replace(PLAIN, width=(width, width)))


def test_columns_of_different_widths_on_one_page() -> None:
    for seed in range(6):
        assert_page(REPORTS, replace(PLAIN, seed=seed, width=(15, 19)))


@pytest.mark.parametrize("seed", range(6))
def test_column_breaks_inside_sentences(seed: int) -> None:
    """A blank line inside a sentence breaks nothing."""
    faults = replace(PLAIN, seed=seed, column_break=0.15)
    assert_page(REPORTS, faults)
    assert render_page(REPORTS, faults) != render_page(REPORTS, replace(faults, column_break=0))


def test_blank_lines_before_an_opening_quotation_mark() -> None:
    """The dump takes a line that opens with “ for the first of a block."""
    seen = 0
    for width in range(14, 21):
        faults = replace(PLAIN, width=(width, width), quote_break=True)
        seen += render_page(REPORTS, faults).count("\n\n“")
        assert_page(REPORTS, faults)
    assert seen >= 3


@pytest.mark.parametrize("seed", range(3))
def test_spaces_around_numbers_and_latin(seed: int) -> None:
    """They mean nothing, and clean text is without them."""
    faults = replace(PLAIN, seed=seed, spaced=1.0)
    assert " " in render_page(REPORTS, faults)
    plan = assert_page(REPORTS, faults)
    lake = plan.articles[1].text.clean
    assert "引进PatrolMaster系统，把湖面分成12个网格，查处非法捕捞35起" in lake


def test_a_hyphen_at_a_line_end_is_taken_out_and_kept_as_furniture() -> None:
    joined = 0
    for width in range(14, 21):
        faults = replace(PLAIN, width=(width, width), hyphen=True)
        text = render_page(REPORTS, faults)
        plan = assert_page(REPORTS, faults)
        hyphens = furniture(text, plan, "hyphen")
        assert hyphens == ["-"] * text.count("-\n")
        joined += len(hyphens)
    assert joined


def test_a_hyphen_of_the_text_stays() -> None:
    """Only a hyphen between letters at a line end was put there by the setter."""
    lines = [
        "    支部党员围着A-B角责任表商量了",
        "一上午，定下第2-5号仓房由谁来",
        "看守，又把-3度的低温仓交给了老",
    ]
    lines += ["党员管起来，大家都说这样最让人", "放心，谁也没有半句怨言，收粮的"]
    lines += ["日子里仓门口总有党员站着，夜里", "也亮着一盏灯，照着来来往往的车"]
    lines += ["辆和忙忙碌碌的人们，一直到天亮。"]
    (article,) = plan_of("\n".join(lines)).articles
    for kept in ("A-B角", "2-5号", "-3度"):
        assert kept in article.text.clean


def test_everything_at_once() -> None:
    """All faults of a real page on one page."""
    for seed in range(4):
        assert_page(
            REPORTS,
            replace(
                PLAIN,
                seed=seed,
                width=(16, 19),
                column_break=0.06,
                spaced=0.3,
                quote_break=True,
                hyphen=True,
                tight=frozenset({"water"}),
                doubled=frozenset({"opening", "school"}),
                banners={"school": "碧水青山党旗红"},
            ),
        )


def test_a_body_that_opens_with_a_whole_line_of_its_branch_name_is_no_by_line() -> None:
    """The column may be just as wide as the name: the sentence goes on in the next line."""
    for index in (1, 2, 3):
        width = len(REPORTS[index]["branch"]) + 2  # the first line is indented by two
        assert_page(BRANCHES, replace(PLAIN, width=(width, width)))


def test_such_a_line_right_after_the_by_line_before_is_no_by_line() -> None:
    """Of two names in a row, the second goes on in a sentence: the body starts there."""
    width = len(REPORTS[3]["branch"]) + 2
    assert_page(BRANCHES, replace(PLAIN, width=(width, width), tight=frozenset({"water"})))


def test_the_sample_page_is_read_as_its_gold_says() -> None:
    gold = [json.loads(line) for line in GOLD.open(encoding="utf-8")]
    page = [r for r in gold if r["id"].startswith("newspaper-page#")]
    assert len(page) == 10
    assert_page(page, replace(PLAIN, hyphen=True, width=(14, 20), seed=1753))


# --- single files -----------------------------------------------------------------------------------

WATER = REPORTS[3]
FULL = "".join([WATER["lead"], *(s["heading"] + s["body"] for s in WATER["sections"])])


def paragraphs() -> list[str]:
    return [WATER["lead"], *(s["heading"] + s["body"] for s in WATER["sections"])]


def hard_wrap(text: str, width: int, indent: str = "　　") -> list[str]:
    text = indent + text
    return [text[i : i + width] for i in range(0, len(text), width)]


SINGLE = {
    "plain": "点滴之间见真情\n地下深处有担当\n柳溪县自来水公司管网党支部\n\n"
    + "\n".join("　　" + p for p in paragraphs()),
    "without indents": "点滴之间见真情\n地下深处有担当\n柳溪县自来水公司管网党支部\n\n"
    + "\n".join(paragraphs()),
    "blank lines between": "点滴之间见真情 地下深处有担当\n\n柳溪县自来水公司管网党支部\n\n"
    + "\n\n".join(paragraphs()),
    "windows line ends": "点滴之间见真情\r\n地下深处有担当\r\n柳溪县自来水公司管网党支部\r\n\r\n"
    + "\r\n".join("　　" + p for p in paragraphs()),
    "wrapped": "点滴之间见真情\n地下深处有担当\n柳溪县自来水公司管网党支部\n\n"
    + "\n".join(line for p in paragraphs() for line in hard_wrap(p, 24)),
    "one line": "点滴之间见真情 地下深处有担当 柳溪县自来水公司管网党支部 "
    + " ".join(paragraphs()),
}


@pytest.mark.parametrize("kind", SINGLE)
def test_a_single_report(kind: str) -> None:
    """Title, by-line, lead and run-in headings are found however the file is set."""
    (article,) = plan_of(SINGLE[kind]).articles
    found = shape(SINGLE[kind], article)
    assert found["branch"] == WATER["branch"]
    assert squeeze(found["title"]) == squeeze(WATER["title"])
    assert found["lead"] == squeeze(WATER["lead"])
    assert found["sections"] == want(WATER)["sections"]


def test_the_branch_is_named_by_the_opening_where_there_is_no_by_line() -> None:
    text = "\n".join("　　" + p for p in paragraphs())
    (article,) = plan_of(text).articles
    name, span = branch_of(text, article, load())
    assert name == "柳溪县自来水公司管网党支部"
    assert span is not None
    assert text[slice(*span)] == name
    assert title_of(text, article.title) is None


WEB = f"""\
点滴之间见真情
点滴之间见真情
来源：柳溪水务网　　发布时间：2024-05-06 10:20　　浏览次数：88　　字号：【大 中 小】

　　{WATER["lead"]}
△图为党员在老街抢修水管。
　　{paragraphs()[1]}
　　{paragraphs()[2]}
图为管道讲堂开讲现场。（汪小满 摄）
　　{paragraphs()[3]}

责编：罗青　审核：丁一
【打印】【关闭】
上一篇：水厂开展安全检查
下一篇：没有了
版权所有：柳溪县自来水公司
"""
BOILERPLATE = [
    "来源：柳溪水务网　　发布时间：2024-05-06 10:20　　浏览次数：88　　字号：【大 中 小】",
    "责编：罗青　审核：丁一",
    "【打印】【关闭】",
    "上一篇：水厂开展安全检查",
    "下一篇：没有了",
    "版权所有：柳溪县自来水公司",
]


def test_a_web_copy_loses_its_boilerplate_and_nothing_else() -> None:
    """Boilerplate, captions and the second title are furniture, each of its kind."""
    plan = plan_of(WEB)
    (article,) = plan.articles
    assert squeeze(article.text.clean) == squeeze(FULL)
    assert title_of(WEB, article.title) == "点滴之间见真情"
    assert headings(article) == [s["heading"] for s in WATER["sections"]]
    assert furniture(WEB, plan, "boilerplate") == BOILERPLATE
    assert furniture(WEB, plan, "caption") == [
        "△图为党员在老街抢修水管。",
        "图为管道讲堂开讲现场。（汪小满 摄）",
    ]
    assert furniture(WEB, plan).count("点滴之间见真情") == 1


@pytest.mark.parametrize(
    "line",
    ["支部查清了漏水的来源：三号井。", "党员关闭阀门，打印抢修单。", "责编的活也有人干。"],
)
def test_prose_that_speaks_of_sources_is_no_boilerplate(line: str) -> None:
    text = "\n".join(["　　" + WATER["lead"], "　　" + line, "　　" + paragraphs()[1]])
    (article,) = plan_of(text).articles
    assert line in article.text.clean


def test_strewn_spaces_mean_nothing() -> None:
    """Spaces between characters, inside numbers and inside quotation marks are gone from clean text."""
    spread = [" ".join(p[i : i + 5] for i in range(0, len(p), 5)) for p in paragraphs()]
    text = "\n".join("　　" + p for p in spread).replace("2600", "2 600")
    (article,) = plan_of(text).articles
    assert " " not in article.text.clean
    assert squeeze(article.text.clean) == FULL
    assert headings(article) == [s["heading"] for s in WATER["sections"]]


def test_a_space_between_latin_words_and_inside_a_quoted_name_stays() -> None:
    text = (
        "　　柳溪县自来水公司管网党支部用上了 Smart Water 系统，打造“水润柳溪 情满万家”服务品牌。\n"
        f"　　{paragraphs()[1]}\n　　{paragraphs()[2]}"
    )
    (article,) = plan_of(text).articles
    assert "用上了Smart Water系统" in article.text.clean
    assert "“水润柳溪 情满万家”" in article.text.clean


def test_bracketed_pinyin_is_taken_out_and_kept_as_furniture() -> None:
    text = f"　　{WATER['lead']}\n　　支部引領(lǐng)鄉鄰創(chuàng)業，PD(pd)不是拼音，黨員（dǎngyuán）都來。"
    plan = plan_of(text)
    (article,) = plan.articles
    assert "支部引領鄉鄰創業，PD(pd)不是拼音，黨員都來。" in article.text.clean
    assert furniture(text, plan, "pinyin") == ["(lǐng)", "(chuàng)", "（dǎngyuán）"]


TRADITIONAL = """柳溪縣圖書館閱覽黨支部

　　柳溪縣圖書館閱覽黨支部有黨員十一名，守著三層舊樓和滿架圖書，讀者都說這裡像家一樣溫暖。
　　一、以學鑄魂，把準方向
　　支部推行「一書一議」學習法，把理論學習搬進書庫，講清道理，學出勁頭。
　　二、以書會友，服務鄉鄰
　　黨員輪流背書下鄉，為孩子們講故事、為老人讀報紙，風雨無阻，人人稱讚。
"""


def test_traditional_text_is_read_and_stays_as_written() -> None:
    (article,) = plan_of(TRADITIONAL).articles
    assert shape(TRADITIONAL, article) == {
        "branch": "柳溪縣圖書館閱覽黨支部",
        "title": None,
        "lead": TRADITIONAL.split("\n")[2].strip(),
        "sections": [
            ("一、以學鑄魂，把準方向", TRADITIONAL.split("\n")[4].strip()),
            ("二、以書會友，服務鄉鄰", TRADITIONAL.split("\n")[6].strip()),
        ],
    }
    assert "学习法" in article.text.norm
    assert len(article.text.norm) == len(article.text.clean)


# --- headings ---------------------------------------------------------------------------------------

LEAD = "柳溪县果园镇石桥村党支部有党员三十名，守着两千亩橘园，日子一年比一年红火。"
BODIES = [
    "支部每月组织党员读原著、谈体会，村口的老槐树下常常坐满了人，谁也不肯落后。",
    "支委分片包户，有事当面商量，村里修路架桥的大事都由党员大会定下来再公示。",
    "党员带头种新品种，教乡邻剪枝施肥，橘子卖到了省城，家家户户的腰包都鼓了。",
]
# Headings as set in the file: on a line of their own where they end with a line feed.
HEADED = {
    "一、": ["一、学在树下\n", "二、干在户里\n", "三、富在园中\n"],
    "一、 with a mark": ["一、学在树下。", "二、干在户里。", "三、富在园中。"],
    "（一）": ["（一）学在树下。", "（二）干在户里。", "（三）富在园中。"],
    "（一） on a line": ["（一）学在树下\n", "（二）干在户里\n", "（三）富在园中\n"],
    "1.": ["1.学在树下。", "2.干在户里。", "3.富在园中。"],
    "1、 on a line": ["1．学在树下\n", "2．干在户里\n", "3．富在园中\n"],
    "一是": ["一是学习抓得紧。", "二是班子拧成绳。", "三是产业路子宽。"],
    "【】": ["【学在树下】", "【干在户里】", "【富在园中】"],
    "【】 on a line": ["【学在树下】\n", "【干在户里】\n", "【富在园中】\n"],
    "short lines": ["学在树下聚人心\n", "干在户里见真情\n", "富在园中奔前程\n"],
    "short lines in halves": ["学在树下 聚拢人心\n", "干在户里 温暖人心\n", "富在园中 振奋人心\n"],
    "run-in": ["学习教育，聚拢人心。", "建强班子，温暖人心。", "服务乡邻，振奋人心。"],
    "run-in with a quoted figure": [
        "抓学习，筑牢“压舱石”。", "强班子，选好“领头雁”。", "兴产业，鼓起“钱袋子”。",
    ],
}  # fmt: skip


def headed(marks: Sequence[str], bodies: Sequence[str] = BODIES) -> str:
    rows = ["　　" + LEAD]
    for mark, body in zip(marks, bodies, strict=True):
        own_line = mark.endswith("\n")
        rows += ["　　" + mark.strip("\n"), "　　" + body] if own_line else ["　　" + mark + body]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("kind", HEADED)
def test_headings_of_every_kind(kind: str) -> None:
    """Each heading with its body, and the lead before the first."""
    text = headed(HEADED[kind])
    (article,) = plan_of(text).articles
    found = shape(text, article)
    assert found["lead"] == LEAD
    wanted = [squeeze(mark) for mark in HEADED[kind]]
    assert found["sections"] == list(zip(wanted, BODIES, strict=True))


@pytest.mark.parametrize("kind", [k for k in HEADED if k not in ("【】",)])
def test_headings_in_hard_wrapped_text(kind: str) -> None:
    """The same, in lines of 24 characters with indents."""
    long = [body + "".join(BODIES) for body in BODIES]
    rows = headed(HEADED[kind], long).splitlines()
    rows = [line for row in rows for line in hard_wrap(row, 24, "")]
    text = "\n".join(rows)
    (article,) = plan_of(text).articles
    assert headings(article) == [squeeze(mark) for mark in HEADED[kind]]
    assert squeeze(article.text.clean) == squeeze(text)


def test_levels_of_numbered_headings() -> None:
    """一、 over （一） over 1., as they nest."""
    text = "\n".join(
        [
            "　　" + LEAD,
            "　　一、学在树下", "　　（一）读原著。" + BODIES[0], "　　（二）谈体会。" + BODIES[1],
            "　　二、富在园中", "　　1.种新苗。" + BODIES[2], "　　2.闯市场。" + BODIES[0],
        ]
    )  # fmt: skip
    (article,) = plan_of(text).articles
    assert list(zip(headings(article), [s.level for s in article.sections], strict=True)) == [
        ("一、学在树下", 1),
        ("（一）读原著。", 2),
        ("（二）谈体会。", 2),
        ("二、富在园中", 1),
        ("1.种新苗。", 3),
        ("2.闯市场。", 3),
    ]


def test_an_enumeration_inside_a_paragraph_is_no_heading() -> None:
    """一是…；二是… goes on; only 一是…。 opening a paragraph is a heading."""
    text = "\n".join(
        [
            "　　" + LEAD,
            "　　支部做了三件事：一是修路；二是架桥；三是种树。乡邻看在眼里，喜在心上，都说好。",
            "　　一是修了村口的路，铺了石板；二是架了河上的桥，装了栏杆；三是种了满山的树。"
            + BODIES[0],
            "　　" + BODIES[1],
        ]
    )
    (article,) = plan_of(text).articles
    assert headings(article) == []


# Prose without headings: news, deeds, a speech.
UNHEADED = {
    "news": [
        "橘子红了，歌声起来了。10月3日，柳溪县果园镇石桥村党支部在村口广场举办丰收歌会，三百多名村民自带板凳赶来观看。",
        "歌会由村民自编自演。党员孙大川领唱一曲橘乡谣，台下掌声不断。",
        "石桥村党支部书记周明说，歌会办了三届，一届比一届热闹。",
        "据了解，今年石桥村橘子收成好于往年，客商已经上门订货。",
    ],
    "deeds": [
        "天刚蒙蒙亮，老周就上山了。他是柳溪县果园镇石桥村党支部的老党员，今年六十二岁，护林护了三十年。",
        "山路难走。他背着干粮，拄着竹杖，一走就是一整天，鞋底磨穿了十几双。",
        "有人劝他歇歇。他笑一笑，说山上的树就像自家的孩子，一天不看就睡不着。",
        "去年冬天，大雪封山。他带着两个年轻人上山清理断枝，救下了一片老林子。",
        "如今，山绿了，水清了，来看山的人也多了。老周还是天天上山，一天也没有落下。",
    ],
    "plain report": [
        "柳溪县果园镇石桥村党支部有党员三十名。支部每月组织学习一次，党员人人发言。",
        "去年，支部组织党员修路两公里，架桥一座，种树一千棵，村容村貌焕然一新。",
        "今年以来，支部又带着村民种新品种橘子，请来农技员上课六次，听课的人坐满了院子。",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", UNHEADED)
@pytest.mark.parametrize("width", [None, 17, 26])
def test_prose_without_headings_has_none(kind: str, width: int | None) -> None:
    """A short first sentence is no heading, loose or wrapped."""
    rows = ["　　" + p for p in UNHEADED[kind]]
    if width:
        rows = [line for p in UNHEADED[kind] for line in hard_wrap(p, width)]
    text = "橘乡晨光\n\n" + "\n".join(rows)
    (article,) = plan_of(text).articles
    assert headings(article) == []
    assert title_of(text, article.title) == "橘乡晨光"
    assert squeeze(article.text.clean) == "".join(UNHEADED[kind])


# --- doubled titles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("碧水青山碧水青山", ("碧水青山",)),
        ("点滴之间见真情点滴之间见真情", ("点滴之间见真情",)),
        ("点滴见真情点滴见真情地下有担当地下有担当", ("点滴见真情", "地下有担当")),
        ("红红", ()),
        ("点滴之间见真情点滴之间见深情", ()),
        ("点滴之间见真情", ()),
        ("", ()),
    ],
)
def test_a_doubled_line_is_told_from_a_single_one(text: str, lines: tuple[str, ...]) -> None:
    assert doubled(text) == lines


# --- invariant 1: nothing lost, nothing twice -------------------------------------------------------


def places(plan: Layout, text: str) -> dict[int, list[str]]:
    """For each character of the source, where it landed."""
    spans: list[tuple[str, int, int]] = []
    for article in plan.articles:
        runs = article.text.origin.runs()
        spans += [("text", at, at + n) for at, n in runs if at != INSERTED]
        spans += [("title", *span) for span in article.title]
        spans += [("by-line", *article.byline)] if article.byline else []
        spans += [("author", *article.author)] if article.author else []
    spans += [(f.kind, *f.source) for f in plan.furniture]
    found: dict[int, list[str]] = {}
    for kind, start, end in spans:
        assert 0 <= start < end <= len(text)
        for at in range(start, end):
            found.setdefault(at, []).append(kind)
    return found


def assert_nothing_lost(text: str) -> None:
    """Every character that is no white space (nor of no width) is in exactly one place."""
    plan = plan_of(text)
    found = places(plan, text)
    held = [at for at, c in enumerate(text) if not c.isspace() and c not in "\u200b\ufeff"]
    lost = "".join(text[at] for at in held if at not in found)
    assert lost == ""
    twice = Counter(" and ".join(found[at]) for at in held if len(found[at]) > 1)
    assert twice == {}
    for article in plan.articles:
        clean = article.text.clean
        copied = [(i, article.text.origin.origin(i)) for i in range(len(clean))]
        assert all(clean[i] == text[at] for i, at in copied if at is not None)
        assert all(clean[i].isspace() for i, at in copied if at is None)


@cache
def sample() -> tuple[Mapping[str, Any], ...]:
    """Give the composed reports above and those of data/sample."""
    gold = [json.loads(line) for line in GOLD.open(encoding="utf-8")]
    return (*REPORTS, *gold)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Set a random few of the reports with random faults."""
    chosen = draw(st.lists(st.sampled_from(sample()), min_size=1, max_size=5, unique_by=id))
    names = st.frozensets(st.sampled_from([r["id"] for r in chosen]))
    banners = st.sampled_from(["碧水青山党旗红", "湖畔星火照初心 山间号角催征程"])
    low = draw(st.integers(12, 22))
    faults = Faults(
        seed=draw(st.integers(0, 1000)),
        width=(low, low + draw(st.integers(0, 6))),
        column_break=draw(st.sampled_from([0, 0.06, 0.3])),
        spaced=draw(st.sampled_from([0, 0.3, 1])),
        quote_break=draw(st.booleans()),
        hyphen=draw(st.booleans()),
        before=draw(names),
        tight=draw(names),
        doubled=draw(names),
        banners={name: draw(banners) for name in draw(names)},
        author=draw(st.sampled_from([None, "苏禾"])),
        subtitle=draw(st.sampled_from([None, "——柳溪县支部评星工作侧记"])),
    )
    return render_page(chosen, faults)


@settings(max_examples=60, deadline=None)
@given(pages())
def test_nothing_is_lost_and_nothing_is_twice_on_any_page(text: str) -> None:
    """Invariant 1: a report's text, a title, a by-line, an author line or furniture, and only one."""
    assert_nothing_lost(text)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([
            LEAD, *BODIES, "一、学在树下", "（一）读原著。", "柳溪县果园镇石桥村党支部", "橘乡晨光",
            "橘乡晨光橘乡晨光", "■ 苏禾", "来源：柳溪水务网", "图为橘园一角。（汪小满 摄）", "——侧记", "",
            "　", "创(chuàng)新", "\ufeff", "\u200b", "“", "。", "-", "【打印】", "学习AB-", "CD 系统", "1.",
        ]),
        max_size=14,
    ),
    st.sampled_from(["\n", "\n　　", "\r\n", " ", "\u2028"]),
)  # fmt: skip
def test_nothing_is_lost_and_nothing_is_twice_in_any_file(rows: list[str], end: str) -> None:
    """Lines of every kind in any order, without regard to sense."""
    assert_nothing_lost(end.join(rows))


@pytest.mark.parametrize("name", sorted(p.name for p in GOLD.parents[1].glob("sample/*.txt")))
def test_nothing_is_lost_and_nothing_is_twice_in_the_sample(name: str) -> None:
    data = (GOLD.parents[1] / "sample" / name).read_bytes()
    assert_nothing_lost(data.decode("gb18030" if name.startswith("gb18030") else "utf-8"))


@pytest.mark.parametrize("kind", SINGLE)
def test_nothing_is_lost_and_nothing_is_twice_in_a_single_file(kind: str) -> None:
    assert_nothing_lost(SINGLE[kind])


def test_the_account_of_places_can_fail() -> None:
    """A layout that forgets a banner or counts a title twice is found out."""
    faults = replace(PLAIN, banners={"lake": "碧水青山党旗红"})
    text = render_page(REPORTS, faults)
    plan = plan_of(text)
    whole = places(plan, text)
    short = places(replace(plan, furniture=plan.furniture[:-1]), text)
    assert set(short) < set(whole)
    more = places(replace(plan, articles=(*plan.articles, plan.articles[0])), text)
    assert any(len(kinds) > 1 for kinds in more.values())


@pytest.mark.parametrize("text", ["", " ", "\n\n", "　\u200b\ufeff\n"])
def test_blank_text_has_no_article(text: str) -> None:
    assert plan_of(text).articles == ()


# --- names that the columns break -----------------------------------------------------------------------


@pytest.mark.parametrize("width", range(13, 25))
@pytest.mark.parametrize("first", [True, False], ids=["titles first", "titles last"])
def test_a_name_broken_over_lines_opens_the_body(width: int, first: bool) -> None:
    """A body that opens with its branch's name is whole wherever the column cuts the name."""
    before = frozenset(r["id"] for r in BRANCHES) if first else frozenset()
    assert_page(BRANCHES, replace(PLAIN, width=(width, width), before=before))


def test_a_clause_that_ends_with_an_organisation_is_no_by_line() -> None:
    for text in ("支部连续两年被市直机关工委", "先后被县委组织部机关党委"):
        assert not vocabulary(load()).is_organisation(
            Line(0, len(text), text, 0, 0, float(len(text)))
        )


def test_a_title_of_four_lines_in_a_narrow_column() -> None:
    long = dict(
        REPORTS[3],
        title="一盏灯照亮一条巷 一支队伍温暖一座城 一面旗帜引领一群人 一个支部带动一方业",
    )
    assert_page([REPORTS[1], long, REPORTS[2]], replace(PLAIN, width=(13, 13)))
