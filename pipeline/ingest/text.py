"""Plain text in whatever encoding it comes.

The order is from certain to likely: a byte-order mark, strict UTF-8, UTF-16 without a mark (by its NUL
bytes), then chardet's guess. Guesses of GB2312 and GBK are decoded as GB18030, their superset. What
cannot be decoded becomes U+FFFD and an issue that names the place.
"""

from __future__ import annotations

import codecs
from pathlib import PurePath

import chardet

from pipeline.errors import ReadError
from pipeline.model import Issue, Source

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes given to the detector; it is linear, and a megabyte tells as much as a gigabyte.
SAMPLE = 1 << 20
# The encodings Chinese text really comes in, tried strictly when the guess is none of them.
CHINESE = ("gb18030", "big5hkscs")
SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "big5hkscs",
}
# Control characters that no text file holds; more than this share of them means binary.
CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\f\x1a\x1b")
BINARY_SHARE = 0.02


def read(path: str, sha256: str, data: bytes) -> Source:
    """Decode a text file; raises ReadError on an empty or binary one."""
    if not data.strip():
        raise ReadError("empty file", path, "remove it or put its text in")
    encoding, skip = detect(data)
    body = data[skip:]
    if not encoding.startswith("utf-16") and _controls(body) > BINARY_SHARE:
        raise ReadError("binary data, not text", path, "convert it to text first")
    text = body.decode(encoding, errors="replace")
    issues = tuple(_damage(body, encoding, text))
    return Source(path, PurePath(path).stem, sha256, "text/plain", encoding, text, issues)


def detect(data: bytes) -> tuple[str, int]:
    """Give the encoding of a text and the length of its byte-order mark."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    if _decodes(data, "utf-8"):
        return "utf-8", 0
    sample = data[:SAMPLE]
    zeros = sample.count(0)
    if zeros and len(sample) >= 2:
        odd = sample[1::2].count(0)
        if zeros > len(sample) * BINARY_SHARE:
            return ("utf-16-le" if odd * 2 >= zeros else "utf-16-be"), 0
    guess = str(chardet.detect(sample).get("encoding") or "").lower().replace("-", "")
    guess = SUPERSETS.get(guess, guess)
    if guess.startswith("utf16") and len(data) % 2 == 0:
        return ("utf-16-be" if guess.endswith("be") else "utf-16-le"), 0
    if guess in CHINESE:
        return guess, 0
    for encoding in CHINESE:
        if _decodes(data, encoding):
            return encoding, 0
    return ("utf-8" if _utf8_share(sample) > 0.5 else "gb18030"), 0


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_share(data: bytes) -> float:
    """Share of the non-ASCII characters that decode as UTF-8: a damaged UTF-8 file stays UTF-8."""
    text = data.decode("utf-8", errors="replace")
    high = sum(1 for c in text if c > "\x7f")
    return 1 - text.count("\ufffd") / high if high else 1.0


def _controls(data: bytes) -> float:
    return (len(data) - len(data.translate(None, CONTROLS))) / max(len(data), 1)


def _damage(data: bytes, encoding: str, text: str) -> list[Issue]:
    if "\ufffd" not in text:
        return []
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        first = text.index("\ufffd")
        return [
            Issue(
                "read",
                "warning",
                f"undecodable bytes as {encoding}, the first at byte {error.start}; "
                f"{text.count(chr(0xFFFD))} characters replaced",
                "save the file again as UTF-8",
                (first, first + 1),
            )
        ]
    return []
