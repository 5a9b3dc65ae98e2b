"""Every layout in tests/layouts is taken apart into its reports, but for what known-misses.txt tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import ingest, route
from pipeline.layout.branch import title_of
from pipeline.model import Options
from tests import layouts

SOURCE = ingest.read(layouts.FOLDER / "l21.txt")


def misses() -> dict[str, int]:
    """How many faults each layout is known to have: a line a layout, name, number and reason."""
    lines = (layouts.FOLDER / "known-misses.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(maxsplit=2) for line in lines if line and not line.startswith("#"))
    return {name: int(count) for name, count, _ in rows}


@pytest.mark.parametrize("name", layouts.names())
def test_a_layout_comes_apart_into_its_reports(name: str) -> None:
    """No more faults than are known, and no fewer: a line that has become wrong goes."""
    found = layouts.faults(name)
    assert len(found) == misses().get(name, 0), "\n".join(found)


def test_every_known_miss_is_one_of_a_layout() -> None:
    assert set(misses()) <= set(layouts.names())


LEAD = "中共松涧县林场机关党支部现有党员二十四名，近年来把支部建在林班上，带着职工育苗护林，走出了一条路子。"
ONE = (
    "支部每周集中学习一次，书记带头讲党课，党员轮流谈体会，大家把学到的道理用到育苗护林的日常工作当中去，"
    "效果一天比一天好。"
)
TWO = (
    "党员包片包段，白天巡山夜里值守，遇到职工反映的难题当场登记、限期办结，"
    "逐渐赢得了沿线三个村庄乡亲们的信任和支持。"
)
THREE = (
    "支委分工明确，重大事项一律集体研究，结果按时公开，接受党员群众监督，"
    "支部的战斗力明显增强，队伍的精神面貌焕然一新。"
)

WHOLE = {
    "a date under each heading": (
        *(
            "一、抓学习",
            "2024年3月15日",
            ONE,
            "二、抓服务",
            "2024年6月1日",
            TWO,
            "三、抓班子",
            THREE,
        ),
    ),
    "cases inside a report": (
        *("一、抓学习", ONE, "二、典型案例", "案例一：一把镐头", TWO),
        *("案例二：一本台账", THREE, "三、抓班子", ONE),
    ),
    "partner branches in a numbered list": (
        *("一、抓学习", ONE, "二、抓结对", "支部同三个支部结对，情况如下："),
        *("1.白石镇中心小学党支部：为学校修蓄水池两座。", "2.古渡街道环卫所党支部：共扫主街。"),
        *("3.磨坪村党支部：帮村里清淤。", "三、抓班子", THREE),
    ),
    "a postscript and a comment": ("抓学习固根本", ONE, "抓服务聚民心", TWO, "后记", THREE),
    "prose behind words that also label": (
        *("一、抓学习", "主题：每季度由党员自己点题，支部据此备课，去年共讲了十二堂，场场坐满。"),
        *("支部在2024年3月15日举行的支委会上听取汇报：补植已完成八成，意见收到十七条。", ONE),
        *("二、抓服务", TWO),
    ),
    "what somebody says": (
        *(ONE, "书记陶远站起来说：", "这片林子不封住，我不下山。乡亲们听了都沉默下来。"),
        *("老党员蒲大江接着说：", "算我一个，我家离得近，夜里值守我来。", TWO),
    ),
    "headings in brackets": ("（强班子）", ONE, "（带队伍）", TWO, "（办实事）", THREE),
    "headings with words of web pages": (
        *("“扫一扫”办成烦心事", ONE, "让盖章不再跑断腿", TWO, "建强支部 马力足", THREE),
    ),
    "masked names": (ONE, "走访四家单位：**公司、**农场、**合作社和**苗圃。", TWO),
    "comparisons and names": (
        *(
            ONE,
            ">90分的党员有十八名，>80分的有六名。",
            "党员艾山.吐尔逊带头学习，大家跟着学。",
            TWO,
        ),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_report_stays_one_and_loses_nothing(name: str) -> None:
    """Lines that look like a page's or a collection's are a report's own here."""
    lines = ("把支部建在林班上", LEAD, *WHOLE[name])
    text = "\n".join(lines)
    found = route.document(replace(SOURCE, text=text), Options())
    assert len(found.reports) == 1
    (report,) = found.reports
    assert report.branch == "中共松涧县林场机关党支部"
    kept = layouts.squeeze(report.article.text.clean)
    missing = [n for n in lines[1:] if layouts.squeeze(n) not in kept]
    assert [n for n in missing if not n.startswith("2024年")] == []


def test_a_heading_that_three_reports_share_is_no_running_head() -> None:
    names = ("松涧县林场党支部", "白石镇中心小学党支部", "古渡街道环卫所党支部")
    rows = (
        f"{n}\n{n}现有党员十八名。\n主要做法和实际成效\n{ONE}\n下步思路和具体打算\n{TWO}\n"
        for n in names
    )
    found = route.document(replace(SOURCE, text="\n".join(rows)), Options())
    assert [len(r.article.sections) for r in found.reports] == [2, 2, 2]


@pytest.mark.parametrize(
    "title", ["第一书记：林边的五个年头", "05后党员的接力棒", "十二、我们的林子", "3）班的故事"]
)
def test_a_title_that_looks_numbered_is_a_title(title: str) -> None:
    text = f"{title}\n松涧县林场党支部\n{LEAD}\n{ONE}\n"
    (report,) = route.document(replace(SOURCE, text=text), Options()).reports
    assert title_of(text, report.article.title) == title
