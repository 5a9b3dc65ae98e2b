"""Readers that know words of their own lexicons: columns of tables, by-lines of web pages."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline import ingest
from pipeline.__main__ import app
from pipeline.commands.run import run
from pipeline.commands.show import look_up
from pipeline.errors import LexiconError
from pipeline.ingest import Item, Limits
from pipeline.lexicon.load import shipped
from pipeline.model import Options, Source

# Words that no shipped lexicon has, and what they name in the folder of one's own.
OWN = {
    "党建纪实": "text_column",
    "题头": "title_column",
    "落款时": "date_column",
    "执笔者": "author_column",
    "校样员": "meta_key",
}
BRANCH = "苇洲市园林中心苗圃党支部"
TEXT = f"{BRANCH}有党员12名，支部全年栽植苗木3600株，走访居民85户。"
# Longer than the report, so that without a known name this column is taken for the texts.
REMARK = "此件由局办公室转来，" * 12 + "请于月底前归档并录入台账。"
PAGE = f"""<html><head><title>苗圃里的党旗</title></head><body>
<h1>苗圃里的党旗</h1>
<p class="info">执笔者：卜青禾　落款时：2023-04-05　校样员：井小满</p>
<div class="TRS_Editor"><p>{TEXT}</p><p>支部推行“一苗一档”工作法，苗木成活率达97%，节约资金40万元。</p></div>
</body></html>"""


@pytest.fixture(scope="module")
def lexicons(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The shipped lexicons with words of one's own, without any model."""
    folder = tmp_path_factory.mktemp("own") / "lexicons"
    shutil.copytree(shipped(), folder, ignore=shutil.ignore_patterns("models"))
    table = (folder / "layout.csv").read_text("utf-8")
    assert not any(word in table for word in OWN)
    rows = "".join(f"{word},{role},,own words,\n" for word, role in OWN.items())
    (folder / "layout.csv").write_text(table.rstrip("\n") + "\n" + rows, encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    with (made / "table.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            [["题头", "党建纪实", "转办说明", "落款时", "执笔者"],
             ["苗圃里的党旗", TEXT, REMARK, "2023-04-05", "卜青禾"]]
        )  # fmt: skip
    (made / "page.html").write_text(PAGE, encoding="utf-8")
    return made


def only(path: Path, lexicons: str | None) -> Source:
    (found,) = ingest.sources(Item(path, path.name), Limits(lexicons=lexicons))
    assert isinstance(found, Source), found
    return found


@pytest.mark.parametrize("name", ["table.csv", "page.html"])
def test_a_word_of_ones_own_names_what_it_says(folder: Path, lexicons: str, name: str) -> None:
    own, plain = only(folder / name, lexicons), only(folder / name, None)
    said = dict(own.meta)
    assert said["author"] == "卜青禾"
    assert said["date"] == "2023-04-05"
    assert said["title"] == "苗圃里的党旗"
    assert "author" not in dict(plain.meta)
    assert own.text.count(TEXT) == 1


def test_the_column_of_texts_is_that_of_ones_own_name(folder: Path, lexicons: str) -> None:
    assert only(folder / "table.csv", lexicons).text == TEXT
    assert only(folder / "table.csv", None).text == REMARK


def test_both_kinds_of_lexicons_in_one_process(folder: Path, lexicons: str) -> None:
    """What is kept of one folder is not used for another."""
    texts = [only(folder / "table.csv", which).text for which in (None, lexicons, None, lexicons)]
    assert texts == [REMARK, TEXT, REMARK, TEXT]


def test_a_run_reads_by_its_lexicons_and_show_reads_again(
    folder: Path, lexicons: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run([folder], out, Options(lexicons=lexicons), ["parquet"], 1, lambda *_: None)
    documents = pq.read_table(out / "documents.parquet").to_pylist()
    assert {d["author"] for d in documents if "author" in d} <= {"卜青禾"}
    assert {d["date"] for d in documents} == {"2023-04-05"}
    reports = pq.read_table(out / "reports.parquet").to_pylist()
    assert [r["branch"] for r in reports] == [BRANCH, BRANCH]
    facts = pq.read_table(out / "achievements.parquet").to_pylist()
    of = {d["document_id"]: d["path"] for d in documents}
    (row,) = (f for f in facts if f["evidence"] == "3600株" and "table" in of[f["document_id"]])
    shown = look_up(out, row["achievement_id"], [folder], None, lexicons)
    assert shown.source is not None
    assert shown.source.text[slice(*shown.span or (0, 0))] == "3600株"


def test_text_prints_what_the_offsets_count_in(folder: Path, lexicons: str) -> None:
    given = ["text", str(folder / "table.csv")]
    own = CliRunner().invoke(app, [*given, "--lexicons", lexicons], catch_exceptions=False)
    assert own.output == TEXT
    assert CliRunner().invoke(app, given, catch_exceptions=False).output == REMARK


def test_a_folder_without_the_table_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="lexicon file is missing"):
        only(folder / "table.csv", str(tmp_path))
