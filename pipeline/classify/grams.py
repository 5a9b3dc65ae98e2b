"""N-grams of many texts looked up at once, as integers: no string is cut out of a text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Code points end at 2**21: three of them fit into one 63-bit integer.
_BITS = 21
# Size of the table of residues that keeps most n-grams from the search; a prime, so that all bits count.
_RESIDUES = 1_000_003


class Grams:
    """A vocabulary of n-grams of one to three characters, ready for whole texts."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Sort the n-grams by length and code points; those of another length are never found."""
        self._size = max(len(vocabulary), 1)
        self._tables = [_table(vocabulary, n) for n in (1, 2, 3)]

    def cells(self, text: str, lengths: Ints) -> Ints:
        """Give row * len(vocabulary) + id of each known n-gram of texts that stand joined in `text`.

        `lengths` has shape (texts,) and adds up to the length of `text`. An n-gram never reaches from one
        text into the next. The order is by length of n-gram, then by place.
        """
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        points = points.astype(np.int64)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        found = []
        key = points
        for n, (keys, ids, residues) in enumerate(self._tables):
            if n:
                key = (key[: len(points) - n] << _BITS) | points[n:]
            at = np.flatnonzero(residues[key % _RESIDUES])
            at = at[rows[at] == rows[at + n]]
            place = np.searchsorted(keys, key[at])
            known = keys[place] == key[at]
            found.append(rows[at[known]] * self._size + ids[place[known]])
        return np.concatenate(found)


def _table(vocabulary: Mapping[str, int], n: int) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Give the sorted keys of the n-grams of one length, their ids, and which residues occur."""
    pairs = sorted((_key(gram), k) for gram, k in vocabulary.items() if len(gram) == n)
    # One key above all others, so that a search never points past the end.
    keys = np.array([*(key for key, _ in pairs), np.iinfo(np.int64).max], dtype=np.int64)
    residues = np.zeros(_RESIDUES, dtype=np.bool_)
    residues[keys[:-1] % _RESIDUES] = True
    return keys, np.array([*(k for _, k in pairs), 0], dtype=np.int64), residues


def _key(gram: str) -> int:
    key = 0
    for char in gram:
        key = key << _BITS | ord(char)
    return key
