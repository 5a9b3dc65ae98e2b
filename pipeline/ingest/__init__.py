"""Readers: a file's bytes → the raw text that all source offsets count in.

A new format is one module with a `read(path, data)` function and one line in READERS. Parsers are
imported inside their own reader, so that a command pays only for the formats it meets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.model import Source

# suffix → module with read(path: str, sha256: str, data: bytes) -> Source
READERS: dict[str, str] = {
    ".txt": "pipeline.ingest.text",
    ".text": "pipeline.ingest.text",
    ".md": "pipeline.ingest.text",
}

Reader = Callable[[str, str, bytes], Source]


def read(path: Path) -> Source:
    """Read one file.

    Raises ReadError where the file is missing, unreadable, or of a format that has no reader.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(
            f"cannot be opened ({error.strerror})", str(path), "check the path and its permissions"
        ) from error
    module = READERS.get(path.suffix.lower())
    if module is None:
        raise ReadError(
            f"no reader for {path.suffix or 'files without a suffix'}",
            str(path),
            f"convert it to one of {', '.join(sorted(READERS))}",
        )
    reader: Reader = import_module(module).read
    return reader(str(path), hashlib.sha256(data).hexdigest(), data)


def readable(path: Path) -> bool:
    """Tell whether a reader exists for this file's suffix."""
    return path.suffix.lower() in READERS
