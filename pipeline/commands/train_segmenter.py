"""`zhibu train-segmenter`: a pkuseg model from segmented text, or from plain text cut by jieba."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.commands.segment import words_of
from pipeline.errors import ReadError
from pipeline.ingest.encoding import detect
from pipeline.segment.train import check_folder, train

# Cuts plain text: jieba's dictionary and HMM, with the terms of the lexicons added.
TEACHER = "rjieba"


def run(
    files: Sequence[Path],
    out: Path,
    iterations: int,
    from_text: bool,
    scheme: str,
    folder: str | None,
) -> dict[str, Any]:
    """Train on files and write the model to the folder `out`.

    The files hold a sentence a line, words separated by white space; `from_text` takes reports in any
    format that holds one text instead, laid out and cut as `zhibu segment` does. Gives the number of
    sentences, of words and of different words. Raises ZhibuError for a file without words and for a
    folder that is not empty.
    """
    check_folder(out)
    sentences: list[list[str]] = []
    for file in files:
        found = list(_cut(file, scheme, folder) if from_text else _read(file))
        if not found:
            cure = "remove it or put text in"
            raise ReadError("no sentences in it", str(file), cure)
        if not from_text and all(len(words) == 1 for words in found):
            cure = "separate words by a blank, or give plain text with --from-text"
            raise ReadError("no words: not one line has a blank in it", str(file), cure)
        sentences += found
    train(sentences, out, iterations)
    words = [word for sentence in sentences for word in sentence]
    counts = {"sentences": len(sentences), "words": len(words), "different": len(set(words))}
    return counts | {"out": str(out)}


def _cut(file: Path, scheme: str, folder: str | None) -> Iterator[list[str]]:
    """Sentences of a report in words; white space between words is not a word."""
    lines = (line.split() for line in words_of(file, TEACHER, None, scheme, folder))
    return (words for words in lines if words)


def _read(file: Path) -> Iterator[list[str]]:
    """Lines of a segmented file in words. Corpora come with any suffix, so none is asked for."""
    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"cannot be opened ({error.strerror})"
        raise ReadError(what, str(file), "check the path and its permissions") from error
    if not data.strip():
        raise ReadError("empty file", str(file), "remove it or put its text in")
    encoding, skip = detect(data)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(f"not {encoding} text", str(file), "save it as UTF-8") from error
    if "\0" in text:
        raise ReadError("binary data, not text", str(file), "convert it to text first")
    return (words for words in (line.split() for line in text.splitlines()) if words)
