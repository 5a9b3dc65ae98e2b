"""The live dashboard, run by streamlit's own tester: no server, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipeline import Dataset
from pipeline.commands.serve import command
from pipeline.dashboard import live
from pipeline.errors import ZhibuError
from tests import dashboards

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dashboards.dataset(tmp_path_factory.mktemp("live"))


def started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The program as `zhibu serve` would start it, drawn once."""
    _, environment = command(folder, 8501, "localhost", "zh")
    monkeypatch.setenv(live.TOLD, environment[live.TOLD])
    app = testing.AppTest.from_file(str(live.__file__), default_timeout=30)
    app.run()
    assert not app.exception
    return app


def test_the_views_are_drawn_and_filtered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = started(folder, monkeypatch)
    dataset = Dataset.open(folder)
    assert app.metric[0].value == str(len(dataset.reports))
    assert app.metric[3].value == str(len(dataset.achievements))
    app.selectbox(key="filter.dimension").set_value("role").run()
    wanted = int((dataset.achievements["dimension"] == "role").sum())
    assert app.metric[3].value == str(wanted)
    app.radio(key="view").set_value("achievements").run()
    assert not app.exception
    assert len(app.dataframe[0].value) == wanted
    app.text_input(key="search.achievements").set_value("检修机组").run()
    assert app.dataframe[0].value["原文"].tolist()[0] == "63台次"
    assert len(app.dataframe[0].value) < wanted
    assert set(app.dataframe[0].value["类别"]) <= {"数量", "金额"}
    assert set(app.dataframe[0].value["维度"]) == {"作用发挥强"}
    assert "听音辨障" in app.dataframe[0].value["句子"].iloc[0]
    app.radio(key="language").set_value("en").run()
    assert app.header[0].value == "Branch reports dashboard"
    for view in ("heat", "practices", "honours", "report", "overview"):
        app.radio(key="view").set_value(view).run()
        assert not app.exception, view


def test_a_report_shows_as_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = started(folder, monkeypatch)
    app.radio(key="view").set_value("report").run()
    reports = Dataset.open(folder).reports
    (key,) = reports.loc[reports["branch"] == dashboards.BRANCH, "report_id"]
    app.selectbox(key="report").set_value(key).run()
    assert any(dashboards.SCRIPT in text.value for text in app.text)
    assert not any(dashboards.SCRIPT in m.value for m in app.markdown)


def test_copies_count_only_where_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dashboards.copied(tmp_path)
    app = started(made, monkeypatch)
    assert app.metric[0].value == "2"
    once = int(app.metric[3].value)
    app.checkbox(key="filter.copies").check().run()
    assert app.metric[0].value == "3"
    assert app.metric[1].value == "2"
    assert int(app.metric[3].value) == len(Dataset.open(made).achievements) > once
    app.radio(key="view").set_value("report").run()
    assert not app.info
    reports = Dataset.open(made).reports
    (key,) = reports.loc[reports["duplicate_of"].notna(), "report_id"]
    app.selectbox(key="report").set_value(key).run()
    assert not app.exception
    assert "original.txt" in app.info[0].value


def test_without_copies_there_is_no_switch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not started(folder, monkeypatch).checkbox


def test_an_empty_dataset_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = started(dashboards.empty(tmp_path), monkeypatch)
    assert "还没有报告" in app.info[0].value


def test_a_cell_without_evidence_is_blank_not_zero(folder: Path) -> None:
    dataset = Dataset.open(folder)
    labels = {"politics": "政治", "committee": "班子", "members": "队伍", "role": "作用"}
    counts = live.heat(dataset, dataset.reports, "branch", labels)
    assert list(counts.columns) == list(labels.values())
    assert counts.isna().to_numpy().any()
    assert counts.min().min() == 1
    assert int(counts.sum().sum()) == len(dataset.table("sentence_dimensions"))


def test_no_cell_of_a_download_is_a_formula() -> None:
    frame = pd.DataFrame({"a": ["=1+1", "@x", "平常", None], "b": [1.0, 2.5, None, 3.0]})
    text = live.sheet(frame, {"a": "原文"}).decode("utf-8")
    assert text == "\ufeff原文,b\r\n'=1+1,1\r\n'@x,2.5\r\n平常,\r\n,3\r\n"


def test_usage_is_told_to_no_one(folder: Path) -> None:
    words, environment = command(folder, 9000, "localhost", "en")
    assert "--browser.gatherUsageStats=false" in words
    assert {"--server.port=9000", "--server.address=localhost"} <= set(words)
    assert json.loads(environment[live.TOLD])["lang"] == "en"
    with pytest.raises(ZhibuError, match="unknown language"):
        command(folder, 9000, "localhost", "fr")
    with pytest.raises(ZhibuError, match="no dataset"):
        command(folder.parent / "nowhere", 9000, "localhost", "zh")
