"""The live dashboard: the page's views in simpler form, for a dataset too large for a page.

streamlit runs this file anew at every choice; the dataset is read once and kept. What it shows comes
from the environment variable TOLD, which `zhibu serve` sets.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.dashboard.page import strings
from pipeline.dashboard.payload import plain
from pipeline.tidy.frames import LAYERS, Dataset
from pipeline.tidy.sinks import cell

if TYPE_CHECKING:
    import pandas as pd

TOLD = "ZHIBU_SERVE"
VIEWS = ("overview", "heat", *LAYERS, "report")
FACETS = ("region", "sector", "level", "kind")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "practices": ("evidence", "kind", "action", "dimension", "branch", "sentence", "confidence"),
    "achievements": (
        "evidence", "indicator", "value", "unit", "period", "kind", "dimension", "branch", "sentence",
        "confidence",
    ),
    "honours": (
        "evidence", "level", "year", "recipient", "issuer", "kind", "branch", "sentence", "confidence",
    ),
}  # fmt: skip
Words = Callable[[str], str]


def word(lang: str, key: str) -> str:
    """Give one of the page's words; a value without one speaks for itself."""
    return strings()[lang].get(key, key.split(".", 1)[-1])


def sheet(frame: pd.DataFrame, heads: Mapping[str, str]) -> bytes:
    """Give a frame as CSV that a spreadsheet opens right: UTF-8 with a mark, no cell a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heads.get(str(name), name) for name in frame])
    columns = [plain(frame[name]) for name in frame]
    writer.writerows([cell(v) for v in row] for row in zip(*columns, strict=True))
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def chosen(dataset: Dataset, wanted: Mapping[str, Any], copies: bool = False) -> pd.DataFrame:
    """Give the reports whose columns have the wanted values; a value of None is wanted as a blank.

    Copies of another report are among them only where `copies` asks for them.
    """
    reports = dataset.reports
    if not copies:
        reports = reports[reports["duplicate_of"].isna()]
    for name, value in wanted.items():
        reports = reports[reports[name].isna() if value is None else reports[name] == value]
    return reports


def facts(
    dataset: Dataset, layer: str, reports: pd.DataFrame, dimension: str | None
) -> pd.DataFrame:
    """Give a layer's rows of some reports, with branch, title and sentence beside them."""
    rows = dataset.table(layer)
    rows = rows[rows["report_id"].isin(reports["report_id"])]
    if dimension is not None:
        rows = rows[rows["dimension"] == dimension]
    sentences = dataset.table("sentences")[["sentence_id", "text"]]
    sentences = sentences.rename(columns={"text": "sentence"})
    rows = rows.merge(sentences, on="sentence_id", how="left")
    return rows.merge(reports[["report_id", "branch"]], on="report_id", how="left")


# Columns of few values, and the group of words that says them.
_SAID = {"level": "level", "recipient": "recipient", "kind": ""}


def said(rows: pd.DataFrame, layer: str, labels: Mapping[str, str], say: Words) -> pd.DataFrame:
    """Give a layer's rows with values of few kinds in the reader's words."""
    shown = rows.copy()
    for name, group in _SAID.items():
        if name in shown:
            prefix = group or LAYERS[layer]
            shown[name] = [None if v is None else say(f"{prefix}.{v}") for v in plain(shown[name])]
    shown["dimension"] = [
        None if v is None else labels.get(v, v) for v in plain(shown["dimension"])
    ]
    return shown


def heat(
    dataset: Dataset, reports: pd.DataFrame, by: str, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Count sentences that give evidence: a row for each value of `by`, a column a dimension, blanks NA."""
    pairs = dataset.table("sentence_dimensions")[["report_id", "dimension"]]
    pairs = pairs.astype({"dimension": "string"}).merge(reports[["report_id", by]], on="report_id")
    pairs[by] = pairs[by].astype("string")
    counts = pairs.groupby([by, "dimension"], dropna=False).size().unstack("dimension")
    rows = reports[by].astype("string").drop_duplicates()
    order = [*labels, *sorted(set(counts.columns) - set(labels))]
    return counts.reindex(index=rows, columns=order).rename(columns=dict(labels)).astype("Int64")


def _option(say: Words, group: str, value: str | None) -> str:
    return say("any") if value is None else say(f"{group}.{value}")


def _sidebar(
    dataset: Dataset, labels: Mapping[str, str], say: Words
) -> tuple[pd.DataFrame, str | None]:
    """The filters: the reports they keep, and the dimension they name."""
    import streamlit as st

    wanted: dict[str, Any] = {}
    reports = dataset.reports
    for name in FACETS:
        if name not in reports or not reports[name].notna().any():
            continue
        values = sorted(reports[name].dropna().astype(str).unique())
        blank = [say("missing")] if reports[name].isna().any() else []
        group = {"kind": "report"}.get(name, name)
        options: list[str | None] = [None, *values, *blank]
        picked = st.sidebar.selectbox(
            say(f"column.{'report_kind' if name == 'kind' else name}"),
            options,
            format_func=partial(_option, say, group),
            key=f"filter.{name}",
        )
        if picked is not None:
            wanted[name] = None if blank and picked == blank[0] else picked
    dimension = st.sidebar.selectbox(
        say("column.dimension"),
        [None, *labels],
        format_func=lambda v: say("any") if v is None else labels[v],
        key="filter.dimension",
    )
    count = int(dataset.reports["duplicate_of"].notna().sum())
    copies = bool(count) and st.sidebar.checkbox(
        say("copies.in"), help=say("copies.out").format(n=count), key="filter.copies"
    )
    return chosen(dataset, wanted, copies), dimension


def _overview(dataset: Dataset, reports: pd.DataFrame, dimension: str | None, say: Words) -> None:
    import streamlit as st

    columns = st.columns(2 + len(LAYERS))
    columns[0].metric(say("count.reports"), len(reports))
    columns[1].metric(say("count.branches"), reports["branch"].nunique())
    for column, layer in zip(columns[2:], LAYERS, strict=True):
        column.metric(say(f"layer.{layer}"), len(facts(dataset, layer, reports, dimension)))
    st.subheader(say("quality"))
    st.caption(say("quality.why"))
    sentences = dataset.table("sentences")
    sentences = sentences[sentences["report_id"].isin(reports["report_id"]) & ~sentences["heading"]]
    if len(sentences):
        tagged = (sentences["dimensions"].fillna("") != "").mean()
        st.progress(float(tagged), f"{say('coverage.sentences')}: {tagged:.0%}")
    issues = dataset.table("issues")
    # a file's own issues have no report; those of a report go with it
    issues = issues[issues["report_id"].isna() | issues["report_id"].isin(reports["report_id"])]
    if issues.empty:
        st.info(say("issues.none"))
    else:
        st.dataframe(issues[["stage", "severity", "path", "message", "cure"]], hide_index=True)


def _heat(dataset: Dataset, reports: pd.DataFrame, labels: Mapping[str, str], say: Words) -> None:
    import streamlit as st

    groups = ["branch", *(n for n in FACETS[:-1] if n in reports and reports[n].notna().any())]
    by = st.selectbox(say("heat.by"), groups, format_func=lambda n: say(f"column.{n}"), key="by")
    counts = heat(dataset, reports, by, labels)
    shown = counts.astype("string").fillna(say("notStated"))
    shown.index = shown.index.fillna(say("missing")).rename(say(f"column.{by}"))
    st.dataframe(shown)
    st.download_button(say("download"), sheet(shown.reset_index(), {}), f"{say('file.heat')}.csv")


def _layer(layer: str, rows: pd.DataFrame, labels: Mapping[str, str], say: Words) -> None:
    import streamlit as st

    needle = st.text_input(say("search"), key=f"search.{layer}")
    if needle:
        text = rows[["evidence", "branch", "sentence"]].astype("string").fillna("")
        hit = text.apply(lambda column: column.str.contains(needle, case=False, regex=False))
        rows = rows[hit.any(axis=1)]
    if rows.empty:
        st.info(say("nothing"))
        return
    if layer == "achievements":
        units = rows["unit"].dropna().value_counts().index.tolist()
        unit = st.selectbox(
            say("orUnit"), [None, *units], format_func=lambda v: v or say("any"), key="unit"
        )
        if unit is not None:
            rows = rows[rows["unit"] == unit]
    shown = said(rows, layer, labels, say)
    shown = shown[[name for name in COLUMNS[layer] if name in shown]]
    heads = {str(name): say(f"column.{name}") for name in shown}
    st.caption(say("found").format(n=len(shown)))
    few = shown["level" if layer == "honours" else "kind"].astype("string")
    st.bar_chart(few.fillna(say("missing")).value_counts(), horizontal=True)
    st.dataframe(shown.rename(columns=heads), hide_index=True)
    st.download_button(say("download"), sheet(shown, heads), f"{say(f'file.{layer}')}.csv")


def _report(dataset: Dataset, reports: pd.DataFrame, say: Words) -> None:
    """One report's text as text, and its facts with their sentences."""
    import streamlit as st

    names = reports.set_index("report_id")["branch"].fillna(reports.set_index("report_id")["id"])
    picked = st.selectbox(
        say("view.report"), list(names.index), format_func=dict(names).__getitem__, key="report"
    )
    row = reports[reports["report_id"] == picked]
    first = row["duplicate_of"].iloc[0]
    if row["duplicate_of"].notna().any():
        st.info(f"{say('copies.of')} {_path(dataset, first)} {say('copies.uncounted')}")
    if row["title"].notna().any():
        st.text(row["title"].iloc[0])
    st.text(row["text"].fillna(say("noText")).iloc[0])
    for layer in LAYERS:
        rows = facts(dataset, layer, row, None)
        st.subheader(say(f"layer.{layer}"))
        if rows.empty:
            st.caption(say("notStated"))
        else:
            st.dataframe(
                rows[["evidence", "sentence", "source_start", "source_end"]], hide_index=True
            )


def _path(dataset: Dataset, report: str) -> str:
    """The path of a report's document, the report's key where that is not known."""
    (document,) = dataset.reports.loc[dataset.reports["report_id"] == report, "document_id"]
    documents = dataset.table("documents").set_index("document_id")["path"]
    return str(documents.get(document, report))


def main() -> None:
    """Draw the view that is chosen."""
    import streamlit as st

    told = json.loads(os.environ[TOLD])
    lang, labels = told["lang"], told["labels"]
    st.set_page_config(page_title=word(lang, "title"), layout="wide")
    languages = list(strings())
    lang = st.sidebar.radio(
        "语言 / Language", languages, languages.index(lang),
        format_func=lambda v: word(v, "language"), horizontal=True, key="language",
    )  # fmt: skip
    say = partial(word, lang)
    st.header(say("title"))
    dataset = st.cache_resource(show_spinner=say("wait"))(Dataset.open)(told["folder"])
    if dataset.reports.empty:
        st.info(say("empty"))
        return
    view = st.sidebar.radio(say("views"), VIEWS, format_func=lambda v: say(f"view.{v}"), key="view")
    reports, dimension = _sidebar(dataset, labels, say)
    if reports.empty:
        st.info(say("nothing"))
    elif view == "overview":
        _overview(dataset, reports, dimension, say)
    elif view == "heat":
        _heat(dataset, reports, labels, say)
    elif view == "report":
        _report(dataset, reports, say)
    else:
        _layer(view, facts(dataset, view, reports, dimension), labels, say)


if __name__ == "__main__":
    main()
