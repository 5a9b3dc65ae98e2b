"""The keeper's workbench holds: what a corpus shows is suggested, edited, added, and then read.

All texts, units and names are invented. The lexicons are copies of the shipped ones.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.lexicon.add import SUGGESTION
from pipeline.lexicon.check import check
from pipeline.lexicon.load import load, shipped

REPORT = """柳溪县枫桥镇稻香村党支部

　　柳溪县枫桥镇稻香村党支部有党员三十一名。
　　一、强化政治功能
　　每月一次集中学习理论，党员讲党课。
　　二、建强支部班子
　　支委会集体研究，“稻花听声”议事小棚天天开着，听取意见12条。
　　三、建强党员队伍
　　党员亮身份、结对子，老党员带新党员。
　　四、发挥作用
　　服务群众，党员埋头晒谷搬运稻捆，修补渔筏36龘，又添14龘渔具，帮困难户晒谷。
　　秋天里晒谷，雨前晒谷，夜里也晒谷，群众都说好。
"""


def zhibu(*args: object, fine: bool = True) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in args])
    if fine:
        assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    folder = tmp_path / "lexicons"
    shutil.copytree(shipped(), folder)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(REPORT, encoding="utf-8")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def edited(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, SUGGESTION, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(term: str, table: str, role: str = "", **cells: str) -> dict[str, str]:
    return {"term": term, "table": table, "role": role, "source": "稻香村的话", **cells}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


GOOD = [
    row("龘", "units", "classifier", value="龘"),
    row("小棚", "practices", "head", value="platform", note="有棚, 有人"),
    row("晒谷", "dimensions/siqiang", value="2", dimension="role"),
    row("一一", "dimensions/siqiang", value="1", dimension="politics"),
    row("龘龘", "dimensions/siqiang", value="3", dimension="members"),
]


# --- suggest ----------------------------------------------------------------------------------------


def test_the_three_kinds_are_suggested(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.csv"
    zhibu("lexicon", "suggest", corpus, "--out", out)
    found = {(r["table"], r["term"]): r for r in rows_of(out)}
    assert tuple(next(iter(found.values()))) == SUGGESTION
    unit = found["units", "龘"]
    assert (unit["count"], unit["documents"], unit["role"], unit["value"]) == ("4", "2", "", "龘")
    assert "修补渔筏36龘" in unit["context"]
    head = found["practices", "小棚"]
    assert (head["role"], head["count"], head["documents"]) == ("head", "2", "2")
    term = found["dimensions/siqiang", "晒谷"]
    assert (term["dimension"], term["count"], term["value"]) == ("role", "10", "1")


def test_what_the_lexicons_know_is_not_suggested() -> None:
    """Nor does the order depend on anything but the texts."""
    gold = Path(__file__).parents[1] / "data" / "sample"
    first, second = (zhibu("lexicon", "suggest", gold).stdout for _ in range(2))
    assert first == second
    rows = list(csv.DictReader(first.splitlines()))
    assert rows
    lexicons = load()
    known = {t: {r.term for r in found} for t, found in lexicons.tables.items()}
    known["dimensions/siqiang"] = {t.term for t in lexicons.scheme.terms}
    known["dimensions/siqiang"].update(lexicons.scheme.institutions)
    assert [r["term"] for r in rows if r["term"] in known[r["table"]]] == []
    tables = ["units", "practices", "dimensions/siqiang"]
    keys = [(tables.index(r["table"]), -int(r["count"]), r["term"]) for r in rows]
    assert keys == sorted(keys)


def test_rarer_words_are_left_out(corpus: Path) -> None:
    assert "\n晒谷," in zhibu("lexicon", "suggest", corpus, "--least", 10).stdout
    assert "\n晒谷," not in zhibu("lexicon", "suggest", corpus, "--least", 11).stdout


def test_a_file_that_cannot_be_read_is_told(corpus: Path) -> None:
    (corpus / "empty.txt").touch()
    result = zhibu("lexicon", "suggest", corpus, fine=False)
    assert result.exit_code == 1
    assert "empty.txt" in result.stderr
    assert "\n龘," in result.stdout


# --- suggest, edit, add, extract ----------------------------------------------------------------------


def test_a_suggested_unit_is_added_and_then_counted(
    corpus: Path, lexicons: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new.csv"
    zhibu("lexicon", "suggest", corpus, "--out", out, "--lexicons", shipped())
    (unit,) = [r for r in rows_of(out) if r["term"] == "龘"]
    (head,) = [r for r in rows_of(out) if r["term"] == "小棚"]
    unit |= {"role": "classifier", "source": "稻香村的话"}
    head |= {"value": "platform", "source": "稻香村的话"}
    done = zhibu("lexicon", "add", edited(out, [unit, head]), "--lexicons", lexicons)
    assert done.stdout == "practices.csv: 1 added\nunits.csv: 1 added\n"
    zhibu("lexicon", "check", lexicons)
    file = corpus / "a.txt"
    old = json.loads(zhibu("extract", file).stdout)
    new = json.loads(zhibu("extract", file, "--lexicons", lexicons).stdout)
    assert [a["text"] for a in old["achievements"] if a["unit"] == "龘"] == []
    counted = [(a["text"], a["value"]) for a in new["achievements"] if a["unit"] == "龘"]
    assert counted == [("36龘", 36), ("14龘", 14)]
    assert [p["name"] for p in old["practices"]] == []
    assert [(p["name"], p["kind"]) for p in new["practices"]] == [("稻花听声", "platform")]
    again = zhibu("lexicon", "suggest", corpus, "--lexicons", lexicons).stdout
    assert "\n龘," not in again
    assert "\n小棚," not in again


# --- add --------------------------------------------------------------------------------------------


def test_files_stay_as_they_were_but_for_the_new_rows(lexicons: Path, tmp_path: Path) -> None:
    before = bytes_of(lexicons)
    zhibu("lexicon", "add", edited(tmp_path / "new.csv", GOOD), "--lexicons", lexicons)
    assert check(lexicons)[0] == []
    new = {
        "units.csv": ["龘,classifier,龘,稻香村的话,"],
        "practices.csv": ['小棚,head,platform,稻香村的话,"有棚, 有人"'],
        "dimensions/siqiang.toml": [
            f'  {{term = "{t}", weight = {w}, source = "稻香村的话"}},'
            for t, w in (("晒谷", 2), ("一一", 1), ("龘龘", 3))
        ],
    }
    after = bytes_of(lexicons)
    assert after.keys() == before.keys()
    for name, old in before.items():
        lines = after[name].split(b"\n")
        for line in new.get(name, ()):
            lines.remove(line.encode())
        assert b"\n".join(lines) == old, name
    scheme = load(str(lexicons)).scheme
    assert {t.term: t.dimension for t in scheme.terms if t.term in ("晒谷", "一一", "龘龘")} == {
        "晒谷": "role",
        "一一": "politics",
        "龘龘": "members",
    }


@pytest.mark.parametrize("form", ["crlf", "bom", "no last line end"])
def test_the_form_of_a_table_is_kept(lexicons: Path, tmp_path: Path, form: str) -> None:
    path = lexicons / "units.csv"
    old = path.read_bytes()
    if form == "crlf":
        old = old.replace(b"\n", b"\r\n")
    elif form == "bom":
        old = b"\xef\xbb\xbf" + old
    else:
        old = old.rstrip(b"\n")
    path.write_bytes(old)
    assert check(lexicons)[0] == []
    rows = [*GOOD[:1], row("龘龘", "units", "time", value="天")]
    zhibu("lexicon", "add", edited(tmp_path / "new.csv", rows), "--lexicons", lexicons)
    new = path.read_bytes()
    end = b"\r\n" if form == "crlf" else b"\n"
    for line in ("龘,classifier,龘,稻香村的话,", "龘龘,time,天,稻香村的话,"):
        assert end + line.encode() in new
        new = new.replace(end + line.encode(), b"", 1)
    assert new == old


def test_a_last_term_without_a_comma_gets_one(lexicons: Path, tmp_path: Path) -> None:
    path = lexicons / "dimensions" / "siqiang.toml"
    path.write_text(path.read_text("utf-8").replace("},\n]", "}\n]"), encoding="utf-8")
    zhibu("lexicon", "add", edited(tmp_path / "new.csv", GOOD), "--lexicons", lexicons)
    assert check(lexicons)[0] == []
    assert "龘龘" in {t.term for t in load(str(lexicons)).scheme.terms}


BAD = {
    "table": (row("某", "unit", "classifier", value="某"), "unknown table"),
    "no table": (row("某", "", "classifier", value="某"), "unknown table"),
    "role": (row("某", "units", "clasifier", value="某"), "unknown role"),
    "no role": (row("某", "units", value="某"), "unknown role"),
    "kind": (row("某某", "practices", "head", value="boat"), "unknown value"),
    "no kind": (row("某某", "practices", "head"), "no value"),
    "scheme": (row("某某", "dimensions/qiqiang", value="1", dimension="role"), "unknown table"),
    "dimension": (row("某某", "dimensions/siqiang", value="1", dimension="x"), "unknown dimension"),
    "weight": (row("某某", "dimensions/siqiang", value="4", dimension="role"), "weight"),
    "source": (row("某", "units", "classifier", value="某") | {"source": " "}, "no source"),
    "term": (row("", "units", "classifier", value="某"), "no term"),
    "known": (row("人次", "units", "classifier", value="人次"), "stands already"),
    "known to the scheme": (
        row("党课", "dimensions/siqiang", value="1", dimension="role"),
        "stands already",
    ),
    "twice": (GOOD[0], "stands already"),
    "twice in a scheme": (GOOD[2] | {"dimension": "politics"}, "stands already"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_refused_row_changes_nothing(lexicons: Path, tmp_path: Path, name: str) -> None:
    bad, says = BAD[name]
    before = bytes_of(lexicons)
    file = edited(tmp_path / "new.csv", [*GOOD, bad])
    result = zhibu("lexicon", "add", file, "--lexicons", lexicons, fine=False)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"zhibu: {file}:{len(GOOD) + 2}: ")
    assert says in line
    assert bytes_of(lexicons) == before


def test_all_refused_rows_are_told_at_once(lexicons: Path, tmp_path: Path) -> None:
    file = edited(tmp_path / "new.csv", [bad for bad, _ in list(BAD.values())[:4]])
    with file.open("a", encoding="utf-8") as more:
        more.write("某,units\n")
    result = zhibu("lexicon", "add", file, "--lexicons", lexicons, fine=False)
    places = [line.split(": ")[1] for line in result.stderr.splitlines()]
    assert places == [f"{file}:{n}" for n in range(2, 7)]
    assert "wrong number of cells" in result.stderr


def test_faulty_lexicons_and_files_are_refused(lexicons: Path, tmp_path: Path) -> None:
    from pipeline.errors import LexiconError

    runner, file = CliRunner(), tmp_path / "new.csv"

    def fault() -> str:
        result = runner.invoke(app, ["lexicon", "add", str(file), "--lexicons", str(lexicons)])
        assert isinstance(result.exception, LexiconError), result.output
        return str(result.exception)

    assert fault().startswith(f"{file}: cannot be opened")
    file.write_text("term,role\n某,classifier\n", encoding="utf-8")
    assert "no column table, value, dimension, source" in fault()
    file.write_bytes("term,table,role,value,dimension,source\n渔筏".encode("gb18030"))
    assert "not UTF-8" in fault()
    edited(file, GOOD)
    (lexicons / "slogans.csv").unlink()
    before = bytes_of(lexicons)
    assert "faults already" in fault()
    assert bytes_of(lexicons) == before


# --- coverage ---------------------------------------------------------------------------------------


def test_coverage_tells_hits_unused_and_over_firing(
    corpus: Path, lexicons: Path, tmp_path: Path
) -> None:
    """A term put under the wrong dimension fires in sections of another."""
    rows = [GOOD[2] | {"dimension": "committee", "value": "1"}, GOOD[4]]
    zhibu("lexicon", "add", edited(tmp_path / "new.csv", rows), "--lexicons", lexicons)
    result = zhibu("lexicon", "coverage", corpus, "--lexicons", lexicons)
    found = {r["term"]: r for r in csv.DictReader(result.stdout.splitlines())}
    assert set(found) == {t.term for t in load(str(lexicons)).scheme.terms}
    wrong = found["晒谷"]
    assert (wrong["hits"], wrong["documents"], wrong["other"]) == ("10", "2", "10")
    assert (wrong["mostly"], wrong["state"]) == ("role", "over-firing")
    assert (found["龘龘"]["hits"], found["龘龘"]["state"]) == ("0", "unused")
    assert (found["党课"]["hits"], found["党课"]["own"], found["党课"]["state"]) == ("2", "2", "")
    for r in found.values():
        assert int(r["hits"]) == sum(int(r[c]) for c in ("own", "other", "elsewhere"))
    out = tmp_path / "coverage.csv"
    zhibu("lexicon", "coverage", corpus, "--lexicons", lexicons, "--out", out)
    assert out.read_text("utf-8-sig") == result.stdout
