"""The wheel is whole: built, installed in a clean venv, it runs from another folder, lexicons included.

The venv sees the packages of this one through a .pth (fast, offline); `pipeline` itself must come from
the wheel.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
REPORT = """苇洲市水务局泵站党支部

一泵一闸总关情

苇洲市水务局泵站党支部扎根泵站一线。

强化政治功能。支部严格落实“三会一课”制度，组织党员学习党章党规。

发挥作用。支部推行“听音辨障”工作法，检修机组63台次。支部荣获“全市先进基层党组织”称号。
"""


def call(*words: str | Path, cwd: Path) -> str:
    """Run a program without this checkout on its path; gives what it printed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(
        [str(w) for w in words], cwd=cwd, env=env, capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    call(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=REPO
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean venv with the wheel; gives its folder of programs."""
    home = tmp_path_factory.mktemp("venv") / "clean"
    call(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    call(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=home.parent)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "around.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def test_the_wheel_holds_every_lexicon_and_nothing_of_tests_or_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {
        name.removeprefix("pipeline/_lexicons/")
        for name in names
        if name.startswith("pipeline/_lexicons/")
    }
    here = {
        p.relative_to(REPO / "lexicons").as_posix()
        for p in (REPO / "lexicons").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert shipped == here
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.startswith("zhibu-")} == {"pipeline"}


def test_the_wheel_holds_the_font_with_its_licence_and_the_spacy_factory(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel)
    assert {"pipeline/fonts/ZhibuSans.otf", "pipeline/fonts/OFL.txt"} <= set(held.namelist())
    (points,) = [n for n in held.namelist() if n.endswith("entry_points.txt")]
    assert "zhibu = pipeline.adapters.spacy:make" in held.read(points).decode()


def test_spacy_finds_the_factory_and_matplotlib_the_font_once_installed(
    venv: Path, tmp_path: Path
) -> None:
    code = (
        "import spacy; nlp = spacy.blank('zh'); nlp.add_pipe('zhibu');"
        f"doc = nlp({REPORT!r}); print([s.text for s in doc.spans['achievements']]);"
        "from pipeline.tidy.plots import use_chinese_font; print(use_chinese_font())"
    )
    assert call(venv / "python", "-c", code, cwd=tmp_path).split() == [
        "['63台次']", "Zhibu", "Sans",
    ]  # fmt: skip


def test_the_installed_package_comes_from_the_wheel(venv: Path, tmp_path: Path) -> None:
    code = (
        "import pipeline; from pipeline.lexicon.load import shipped;"
        "print(pipeline.__file__); print(shipped())"
    )
    for place in call(venv / "python", "-c", code, cwd=tmp_path).splitlines():
        assert Path(place).is_relative_to(venv.parent), place


def test_zhibu_extract_runs_from_another_folder(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "泵站.txt").write_text(REPORT, encoding="utf-8")
    (record,) = map(
        json.loads, call(venv / "zhibu", "extract", "泵站.txt", cwd=tmp_path).splitlines()
    )
    assert record["branch"] == "苇洲市水务局泵站党支部"
    assert [(p["name"], p["kind"]) for p in record["practices"]] == [("听音辨障", "method")]
    assert [(a["value"], a["unit"]) for a in record["achievements"]] == [(63, "台次")]
    assert [h["title"] for h in record["honours"]] == ["全市先进基层党组织"]
    assert [s["dimension"] for s in record["sections"]] == ["politics", "role"]


def test_zhibu_run_writes_a_dataset_from_another_folder(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "泵站.txt").write_text(REPORT, encoding="utf-8")
    call(venv / "zhibu", "run", "泵站.txt", "--out", "out", cwd=tmp_path)
    assert (tmp_path / "out" / "honours.parquet").is_file()
    assert "全市先进基层党组织" in (tmp_path / "out" / "honours.csv").read_text("utf-8-sig")


def test_zhibu_dashboard_makes_a_page_from_what_is_in_the_wheel(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "泵站.txt").write_text(REPORT, encoding="utf-8")
    call(venv / "zhibu", "run", "泵站.txt", "--out", "out", cwd=tmp_path)
    call(venv / "zhibu", "dashboard", "out", "--out", "page.html", cwd=tmp_path)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "苇洲市水务局泵站党支部" in page
    assert "政治功能强" in page


@pytest.mark.parametrize("words", [["--version"], ["lexicon", "check"], ["extract", "泵站.txt"]])
def test_zhibu_and_python_m_pipeline_are_the_same(
    venv: Path, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "泵站.txt").write_text(REPORT, encoding="utf-8")
    one = call(venv / "zhibu", *words, cwd=tmp_path)
    two = call(venv / "python", "-m", "pipeline", *words, cwd=tmp_path)
    assert one == two != ""
