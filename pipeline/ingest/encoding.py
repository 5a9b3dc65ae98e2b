"""Which encoding a text is in: for plain text, tables and mail alike.

The order is from certain to likely: a byte-order mark, strict UTF-8, UTF-16 without a mark (by what
its characters would be), then chardet's guess. Guesses of GB2312 and GBK are decoded as GB18030,
their superset.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

import chardet

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes given to the detector; it is linear, and a megabyte tells as much as a gigabyte.
SAMPLE = 1 << 20
# Bytes tried as UTF-16: a wrong byte order shows within a line, so this is plenty.
TRIED = 1 << 14
UTF16 = ("utf-16-le", "utf-16-be")
# Text read as what it is holds nearly only plausible characters (see _plausible), in the wrong
# byte order or encoding a tenth or two; what is left is for rare characters and damage.
PLAUSIBLE_SHARE = 0.8
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


def detect(data: bytes) -> tuple[str, int]:
    """Give the encoding of a text and the length of its byte-order mark."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    utf8 = _decodes(data, "utf-8")
    # ASCII in UTF-16 is valid UTF-8 too, every second character a NUL, which no text holds.
    if utf8 and 0 not in data:
        return "utf-8", 0
    order = _utf16(data[:TRIED])
    if order or utf8:
        return order or "utf-8", 0
    sample = data[:SAMPLE]
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


@cache
def _plausible() -> re.Pattern[str]:
    """Give the class of the characters that Chinese text consists of.

    Of the Chinese range only the frequent levels of GB 2312 and Big5, a third of it: a wrong byte
    order, or ASCII read as UTF-16, falls anywhere in the range, a text hardly outside these.
    """
    levels = (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7)))
    frequent = {
        bytes((row, cell)).decode(encoding, "ignore")
        for encoding, rows in levels
        for row in rows
        for cell in range(0x40, 0xFF)
    }
    han = "".join(sorted(c for c in frequent if len(c) == 1 and "\u4e00" <= c <= "\u9fff"))
    signs = (
        "\t\n\f\r -~\u00a0-\u024f\u2010-\u203b\u2460-\u249b\u25a0-\u2606\u3000-\u301f\uff01-\uff5e"
    )
    return re.compile(f"[{signs}{han}]")


def _plausible_share(data: bytes, encoding: str) -> float:
    text = data.decode(encoding, errors="replace")
    return len(_plausible().findall(text)) / max(len(text), 1)


def _utf16(sample: bytes) -> str | None:
    """Give the byte order of UTF-16 text without a mark, or None if it is no such text.

    NUL bytes do not tell the order: 一 and the indent U+3000 have theirs where ASCII has not.
    Undecodable units count as implausible rather than rule an order out, so that one damaged
    unit in a file does not make it GB18030. Big5 in pairs of bytes can look like Chinese in
    UTF-16, so the older encodings must fit worse.
    """
    sample = sample[: len(sample) & ~1]
    shares = {encoding: _plausible_share(sample, encoding) for encoding in UTF16}
    best = max(UTF16, key=lambda encoding: shares[encoding])
    if shares[best] < PLAUSIBLE_SHARE:
        return None
    older = max(_plausible_share(sample, encoding) for encoding in CHINESE)
    return best if shares[best] > older else None


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
