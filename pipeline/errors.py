"""Errors that a user can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations


class ZhibuError(Exception):
    """A fault in what the user gave; shown as one line, exit status 2."""

    def __init__(self, what: str, where: str, cure: str) -> None:
        super().__init__(f"{where}: {what}; {cure}")
        self.what = what
        self.where = where
        self.cure = cure


class ReadError(ZhibuError):
    """A source file cannot be read as text."""


class LexiconError(ZhibuError):
    """A lexicon file has a fault (file and row are in `where`)."""
