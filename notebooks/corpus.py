"""The composed reports of data/gold/composed and data/corpus, as the notebooks read them."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from pipeline import Dataset
from pipeline.commands.run import run
from pipeline.model import Options

ROOT = next(p for p in (Path.cwd(), *Path.cwd().parents) if (p / "data/gold/composed").is_dir())
FOLDERS = ("data/gold/composed", "data/corpus")
# Over a hundred sectors are too many to compare: four kinds of bodies that the branches work in.
KINDS = {
    "学校医院": r"school|university|college|kindergarten|hospital|cdc|blood|library|culture|clinic|health",
    "乡村社区": r"village|communit|township|street|cooperative|agri|farm|irrigation",
    "企业": r"company|factory|bank|power|grid|metro|bus\b|rail|airport|port\b|steel|coal|oil|mine|brewery|logistics|insurance",
}


def kind(sector: str, level: str) -> str:
    """The kind of body, by the words of its sector, then by its level; the rest is public administration."""
    for name, words in KINDS.items():
        if re.search(words, sector):
            return name
    return {"company": "企业", "village": "乡村社区", "school": "学校医院"}.get(level, "机关单位")


def heads() -> pd.DataFrame:
    """What the headers of the files say of the reports: id, genre, sector, level, branch, group."""
    rows = []
    for path in _files():
        head = path.read_text(encoding="utf-8").partition("\n\n")[0]
        rows.append(dict(re.findall(r"^(\w+):[ ]*(.*)$", head, re.M)) | {"id": path.stem})
    frame = pd.DataFrame(rows)[["id", "genre", "sector", "level", "branch"]]
    frame["group"] = [kind(*pair) for pair in zip(frame["sector"], frame["level"], strict=True)]
    return frame


def _files() -> list[Path]:
    return sorted(p for folder in FOLDERS for p in (ROOT / folder).glob("*.txt") if p.stem[1:].isdigit())


def dataset() -> Dataset:
    """Write every report as a plain text, run the pipeline on them, and open what it wrote."""
    assert len(_files()) >= 200, "the notebooks draw their conclusions from 200 reports or more"
    home = Path(mkdtemp())
    (home / "texts").mkdir()
    for path in _files():
        head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        said = dict(re.findall(r"^(\w+):[ ]*(.*)$", head, re.M))
        body = re.sub(r"^## *", "", body, flags=re.M)
        text = f"{said['branch']}\n\n{said['title']}\n\n{body}"
        (home / "texts" / path.name).write_text(text, encoding="utf-8")
    run([home / "texts"], home / "out", Options(), ["parquet"], 1, lambda *done: None)
    return Dataset.open(home / "out")
