"""Documents whose files are gone: their rows are taken over from the parts that hold them.

A file that is gone cannot be read again, so that its rows stay as the version that read it wrote them. The
manifest says which parts made the last dataset, and which files' rows each of them holds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.ingest.base import file_of
from pipeline.tidy.parts import Input, Part
from pipeline.tidy.rows import key
from pipeline.tidy.schema import TABLES

_MANIFEST = "manifest.json"


def write_manifest(state: Path, parts: Sequence[Part]) -> None:
    """Note the parts of the dataset that was just written."""
    noted = [
        {"part": part.key, "inputs": [[i.path, i.sha256] for i in part.inputs]} for part in parts
    ]
    partial = state / (_MANIFEST + ".partial")
    partial.write_text(json.dumps(noted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, state / _MANIFEST)


def read_manifest(state: Path) -> list[Part]:
    """Give the parts of the last dataset; none where there is no readable manifest."""
    try:
        noted = json.loads((state / _MANIFEST).read_text(encoding="utf-8"))
        return [
            Part(n["part"], tuple(Input(Path(p), p, sha) for p, sha in n["inputs"])) for n in noted
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def kept(state: Path, found: Iterable[str]) -> list[Part]:
    """Give parts with the rows of all files of the last dataset that are not among those found now.

    `found` are the paths of today's inputs. Parts are made where only some of a part's files are gone.
    """
    here = set(found)
    folder = state / "parts"
    result = []
    for part in read_manifest(state):
        gone = tuple(i for i in part.inputs if i.path not in here)
        if gone and (folder / part.key).is_dir():
            result.append(part if len(gone) == len(part.inputs) else _cut(folder, part, gone))
    return result


def _cut(folder: Path, part: Part, gone: tuple[Input, ...]) -> Part:
    """A part with only some files' rows of another."""
    cut = replace(part, key=key("kept", part.key, *(i.path for i in gone)), inputs=gone)
    target = folder / cut.key
    if target.is_dir():
        return cut
    working = folder / f"{cut.key}.{os.getpid()}"
    working.mkdir(exist_ok=True)
    paths = {i.path for i in gone}
    documents = pq.read_table(folder / part.key / "documents")
    ids = [
        row["document_id"]
        for row in documents.select(["document_id", "path"]).to_pylist()
        if _owner(row["path"]) in paths
    ]
    for table in TABLES:
        source = folder / part.key / table.name
        if source.is_file():
            rows = pq.read_table(source)
            wanted = pc.is_in(rows["document_id"], value_set=pa.array(ids, pa.string()))
            pq.write_table(rows.filter(wanted), working / table.name)
    working.rename(target)
    return cut


def _owner(path: str) -> str:
    """The file that a document's text is from: of a row its table, of a member its archive."""
    return file_of(path).split("!/", 1)[0]
