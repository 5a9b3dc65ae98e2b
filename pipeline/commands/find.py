"""Which files a run reads: everything below its inputs, with a reason for whatever is left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ZhibuError
from pipeline.ingest import READERS, readable
from pipeline.ingest.members import decoded, hidden
from pipeline.tidy.commit import STATE


class Found(NamedTuple):
    """A file, its path below the input, and (what, cure) where it is not read."""

    file: Path
    path: str
    left_out: tuple[str, str] | None = None


def find(sources: Sequence[Path], out: Path | None = None) -> list[Found]:
    """List the files of all inputs with their paths below them, in order of path.

    Raises ZhibuError for a missing path or a folder without files that can be read. What is left out
    (hidden files, links to folders, what is no file) is listed with the reason; the dataset `out` is not.
    """
    found: dict[str, list[tuple[str, Found]]] = {}
    for source in sources:
        for one in _found(source, out):
            full = _shown(str(one.file))
            found.setdefault(one.path, []).append((full, one))
    result = []
    for same in found.values():
        files = dict(same)
        # two inputs may hold the same path: then the paths as given tell them apart
        result += [
            one if len(files) == 1 else one._replace(path=full) for full, one in files.items()
        ]
    return sorted(result, key=lambda one: one.path)


def _found(source: Path, out: Path | None) -> list[Found]:
    try:
        mode = source.stat().st_mode
    except OSError as error:
        raise ZhibuError("no such file or folder", str(source), "check the path") from error
    if not stat.S_ISDIR(mode):
        return [_file(source, _shown(source.name), mode)]
    inside = list(_walk(source, out))
    if not any(f.left_out is None and readable(f.file) for f in inside):
        kinds = ", ".join(sorted(READERS))
        raise ZhibuError(
            "no file that can be read in this folder", str(source), f"put files there ({kinds})"
        )
    return inside


def _walk(root: Path, out: Path | None) -> Iterator[Found]:
    """Everything below a folder; links to folders are not followed, so that none leads in a circle."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            what = f"a folder that cannot be opened ({error.strerror})"
            yield Found(folder, _below(folder, root), (what, "check its permissions"))
            continue
        for entry in entries:
            path = Path(entry.path)
            kind = _kind(path, entry)
            if isinstance(kind, Found):
                yield kind._replace(path=_below(path, root))
            elif not stat.S_ISDIR(kind):
                yield _file(path, _below(path, root), kind)
            elif not (path / STATE).is_dir():
                waiting.append(path)
            elif out is None or not _same(path, out):
                yield Found(path, _below(path, root), ("a dataset, left out", "give its inputs"))


def _kind(path: Path, entry: os.DirEntry[str]) -> int | Found:
    """The mode of an entry, or why it is left out whatever it is."""
    if hidden(entry.name):
        return Found(path, "", ("hidden, left out", "rename it if it is a report"))
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        cure = "remove the link or check its permissions"
        return Found(path, "", (f"leads nowhere ({error.strerror})", cure))
    if entry.is_symlink() and stat.S_ISDIR(mode):
        what = "a link to a folder, which is not followed"
        return Found(path, "", (what, "give the folder itself as an input"))
    return mode


def _file(path: Path, shown: str, mode: int) -> Found:
    if stat.S_ISREG(mode):
        return Found(path, shown)
    # a pipe would be waited for, and a device never ends
    return Found(path, shown, ("no plain file (a pipe, socket or device)", "give plain files"))


def _below(path: Path, root: Path) -> str:
    return _shown(path.relative_to(root).as_posix())


def _shown(name: str) -> str:
    """A name as rows show it: one whose bytes are not UTF-8 is from a system that writes GBK."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return decoded(os.fsencode(name))
    return name


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
