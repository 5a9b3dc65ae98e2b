"""Sketches of reports: small marks by which the same text is known again, exactly or nearly.

A sketch is made where a report is read, kept with its part, and compared when all parts are joined. It is
a MinHash of the text's shingles (Broder 1997) of which 16 bits are kept a hash (Li and König 2010), made
with numpy: datasketch's objects and dictionaries would hold gigabytes for a table of two million texts.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b, shake_256
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Characters of a shingle: five are longer than most words, and a changed character costs five shingles.
SHINGLE = 5
# Bands of hashes: texts that agree in all hashes of one band are compared. With 31 bands of 4 hashes, two
# texts that share six tenths of their shingles meet with probability 0.987, two that share a twentieth,
# as different reports may, with 0.0002.
BANDS, IN_BAND = 31, 4
HASHES = BANDS * IN_BAND
# Texts shorter than this, in letters, are never taken for copies: they say too little.
LEAST = 60
# Shingles hashed at once: what is made of them (HASHES numbers each) stays in the processor's cache.
AT_ONCE = 512
# Numbers kept of a text, the ones with the smallest hashes.
NUMBERS = 64
_NO_LETTER = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
Hashes = NDArray[np.uint64]


class Sketch(NamedTuple):
    """Marks of one text: of the whole, of its shingles, of its numbers, and of its branch's name."""

    exact: bytes
    shingles: bytes  # HASHES numbers of 16 bits
    numbers: bytes  # sorted numbers of 32 bits
    branch: str | None


def sketch(norm: str, branch: str | None) -> Sketch | None:
    """Sketch a text in its normal form; None where it is too short to be known again."""
    letters = _NO_LETTER.sub("", norm).casefold()
    if len(letters) < LEAST:
        return None
    numbers = {_digest(n) for n in _NUMBER.findall(norm)}
    kept = np.sort(np.frombuffer(b"".join(numbers), "<u4"))[:NUMBERS]
    name = _NO_LETTER.sub("", branch) if branch else None
    exact = blake2b(letters.encode(), digest_size=16).digest()
    return Sketch(exact, _minimal(letters).tobytes(), kept.tobytes(), name)


def _digest(number: str) -> bytes:
    return blake2b(number.encode(), digest_size=4).digest()


@cache
def _constants() -> tuple[Hashes, Hashes, Hashes]:
    """Odd factors and summands of the hash functions, and powers for shingles: the same everywhere."""
    drawn = np.frombuffer(shake_256(b"zhibu sketch 1").digest(8 * (2 * HASHES + SHINGLE)), "<u8")
    values = drawn.astype(np.uint64)
    one = np.uint64(1)
    return values[:HASHES] | one, values[HASHES : 2 * HASHES], values[2 * HASHES :] | one


def _minimal(letters: str) -> NDArray[np.uint16]:
    """Give 16 bits of the smallest hash of all shingles, for each hash function."""
    factors, summands, powers = _constants()
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = len(codes) - SHINGLE + 1
    shingles: Any = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):  # arithmetic of 64 bits is meant to wrap
        for n in range(SHINGLE):
            shingles += codes[n : n + count] * powers[n]
        shingles ^= shingles >> np.uint64(29)
        shingles *= np.uint64(0xBF58476D1CE4E5B9)  # the mixing step of splitmix64
        shingles = np.unique(shingles ^ (shingles >> np.uint64(32)))
        smallest = np.full(HASHES, np.iinfo(np.uint64).max, np.uint64)
        for at in range(0, len(shingles), AT_ONCE):
            hashed = factors[:, None] * shingles[at : at + AT_ONCE]
            hashed += summands[:, None]
            smallest = np.minimum(smallest, hashed.min(axis=1))
    return ((smallest >> np.uint64(16)) & np.uint64(0xFFFF)).astype("<u2")


def alike(a: bytes, b: bytes) -> float:
    """Estimate which share of two texts' shingles is common to both (Jaccard index)."""
    return float(np.mean(np.frombuffer(a, "<u2") == np.frombuffer(b, "<u2")))


def same_numbers(a: bytes, b: bytes) -> tuple[float, int]:
    """Give the share of the numbers of the text that has fewer which the other has too, and how many it has."""
    one, other = (set(np.frombuffer(x, "<u4").tolist()) for x in (a, b))
    fewer = min(len(one), len(other))
    return (len(one & other) / fewer if fewer else 1.0), fewer
