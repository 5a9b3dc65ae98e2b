"""N-grams of many texts looked up at once, as integers: no string is cut out of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

# Code points end at 0x110000: three of them fit into one 63-bit integer.
_BITS = 21
# Above all code points: stands before n-grams of one and two characters, so that no keys are the same.
_BEFORE = {1: 0x1FFFFF << 2 * _BITS, 2: 0x1FFFFE << 2 * _BITS, 3: 0}
# Size of a table of residues: many times the number of n-grams, so that few of them share one.
_RESIDUES = 200_003


class Grams:
    """A vocabulary of n-grams of one to three characters, ready for whole texts."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Lay the n-grams out by their keys; those of another length are never found."""
        self._size = max(len(vocabulary), 1)
        pairs = [(_key(gram), k) for gram, k in vocabulary.items() if len(gram) in _BEFORE]
        # Where a table of residues has no n-gram it points at the first, whose key no text has.
        self._keys = np.array([-1, *(key for key, _ in pairs)], dtype=np.int64)
        self._ids = np.array([0, *(k for _, k in pairs)], dtype=np.int64)
        self._tables = list(_tables(self._keys))

    def cells(self, text: str, lengths: Ints) -> Ints:
        """Give row * len(vocabulary) + id of each known n-gram of texts that stand joined in `text`.

        `lengths` has shape (texts,) and adds up to the length of `text`. An n-gram never reaches from one
        text into the next. The order is by length of n-gram, then by place.
        """
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        ones = points.astype(np.int64)
        twos = (ones[:-1] << _BITS) | ones[1:]
        threes = (twos[:-1] << _BITS) | ones[2:]
        keys = np.concatenate((ones | _BEFORE[1], twos | _BEFORE[2], threes))
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        first = np.concatenate((rows, rows[:-1], rows[:-2]))
        last = np.concatenate((rows, rows[1:], rows[2:]))
        keys[first != last] = -2  # reaches from one text into the next
        place = self._places(keys)
        known = np.flatnonzero(self._keys[place] == keys)
        found: Ints = first[known] * self._size + self._ids[place[known]]
        return found

    def _places(self, keys: Ints) -> Places:
        """Give where each key stands among the vocabulary's, or where another one does."""
        place = self._tables[0][keys % _RESIDUES]
        for n, table in enumerate(self._tables[1:], 1):
            other = np.flatnonzero(self._keys[place] != keys)
            place[other] = table[keys[other] % (_RESIDUES + n)]
        return place


def _tables(keys: Ints) -> Iterator[Places]:
    """Give tables from residue to place: the first, and one after another for those that shared a residue."""
    left = np.arange(1, len(keys))
    n = 0
    while n == 0 or len(left):
        residues = keys[left] % (_RESIDUES + n)
        table = np.zeros(_RESIDUES + n, dtype=np.int32)
        table[residues] = left  # of those that share a residue the last stays
        left = left[table[residues] != left]
        n += 1
        yield table


def _key(gram: str) -> int:
    key = 0
    for char in gram:
        key = key << _BITS | ord(char)
    return key | _BEFORE[len(gram)]
