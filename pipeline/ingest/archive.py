"""Archives: zip, tar, tar.gz and single files in gzip, every member read by its own reader.

Nothing is written to disk: members are unpacked in memory one at a time, their size, number, ratio and
depth checked as they come, whatever the archive says of itself. What is refused is a row.
"""

from __future__ import annotations

import gzip
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import IO, Any, cast

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread
from pipeline.ingest.members import (
    CHUNK,
    SPLIT,
    UNPACK,
    Names,
    Spent,
    Within,
    bomb,
    check_size,
    damaged,
    decoded,
    guarded,
    has_reader,
    inside,
    is_bomb,
    refusal,
    unpack,
    within,
)

UTF8_NAME, ENCRYPTED = 0x800, 0x1  # flag bits of a zip's member
UNICODE_PATH = 0x7075  # extra field that holds a name in UTF-8
# A directory entry of a zip with its name and extra fields: real ones take one or two hundred bytes.
ENTRY = 1024
NO_TAR_END = "the archive breaks off, or is damaged, after its last readable member"
OTHERS = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zX": "an xz archive",
}


def sources(item: Item, limits: Limits) -> Read:
    """Give the texts of all members, and a row for each that cannot be read."""
    shared = within(item, limits)
    with _opened(item) as handle:
        head = handle.read(tarfile.BLOCKSIZE)
        handle.seek(0)
        yield from inside(guarded(_members(handle, head, item, shared), item), shared)


def _opened(item: Item) -> IO[bytes]:
    if item.data is not None:
        return BytesIO(item.data)
    try:
        return item.file.open("rb")
    except OSError as error:
        raise ReadError(
            f"cannot be opened ({error.strerror})", item.shown, "check the path and its permissions"
        ) from error


def _members(handle: IO[bytes], head: bytes, item: Item, limits: Within) -> Iterator[Item | Unread]:
    """Members by what the bytes are; the suffix decides only between a tar and a file in gzip."""
    name = item.name.name.lower()
    found: Iterator[Item | Unread]
    if not head:
        raise ReadError("empty file", item.shown, "remove it or fetch it again")
    for magic, kind in OTHERS.items():
        if head.startswith(magic):
            raise ReadError(f"{kind}, which is not read", item.shown, "pack its files as zip")
    zipped, packed = head.startswith(b"\x1f\x8b"), head.startswith(b"PK")
    if packed or (name.endswith(".zip") and not zipped and head[257:262] != b"ustar"):
        found = _zip(handle, item, limits)
    elif not zipped:
        found = _tar(handle, item, limits)
    elif name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        with gzip.GzipFile(fileobj=handle) as unzipped:
            yield from _tar(cast(IO[bytes], unzipped), item, limits, handle)
        return
    else:
        found = _gzip(handle, item, limits)
    none = True
    for member in found:
        none = False
        yield member
    if none:
        raise ReadError("no file in it", item.shown, "remove it or fetch it again")


# --- zip -------------------------------------------------------------------------------------------


def _zip(handle: IO[bytes], item: Item, limits: Within) -> Iterator[Item | Unread]:
    _check_directory(handle, item, limits)
    names = Names()
    with zipfile.ZipFile(handle) as archive:
        for info in archive.infolist():
            name = _zip_name(info)
            if name.endswith("/"):
                continue
            limits.member(item.shown)
            member = item.member(names.unique(name), b"")
            refused = refusal(name, member.shown) or _zip_refusal(info, member.shown)
            yield refused or _unpacked(archive, info, member, limits)


def _check_directory(handle: IO[bytes], item: Item, limits: Within) -> None:
    """Refuse a directory of millions of entries before zipfile holds them all in memory."""
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, size - (1 << 16) - 98))
    tail = handle.read()
    handle.seek(0)
    at, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    length = 0
    if 0 <= at <= len(tail) - 22:
        (length,) = struct.unpack_from("<L", tail, at + 12)
    if 0 <= large <= len(tail) - 56:
        (length,) = struct.unpack_from("<Q", tail, large + 40)
    if length > max(limits.members, 1) * ENTRY:
        raise ReadError(
            f"more than {limits.members} files, by the size of its directory",
            item.shown,
            SPLIT,
        )


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; one without the flag for UTF-8 is in whatever its writer's system used."""
    name = info.orig_filename.split("\0")[0]
    if not info.flag_bits & UTF8_NAME:
        with suppress(UnicodeEncodeError):
            name = _unicode_path(info.extra) or decoded(name.encode("cp437"))
    return name.replace("\\", "/")


def _unicode_path(extra: bytes) -> str | None:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == UNICODE_PATH and length > 5:
            return extra[9 : 4 + length].decode("utf-8", errors="replace")
        extra = extra[4 + length :]
    return None


def _zip_refusal(info: zipfile.ZipInfo, shown: str) -> Unread | None:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return _link(shown)
    if info.flag_bits & ENCRYPTED:
        return Unread(
            shown, "encrypted", "unpack it with its password and give the files themselves"
        )
    return None


def _link(shown: str) -> Unread:
    return Unread(shown, "a link, not a file", "put the file it leads to in its place")


def _unpacked(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Item, limits: Within
) -> Item | Unread:
    """Unpack one member; whatever is wrong with it costs the others nothing."""
    if not has_reader(member):
        return member  # without its bytes: its reader says that there is none
    try:
        check_size(info.file_size, info.compress_size, member.shown, limits)
        with archive.open(info) as stream:
            data = unpack(stream, info.compress_size, member.shown, limits)
    except Exception as error:
        return _unread(error, member)
    return Item(member.file, member.shown, data)


def _unread(error: Exception, member: Item) -> Unread:
    """Give the row of a member that failed; a spent budget ends the whole archive."""
    if isinstance(error, Spent):
        raise error
    if isinstance(error, ReadError):
        return Unread(error.where, error.what, error.cure)
    return damaged(member.shown, error)


# --- tar and gzip ----------------------------------------------------------------------------------


class _Forward:
    """What tarfile reads from: goes forward only, and counts what is read against the limits."""

    def __init__(
        self, stream: IO[bytes], packed: IO[bytes] | None, shown: str, limits: Within
    ) -> None:
        self.stream = stream
        self.packed = packed  # the file below, where the stream is compressed
        self.shown = shown
        self.limits = limits
        self.position = 0
        self.last = b""

    def tell(self) -> int:
        return self.position

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or position < self.position:
            raise OSError("an archive is read forward only")
        if self.packed is None:
            self.position = self.stream.seek(position)
        while self.position < position and self._pull(min(CHUNK, position - self.position)):
            pass
        return self.position

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= self.limits.bytes:
            raise OSError(f"a header of {size} bytes")
        pieces = []
        while size and (piece := self._pull(min(CHUNK, size))):
            pieces.append(piece)
            size -= len(piece)
        self.last = b"".join(pieces)
        return self.last

    def _pull(self, size: int) -> bytes:
        piece = self.stream.read(size)
        self.position += len(piece)
        self.limits.take(len(piece), self.shown)
        if self.packed is not None and is_bomb(self.position, self.packed.tell(), self.limits):
            raise Spent(bomb(self.limits), self.shown, UNPACK)
        return piece


def _tar(
    handle: IO[bytes], item: Item, limits: Within, packed: IO[bytes] | None = None
) -> Iterator[Item | Unread]:
    names = Names()
    forward = _Forward(handle, packed, item.shown, limits)
    with tarfile.open(fileobj=cast(Any, forward), mode="r:", encoding="utf-8") as archive:
        while (info := archive.next()) is not None:
            cast(Any, archive).members.clear()  # else every header read stays in memory
            name = decoded(info.name.encode("utf-8", "surrogateescape")).replace("\\", "/")
            if info.isdir():
                continue
            limits.member(item.shown)
            member = item.member(names.unique(name), b"")
            yield refusal(name, member.shown) or _extracted(archive, info, member, limits)
    # tarfile takes a cut or damaged header for the end; a true end is a block of zeros
    if forward.last.strip(b"\0") or len(forward.last) < tarfile.BLOCKSIZE:
        yield Unread(item.shown, NO_TAR_END, "fetch the archive again")


def _extracted(
    archive: tarfile.TarFile, info: tarfile.TarInfo, member: Item, limits: Within
) -> Item | Unread:
    """Unpack one member; its bytes are counted where tarfile reads them."""
    if info.issym() or info.islnk():
        return _link(member.shown)
    stream = archive.extractfile(info) if info.isreg() and not info.issparse() else None
    if stream is None:
        return Unread(member.shown, "not a plain file", "put a plain file in its place")
    if not has_reader(member):
        return member
    try:
        check_size(info.size, info.size, member.shown, limits)
        data = stream.read()
    except Exception as error:
        return _unread(error, member)
    return Item(member.file, member.shown, data)


def _gzip(handle: IO[bytes], item: Item, limits: Within) -> Iterator[Item | Unread]:
    """The one file of a .gz, named after it."""
    limits.member(item.shown)
    member = item.member(item.stem, b"")
    if not has_reader(member):
        yield member
        return
    size = handle.seek(0, os.SEEK_END)
    handle.seek(0)
    try:
        with gzip.GzipFile(fileobj=handle) as stream:
            data = unpack(stream, size, member.shown, limits)
    except Exception as error:
        yield _unread(error, member)
        return
    yield Item(member.file, member.shown, data)
