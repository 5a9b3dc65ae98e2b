"""What the joining of evidence sees: institutions, neutral headings, and where a sentence stands."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.extract import dimensions
from pipeline.lexicon.load import load
from pipeline.model import Section, Sentence

LEXICONS = load()
POLITICS = LEXICONS.scheme.dimensions.index("politics")


def laid(*parts: tuple[str, bool]) -> tuple[str, list[Section], list[Sentence]]:
    """Lay sentences out, each told whether it is a heading that opens a section."""
    text, sections, sentences = "", list[Section](), list[Sentence]()
    for words, heading in parts:
        span = (len(text), len(text) + len(words))
        if heading:
            sections.append(Section(span, span, 1, "test"))
        sentences.append(Sentence(*span, len(sections) - 1, heading))
        text += words
    return text, sections, sentences


def test_an_institution_speaks_of_the_default_dimension_outside_sections_only() -> None:
    text, _, outside = laid(("柳溪镇渔业站党支部按月开好三会一课。", False))
    assert LEXICONS.scheme.default == "politics"
    found = dimensions.gather(text, outside, LEXICONS, None)
    assert found.lexicon[0, POLITICS] == dimensions.INSTITUTION
    text, _, inside = laid(("桥头的灯。", True), ("站里按月开好三会一课。", False))
    found = dimensions.gather(text, inside, LEXICONS, None)
    assert not found.lexicon.any(), "inside, it follows its section"


@pytest.mark.parametrize(
    ("heading", "neutral"),
    [
        ("三、所获荣誉", True),
        ("（一）履职情况", True),
        ("四、短板：没有做完的几件", True),
        ("五、存在差距", True),
        ("二、主要事迹", True),
        ("尾声", True),
        ("四、补齐短板", False),
        ("三、荣誉室里的老机器", False),
        ("二、把渡口管起来", False),
    ],
)
def test_headings_of_honours_shortcomings_and_genre_name_no_dimension(
    heading: str, neutral: bool
) -> None:
    text, sections, sentences = laid((heading, True), ("水闸旁种了一排柳树。", False))
    found = dimensions.gather(text, sentences, LEXICONS, None)
    table = dimensions.section_features(text, sections, sentences, found, LEXICONS)
    assert bool(table[0, 0, 5]) is neutral


def test_only_the_last_of_several_sections_is_last() -> None:
    text, sections, sentences = laid(*((f"第{n}节", True) for n in "甲乙丙"))
    found = dimensions.gather(text, sentences, LEXICONS, None)
    table = dimensions.section_features(text, sections, sentences, found, LEXICONS)
    assert table[:, 0, 8].tolist() == [0, 0, 1]
    text, sections, sentences = laid(("独一节", True), ("水闸旁种了一排柳树。", False))
    found = dimensions.gather(text, sentences, LEXICONS, None)
    table = dimensions.section_features(text, sections, sentences, found, LEXICONS)
    assert table[:, 0, 8].tolist() == [0]


def test_a_story_has_an_opening_and_an_end_and_a_report_a_last_sentence() -> None:
    text, _, sentences = laid(*((f"{n}来了。", False) for n in "甲乙丙丁戊"))
    found = dimensions.gather(text, sentences, LEXICONS, None)
    none = np.zeros((0, len(LEXICONS.scheme.dimensions)), dtype=np.float32)
    opening, end, last = dimensions.features(sentences, found, [], none)[:, 0, -3:].T.tolist()
    assert opening == [1, 1, 0, 0, 0]
    assert end == [0, 0, 0, 1, 1]
    assert last == [0, 0, 0, 0, 1]
