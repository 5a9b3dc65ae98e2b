"""`zhibu segment`: the words of a file's reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import ingest
from pipeline.layout import layout
from pipeline.lexicon import Lexicons
from pipeline.lexicon.load import load
from pipeline.segment import make_segmenter, sentences


def terms(lexicons: Lexicons) -> list[str]:
    """Give the lexicon terms that a segmenter is to keep whole."""
    found = {t.term for t in lexicons.scheme.terms} | set(lexicons.scheme.institutions)
    found.update(lexicons.terms("practices", "head", "institution"))
    found.update(lexicons.terms("honours", "verb", "head"))
    return sorted(t for t in found if len(t) > 1)


def words_of(
    file: Path, segmenter: str, model: str | None, scheme: str, folder: str | None
) -> Iterator[str]:
    """Give the words of every sentence of a file, joined by a blank."""
    lexicons = load(folder, scheme)
    cutter = make_segmenter(segmenter, terms(lexicons), model)
    for article in layout(ingest.read(file, folder), lexicons).articles:
        for sentence in sentences(article):
            yield " ".join(cutter.words(article.text.clean[sentence.start : sentence.end]))
