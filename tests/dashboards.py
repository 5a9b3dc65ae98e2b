"""A small dataset of invented reports for the tests of the dashboard: awkward texts, several regions."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.commands.run import run
from pipeline.model import Options

SAMPLE = Path(__file__).parents[1] / "data/sample"
SCRIPT = "<script>alert(1)</script>"
IMAGE = "</script><img src=x onerror=alert(2)>"
# What a web page's text may hold; all of it must show as text, and none of it may run.
HOSTILE = f"""苇洲市水务局泵站党支部

“一泵一闸”总关情

苇洲市水务局泵站党支部扎根泵站一线，党员共有23名{SCRIPT}。

强化政治功能。支部严格落实“三会一课”制度，组织党员学习党章党规12次，写着{IMAGE}。

发挥作用。支部推行“听音辨障”工作法，检修机组63台次，𠮷木渠清淤7公里。=SUM(A1:A9)写进台账，节约资金80万元。支部荣获“全市先进基层党组织”称号。
"""
BRANCH = "苇洲市水务局泵站党支部"


def dataset(folder: Path) -> Path:
    """Write the dataset of the sample and the hostile report; gives its folder."""
    texts = folder / "texts"
    shutil.copytree(SAMPLE, texts)
    (texts / "hostile.txt").write_text(HOSTILE, encoding="utf-8")
    return _written(texts, folder / "dataset")


def copied(folder: Path) -> Path:
    """Write a dataset of two reports and a copy of the second; gives its folder."""
    texts = folder / "mirrored"
    texts.mkdir()
    shutil.copy(SAMPLE / "one-line.txt", texts)
    (texts / "original.txt").write_text(HOSTILE, encoding="utf-8")
    (texts / "reprint.txt").write_text(HOSTILE + "\n", encoding="utf-8")
    return _written(texts, folder / "copied")


def empty(folder: Path) -> Path:
    """Write a dataset without any report; gives its folder."""
    texts = folder / "none"
    texts.mkdir()
    (texts / "broken.txt").touch()  # an empty file is an issue, not a report
    return _written(texts, folder / "empty")


def _written(texts: Path, out: Path) -> Path:
    run([texts], out, Options(), ["parquet"], 1, lambda *_: None)
    return out
