"""Each extractor gives exactly what the marked sentences in tests/cases expect; a broken case fails.

The sentences are composed for this purpose, in the manner of the genre; places and units are invented.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests import casefile
from tests.casefile import CHECKS, FOLDER, Case, CaseError, Mark, parse, read

ALL = [(name, case) for name in CHECKS for case in read(name)]


@pytest.mark.parametrize(
    ("name", "case"), [pytest.param(n, c, id=c.where.replace(".txt", "")) for n, c in ALL]
)
def test_exactly_what_is_marked_is_found(name: str, case: Case) -> None:
    faults = CHECKS[name](case)
    assert not faults, case.text + "\n  " + "\n  ".join(faults)


@pytest.mark.parametrize(
    ("name", "least"),
    [("achievements.txt", 120), ("refusals.txt", 200), ("honours.txt", 60), ("practices.txt", 60)],
)
def test_there_are_enough_cases_and_no_sentence_twice(name: str, least: int) -> None:
    texts = [case.text for n, case in ALL if n == name]
    assert len(texts) >= least
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "line",
    [
        "支部开展政治轮训[58次|58 次 exact count。",
        "支部开展政治轮训58次|58 次 exact count]。",
        "支部开展[政治轮训[58次|58 次 exact count]|x]。",
        "支部开展政治轮训[58次]。",
        "支部开展政治轮训[58次|]。",
        "支部开展政治轮训[|58 次 exact count]。",
        "支部开展政治轮训[]58次。",
        "支部开展政治轮训58次|58 次 exact count。",
        "支部开展政治轮训[58次|58 次|exact count]。",
        "[58次|?]",
    ],
)
def test_an_unbalanced_or_empty_mark_is_refused(line: str) -> None:
    with pytest.raises(CaseError):
        parse(line)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("achievements.txt", "支部开展政治轮训[58次|58 次 exactly count]。"),
        ("achievements.txt", "支部开展政治轮训[58次|many 次 exact count]。"),
        ("honours.txt", "支部荣获[先进党支部|prize branch -]。"),
        ("honours.txt", "支部荣获[先进党支部|award branch - giver=市委]。"),
        ("practices.txt", "支部打造“[清流先锋|brands]”党建品牌。"),
        ("refusals.txt", "支部落实[三会一课|whim]制度。"),
    ],
)
def test_an_expectation_in_unknown_words_is_refused(name: str, line: str) -> None:
    with pytest.raises(CaseError):
        CHECKS[name](parse(line))


def _spoiled(name: str, mark: Mark) -> str:
    """A different expectation in valid words."""
    if name == "achievements.txt":
        return re.sub(r"^\d+(?:\.\d+)?", lambda m: f"{float(m.group()) + 1:.10g}", mark.want)
    if name == "refusals.txt":
        return "planned" if "planned" not in mark.want else "code"
    if name == "practices.txt":
        return "team" if mark.want != "team" else "brand"
    return (
        mark.want.replace("award", "endorsement", 1) if "award" in mark.want else "award branch -"
    )


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_case_broken_on_purpose_fails(name: str) -> None:
    """Every required mark is broken three ways: another expectation, a mark less, a mark more."""
    check, tried = CHECKS[name], 0
    for case in (c for n, c in ALL if n == name):
        required = [m for m in case.marks if not m.optional]
        for mark in required:
            rest = tuple(m for m in case.marks if m != mark)
            wrong = replace(mark, want=_spoiled(name, mark))
            assert check(replace(case, marks=(*rest, wrong))), case.where
            assert check(replace(case, marks=rest)), case.where
            tried += 1
        if name != "refusals.txt":
            want = case.marks[0].want if case.marks else "1 次 exact count"
            kinds = {"honours.txt": "award branch -", "practices.txt": "brand"}
            more = Mark(0, 1, kinds.get(name, want), False)
            assert check(replace(case, marks=(*case.marks, more))), case.where
    assert tried >= 50


def test_a_number_that_opens_the_whole_text_is_read() -> None:
    """Nothing stands before it: neither letter nor sign that would make it a code."""
    assert casefile.achievements(parse("^[36场|36 场 exact count]宣讲走进村组。")) == []


def test_an_optional_mark_may_be_found_or_not() -> None:
    found = parse("支部开展政治轮训[58次|?58 次 exact count]。")
    absent = parse("支部开展政治[轮训|?58 次 exact count]。")
    assert casefile.achievements(found) == []
    assert casefile.achievements(absent) == []
    assert casefile.achievements(parse("支部开展政治轮训58次。")) != []


def test_the_list_of_known_misses_is_written_in_the_same_format() -> None:
    """Each entry names its file, its sentence parses, and what was got is noted."""
    lines = (FOLDER / "known-misses.txt").read_text(encoding="utf-8").splitlines()
    entries = [x for x in lines if x.strip() and not x.startswith(("#", "  got: "))]
    for entry in entries:
        name, _, sentence = entry.partition(" ")
        assert f"{name}.txt" in CHECKS, entry
        assert parse(sentence).text
    assert sum(x.startswith("  got: ") for x in lines) == len(entries)
