"""Plain text in whatever encoding it comes.

The encoding is told by pipeline.ingest.encoding; what cannot be decoded becomes U+FFFD and an issue
that names the place.
"""

from __future__ import annotations

from pathlib import PurePath

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, sha256
from pipeline.ingest.encoding import UTF16, detect
from pipeline.model import Issue, Source

# Control characters that no text file holds; more than this share of them means binary.
CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\f\x1a\x1b")
BINARY_SHARE = 0.02
LONGEST = 4  # bytes of a character in any encoding that is read


def sources(item: Item, limits: Limits) -> Read:
    """Give the one text of a text file."""
    if item.size() > limits.characters * LONGEST:  # too long whatever its encoding: not even read
        raise limits.too_long(item.size() // LONGEST, item.shown)
    data = item.content(limits.bytes)
    yield read(item.shown, sha256(data), data)


# What a file's first bytes say that it is, whatever its name.
_SIGNED = {
    b"PK\x03\x04": "it begins like Word, Excel or a zip archive: name it .docx, .xlsx or .zip",
    b"%PDF-": "it begins like PDF: name it .pdf",
    b"\xd0\xcf\x11\xe0": "it begins like the older Word or Excel: save it as .docx or .xlsx",
}


def read(path: str, digest: str, data: bytes) -> Source:
    """Decode a text file; raises ReadError on an empty or binary one."""
    encoding, skip = detect(data)
    body = data[skip:]
    text = ""
    if encoding in UTF16:
        # Half of UTF-16's bytes may be NULs: controls can be told in the decoded text only.
        text = body.decode(encoding, errors="replace")
        controls = _controls(text.encode())
    else:
        controls = _controls(body)
    signed = next((cure for mark, cure in _SIGNED.items() if data.startswith(mark)), None)
    if controls > BINARY_SHARE or signed is not None:
        raise ReadError("binary data, not text", path, signed or "convert it to text first")
    text = text or body.decode(encoding, errors="replace")
    # Judged when decoded: a mark, or blanks of any width, are no text in any encoding.
    held = text.lstrip("\ufeff")
    if not held or held.isspace():
        raise ReadError("empty file", path, "remove it or put its text in")
    issues = tuple(_damage(body, encoding, text, skip))
    return Source(path, PurePath(path).stem, digest, "text/plain", encoding, text, issues)


def _controls(data: bytes) -> float:
    return (len(data) - len(data.translate(None, CONTROLS))) / max(len(data), 1)


def _damage(data: bytes, encoding: str, text: str, skip: int) -> list[Issue]:
    """Tell of the bytes that could not be decoded; the place counts from the file's start.

    A U+FFFD that the file itself holds is the author's: it survives decoding with errors ignored,
    which drops only what would have been replaced.
    """
    if "\ufffd" not in text:
        return []
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        first = len(data[: error.start].decode(encoding))
        replaced = text.count("\ufffd") - data.decode(encoding, errors="ignore").count("\ufffd")
        return [
            Issue(
                "read",
                "warning",
                f"undecodable bytes as {encoding}, the first at byte {skip + error.start}; "
                f"{replaced} characters replaced",
                "save the file again as UTF-8",
                (first, first + 1),
            )
        ]
    return []
