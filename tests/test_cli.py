"""The commands do what they say, told only from outside: through a subprocess, by what is printed.

`extract` prints JSON lines in the format of golden reports with the ground of every item; `evaluate` gives
the figures that README.md explains; what a user gets wrong is one line that says what, where and what to do,
with exit status 2; a batch in which a file fails finishes and exits 1.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
SHARED = REPO.parent / "shared"
GROUND = {"evidence", "source_start", "source_end", "rule", "confidence"}
KEYS = {
    "practices": {"name", "kind"},
    "achievements": {"text", "value", "unit", "bound", "kind", "indicator"},
    "honours": {"title", "kind", "recipient", "level", "issuer", "years", "count"},
}
ONE = """石桥市水务局管网党支部

守好一渠清水

石桥市水务局管网党支部现有党员21名，常年守在管网一线。

强化政治功能。支部全年开展集中学习26次，撰写心得体会118篇。党员带头学、跟进学，把学到的用在管网上。

建强支部班子。支部推行“望闻问切”工作法，班子成员包片走访用户640户，解决难题37个。

发挥作用。支部组建“浪尖”党员突击队，抢修漏点92处，漏损率由18.5%降至9.7%。支部荣获“全市先进基层党组织”称号。
"""


def command(*words: str | Path, cwd: Path = REPO) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m pipeline` with arguments."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words)],
        capture_output=True,
        cwd=cwd,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(REPO), "PYTHONIOENCODING": "utf-8"},
    )


def records(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    """Read what a command printed: JSON lines and nothing else."""
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """Give the only line of a fault."""
    assert done.returncode == 2, done
    assert done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "管网.txt"
    file.write_text(ONE, encoding="utf-8")
    return file


def test_extract_prints_a_line_a_report_with_the_guides_keys(report: Path) -> None:
    """Also: the id of a file with one report is its stem, and every item has its ground."""
    done = command("extract", report)
    assert done.returncode == 0
    assert done.stderr == b""
    (record,) = records(done)
    assert record["id"] == "管网"
    assert {"branch", "title", "lead", "sections", "sentences"} <= record.keys()
    assert record["branch"] == "石桥市水务局管网党支部"
    assert record["title"] == "守好一渠清水"
    for section in record["sections"]:
        assert {"heading", "body", "dimension"} <= section.keys()
    for sentence in record["sentences"]:
        assert {"text", "dimensions"} <= sentence.keys()
    raw = report.read_text(encoding="utf-8")
    for layer, keys in KEYS.items():
        assert record[layer], layer
        for item in record[layer]:
            assert keys | GROUND <= item.keys(), layer
            assert raw[item["source_start"] : item["source_end"]] == item["evidence"]
            assert 0 < item["confidence"] <= 1
            assert item["rule"]
    assert [h["title"] for h in record["honours"]] == ["全市先进基层党组织"]
    assert {p["name"] for p in record["practices"]} == {"望闻问切", "浪尖"}


def test_extract_numbers_the_reports_of_a_file_that_holds_several() -> None:
    page = REPO / "data/sample/newspaper-page.txt"
    found = records(command("extract", page))
    assert [r["id"] for r in found] == [f"{page.stem}#{n}" for n in range(1, len(found) + 1)]
    assert len(found) > 1


def test_extract_of_several_files_keeps_their_order(tmp_path: Path, report: Path) -> None:
    other = tmp_path / "a.txt"
    other.write_text(ONE.replace("石桥", "柳溪"), encoding="utf-8")
    assert [r["id"] for r in records(command("extract", report, other))] == ["管网", "a"]


def test_text_prints_the_raw_text_as_it_is(tmp_path: Path) -> None:
    """Line ends and spaces stay; a byte-order mark is no part of the text."""
    file = tmp_path / "t.txt"
    file.write_bytes(b"\xef\xbb\xbf" + "柳溪镇\r\n  党支部 学习\r\n".encode())
    done = command("text", file)
    assert done.stdout == "柳溪镇\r\n  党支部 学习\r\n".encode()
    assert (done.returncode, done.stderr) == (0, b"")


def test_text_prints_what_a_gb18030_file_says(tmp_path: Path) -> None:
    file = tmp_path / "g.txt"
    file.write_bytes(ONE.encode("gb18030"))
    assert command("text", file).stdout.decode() == ONE


# --- evaluate --------------------------------------------------------------------------------------


def figures(text: str) -> dict[str, dict[str, float | str]]:
    """Read the figures of either program: numbers to three digits (score.py rounds some to three)."""
    found: dict[str, dict[str, float | str]] = {}
    for line in text.splitlines():
        layer, _, rest = line.partition(": ")
        pairs = re.findall(
            r"([a-z][a-z0-9 ]*?)[ =](\d+/\d+|\d+(?:\.\d+)?)(?=,| |$)",
            rest.replace("attributes ", ""),
        )
        found[layer] = {k: v if "/" in v else round(float(v), 3) for k, v in pairs}
    return found


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
@pytest.mark.parametrize("folder", ["seed", "dev"])
def test_evaluate_gives_the_figures_of_score_py(folder: str, tmp_path: Path) -> None:
    gold = SHARED / folder / "gold.jsonl"
    raw = sorted((SHARED / folder).rglob("*.txt"))
    found = tmp_path / "found.jsonl"
    found.write_bytes(command("extract", *raw).stdout)
    theirs = subprocess.run(
        [sys.executable, SHARED / "score.py", gold, found], capture_output=True, check=True
    )
    ours = command("evaluate", gold, "--found", found)
    assert ours.returncode == 0
    if folder == "seed":  # without --found it reads the files beside the gold anew
        assert command("evaluate", gold).stdout == ours.stdout
    want, got = figures(theirs.stdout.decode()), figures(ours.stdout.decode())
    assert want.keys() == got.keys() >= {"structure", "dimensions", "achievements"}
    for layer, row in want.items():
        assert row.keys() == got[layer].keys(), layer
        for name, value in row.items():
            same = pytest.approx(value, abs=0.00101) if isinstance(value, float) else value
            assert got[layer][name] == same, (layer, name)


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_evaluate_of_a_spoiled_file_gives_the_figures_of_score_py_too(tmp_path: Path) -> None:
    """Misses, false alarms and wrong attributes count alike, and --errors lists as many."""
    gold = SHARED / "dev/gold.jsonl"
    golden = [json.loads(x) for x in gold.read_text(encoding="utf-8").splitlines()]
    for n, record in enumerate(golden):
        record["practices"] = record["practices"][n % 3 :]
        for item in record["achievements"][::4]:
            item["value"] = 77777
        for item in record["honours"][::2]:
            item["level"] = "county"
        for sentence in record["sentences"][::5]:
            sentence["dimensions"] = ["role"]
        for section in record["sections"][:1]:
            section["heading"] += "（改）"
    found = tmp_path / "found.jsonl"
    found.write_text("".join(json.dumps(r) + "\n" for r in golden[1:]), encoding="utf-8")
    theirs = subprocess.run(
        [sys.executable, SHARED / "score.py", gold, found, "--errors"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    ours = command("evaluate", gold, "--found", found, "--errors").stdout.decode()
    a, b = theirs.splitlines(), ours.splitlines()
    layers = len(figures("\n".join(a[-5:])))
    assert layers == 5
    assert len(a) == len(b)
    want, got = figures("\n".join(a[-5:])), figures("\n".join(b[-5:]))
    assert want.keys() == got.keys()
    for layer, row in want.items():
        for name, value in row.items():
            same = pytest.approx(value, abs=0.00101) if isinstance(value, float) else value
            assert got[layer][name] == same, (layer, name)
    assert want["practices"]["f1"] < 1


# --- faults of the user ------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["extract", "text", "run", "evaluate"])
def test_a_missing_file_is_one_line(verb: str, tmp_path: Path) -> None:
    missing = tmp_path / "没有.txt"
    more = ["--out", str(tmp_path / "out")] if verb == "run" else []
    line = one_line(command(verb, missing, *more))
    assert str(missing) in line
    assert re.search("no such file|cannot be opened", line)
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    line = one_line(command("run", tmp_path / "空", "--out", tmp_path / "out"))
    assert str(tmp_path / "空") in line
    assert "no file that can be read" in line
    assert ".txt" in line  # what to do: which files to put there


def test_an_unwritable_output_is_one_line(report: Path, tmp_path: Path) -> None:
    """A file stands where the folder should be made: nobody can write there, root included."""
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file" / "out", tmp_path / "file"):
        line = one_line(command("run", report, "--out", out))
        assert str(out) in line
        assert "cannot be written" in line
        assert "choose" in line
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_one_line(report: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    line = one_line(command("run", report, "--out", closed / "out"))
    assert str(closed) in line


def test_an_unknown_format_is_one_line_that_names_the_known_ones(
    report: Path, tmp_path: Path
) -> None:
    line = one_line(command("run", report, "--out", tmp_path / "out", "--format", "csv,ods"))
    assert "unknown format ods" in line
    assert "csv" in line
    assert "parquet" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["run", "extract"])
def test_an_unknown_scheme_is_one_line_that_names_the_known_ones(
    verb: str, report: Path, tmp_path: Path
) -> None:
    more = ["--out", str(tmp_path / "out")] if verb == "run" else []
    line = one_line(command(verb, report, *more, "--scheme", "七强"))
    assert "七强" in line
    assert "siqiang" in line


def test_gold_that_is_not_json_names_the_line(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "a"}\nnot json\n', encoding="utf-8")
    line = one_line(command("evaluate", gold, "--found", gold))
    assert f"{gold}:2" in line


def test_a_batch_with_a_broken_file_finishes_and_exits_1(tmp_path: Path) -> None:
    """The broken file is a row of `issues` and a failed document; the other files are read."""
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "good.txt").write_text(ONE, encoding="utf-8")
    (source / "broken.txt").write_bytes(bytes(range(256)) * 8)
    (source / "empty.txt").write_bytes(b"")
    done = command("run", source, "--out", out)
    assert done.returncode == 1
    assert done.stdout == b""
    assert "Traceback" not in done.stderr.decode()
    with (out / "documents.csv").open(encoding="utf-8-sig", newline="") as handle:
        status = {row["path"]: row["status"] for row in csv.DictReader(handle)}
    assert status == {"good.txt": "read", "broken.txt": "failed", "empty.txt": "failed"}
    with (out / "issues.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if r["severity"] == "error"]
    assert {r["path"] for r in rows} == {"broken.txt", "empty.txt"}
    assert all(r["message"] and r["cure"] for r in rows)
    with (out / "honours.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert [r["title"] for r in csv.DictReader(handle)] == ["全市先进基层党组织"]


def test_extract_goes_on_after_a_broken_file_and_exits_1(report: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(bytes(range(256)) * 8)
    done = command("extract", broken, report)
    assert done.returncode == 1
    assert [r["id"] for r in records(done)] == ["管网"]
    assert str(broken) in done.stderr.decode()


def test_run_exits_0_and_prints_nothing_on_stdout(report: Path, tmp_path: Path) -> None:
    done = command("run", report, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (0, b"")
    assert "1 files" in done.stderr.decode()


# --- the two names of the program ----------------------------------------------------------------------

ZHIBU = shutil.which("zhibu", path=sysconfig.get_path("scripts"))


@pytest.mark.skipif(ZHIBU is None, reason="zhibu is not installed here (pip install -e .)")
@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["lexicon", "check"], ["extract", "no.txt"]]
)
def test_zhibu_and_python_m_pipeline_are_the_same(words: list[str]) -> None:
    one, two = subprocess.run([str(ZHIBU), *words], capture_output=True), command(*words)
    assert one.returncode == two.returncode
    # the name is part of the usage line, which is wrapped and padded by its length
    mine, other = (r.stdout.replace(b"python -m pipeline", b"zhibu").split() for r in (one, two))
    assert mine == other
    assert one.stderr == two.stderr


def test_the_console_command_is_the_function_that_python_m_pipeline_calls() -> None:
    """Held by the declaration, so that it is held where zhibu is not installed as well."""
    import tomllib

    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"zhibu": "pipeline.__main__:main"}
    assert "main()" in (REPO / "pipeline/__main__.py").read_text(encoding="utf-8").splitlines()[-1]
