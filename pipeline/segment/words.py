"""Words: one interface, four segmenters.

| name | what it is |
|---|---|
| rjieba | jieba's dictionary and HMM in Rust; the default: jieba's words at over ten times its speed |
| jieba | jieba 0.42.1 itself, for comparison (extra `jieba`) |
| pkuseg | spacy-pkuseg with a model given by path, never downloaded (extra `pkuseg`) |
| characters | every character a word; needs nothing |

All give spans in code points. Lexicon terms are added as words, so that they stay whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, Protocol

from pipeline.errors import ZhibuError


class Token(NamedTuple):
    """A word with its span and part of speech (ICTCLAS tags; empty where the segmenter has none)."""

    text: str
    start: int
    end: int
    tag: str


class Segmenter(Protocol):
    """Cuts text into words that cover it without gaps."""

    def words(self, text: str) -> list[str]:
        """Give the words of a text, in order; joined they are the text."""

    def tokens(self, text: str) -> list[Token]:
        """Give the words of a text with spans and parts of speech."""


def _spans(pairs: Iterable[tuple[str, str]]) -> list[Token]:
    found, at = [], 0
    for word, tag in pairs:
        end = at + len(word)
        found.append(Token(word, at, end, tag))
        at = end
    return found


class _Whole:
    """Joins what a dictionary cannot hold: terms with signs that jieba cuts at whatever it knows."""

    def __init__(self, terms: Iterable[str]) -> None:
        from pipeline.lexicon.match import Matcher

        signed = [t for t in terms if not all("\u4e00" <= c <= "\u9fff" for c in t)]
        self._matcher = Matcher(signed) if signed else None

    def join(self, text: str, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Give (word, tag) pairs with each term one word where its ends are ends of words."""
        words = list(pairs)
        spans = self._matcher.find(text) if self._matcher else []
        for start, end, term in reversed(spans):
            ends = list(accumulate(len(word) for word, _ in words))
            if end in ends and (start == 0 or start in ends):
                first = ends.index(start) + 1 if start else 0
                words[first : ends.index(end) + 1] = [(term, "n")]
        return words


class RJieba:
    """jieba's segmentation by the Rust port; the dictionary belongs to the instance."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        known = list(terms)
        for term in known:
            self._jieba.add_word(term, None, "n")
        self._whole = _Whole(known)

    def words(self, text: str) -> list[str]:
        """Cut with the HMM on, as jieba does by default."""
        pairs = ((word, "") for word in self._jieba.cut(text))
        return [word for word, _ in self._whole.join(text, pairs)]

    def tokens(self, text: str) -> list[Token]:
        """Cut and tag."""
        return _spans(self._whole.join(text, self._jieba.tag(text)))


class Jieba:
    """jieba 0.42.1 with a dictionary of its own."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        try:
            import jieba
            import jieba.posseg
        except ImportError as error:
            raise _missing("jieba") from error
        jieba.setLogLevel("ERROR")
        self._jieba = jieba.Tokenizer()
        self._jieba.initialize()
        known = list(terms)
        for term in known:
            self._jieba.add_word(term, tag="n")
        self._whole = _Whole(known)
        self._tagger = jieba.posseg.POSTokenizer(self._jieba)

    def words(self, text: str) -> list[str]:
        """Cut with the HMM on."""
        pairs = ((word, "") for word in self._jieba.cut(text))
        return [word for word, _ in self._whole.join(text, pairs)]

    def tokens(self, text: str) -> list[Token]:
        """Cut and tag."""
        pairs = ((pair.word, pair.flag) for pair in self._tagger.cut(text))
        return _spans(self._whole.join(text, pairs))


class Pkuseg:
    """spacy-pkuseg with a trained model folder."""

    def __init__(self, terms: Iterable[str] = (), model: str | None = None) -> None:
        if model is None:
            raise ZhibuError(
                "the pkuseg segmenter needs a model",
                "--segmenter pkuseg",
                "give the folder of a trained model with --segmenter-model",
            )
        try:
            import spacy_pkuseg
        except ImportError as error:
            raise _missing("pkuseg") from error
        if not _has_model(Path(model)):
            raise ZhibuError(
                "no pkuseg model in this folder", model, "train one, or give another folder"
            )
        self._pkuseg = spacy_pkuseg.pkuseg(model, user_dict=list(terms))

    def words(self, text: str) -> list[str]:
        """Cut; pkuseg drops white space, which comes back as words of its own."""
        found, at = [], 0
        for word in self._pkuseg.cut(text):
            start = text.index(word, at)
            if start > at:
                found.append(text[at:start])
            found.append(word)
            at = start + len(word)
        return [*found, text[at:]] if at < len(text) else found

    def tokens(self, text: str) -> list[Token]:
        """Cut; the model has no parts of speech."""
        return _spans((word, "") for word in self.words(text))


def _has_model(folder: Path) -> bool:
    """Whether a folder holds a model; a bare name would make the library download one."""
    return folder.is_dir() and any(
        (folder / name).is_file() for name in ("features.pkl", "features.msgpack", "weights.npz")
    )


class Characters:
    """Every character a word; lexicon terms stay whole."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        from pipeline.lexicon.match import Matcher

        kept = [t for t in terms if len(t) > 1]
        self._matcher = Matcher(kept) if kept else None

    def words(self, text: str) -> list[str]:
        """Cut into characters and terms."""
        found, at = [], 0
        for start, end, term in self._matcher.find(text) if self._matcher else ():
            found += [*text[at:start], term]
            at = end
        return found + list(text[at:])

    def tokens(self, text: str) -> list[Token]:
        """Cut into characters and terms, without parts of speech."""
        return _spans((word, "") for word in self.words(text))


def _missing(extra: str) -> ZhibuError:
    return ZhibuError(
        f"the {extra} segmenter is not installed",
        f"--segmenter {extra}",
        f"pip install 'zhibu[{extra}]'",
    )


SEGMENTERS: dict[str, Callable[..., Segmenter]] = {
    "characters": Characters,
    "jieba": Jieba,
    "pkuseg": Pkuseg,
    "rjieba": RJieba,
}


def make_segmenter(name: str, terms: Iterable[str] = (), model: str | None = None) -> Segmenter:
    """Make a segmenter by name, with terms added to its dictionary.

    Raises ZhibuError for an unknown name, an extra that is not installed, or pkuseg without a model.
    """
    if name not in SEGMENTERS:
        known = ", ".join(sorted(SEGMENTERS))
        raise ZhibuError("unknown segmenter", f"--segmenter {name}", f"choose one of: {known}")
    if name == "pkuseg":
        return Pkuseg(terms, model)
    return SEGMENTERS[name](terms)
