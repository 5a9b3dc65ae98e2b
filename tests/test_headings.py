"""Headings in the forms that reports set them in, and short sentences that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.layout import layout
from pipeline.layout.branch import branch_of
from pipeline.layout.openings import features, weighed
from pipeline.layout.vocabulary import vocabulary
from pipeline.lexicon import load
from pipeline.lexicon.load import HEADINGS, shipped
from pipeline.model import Source
from tools import headings as tool

TEST_HALF = Path(__file__).parents[1] / "data/gold/test.jsonl"

THEMES = ("学在井台边", "班子走前头", "手艺传下去", "难事有人管")
BODIES = (
    "支部每周在井台边读一篇文章，党员轮流领读，读完再说说自己的活怎么干得更好，听的人渐渐多起来。",
    "支委会把值班表贴在门口，谁值班谁签字，碰上停水停电先到现场，回来再写记录，半年没有漏过一天。",
    "老师傅带着年轻人修泵，先看后做，做完互相挑毛病，挑出的毛病写在黑板上，下一班接着改到位为止。",
    "村里装水表的事拖了三年，支部挨家挨户算账，把钱怎么花讲明白，开春时最后一户也点头同意安装了。",
)
LEAD = "梨川县水务公司供水党支部管着四个乡的水井和管道，支部里多是修管子的人，话不多，活不少。"


def source(text: str) -> Source:
    return Source("x.txt", "x", "0" * 64, "text/plain", "utf-8", text)


def page(*paragraphs: str) -> str:
    return "\n".join(["一口井的账本", "梨川县水务公司供水党支部", "", LEAD, *paragraphs]) + "\n"


def headings(text: str) -> list[str]:
    (article,) = layout(source(text), load()).articles
    return ["".join(article.text.clean[slice(*s.heading)].split()) for s in article.sections]


@pytest.mark.parametrize("bullet", ["◆", "■ ", "★", "●", "▶ ", "□"])
def test_short_lines_behind_one_bullet_are_headings(bullet: str) -> None:
    lines = [x for t, b in zip(THEMES, BODIES, strict=True) for x in (bullet + t, b)]
    assert headings(page(*lines)) == [(bullet + t).replace(" ", "") for t in THEMES]


def test_an_author_behind_a_bullet_is_no_heading() -> None:
    text = page(*(t + "。" + b for t, b in zip(THEMES, BODIES, strict=True)))
    assert headings(text + "■ 林照\n") == [t + "。" for t in THEMES]


@pytest.mark.parametrize("number", ["0{}", "PART {}", "{}."])
def test_a_number_on_its_own_line_belongs_to_the_heading_below(number: str) -> None:
    numbers = [number.format(i) for i in range(1, 5)]
    lines = [x for n, t, b in zip(numbers, THEMES, BODIES, strict=True) for x in (n, t, b)]
    found = headings(page(*lines))
    assert found == [(n + t).replace(" ", "") for n, t in zip(numbers, THEMES, strict=True)]


def test_themes_before_a_colon_that_open_every_paragraph_are_headings() -> None:
    text = page(*(f"{t}：{b}" for t, b in zip(THEMES, BODIES, strict=True)))
    assert headings(text) == [t + "：" for t in THEMES]


def test_a_speaker_before_a_colon_is_no_heading() -> None:
    speakers = ("老支书常说", "会计笑着说", "村民都讲道", "站长对我说")
    assert headings(page(*(f"{s}：{b}" for s, b in zip(speakers, BODIES, strict=True)))) == []


@pytest.mark.parametrize("blank", ["　", "　　", "   "])
def test_a_wide_blank_sets_a_heading_apart(blank: str) -> None:
    text = page(*(f"{t}{blank}{b}" for t, b in zip(THEMES, BODIES, strict=True)))
    assert headings(text) == list(THEMES)


@pytest.mark.parametrize("dash", ["——", "—— "])
def test_a_paragraph_that_opens_with_a_dash_is_text(dash: str) -> None:
    text = page(*(f"{dash}{t}。{b}" for t, b in zip(THEMES, BODIES, strict=True)))
    (article,) = layout(source(text), load()).articles
    clean = "".join(article.text.clean.split())
    assert all(b in clean for b in BODIES)
    assert headings(text) == [f"——{t}。" for t in THEMES]


def test_parts_are_numbered_headings() -> None:
    numbers = ("第一部分", "第二部分", "第三部分", "第四部分")
    lines = [x for n, t, b in zip(numbers, THEMES, BODIES, strict=True) for x in (f"{n} {t}", b)]
    assert headings(page(*lines)) == [n + t for n, t in zip(numbers, THEMES, strict=True)]


def test_a_word_and_what_it_stands_for_is_a_run_in_heading() -> None:
    words = ("查：先问根子在哪", "修：班子顶在前头", "教：手艺传给后生", "守：日夜有人值班")
    assert headings(page(*(f"{w}。{b}" for w, b in zip(words, BODIES, strict=True)))) == [
        w + "。" for w in words
    ]


def test_a_sentence_that_looks_back_reads_less_like_a_heading() -> None:
    words = vocabulary(load())

    def score(sentence: str) -> float:
        return weighed(features(sentence, "支部", words), words.headings, "bias")

    assert score("水表的事也有人管。") < score("水表的事常有人管。")
    assert score("那天夜里水管又裂了。") < score("夜里守住一根水管。")
    assert score("他没有说话。") < score("话往明处说。")


def test_the_stored_model_is_what_the_composed_reports_give() -> None:
    """Fitted anew from the same files, the same weights; and none of the test half is among them.

    The last digit may differ between processors, whose sums are not rounded alike.
    """
    test = {json.loads(line)["id"] for line in TEST_HALF.open(encoding="utf-8")}
    reports = [r for path in tool.files() if (r := tool.laid_out(path)) is not None]
    assert len(reports) > 200
    assert not test & {r.name for r in reports}
    lines = (line.split("\t") for line in tool.model(reports).splitlines())
    fitted = {json.loads(name): float(weight) for name, weight in lines}
    stored = load().headings
    names = fitted.keys() | stored.keys()
    assert max(abs(fitted.get(n, 0.0) - stored.get(n, 0.0)) for n in names) < 0.01
    assert len(names) > 500


def test_a_folder_without_the_model_uses_the_shipped_one(tmp_path: Path) -> None:
    shutil.copytree(shipped(), tmp_path / "mine")
    (tmp_path / "mine" / HEADINGS).unlink()
    assert load(str(tmp_path / "mine")).headings == load().headings


def test_a_broken_model_is_told_by_its_row(tmp_path: Path) -> None:
    shutil.copytree(shipped(), tmp_path / "mine")
    (tmp_path / "mine" / HEADINGS).write_text('"bias"\t0.1\nbias 0.2\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"headings\.tsv:2"):
        load(str(tmp_path / "mine"))


def test_a_date_opens_no_heading() -> None:
    openings = (
        "2024年春，渠道通水",
        "2025年初，水表装齐",
        "去年秋天，泵房翻新",
        "今年开春，井台铺平",
    )
    assert headings(page(*(f"{o}。{b}" for o, b in zip(openings, BODIES, strict=True)))) == []


def test_short_sentences_that_tell_a_story_are_no_headings() -> None:
    openings = (
        "井口那天又结了冰",
        "修泵的人并不爱说话",
        "后来大家都搬到了泵房",
        "他还是没有走",
    )
    assert headings(page(*(f"{o}。{b}" for o, b in zip(openings, BODIES, strict=True)))) == []


def test_numbered_questions_are_headings() -> None:
    words = ("一问：水从哪里来？", "二问：班子怎么带？", "三问：手艺传给谁？", "四问：难事找谁办？")
    assert headings(page(*(w + b for w, b in zip(words, BODIES, strict=True)))) == list(words)


@pytest.mark.parametrize("title", ["一口井为何养活四个乡？", "把水送到最远的那一户！"])
def test_a_title_may_ask_or_exclaim(title: str) -> None:
    text = f"{title}\n梨川县水务公司供水党支部\n\n{LEAD}\n" + "\n".join(BODIES)
    (article,) = layout(source(text), load()).articles
    assert [text[slice(*s)] for s in article.title] == [title]


def test_a_kind_of_branch_in_quotation_marks_is_part_of_its_name() -> None:
    text = "梨川县水务公司工程项目部“流动”党支部在山里装管道，" + BODIES[0] + "\n" + BODIES[1]
    (article,) = layout(source(text), load()).articles
    assert branch_of(text, article, load())[0] == "梨川县水务公司工程项目部“流动”党支部"
