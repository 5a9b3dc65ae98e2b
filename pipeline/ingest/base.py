"""What all readers share: the item to read, what comes of it, and the limits that keep a batch safe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipeline.errors import ReadError
from pipeline.model import Source


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask for; generous for real reports, small for bombs."""

    bytes: int = 400 << 20  # of one file or one member of an archive, unpacked
    total_bytes: int = 4 << 30  # of all members of one archive, unpacked
    members: int = 20_000  # files in one archive
    ratio: int = 200  # unpacked to packed size of a member
    depth: int = 3  # archives inside archives
    characters: int = 4_000_000  # of one text; some 300 MB of memory a million
    pages: int = 5_000  # of one PDF
    text_column: str | None = None  # column of a table that holds the text
    lexicons: str | None = (
        None  # folder of lexicons that name columns and lines; None: those shipped
    )
    only: str | None = None  # shown path of the one text wanted; what cannot hold it is passed over
    opened: Callable[[Item], None] | None = None  # told of everything that is read

    def wants(self, shown: str) -> bool:
        """Whether something of this shown path is, or may hold, what is wanted."""
        return self.only is None or f"{file_of(self.only)}!/".startswith(f"{shown}!/")

    def too_long(self, size: int, where: str) -> ReadError:
        """Say that a text is longer than is read."""
        what = (
            f"a text of {size:,} characters or more, and no more than {self.characters:,} are read"
        )
        return ReadError(what, where, "split the file, or raise --max-characters")

    def deeper(self) -> Limits:
        """Give the limits for what lies one archive deeper."""
        return replace(self, depth=self.depth - 1)


@dataclass(frozen=True, slots=True)
class Item:
    """Something to read: a file, or a member of an archive held in memory.

    `shown` is the path that rows show: of a member, the archive's path, !/ and its own.
    """

    file: Path
    shown: str
    data: bytes | None = None

    @property
    def name(self) -> PurePosixPath:
        """The name whose suffix tells the format."""
        return PurePosixPath(self.shown.replace("\\", "/"))

    @property
    def stem(self) -> str:
        """The name without its suffix, which ids are made of."""
        return self.name.stem

    def size(self) -> int:
        """Give the number of bytes; 0 where it cannot be told."""
        if self.data is not None:
            return len(self.data)
        try:
            return self.file.stat().st_size
        except OSError:
            return 0

    def content(self, limit: int) -> bytes:
        """Give all bytes; raises ReadError where they cannot be read or are too many."""
        if self.data is not None:
            return self.data
        try:
            size = self.file.stat().st_size
            if size > limit:
                what = f"{size >> 20} MB are more than the limit of {limit >> 20} MB"
                raise ReadError(what, self.shown, "split the file")
            return self.file.read_bytes()
        except OSError as error:
            raise ReadError(
                f"cannot be opened ({error.strerror})",
                self.shown,
                "check the path and its permissions",
            ) from error

    def member(self, name: str, data: bytes) -> Item:
        """Give an item for a member of this archive."""
        return Item(self.file, f"{self.shown}!/{name}", data)


class Unread(NamedTuple):
    """Something that could not be read, and what to do about it."""

    path: str
    what: str
    cure: str
    left_out: bool = False  # nothing failed: a hidden file, a sheet without texts


_ROW = re.compile(r"#(?:sheet=.*&)?row=\d+$", re.DOTALL)


def file_of(path: str) -> str:
    """Give the shown path of the file that a text is from: of a table's row, that of the table."""
    return _ROW.sub("", path)


def outermost(path: str) -> str:
    """Give the shown path of the file on disk: of an archive's member or a table's row, that file's."""
    return file_of(path).split("!/", 1)[0]


Read = Iterator[Source | Unread]
Reader = Callable[[Item, Limits], Read]


def sha256(data: bytes) -> str:
    """Hash bytes as rows show it."""
    return hashlib.sha256(data).hexdigest()
