"""Lexicons hold: terms are data, matched longest first; a scheme is one file; a slip has file and row.

Every fault that `check` knows is planted in a copy of the shipped lexicons, one a test, and must be found
alone: a fault more or less fails. The texts are invented, and so are the places and units in them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline import route
from pipeline.__main__ import app
from pipeline.errors import LexiconError, ZhibuError
from pipeline.lexicon import Matcher, load
from pipeline.lexicon.check import check
from pipeline.lexicon.load import COLUMNS, TABLES, read_scheme, read_table, shipped
from pipeline.model import Document, Options, Source

HEADER = ",".join(COLUMNS)
SCHEME = """\
name = "三星党支部"
source = "柳溪县党支部评星办法"

[[dimension]]
key = "learning"
name = "学习星"
aliases = ["爱学习"]
terms = [
  {term = "夜读", weight = 2, source = "composed"},
  {term = "研读", weight = 3, source = "composed"},
]

[[dimension]]
key = "harvest"
name = "丰收星"
terms = [
  {term = "晒谷场", weight = 3, source = "composed"},
  {term = "秋收", weight = 3, source = "composed"},
]
"""
REPORT = """柳溪县枫桥镇稻香村党支部

　　柳溪县枫桥镇稻香村党支部有党员三十一名。
　　一、点亮学习星
　　党员每周研读原著，冬闲时节夜读到深夜。
　　二、点亮丰收星
　　秋收时节，党员把红旗插在晒谷场上。
"""


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    """Give a copy of the shipped lexicons that a test may spoil."""
    folder = tmp_path / "lexicons"
    shutil.copytree(shipped(), folder)
    return folder


def read(text: str, options: Options) -> Document:
    return route.document(Source("a.txt", "a", "0" * 64, "text/plain", "utf-8", text), options)


# --- loading ----------------------------------------------------------------------------------------


def test_the_shipped_lexicons_have_all_tables_and_sources() -> None:
    """Every term has a role and somebody who says so."""
    found = load()
    assert set(found.tables) == set(TABLES)
    assert all(rows for rows in found.tables.values())
    unsourced = [r.term for rows in found.tables.values() for r in rows if not r.source]
    assert unsourced == []
    assert [t.term for t in found.scheme.terms if not t.source] == []


def test_terms_are_given_by_role_and_longest_first() -> None:
    found = load()
    rows = found.tables["honours"]
    verbs = found.terms("honours", "active")
    assert set(verbs) == {r.term for r in rows if r.role == "active"}
    assert list(verbs) == sorted(verbs, key=lambda t: (-len(t), t))
    both = found.terms("layout", "caption", "caption_end")
    assert set(both) == set(found.terms("layout", "caption")) | set(
        found.terms("layout", "caption_end")
    )
    assert found.terms("honours", "no such role") == ()


def test_rows_know_their_line(tmp_path: Path) -> None:
    """The line is the file's own, with the header as line 1 and quoted commas understood."""
    path = tmp_path / "cues.csv"
    path.write_text(f'{HEADER}\n一年,a,,某文,\n"二,年",a,v,某文,"注,释"\n', encoding="utf-8-sig")
    assert [(r.term, r.value, r.note, r.line) for r in read_table(path)] == [
        ("一年", "", "", 2),
        ("二,年", "v", "注,释", 3),
    ]


def test_a_folder_and_scheme_are_loaded_once(lexicons: Path) -> None:
    assert load(str(lexicons)) is load(str(lexicons))


def test_the_version_changes_with_any_byte_of_any_file(tmp_path: Path) -> None:
    """Results are kept under the version; a changed term must not find the old ones."""
    versions = set()
    names = [*(f"{t}.csv" for t in TABLES), "dimensions/siqiang.toml"]
    for n, name in enumerate(["", *names]):
        folder = tmp_path / str(n)
        shutil.copytree(shipped(), folder)
        if name:
            path = folder / name
            path.write_bytes(path.read_bytes() + (b"\n" if name.endswith("toml") else b",,,,\n"))
        versions.add(load(str(folder)).version)
    assert len(versions) == len(names) + 1


def test_the_version_does_not_depend_on_the_place(lexicons: Path) -> None:
    assert load(str(lexicons)).version == load().version


@pytest.mark.parametrize("name", ["honours.csv", "dimensions/siqiang.toml"])
def test_a_missing_file_is_named(lexicons: Path, name: str) -> None:
    (lexicons / name).unlink()
    with pytest.raises(LexiconError) as caught:
        load(str(lexicons))
    assert caught.value.where == str(lexicons / name)
    assert caught.value.cure


def test_an_unknown_scheme_lists_the_known() -> None:
    with pytest.raises(ZhibuError) as caught:
        load(None, "qiqiang")
    for known in (shipped() / "dimensions").glob("*.toml"):
        assert known.stem in caught.value.cure


# --- matching ---------------------------------------------------------------------------------------


def test_the_longest_term_wins() -> None:
    matcher = Matcher(["党课", "微党课", "党课开讲", "课"])
    assert matcher.find("微党课开讲了，党课开讲啦，补课") == [
        (0, 3, "微党课"),
        (7, 11, "党课开讲"),
        (14, 15, "课"),
    ]


def test_the_leftmost_term_wins_over_a_longer_one_that_begins_later() -> None:
    assert Matcher(["支部委", "委员会议"]).find("支部委员会议") == [(0, 3, "支部委")]


def test_matches_count_characters_not_bytes_and_not_units_of_utf16() -> None:
    """Characters beyond the basic plane are one character each."""
    text = "𠮷林村🌾秋收𠮷林村"
    assert Matcher(["𠮷林村", "秋收"]).find(text) == [
        (0, 3, "𠮷林村"),
        (4, 6, "秋收"),
        (6, 9, "𠮷林村"),
    ]


def test_terms_with_signs_are_plain_text() -> None:
    """Nothing in a term is a pattern."""
    assert Matcher(["党建+", "1.5", "(一)"]).find("党建+1.5与115(一)") == [
        (0, 3, "党建+"),
        (3, 6, "1.5"),
        (10, 13, "(一)"),
    ]


def test_a_matcher_without_terms_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Matcher(["", ""])


def naive(terms: list[str], text: str) -> list[tuple[int, int, str]]:
    """Match as the rule says, letter by letter."""
    found, at = [], 0
    while at < len(text):
        here = [t for t in terms if text.startswith(t, at)]
        if here:
            longest = max(here, key=len)
            found.append((at, at + len(longest), longest))
            at += len(longest)
        else:
            at += 1
    return found


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("党课支部𠮷a", min_size=1, max_size=4), min_size=1, max_size=8),
    st.text("党课支部𠮷a", max_size=30),
)
def test_matching_is_leftmost_longest_without_overlap(terms: list[str], text: str) -> None:
    assert Matcher(terms).find(text) == naive(terms, text)


# --- a second scheme --------------------------------------------------------------------------------


def test_a_second_scheme_is_one_more_file(lexicons: Path) -> None:
    """No Python: the new dimensions tag sections and sentences, and no others do."""
    (lexicons / "dimensions" / "sanxing.toml").write_text(SCHEME, encoding="utf-8")
    (report,) = read(REPORT, Options(scheme="sanxing", lexicons=str(lexicons))).reports
    clean = report.article.text.clean
    headings = [clean[slice(*s.heading)] for s in report.article.sections]
    assert headings == ["一、点亮学习星", "二、点亮丰收星"]
    assert [s and s.dimension for s in report.section_dimensions] == ["learning", "harvest"]
    tagged = {
        clean[s.start : s.end]: [score.dimension for score in scores]
        for s, scores in zip(report.sentences, report.sentence_scores, strict=True)
    }
    assert tagged["党员每周研读原著，冬闲时节夜读到深夜。"] == ["learning"]
    assert tagged["秋收时节，党员把红旗插在晒谷场上。"] == ["harvest"]
    assert tagged["柳溪县枫桥镇稻香村党支部有党员三十一名。"] == []
    assert {(t.term, t.dimension) for t in report.terms} == {
        ("学习星", "learning"),
        ("研读", "learning"),
        ("夜读", "learning"),
        ("丰收星", "harvest"),
        ("秋收", "harvest"),
        ("晒谷场", "harvest"),
    }


def test_a_scheme_changes_nothing_but_dimensions(lexicons: Path) -> None:
    (lexicons / "dimensions" / "sanxing.toml").write_text(SCHEME, encoding="utf-8")
    (new,) = read(REPORT, Options(scheme="sanxing", lexicons=str(lexicons))).reports
    (old,) = read(REPORT, Options()).reports
    assert new.article == old.article
    assert (new.branch, new.practices, new.achievements, new.honours, new.rejected) == (
        old.branch,
        old.practices,
        old.achievements,
        old.honours,
        old.rejected,
    )


def test_a_new_scheme_is_reached_from_the_command_line(lexicons: Path, tmp_path: Path) -> None:
    (lexicons / "dimensions" / "sanxing.toml").write_text(SCHEME, encoding="utf-8")
    file = tmp_path / "daoxiang.txt"
    file.write_text(REPORT, encoding="utf-8")
    result = CliRunner().invoke(
        app, ["extract", str(file), "--scheme", "sanxing", "--lexicons", str(lexicons)]
    )
    assert result.exit_code == 0, result.output
    assert '"dimension": "harvest"' in result.stdout


def test_dimensions_and_labels_come_in_the_order_of_the_file(lexicons: Path) -> None:
    path = lexicons / "dimensions" / "sanxing.toml"
    path.write_text(SCHEME, encoding="utf-8")
    scheme = read_scheme(path)
    assert scheme.id == "sanxing"
    assert scheme.name == "三星党支部"
    assert scheme.dimensions == ("learning", "harvest")
    assert dict(scheme.labels) == {"learning": "学习星", "harvest": "丰收星"}
    weights = {(t.term, t.dimension): t.weight for t in scheme.terms}
    assert weights["夜读", "learning"] == 2.0
    assert weights["学习星", "learning"] == weights["爱学习", "learning"] == 3.0


@pytest.mark.parametrize("scheme", sorted(p.stem for p in (shipped() / "dimensions").glob("*")))
def test_every_shipped_scheme_takes_the_route(scheme: str) -> None:
    (report,) = read(REPORT, Options(scheme=scheme)).reports
    known = set(load(None, scheme).scheme.dimensions)
    given = {s.dimension for scores in report.sentence_scores for s in scores}
    assert given
    assert given <= known


# --- check ------------------------------------------------------------------------------------------


def test_the_shipped_lexicons_have_no_faults() -> None:
    assert check(shipped())[0] == []


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def plant(path: Path, change: Callable[[list[str]], int]) -> int:
    """Change the lines of a file; gives the number of the line that is wrong now."""
    rows = lines(path)
    row = change(rows)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return row


def only_fault(folder: Path) -> str:
    faults, _ = check(folder)
    assert len(faults) == 1, faults
    return faults[0]


@pytest.mark.parametrize(
    ("cell", "at", "says"),
    [(0, 1, "no term"), (1, 1, "no role"), (3, -1, "no source")],
    ids=["term", "role", "source"],
)
def test_check_finds_an_empty_cell(lexicons: Path, cell: int, at: int, says: str) -> None:
    """Empty terms and roles are planted in the first row, where they are in order."""
    path = lexicons / "slogans.csv"

    def change(rows: list[str]) -> int:
        row = range(len(rows))[at]
        cells = rows[row].split(",")
        cells[cell] = " "
        rows[row] = ",".join(cells)
        return row + 1

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert says in fault


def test_check_finds_a_duplicate_and_names_both_rows(lexicons: Path) -> None:
    path = lexicons / "units.csv"

    def change(rows: list[str]) -> int:
        rows.insert(10, rows[9])
        return 11

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert "row 10" in fault
    assert lines(path)[9].split(",")[0] in fault


def test_one_term_may_have_two_roles(lexicons: Path) -> None:
    """Only the same term in the same role is a duplicate."""
    path = lexicons / "layout.csv"
    rows = [line.split(",")[0] for line in lines(path)[1:]]
    assert len(set(rows)) < len(rows)
    assert check(lexicons)[0] == []


def test_check_finds_rows_out_of_order(lexicons: Path) -> None:
    path = lexicons / "gazetteer.csv"

    def change(rows: list[str]) -> int:
        assert rows[19].split(",")[1] == rows[20].split(",")[1]
        rows[19], rows[20] = rows[20], rows[19]
        return 21

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert "out of order" in fault


@pytest.mark.parametrize(
    "header",
    [HEADER + ",colour", HEADER.replace(",note", ""), HEADER.replace("source", "sauce"), ""],
    ids=["added", "missing", "misspelt", "none"],
)
def test_check_finds_unknown_and_missing_columns(lexicons: Path, header: str) -> None:
    path = lexicons / "cues.csv"

    def change(rows: list[str]) -> int:
        rows[0] = header
        return 1

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert HEADER in fault


@pytest.mark.parametrize("spoil", ["{},more", "{}"], ids=["more", "fewer"])
def test_check_finds_a_wrong_number_of_cells(lexicons: Path, spoil: str) -> None:
    path = lexicons / "practices.csv"

    def change(rows: list[str]) -> int:
        whole = rows[6] if "more" in spoil else ",".join(rows[6].split(",")[:3])
        rows[6] = spoil.format(whole)
        return 7

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert "cells" in fault


def test_check_finds_an_unknown_role(lexicons: Path) -> None:
    """A misspelt role would take the term out of every rule without a word."""
    path = lexicons / "honours.csv"

    def change(rows: list[str]) -> int:
        rows.append("金穗子,zz-heda,,某文,")
        return len(rows)

    row = plant(path, change)
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert "zz-heda" in fault


def test_check_finds_a_table_nobody_reads(lexicons: Path) -> None:
    (lexicons / "honors.csv").write_text(HEADER + "\n", encoding="utf-8")
    assert only_fault(lexicons).startswith(f"{lexicons / 'honors.csv'}: ")


def test_check_finds_a_missing_table(lexicons: Path) -> None:
    (lexicons / "slogans.csv").unlink()
    fault = only_fault(lexicons)
    assert str(lexicons / "slogans.csv") in fault
    assert "missing" in fault


def test_check_finds_a_table_that_is_no_text(lexicons: Path) -> None:
    """A table saved as GB18030 by a spreadsheet is a fault of the table, not a traceback."""
    path = lexicons / "slogans.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert str(path) in only_fault(lexicons)


def test_check_finds_a_folder_without_schemes(lexicons: Path) -> None:
    shutil.rmtree(lexicons / "dimensions")
    assert only_fault(lexicons).startswith(str(lexicons / "dimensions"))


SCHEME_FAULTS = {
    "no source": (
        '{term = "夜读", weight = 2, source = "composed"}',
        '{term = "夜读", weight = 2, source = ""}',
        "no source",
        9,
    ),
    "weight": (
        '{term = "秋收", weight = 3, source = "composed"}',
        '{term = "秋收", weight = 5, source = "composed"}',
        "weight 5",
        18,
    ),
    "twice in one dimension": (
        '{term = "研读", weight = 3, source = "composed"}',
        '{term = "研读", weight = 3, source = "composed"},\n'
        '  {term = "研读", weight = 3, source = "composed"}',
        "already under learning",
        11,
    ),
    "in two dimensions": (
        '{term = "秋收", weight = 3, source = "composed"}',
        '{term = "研读", weight = 3, source = "composed"},\n'
        '  {term = "秋收", weight = 3, source = "composed"}',
        "already under learning",
        18,
    ),
    "out of order": (
        '{term = "夜读", weight = 2, source = "composed"},\n'
        '  {term = "研读", weight = 3, source = "composed"}',
        '{term = "研读", weight = 3, source = "composed"},\n'
        '  {term = "夜读", weight = 2, source = "composed"}',
        "out of order",
        10,
    ),
}


@pytest.mark.parametrize("kind", SCHEME_FAULTS)
def test_check_finds_a_fault_in_a_scheme(lexicons: Path, kind: str) -> None:
    """The term stands in the row that is named."""
    right, wrong, says, row = SCHEME_FAULTS[kind]
    assert right in SCHEME
    path = lexicons / "dimensions" / "sanxing.toml"
    path.write_text(SCHEME.replace(right, wrong), encoding="utf-8")
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:{row}: ")
    assert says in fault


BROKEN_SCHEMES = {
    "no TOML": ("key = ", "key + "),
    "no key": ('key = "learning"', 'kee = "learning"'),
    "no weight": ("weight = 2, ", ""),
    "weight in words": ("weight = 2", 'weight = "zwei"'),
    "no dimension": ("[[dimension]]", "[[dimensions]]"),
    "terms in words": ('{term = "夜读", weight = 2, source = "composed"}', '"夜读"'),
}


@pytest.mark.parametrize("kind", BROKEN_SCHEMES)
def test_check_finds_a_scheme_that_cannot_be_read(lexicons: Path, kind: str) -> None:
    """A keeper's slip is a fault with the file's name, never a traceback."""
    right, wrong = BROKEN_SCHEMES[kind]
    assert right in SCHEME
    path = lexicons / "dimensions" / "sanxing.toml"
    path.write_text(SCHEME.replace(right, wrong), encoding="utf-8")
    assert str(path) in only_fault(lexicons)


def test_check_finds_an_institution_without_source(lexicons: Path) -> None:
    """Each term has a source, institutions too."""
    path = lexicons / "dimensions" / "sanxing.toml"
    head, rest = SCHEME.split("\n\n", 1)
    path.write_text(f'{head}\ninstitution = [{{term = "晨会"}}]\n\n{rest}', encoding="utf-8")
    fault = only_fault(lexicons)
    assert fault.startswith(f"{path}:3: ")
    assert "晨会" in fault


def test_check_accepts_the_scheme_that_the_faults_are_planted_in(lexicons: Path) -> None:
    (lexicons / "dimensions" / "sanxing.toml").write_text(SCHEME, encoding="utf-8")
    assert check(lexicons)[0] == []


def test_check_notes_a_term_inside_one_of_another_dimension(lexicons: Path) -> None:
    """Not a fault: the longest match decides, but the keeper should know."""
    before = set(check(lexicons)[1])
    path = lexicons / "dimensions" / "sanxing.toml"
    text = SCHEME.replace('term = "晒谷场"', 'term = "夜读谷场"')
    path.write_text(text, encoding="utf-8")
    (note,) = set(check(lexicons)[1]) - before
    assert note.startswith(f"{path}:17: 夜读谷场 (harvest) contains 夜读 (learning, row 9)")


def test_check_does_not_note_a_term_inside_one_of_its_own_dimension(lexicons: Path) -> None:
    before = set(check(lexicons)[1])
    path = lexicons / "dimensions" / "sanxing.toml"
    path.write_text(SCHEME.replace('term = "研读"', 'term = "夜读会"'), encoding="utf-8")
    assert set(check(lexicons)[1]) - before == set()


def test_check_notes_a_term_inside_one_of_another_role(lexicons: Path) -> None:
    path = lexicons / "honours.csv"
    before = set(check(lexicons)[1])
    rows = read_table(path)
    last = rows[-1]
    shared = {r.term for r in rows if r.role == last.role}
    short = next(
        r for r in rows if r.role == "active" and len(r.term) == 2 and r.term not in shared
    )
    with path.open("a", encoding="utf-8") as file:
        file.write(f"龘{short.term}龘,{last.role},{last.value},某文,\n")
    (note,) = [n for n in set(check(lexicons)[1]) - before if "龘" in n]
    assert note.startswith(f"{path}:{last.line + 1}: 龘{short.term}龘")
    assert f"row {short.line}" in note


def test_several_faults_are_all_found(lexicons: Path) -> None:
    """A keeper gets the whole list at once."""
    (lexicons / "cues.csv").unlink()
    (lexicons / "honors.csv").write_text(HEADER + "\n", encoding="utf-8")
    (lexicons / "dimensions" / "sanxing.toml").write_text("name = ", encoding="utf-8")
    places = [f.split(": ")[0] for f in check(lexicons)[0]]
    assert places == [
        str(lexicons / "cues.csv"),
        str(lexicons / "honors.csv"),
        str(lexicons / "dimensions" / "sanxing.toml"),
    ]


def test_the_command_prints_faults_and_exits_1(lexicons: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["lexicon", "check"]).exit_code == 0
    (lexicons / "slogans.csv").unlink()
    result = runner.invoke(app, ["lexicon", "check", str(lexicons)])
    assert result.exit_code == 1
    assert str(lexicons / "slogans.csv") in result.stdout
