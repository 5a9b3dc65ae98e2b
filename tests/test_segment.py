"""Segmentation holds: sentences end where they should; four segmenters, one interface.

Words joined are the text, spans count code points, lexicon terms stay whole, and where rjieba and jieba
differ is written down here. The texts are invented, and so are the places and units in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.commands.segment import terms
from pipeline.errors import ZhibuError
from pipeline.layout import layout
from pipeline.lexicon import load
from pipeline.model import Article, Section, Source, Text
from pipeline.normal import normalise
from pipeline.offsets import OffsetMap
from pipeline.segment import SEGMENTERS, Segmenter, Token, make_segmenter, sentences

DATA = Path(__file__).parents[1] / "data"

# --- sentences --------------------------------------------------------------------------------------


def article(lead: str, *sections: tuple[str, str]) -> Article:
    """Give an article of a lead and (heading, body) pairs, as layout would."""
    clean, spans = lead, []
    for heading, body in sections:
        clean += "\n" if clean else ""
        start = len(clean)
        clean += heading
        end = len(clean)
        clean += body
        spans.append(Section((start, end), (end, len(clean)), 1, "numbered"))
    text = Text(clean, normalise(clean), OffsetMap([(0, len(clean))]))
    return Article(text, (0, len(lead)), tuple(spans), (), None, None)


def cut(lead: str, *sections: tuple[str, str]) -> list[str]:
    found = article(lead, *sections)
    return [found.text.clean[s.start : s.end] for s in sentences(found)]


# ｜ stands where one sentence ends and the next begins.
SENTENCES = {
    "full stop": "支部有党员九名。｜今年发展一名。",
    "exclamation and question": "谁来守坝？｜党员先上！｜大家都说好。",
    "semicolon goes on": "走访三十户；修路两里；大家满意。",
    "colon and dash go on": "有三件事：修路、架桥——还有植树。",
    "closing quotation mark": "老人说：“路通了。”｜大家笑了。",
    "single quotation mark": "他问：“谁说‘不行？’”｜没有人答。",
    "closing bracket": "渠修好了（共三里。）｜水到田头。",
    "closing title mark": "大家学《怎么办？》｜又学别的。",
    "square bracket": "【一条心。】｜干到底。",
    "closers in a row": "（书记说：“干！”）｜大家动手。",
    "marks in a row": "真的吗？！｜真的。。｜好！！！",
    "comma after a closing mark": "“好！”｜，大家说。",
    "quotation that opens the next": "大家动手。｜“干！”｜他说。",
    "ellipsis is a pause": "种树、修渠……样样都干。",
    "ellipsis before a quotation mark": "他说：“那时候……”眼眶红了。",
    "no mark at the end": "支部有党员九名。｜今年发展一名",
    "line ends": "稻香村党支部\n有党员九名。｜秋收忙",
    "points in numbers": "增收1.5万元，占3.2%。｜人均增加0.8万元。",
    "half-width marks": "真的吗?｜好!｜秋收了。",
    "blank between": "秋收了。　｜ 大家忙。",
    "traditional quotation marks": "老人說：「路通了。」｜大家都過來看。",
    "closers of traditional text": "他說：「誰說『不行。』」｜沒有人答。",
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_sentence_ends_where_the_guide_says(kind: str) -> None:
    """At 。！？ with the closing marks that follow; at nothing else but the end of a paragraph."""
    marked = SENTENCES[kind]
    want = [part.strip() for part in re.split("[｜\n]", marked)]
    assert cut(marked.replace("｜", "")) == want


def test_a_heading_without_a_mark_is_a_sentence_of_its_own() -> None:
    found = cut("", ("一、强班子", "支委带头。大家跟上。"), ("二、强队伍", "天天学。"))
    assert found == ["一、强班子", "支委带头。", "大家跟上。", "二、强队伍", "天天学。"]


def test_a_run_in_heading_is_a_sentence_of_its_own() -> None:
    found = cut("开头。", ("强化班子建设。", "支委带头。"), ("夯实队伍建设。", "天天学。"))
    assert found == ["开头。", "强化班子建设。", "支委带头。", "夯实队伍建设。", "天天学。"]


def test_sentences_know_their_section_and_what_is_a_heading() -> None:
    found = article("开头。又一句。", ("一、甲", "甲文。"), ("二、乙", ""), ("三、丙", "丙文。"))
    assert [(s.section, s.heading) for s in sentences(found)] == [
        (-1, False),
        (-1, False),
        (0, True),
        (0, False),
        (1, True),
        (2, True),
        (2, False),
    ]


def test_blanks_are_no_sentences() -> None:
    assert cut("　\n 秋收了。\n\n　大家忙。 \n") == ["秋收了。", "大家忙。"]
    assert cut("") == []


PROSE = st.text("党员。！？；：，”’）》“（《…… \n　1.a", max_size=40)


@settings(max_examples=200, deadline=None)
@given(PROSE, st.lists(st.tuples(st.text("强班子，", min_size=1, max_size=6), PROSE), max_size=3))
def test_every_character_is_in_exactly_one_sentence(
    lead: str, sections: list[tuple[str, str]]
) -> None:
    """In order, white space aside; no sentence begins or ends with a blank or is empty."""
    found = article(lead, *sections)
    clean = found.text.clean
    cuts = sentences(found)
    assert "".join("".join(clean[s.start : s.end].split()) for s in cuts) == "".join(clean.split())
    assert all(a.end <= b.start for a, b in pairwise(cuts))
    assert all(clean[s.start : s.end].strip() == clean[s.start : s.end] != "" for s in cuts)


@settings(max_examples=200, deadline=None)
@given(PROSE)
def test_a_mark_stands_only_at_the_end_of_a_sentence(prose: str) -> None:
    """。！？ inside a sentence would mean that two were taken for one."""
    for sentence in cut(prose):
        assert not re.search("[。！？]", sentence.rstrip("。！？”’」』）】》"))
        assert not re.search("[。！？][”’）》]+.*[。！？]", sentence)


def test_the_sample_is_cut_as_its_gold_says() -> None:
    """Every sentence that the annotators of data/sample tagged, and no other."""
    gold = [json.loads(line) for line in (DATA / "gold/sample.jsonl").open(encoding="utf-8")]
    wrong = {}
    for report in gold:
        sections = [(s["heading"], s["body"]) for s in report["sections"]]
        found = ["".join(s.split()) for s in cut(report["lead"], *sections)]
        want = ["".join(s["text"].split()) for s in report["sentences"]]
        if found != want:
            wrong[report["id"]] = [
                pair for pair in zip(found, want, strict=False) if len(set(pair)) > 1
            ]
    assert len(gold) >= 15
    assert wrong == {}


def test_sentences_of_wrapped_text_are_whole() -> None:
    """Line and column breaks inside a sentence do not end it."""
    raw = (
        "柳溪县枫桥镇稻香村党支部守着\n三百亩水田，党员都说：“田不能\n荒，人心更不能荒。”今年以来，\n"
        "支部把课堂搬到田埂上，学在田\n\n间、干在田间，带出了一支敢打\n硬仗的队伍；村民看在眼里，也\n"
        "跟着下了田，把撂荒多年的坡地\n一块一块种了回来，没有落下一\n\n户人家。谁家有难处？党员先上\n门！"
    )
    source = Source("a.txt", "a", "0" * 64, "text/plain", "utf-8", raw)
    (found,) = layout(source, load()).articles
    assert [found.text.clean[s.start : s.end] for s in sentences(found)] == [
        "柳溪县枫桥镇稻香村党支部守着三百亩水田，党员都说：“田不能荒，人心更不能荒。”",
        "今年以来，支部把课堂搬到田埂上，学在田间、干在田间，带出了一支敢打硬仗的队伍；"
        "村民看在眼里，也跟着下了田，把撂荒多年的坡地一块一块种了回来，没有落下一户人家。",
        "谁家有难处？",
        "党员先上门！",
    ]


# --- words ------------------------------------------------------------------------------------------

TERMS = ["稻香先锋", "三问三定", "田埂课堂", "A-B角", "1234工作法"]
TEXTS = [
    "",
    "秋收",
    "稻香村党支部推行“三问三定”议事规则，全年议定事项29项。",
    "　　支部 党员\n\n把田埂课堂办到 PD-1 实验田。 ",
    "𠮷林村党支部有１２名党员，增收5.2%！",
    "稻香先鋒黨員服務隊幫助３８戶村民。",
    "A-B角制度覆盖率100%，1234工作法见效。",
    "https://a-b.cn/x_y?z=1&w=2",
    "\t\n　",
    "🌾🌾丰收",
]


@pytest.fixture(scope="module")
def pkuseg_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Train a model of a few words; spacy-pkuseg does it offline in a fraction of a second."""
    spacy_pkuseg = pytest.importorskip("spacy_pkuseg")
    folder = tmp_path_factory.mktemp("pkuseg")
    lines = ["支部 党员 学习 理论", "党员 服务 群众", "书记 讲 党课", "支部 开展 活动", "群众 满意"]
    (folder / "train.utf8").write_text("\n".join(lines * 5) + "\n", encoding="utf-8")
    (folder / "test.utf8").write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    train, test, model = (str(folder / n) for n in ("train.utf8", "test.utf8", "model"))
    spacy_pkuseg.train(train, test, model, train_iter=2)
    return model


@pytest.fixture(scope="module")
def segmenters(pkuseg_model: str) -> dict[str, Segmenter]:
    """Give each segmenter once, with terms; loading a dictionary costs a second or two."""
    models = {"pkuseg": pkuseg_model}
    return {name: make_segmenter(name, TERMS, models.get(name)) for name in SEGMENTERS}


def test_there_are_four() -> None:
    assert set(SEGMENTERS) == {"rjieba", "jieba", "pkuseg", "characters"}


@pytest.mark.parametrize("name", sorted(SEGMENTERS))
@pytest.mark.parametrize("text", TEXTS)
def test_words_joined_are_the_text(segmenters: dict[str, Segmenter], name: str, text: str) -> None:
    words = segmenters[name].words(text)
    assert isinstance(words, list)
    assert "".join(words) == text
    assert "" not in words


@pytest.mark.parametrize("name", sorted(SEGMENTERS))
@pytest.mark.parametrize("text", TEXTS)
def test_tokens_cover_the_text_by_code_points(
    segmenters: dict[str, Segmenter], name: str, text: str
) -> None:
    """Each span cuts its word out of the text, and spans follow one another without a gap."""
    tokens = segmenters[name].tokens(text)
    at = 0
    for token in tokens:
        assert isinstance(token, Token)
        assert (token.start, text[token.start : token.end]) == (at, token.text)
        at = token.end
    assert at == len(text)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text("支部党员三问定a1A-_.%+ \n　，。“”ａ１𠮷é🌾", max_size=24))
def test_any_text_comes_back(segmenters: dict[str, Segmenter], text: str) -> None:
    for name, segmenter in segmenters.items():
        assert "".join(segmenter.words(text)) == text, name
        assert "".join(token.text for token in segmenter.tokens(text)) == text, name


@pytest.mark.parametrize("name", sorted(SEGMENTERS))
@pytest.mark.parametrize("term", TERMS)
def test_a_term_stays_whole(segmenters: dict[str, Segmenter], name: str, term: str) -> None:
    """In words and in tokens alike: the two are one segmentation."""
    text = f"推行{term}，群众满意。"
    assert term in segmenters[name].words(text)
    assert term in [token.text for token in segmenters[name].tokens(text)]


@pytest.mark.parametrize("name", ["rjieba", "jieba", "characters"])
@pytest.mark.parametrize("term", [t for t in TERMS if t != "A-B角"])
def test_without_its_term_the_dictionary_cuts_it(name: str, term: str) -> None:
    """Otherwise the test before could not fail."""
    assert term not in plain(name).words(f"推行{term}，群众满意。")


PLAIN: dict[str, Segmenter] = {}


def plain(name: str) -> Segmenter:
    """Give a segmenter without terms, made once."""
    return PLAIN.setdefault(name, make_segmenter(name)) if name not in PLAIN else PLAIN[name]


def test_the_longer_of_two_terms_is_kept_by_characters() -> None:
    cutter = make_segmenter("characters", ["党课", "微党课"])
    assert cutter.words("讲微党课，补党课") == ["讲", "微党课", "，", "补", "党课"]


@pytest.mark.parametrize("name", ["rjieba", "jieba"])
def test_the_dictionary_belongs_to_the_instance(
    segmenters: dict[str, Segmenter], name: str
) -> None:
    """Terms of one segmenter are unknown to another of the same kind."""
    assert "稻香先锋" in segmenters[name].words("擦亮稻香先锋品牌")
    assert "稻香先锋" not in plain(name).words("擦亮稻香先锋品牌")


@pytest.mark.parametrize("name", ["rjieba", "jieba", "characters"])
def test_every_term_of_the_lexicons_can_be_one_word(name: str) -> None:
    """Standing alone: in running text a neighbour may still take a character of it."""
    known = terms(load())
    cutter = make_segmenter(name, known)
    assert [t for t in known if cutter.words(t) != [t]] == []


@pytest.mark.parametrize("name", ["rjieba", "jieba"])
def test_parts_of_speech_are_given(segmenters: dict[str, Segmenter], name: str) -> None:
    tags = {t.text: t.tag for t in segmenters[name].tokens("党员服务群众，擦亮稻香先锋品牌。")}
    assert tags["党员"] == "n"
    assert tags["稻香先锋"] == "n"
    assert tags["。"] == "x"


@pytest.mark.parametrize("name", ["characters", "pkuseg"])
def test_no_part_of_speech_is_invented(segmenters: dict[str, Segmenter], name: str) -> None:
    assert {t.tag for t in segmenters[name].tokens("党员服务群众。")} == {""}


def test_characters_are_words_of_one_character() -> None:
    assert plain("characters").words("𠮷林村 3户") == ["𠮷", "林", "村", " ", "3", "户"]


def test_pkuseg_cuts_as_it_was_trained(pkuseg_model: str) -> None:
    cutter = make_segmenter("pkuseg", [], pkuseg_model)
    assert cutter.words("支部党员学习理论") == ["支部", "党员", "学习", "理论"]


# --- errors -----------------------------------------------------------------------------------------


def test_an_unknown_segmenter_lists_the_known() -> None:
    with pytest.raises(ZhibuError) as caught:
        make_segmenter("jeiba")
    assert "jeiba" in caught.value.where
    assert all(name in caught.value.cure for name in SEGMENTERS)


def test_pkuseg_without_a_model_says_how_to_give_one() -> None:
    with pytest.raises(ZhibuError) as caught:
        make_segmenter("pkuseg")
    assert "--segmenter-model" in caught.value.cure


@pytest.mark.parametrize("folder", ["nothing", "empty"])
def test_a_folder_without_a_pkuseg_model_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ZhibuError) as caught:
        make_segmenter("pkuseg", [], str(tmp_path / folder))
    assert str(tmp_path / folder) in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("name", ["news", "spacy_ontonotes"])
def test_a_pkuseg_model_is_never_downloaded(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """spacy-pkuseg fetches models that it knows by name; here a model is a folder."""
    spacy_pkuseg = pytest.importorskip("spacy_pkuseg")

    def fetch(*_: object) -> None:
        raise AssertionError("a model was about to be downloaded")

    monkeypatch.setattr(spacy_pkuseg, "download_model", fetch)
    with pytest.raises(ZhibuError):
        make_segmenter("pkuseg", [], name)


@pytest.mark.parametrize(("name", "module"), [("jieba", "jieba"), ("pkuseg", "spacy_pkuseg")])
def test_a_segmenter_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ZhibuError) as caught:
        make_segmenter(name, [], str(tmp_path))
    assert f"zhibu[{name}]" in caught.value.cure


def test_the_command_prints_a_sentence_a_line_with_terms_whole(tmp_path: Path) -> None:
    file = tmp_path / "daoxiang.txt"
    file.write_text("稻香村党支部坚持三会一课。党员都来。\n", encoding="utf-8")
    for name in ("rjieba", "characters"):
        result = CliRunner().invoke(app, ["segment", str(file), "--segmenter", name])
        assert result.exit_code == 0, result.output
        first, second = result.stdout.splitlines()
        assert first.replace(" ", "") == "稻香村党支部坚持三会一课。"
        assert "三会一课" in first.split(" ")
        assert second.replace(" ", "") == "党员都来。"


# --- where rjieba and jieba differ ------------------------------------------------------------------

# rjieba joins Latin letters and digits across - _ and . where jieba cuts at each.
DIFFERENT = {
    "PD-1抑制剂": (["PD-1", "抑制剂"], ["PD", "-", "1", "抑制剂"]),
    "Wi-Fi覆盖全村": (["Wi-Fi", "覆盖", "全村"], ["Wi", "-", "Fi", "覆盖", "全村"]),
    "2024-2025年度": (["2024-2025", "年度"], ["2024", "-", "2025", "年度"]),
    "8.5-9.0分": (["8.5-9.0", "分"], ["8.5", "-", "9.0", "分"]),
    "编号x_y": (["编号", "x_y"], ["编号", "x", "_", "y"]),
    "网址a-b.cn": (["网址", "a-b.cn"], ["网址", "a", "-", "b", ".", "cn"]),
    "版本1.5.2": (["版本", "1.5.2"], ["版本", "1.5", ".", "2"]),
    # a character beyond the basic plane joins its like and the signs & % + # beside it
    "𠮷𠮷村": (["𠮷𠮷", "村"], ["𠮷", "𠮷", "村"]),
    "增长%𠮷": (["增长", "%𠮷"], ["增长", "%", "𠮷"]),
}
# Near to those, and cut alike by both.
ALIKE = [
    "支-部", "A-角", "第-1个", "-5度", "a--b", "1.5万元", "增长3.14%", "C++程序", "C#语言", "A/B岗",
    "党建+业务", "5G+农业", "12:30开会", "7·1表彰", "3~9人", "１－２", "PD－1", "AT&T", "𠮷林村党支部",
    "支部  党员\n学习", "“双强”工程——样样都干……",
]  # fmt: skip


@pytest.mark.parametrize("text", DIFFERENT)
def test_where_rjieba_and_jieba_differ(text: str) -> None:
    """Pinned: a change of either library shows here."""
    rust, python = DIFFERENT[text]
    assert plain("rjieba").words(text) == rust
    assert plain("jieba").words(text) == python


@pytest.mark.parametrize("text", ALIKE)
def test_where_rjieba_and_jieba_agree_on_signs(text: str) -> None:
    assert plain("rjieba").words(text) == plain("jieba").words(text)


def clauses() -> Iterator[str]:
    """Give all composed sentences of the gold corpus."""
    for path in sorted((DATA / "gold").glob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            yield from (s["text"] for s in json.loads(line).get("sentences", ()))


JOINS = re.compile(r"[A-Za-z0-9][-_.][A-Za-z0-9]")


def test_rjieba_and_jieba_differ_nowhere_else_in_the_gold() -> None:
    """On thousands of composed sentences: only where a Latin word or number holds - _ or a point."""
    texts = list(clauses())
    assert len(texts) > 1000
    rust, python = plain("rjieba"), plain("jieba")
    differ = [t for t in texts if rust.words(t) != python.words(t)]
    assert [t for t in differ if not JOINS.search(t)] == []
    assert len(differ) / len(texts) < 0.005
