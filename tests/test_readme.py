"""README.md holds: its code runs, what it shows is what comes out, its tables are the real ones.

Blocks marked python run in one namespace; a line `# → …` is a line that the block prints. Blocks marked
console run through bash, every command with exit status 0; a shown line occurs in the command's output,
where … stands for anything. Blocks marked sh and text are not run.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from pipeline.commands.evaluate import evaluate
from pipeline.commands.run import run
from pipeline.lexicon.check import check
from pipeline.model import Options
from pipeline.tidy.schema import TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GOLD = ("dev", "test", "sample")
# Columns of the tables in "What comes out" that are joined to a row from elsewhere.
JOINED = ("id", "sentence")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block, each with the lines shown under it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def shown(line: str, output: str) -> bool:
    pattern = ".*".join(map(re.escape, line.rstrip().split("…")))
    return re.search(pattern, output) is not None


def markdown(start: str) -> list[dict[str, str]]:
    """Rows of the table whose header row comes first after `start`."""
    rest = README[README.index(start) :]
    table = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", rest, re.MULTILINE)
    assert table is not None
    head, _, *rows = ([c.strip() for c in x[1:-1].split("|")] for x in table[0].splitlines())
    return [dict(zip(head, cells, strict=True)) for cells in rows]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the repository's root has; what blocks write stays in it."""
    folder = tmp_path_factory.mktemp("readme")
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name not in ("out", "out-page", "page", "models"):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    out = tmp_path_factory.mktemp("dataset")
    run([ROOT / "data/sample"], out, Options(), ["csv"], 1, lambda *_: None)
    found = {}
    for path in out.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def test_readme_has_code_of_every_kind() -> None:
    """The other tests cannot pass because nothing was found."""
    assert len(blocks("python")) >= 3
    assert len(blocks("console")) >= 8
    assert len(blocks("toml")) == len(blocks("csv")) == 1
    run_by_it = {line.split()[1] for b in blocks("console") for line, _ in commands(b)}
    assert run_by_it >= {"run", "extract", "text", "evaluate", "segment", "train", "lexicon"}


@pytest.mark.parametrize("block", blocks("console"), ids=lambda b: b.splitlines()[0][2:])
def test_console_blocks_run_and_print_what_is_shown(block: str, place: Path) -> None:
    binaries = Path(sys.executable).parent
    assert (binaries / "zhibu").exists(), "the command zhibu is not installed here: make setup"
    env = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    for command, lines in commands(block):
        done = subprocess.run(
            ["bash", "-c", command], cwd=place, env=env, capture_output=True, timeout=120
        )
        output = (done.stdout + done.stderr).decode("utf-8").replace("\r\n", "\n")
        assert done.returncode == 0, f"{command}\n{output}"
        missing = [line for line in lines if not shown(line, output)]
        assert not missing, f"{command}\n{output}"


def test_python_blocks_run_and_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "data/sample", tmp_path / "data/sample")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for block in blocks("python"):
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile(block, "README.md", "exec"), namespace)
        wanted = [x.removeprefix("# → ") for x in block.splitlines() if x.startswith("# → ")]
        assert printed.getvalue().splitlines() == wanted


def test_a_shown_line_that_is_not_printed_is_noticed() -> None:
    """The comparison can fail, and … stands for any part of one line only."""
    assert shown("17 reports, … facts → out", "8 files, 17 reports, 400 facts → out\n")
    assert not shown("17 reports, … facts", "17 reports\n400 facts")
    assert not shown("a.b", "axb")


@pytest.mark.parametrize("table", ["reports", "practices", "achievements", "honours", "rejected"])
def test_rows_shown_are_rows_of_the_sample(
    table: str, dataset: dict[str, list[dict[str, str]]]
) -> None:
    names = {r["report_id"]: r["id"] for r in dataset["reports"]}
    texts = {s["sentence_id"]: s["text"] for s in dataset["sentences"]}
    rows = markdown(f"<!-- rows of {table} -->")
    assert len(rows) >= 3
    for row in rows:
        own = {k: v for k, v in row.items() if k not in JOINED}
        same = [
            r
            for r in dataset[table]
            if names[r["report_id"]] == row["id"] and own.items() <= r.items()
        ]
        assert same, row
        if "sentence" in row:
            evidence = same[0].get("evidence") or same[0]["text"]
            marked = re.findall(r"\*\*(.+?)\*\*", row["sentence"])
            assert marked == [evidence]
            assert row["sentence"].replace("**", "") == texts[same[0]["sentence_id"]]


def test_all_tables_and_columns_are_listed_as_declared() -> None:
    rows = markdown("## Tables")
    listed = [(r["table"].strip("`"), r["one row is"], r["columns"].split(", ")) for r in rows]
    assert listed == [(t.name, t.row, [c.name for c in t.columns]) for t in TABLES]


def test_all_reasons_of_the_sample_are_explained(
    dataset: dict[str, list[dict[str, str]]],
) -> None:
    explained = {row["reason"] for row in markdown("## What it refuses")}
    assert {r["reason"] for r in dataset["rejected"]} <= explained


def figures(gold: str) -> Iterator[tuple[tuple[str, str], str]]:
    for line in evaluate(ROOT / f"data/gold/{gold}.jsonl", None, None, False, Options()):
        layer, _, rest = line.partition(": ")
        for part in rest.split(", "):
            name, _, value = part.rpartition(" ")
            exact = "/" in value or name == "gold"
            yield (layer, name), value if exact else f"{float(value):.3f}"


@pytest.mark.parametrize("gold", GOLD)
def test_scores_shown_are_those_measured(gold: str) -> None:
    rows = markdown("## Scores")
    column = next(c for c in rows[0] if c.startswith(f"{gold} ("))
    reports = len((ROOT / f"data/gold/{gold}.jsonl").read_text("utf-8").splitlines())
    assert column == f"{gold} ({reports} reports)"
    assert {(r["layer"], r["figure"]): r[column] for r in rows} == dict(figures(gold))


def test_agreement_shown_is_that_of_the_annotators() -> None:
    agreement = json.loads((ROOT / "data/gold/agreement.json").read_text("utf-8"))
    shown_figures = [r["agreement"] for r in markdown("## Scores") if r["agreement"]]
    assert sorted(shown_figures) == sorted(f"{v:.3f}" for v in agreement.values())


def test_the_example_scheme_is_a_scheme_without_faults(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    shutil.copytree(ROOT / "lexicons", folder)
    example = blocks("toml")[0]
    (folder / "dimensions/liangmian.toml").write_text(example, encoding="utf-8")
    assert check(folder)[0] == []
    keys = {d["key"] for d in tomllib.loads(example)["dimension"]}
    lines = evaluate(
        ROOT / "data/gold/sample.jsonl", None, None, False, Options("liangmian", str(folder))
    )
    assert any(set(re.findall(r"[a-z]+", line)) >= keys for line in lines)


def test_the_example_rows_are_in_the_lexicon() -> None:
    units = (ROOT / "lexicons/units.csv").read_text(encoding="utf-8").splitlines()
    assert set(blocks("csv")[0].splitlines()) <= set(units)
