"""What a run takes over from the last one: rows of unchanged files, and of files that are gone.

The manifest says which parts made the last dataset, and which files' rows each of them holds. A file that is
gone cannot be read again, so that its rows stay as the version that read it wrote them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.ingest.base import outermost
from pipeline.tidy.parts import NAMES, Input, Part, is_unfinished
from pipeline.tidy.rows import Rows, key

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made the last dataset: the version of everything that can change a row, and the parts."""

    version: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


def write_manifest(state: Path, manifest: Manifest) -> None:
    """Note what made the dataset that was just written."""
    noted = {
        "version": manifest.version,
        "parts": [
            {"part": part.key, "inputs": [[i.path, i.sha256] for i in part.inputs]}
            for part in manifest.parts
        ],
    }
    partial = state / (_MANIFEST + ".partial")
    partial.write_text(json.dumps(noted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, state / _MANIFEST)


def read_manifest(state: Path) -> Manifest:
    """Give what made the last dataset; an empty one where there is none that can be read."""
    try:
        noted = json.loads((state / _MANIFEST).read_text(encoding="utf-8"))
        found = [
            Part(n["part"], tuple(Input(Path(p), p, sha) for p, sha in n["inputs"]))
            for n in noted["parts"]
        ]
        return Manifest(tuple(noted["version"]), tuple(found))
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


class Earlier:
    """Rows of files that are as they were, from the parts of the last dataset.

    `origins` leads from a file's path to the key of the part that holds its rows.
    """

    def __init__(self, folder: Path, origins: Mapping[str, str]) -> None:
        self.folder = folder
        self.origins = origins
        self._part: str | None = None
        self._rows: dict[str, Rows] = {}

    def rows(self, path: str) -> Rows | None:
        """Give a file's rows; None where it is to be read."""
        part = self.origins.get(path)
        if part is None:
            return None
        if part != self._part:
            self._part, self._rows = part, _by_file(self.folder / part)
        return self._rows.get(path)


def origins(manifest: Manifest, version: tuple[str, ...]) -> dict[tuple[str, str | None], str]:
    """Give the part of the last dataset that holds each file's rows, by path and hash."""
    if manifest.version != version:
        return {}
    return {
        (i.path, i.sha256): part.key for part in manifest.parts for i in part.inputs if i.sha256
    }


def _by_file(folder: Path) -> dict[str, Rows]:
    """The rows of a part by file; without those of files that are to be tried again."""
    if not (folder / "documents").is_file():
        return {}
    found: dict[str, Rows] = {}
    owners: dict[str, str] = {}
    failed: set[str] = set()
    for row in pq.read_table(folder / "documents").to_pylist():
        owner = outermost(row["path"])
        owners[row["document_id"]] = owner
        if row["status"] == "failed":
            failed.add(owner)
    for name in NAMES:
        if not (folder / name).is_file():
            continue
        rows = pq.read_table(folder / name)
        ids = rows["document_id"].to_pylist()
        for document, row in zip(
            ids, zip(*(c.to_pylist() for c in rows.columns), strict=True), strict=True
        ):
            found.setdefault(owners[document], {}).setdefault(name, []).append(row)
    if is_unfinished(folder):
        for owner in failed:
            del found[owner]
    return found


def kept(state: Path, found: Iterable[str]) -> list[Part]:
    """Give parts with the rows of all files of the last dataset that are not among those found now.

    `found` are the paths of today's inputs. Parts are made where only some of a part's files are gone.
    """
    here = set(found)
    folder = state / "parts"
    result = []
    for part in read_manifest(state).parts:
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
        if outermost(row["path"]) in paths
    ]
    for name in NAMES:
        source = folder / part.key / name
        if source.is_file():
            rows = pq.read_table(source)
            wanted = pc.is_in(rows["document_id"], value_set=pa.array(ids, pa.string()))
            pq.write_table(rows.filter(wanted), working / name)
    working.rename(target)
    return cut
