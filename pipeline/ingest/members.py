"""What archives, mails and folders share: names, what is left out, and one budget however deep they nest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import IO, Protocol, TypeVar

from pipeline.errors import LexiconError, ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread

Found = TypeVar("Found")
CHUNK = 1 << 20
SPLIT = "split the archive, or unpack it and give the folder"
UNPACK = "unpack it yourself if you trust it, and give the folder"
# Unpacked bytes below which the ratio is not looked at: a short repetitive file packs well and harms nobody.
FREE = 8 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
# What systems and office programs leave beside files: macOS, Windows, locks of opened documents.
_LEFT = re.compile(r"\..|~\$|__MACOSX$|Thumbs\.db$|desktop\.ini$", re.IGNORECASE)


class Spent(ReadError):
    """An archive asks for more than all its members together may."""


@dataclass(slots=True)
class Budget:
    """What is left for an archive and everything inside it."""

    bytes: int = 0
    members: int = 0


@dataclass(frozen=True, slots=True)
class Within(Limits):
    """Limits whose budget is shared by all archives inside one file, so that bombs do not multiply."""

    budget: Budget = field(default_factory=Budget)

    def member(self, where: str) -> None:
        """Count one more member; raises Spent where they are too many."""
        self.budget.members -= 1
        if self.budget.members < 0:
            raise Spent(
                f"more than {self.members} files; those after them are not read",
                where,
                SPLIT,
            )

    def take(self, size: int, where: str) -> None:
        """Count unpacked bytes; raises Spent where they are too many."""
        self.budget.bytes -= size
        if self.budget.bytes < 0:
            raise Spent(
                f"unpacks to more than {self.total_bytes >> 20} MB; what comes after is not read",
                where,
                SPLIT,
            )


def within(item: Item, limits: Limits) -> Within:
    """Give limits with a budget: that of the archive around, where there is one.

    Raises ReadError for what lies inside too many others.
    """
    if limits.depth <= 0:
        raise ReadError("lies inside too many archives", item.shown, UNPACK)
    if isinstance(limits, Within):
        return limits
    own = {f.name: getattr(limits, f.name) for f in fields(limits)}
    return Within(**own, budget=Budget(limits.total_bytes, limits.members))


class Stream(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Give at most `size` bytes."""


def unpack(stream: IO[bytes] | Stream, packed: int, where: str, limits: Within) -> bytes:
    """Read a member whole, checking the limits as it unpacks; raises ReadError beyond them."""
    chunks: list[bytes] = []
    total = 0
    while chunk := stream.read(CHUNK):
        total += len(chunk)
        check_size(total, packed, where, limits)
        limits.take(len(chunk), where)
        chunks.append(chunk)
    return b"".join(chunks)


def check_size(size: int, packed: int, where: str, limits: Limits) -> None:
    """Raise ReadError for a member that is too large or unpacks to too much for its packed size."""
    if size > limits.bytes:
        raise ReadError(f"more than {limits.bytes >> 20} MB unpacked", where, "split the file")
    if is_bomb(size, packed, limits):
        raise ReadError(bomb(limits), where, UNPACK)


def is_bomb(size: int, packed: int, limits: Limits) -> bool:
    """Whether so many bytes are too many to come from so few."""
    return size > FREE and size > packed * limits.ratio


def bomb(limits: Limits) -> str:
    """Say that something unpacks to too much for its packed size."""
    return f"unpacks to more than {limits.ratio} times its packed size, as a bomb does"


def has_reader(item: Item) -> bool:
    """Whether a member is worth unpacking."""
    from pipeline.ingest import READERS

    return item.name.suffix.lower() in READERS


def decoded(raw: bytes) -> str:
    """Decode a file's name: UTF-8, else GB18030, as Chinese Windows writes it."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="backslashreplace")


def hidden(name: str) -> bool:
    """Whether a name (without folders) is one that users do not see and did not write."""
    return _LEFT.match(name) is not None


def refusal(name: str, shown: str) -> Unread | None:
    """Tell why a member is not read by its name alone: it leads out of the archive, or is hidden."""
    parts = name.split("/")
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        return Unread(
            shown,
            "its path leads out of the archive",
            "make the archive anew with paths below one folder",
        )
    if any(hidden(part) for part in parts if part != "."):
        return Unread(shown, "a hidden file, left out", "rename it if it is a report", True)
    return None


def guarded(found: Iterator[Found], item: Item) -> Iterator[Found | Unread]:
    """Pass on what a parser finds; damage that it stumbles over becomes Unread, and ends it.

    Parsers fail on damaged bytes in more ways than they document, hence every exception.
    """
    while True:
        try:
            one = next(found)
        except StopIteration:
            return
        except ReadError as error:
            yield Unread(error.where, error.what, error.cure)
            return
        except LexiconError:  # no fault of the file
            raise
        except Exception as error:
            yield damaged(item.shown, error)
            return
        yield one


def damaged(shown: str, error: Exception) -> Unread:
    """Give the row of something that its parser could not read."""
    said = str(error).strip()[:200] or type(error).__name__
    return Unread(shown, f"damaged or incomplete ({said})", "fetch or save the file again")


def inside(members: Iterator[Item | Unread], limits: Within) -> Read:
    """Read all members, each by its own reader."""
    from pipeline import ingest

    for member in members:
        if isinstance(member, Unread):
            yield member
        else:
            yield from ingest.sources(member, limits.deeper())


class Names:
    """Gives members their shown names; of two with one name, the second is numbered."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def unique(self, name: str) -> str:
        """Give the name, with ~2 before its suffix where it was given before."""
        path = PurePosixPath(name)
        found, n = name, 1
        while found in self._seen:
            n += 1
            found = str(path.with_name(f"{path.stem}~{n}{path.suffix}"))
        self._seen.add(found)
        return found
