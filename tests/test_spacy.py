"""spaCy: every golden report goes to a Doc and comes back the same, characters and values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy import displacy
from spacy.tokens import Doc, DocBin, Span

from pipeline import route
from pipeline.adapters import spacy as adapter
from pipeline.adapters.marks import ITEMS, Marks, marks, on_source
from pipeline.commands.evaluate import sources
from pipeline.errors import ZhibuError
from pipeline.model import (
    Achievement,
    Document,
    Honour,
    Options,
    Practice,
    Score,
    Section,
    Sentence,
)

ROOT = Path(__file__).parents[1]
GOLD = [ROOT / "data/gold" / f"{name}.jsonl" for name in ("dev", "test", "sample")]
SHARED = [p for p in sorted(ROOT.parent.glob("shared/*/gold.jsonl")) if p.is_file()]
VOCAB = spacy.blank("zh").vocab
TEXT = """苇洲市水务局泵站党支部

一泵一闸总关情

苇洲市水务局泵站党支部扎根泵站一线。

强化政治功能。支部严格落实“三会一课”制度，组织党员学习党章党规。

发挥作用。支部推行“听音辨障”工作法，检修机组63台次。支部荣获“全市先进基层党组织”称号。
"""


def golden(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@cache
def documents(path: Path) -> tuple[Document, ...]:
    """The raw texts of golden reports, read anew."""
    wanted = {g["id"].split("#")[0] for g in golden(path)}
    return tuple(route.read_document(file, Options()) for file in sources(path, None, wanted))


def as_marks(gold: dict[str, Any]) -> tuple[str, Marks]:
    """A golden report as its annotators left it: its text, and its items on the characters of it.

    An item stands at the first place of its words that no earlier item of its layer has.
    """
    text, sections, sentences = gold["lead"], [], []
    for section in gold["sections"]:
        start = len(text)
        middle = start + len(section["heading"])
        text += section["heading"] + section["body"]
        score = Score(named, 1.0, "gold") if (named := section.get("dimension")) else None
        sections.append((Section((start, middle), (middle, len(text)), 1, "gold"), score))
    at = 0
    for sentence in gold["sentences"]:
        start = text.find(sentence["text"], at)
        if start < 0:
            continue
        at = start + len(sentence["text"])
        scores = tuple(Score(d, 1.0, "gold") for d in sentence["dimensions"])
        sentences.append((Sentence(start, at, -1, False), scores))
    layers: dict[str, list[Any]] = {"practices": [], "achievements": [], "honours": []}
    for layer, place in places(gold, text):
        layers[layer].append(place)
    own = {name: tuple(items) for name, items in layers.items()}
    head = (gold["id"], gold["branch"], gold["title"], gold.get("author"), (0, len(gold["lead"])))
    return text, Marks(*head, tuple(sections), tuple(sentences), **own)


def places(gold: dict[str, Any], text: str) -> Iterator[tuple[str, Any]]:
    words = {"practices": "name", "achievements": "text", "honours": "title"}
    for layer, key in words.items():
        taken: set[int] = set()
        for item in gold[layer]:
            start = text.find(item[key])
            while start in taken:
                start = text.find(item[key], start + 1)
            if start < 0:
                continue
            taken.add(start)
            yield layer, made(layer, start, start + len(item[key]), item)


def made(layer: str, start: int, end: int, g: dict[str, Any]) -> Any:
    if layer == "practices":
        return Practice(start, end, g["name"], g["kind"], None, "gold", 1.0)
    if layer == "achievements":
        upper, origin = g.get("upper"), g.get("from")
        return Achievement(
            start, end, g["value"], upper, g["unit"], g["bound"], g["kind"], g["indicator"],
            None, None, origin, None, "gold", 1.0,
        )  # fmt: skip
    return Honour(
        start, end, g["title"], g["kind"], g["recipient"], g["level"], g.get("issuer"), None,
        g.get("years"), g.get("count"), "gold", 1.0,
    )  # fmt: skip


def same(doc: Doc, text: str, wanted: tuple[Marks, ...]) -> None:
    """The text is whole; every item is on the characters it had, with the values it had."""
    assert doc.text == text
    assert adapter.from_doc(doc) == wanted
    for name in ITEMS:
        items = [item for each in wanted for item in getattr(each, name)]
        spans = doc.spans[name]
        assert len(spans) == len(items)
        for item, span in zip(items, spans, strict=True):
            assert span.text == text[item.start : item.end]


@pytest.mark.parametrize("path", [*GOLD, *SHARED], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_golden_report_goes_to_a_doc_and_back(path: Path) -> None:
    """As annotated: text, spans and values; straight, and through the bytes of a DocBin."""
    bin_, wanted, placed = DocBin(store_user_data=True), [], 0
    for gold in golden(path):
        text, found = as_marks(gold)
        doc = adapter.marked(text, [found], text, VOCAB)
        same(doc, text, (found,))
        bin_.add(doc)
        wanted.append((text, (found,)))
        placed += len(found.achievements) + len(found.honours) + len(found.practices)
    assert placed > 0
    docs = list(DocBin().from_bytes(bin_.to_bytes()).get_docs(spacy.blank("zh").vocab))
    for doc, (text, found_) in zip(docs, wanted, strict=True):
        same(doc, text, found_)


@pytest.mark.parametrize("path", [*GOLD, *SHARED], ids=lambda p: f"{p.parent.name}/{p.stem}")
@pytest.mark.parametrize("segmenter", ["characters", "rjieba"])
def test_what_was_read_goes_to_a_docbin_and_back(path: Path, segmenter: str) -> None:
    """Of the raw text of every golden report: words do not move a span, bytes lose nothing."""
    reports = [report for document in documents(path) for report in document.reports]
    assert len(reports) >= len({g["id"] for g in golden(path)}) * 0.9
    data = adapter.to_docbin(reports, segmenter).to_bytes()
    docs = list(DocBin().from_bytes(data).get_docs(spacy.blank("zh").vocab))
    for doc, report in zip(docs, reports, strict=True):
        same(doc, report.article.text.clean, (marks(report),))


@pytest.mark.parametrize("path", [*GOLD, *SHARED], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_the_component_finds_in_a_raw_text_what_the_route_finds(path: Path) -> None:
    """Through `nlp.pipe`; spans count in the raw text, line breaks inside them included."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu")
    read = [d for d in documents(path) if d.source.media == "text/plain"]
    assert read
    for doc, document in zip(nlp.pipe([d.source.text for d in read]), read, strict=True):
        known = [on_source(report)._replace(id="") for report in document.reports]
        # the component knows no file name, from which reports are named
        assert [m._replace(id="") for m in adapter.from_doc(doc)] == known
        assert doc.text == document.source.text


def test_jieba_tokens_are_cut_where_a_span_ends() -> None:
    """Tokens are cut, never joined; text and spans are those of the character tokenizer."""
    config = {"nlp": {"tokenizer": {"segmenter": "jieba"}}}
    plain, words = spacy.blank("zh"), spacy.blank("zh", config=config)
    text = (ROOT / "data/sample/newspaper-page.txt").read_text("utf-8")
    before = {t.idx for t in words.make_doc(text)}
    for nlp in (plain, words):
        nlp.add_pipe("zhibu")
    one, two = plain(text), words(text)
    assert one.text == two.text == text
    assert adapter.from_doc(one) == adapter.from_doc(two)
    assert before < {t.idx for t in two}
    assert len(two) < len(one)


def test_values_are_extensions_of_spans() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu")
    doc = nlp(TEXT)
    (amount,) = doc.spans["achievements"]
    assert (amount.text, amount.label_) == ("63台次", "count")
    assert (amount._.zhibu["value"], amount._.zhibu["unit"]) == (63, "台次")
    (way,) = doc.spans["practices"]
    assert (way.text, way._.zhibu["kind"]) == ("听音辨障", "method")
    (award,) = doc.spans["honours"]
    assert award._.zhibu["title"] == "全市先进基层党组织"
    assert [s.label_ for s in doc.spans["sections"]] == ["politics", "role"]
    assert [r._.zhibu["reason"] for r in doc.spans["rejected"]]
    assert [h["branch"] for h in doc._.zhibu] == ["苇洲市水务局泵站党支部"]
    assert doc[0:1]._.zhibu is None
    assert any(s.text.startswith("发挥作用") for s in doc.sents)


def test_a_span_across_a_line_break_holds_it() -> None:
    """The raw text is not reflowed on the Doc; sentences cover the break, values are those of clean text."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu")
    path = ROOT / "data/sample/newspaper-page.txt"
    doc = nlp(path.read_text("utf-8"))
    clean = {
        report.article.text.clean[s.start : s.end]
        for report in route.read_document(path, Options()).reports
        for s in report.sentences
    }
    broken = [s.text for s in doc.spans["sentences"] if "\n" in s.text]
    assert broken
    # clean text is without the break, and without the hyphen of a word divided there
    assert {bare(text) for text in broken} <= {bare(text) for text in clean}


def bare(text: str) -> str:
    return "".join(text.replace("-", "").split())


def test_spans_of_other_components_keep_their_characters() -> None:
    config = {"nlp": {"tokenizer": {"segmenter": "jieba"}}}
    nlp = spacy.blank("zh", config=config)
    doc = nlp.make_doc(TEXT)
    doc.spans["mine"] = [Span(doc, n, n + 3, label="X") for n in range(0, len(doc) - 3, 5)]
    wanted = [(s.start_char, s.end_char, s.label_, s.text) for s in doc.spans["mine"]]
    doc.user_data["kept"] = 1
    nlp.add_pipe("zhibu")
    done = nlp(doc)
    assert [(s.start_char, s.end_char, s.label_, s.text) for s in done.spans["mine"]] == wanted
    assert done.user_data["kept"] == 1


@pytest.mark.parametrize("text", ["", " \n　", "只有一句话"])
def test_a_text_without_a_report_has_empty_groups(text: str) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu")
    doc = nlp(text)
    assert doc.text == text
    assert set(adapter.GROUPS) <= set(doc.spans)


def test_a_doc_without_marks_is_told() -> None:
    with pytest.raises(ValueError, match="store_user_data"):
        adapter.from_doc(spacy.blank("zh")("无"))


def test_the_pipe_survives_its_folder_and_takes_its_configuration(tmp_path: Path) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu", config={"lexicons": str(ROOT / "lexicons")})
    nlp.to_disk(tmp_path / "pipe")
    again = spacy.load(tmp_path / "pipe")
    assert adapter.from_doc(again(TEXT)) == adapter.from_doc(nlp(TEXT))
    with pytest.raises(ZhibuError):
        spacy.blank("zh").add_pipe("zhibu", config={"scheme": "no-such-scheme"})


def test_displacy_shows_the_spans_of_a_part_and_escapes_text() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("zhibu")
    doc = nlp(TEXT)
    part = next(s for s in doc.spans["sentences"] if "听音辨障" in s.text)
    shown = adapter.display(part)
    assert [s["label"] for s in shown["spans"]] == ["method", "count"]
    first = shown["spans"][0]
    assert "".join(shown["tokens"][first["start_token"] : first["end_token"]]) == "听音辨障"
    html = displacy.render(shown, style="span", manual=True, jupyter=False)
    assert "method" in html
    markup = adapter.display(spacy.blank("zh")("<script>"))
    assert "<script>" not in displacy.render(markup, style="span", manual=True, jupyter=False)


def test_an_entity_ruler_takes_the_terms_of_the_scheme() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("entity_ruler").add_patterns(adapter.patterns())
    found = {
        (e.text, e.label_, e.ent_id_) for e in nlp("组织党员学习党章党规，开展志愿服务。").ents
    }
    assert ("志愿服务", "role", "志愿服务") in found
