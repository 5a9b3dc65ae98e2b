"""A trained classifier at work: linear scores over character n-grams, from a file without code.

The file is a text table: a JSON header line, then one n-gram a line with its idf and its weight for each
output: the dimensions, and last, where the intercepts are one more, whether a text speaks of any of them.
Loading it reads numbers and runs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.classify.grams import Grams
from pipeline.errors import LexiconError

FORMAT = "zhibu-model-2"
# N-grams of one to three characters: words of one and two characters with a neighbour.
LONGEST = 3
_DIGITS = re.compile("[1-9]")

Floats = npt.NDArray[np.float32]


def prepare(text: str) -> str:
    """Give the text that n-grams are taken from: all digits alike, so that no figure is learnt."""
    return _DIGITS.sub("0", text)


def ngrams(text: str) -> list[str]:
    """Give all n-grams of a prepared text."""
    size = len(text)
    return [text[i : i + n] for n in range(1, LONGEST + 1) for i in range(size - n + 1)]


@dataclass(frozen=True)
class Joining:
    """Weights that join a classifier's scores with headings, lexicon and context (see extract.dimensions).

    `sections` and `sentences` are shared by all dimensions; a bias has one number a dimension, or is empty.
    """

    sections: tuple[float, ...]
    sentences: tuple[float, ...]
    section_bias: tuple[float, ...] = ()
    sentence_bias: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Model:
    """Weights of a linear classifier with one output a dimension, and one more for any dimension or none.

    `idf` has shape (features,), `weights` (features, outputs), `intercept` (outputs,).
    """

    scheme: str
    dimensions: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    weights: Floats
    intercept: Floats
    joining: Joining

    def scores(self, texts: Sequence[str]) -> Floats:
        """Give the log-odds of every output for every text: shape (texts, outputs)."""
        count = len(texts)
        lengths = np.array([len(t) for t in texts], dtype=np.int64)
        cells, counts = np.unique(
            self._index.cells(prepare("".join(texts)), lengths), return_counts=True
        )
        row, ids = np.divmod(cells, max(len(self.idf), 1))
        values = (1 + np.log(counts)) * self.idf[ids]
        # Each text's cells are added up in their order, whatever texts stand beside it.
        norms = np.sqrt(np.bincount(row, values * values, count))
        shares = values / norms[row]
        sums = [np.bincount(row, shares * weights[ids], count) for weights in self._columns]
        scores = np.array(sums).reshape(len(self.intercept), count).T + self.intercept
        return np.ascontiguousarray(scores, dtype=np.float32)

    @cached_property
    def _columns(self) -> Floats:
        """The weights by output, each output's side by side."""
        return np.ascontiguousarray(self.weights.T)

    @cached_property
    def _index(self) -> Grams:
        return Grams(self.vocabulary)


def save_model(path: Path, model: Model, about: dict[str, Any]) -> None:
    """Write a model; the same model gives the same bytes."""
    header = {
        "format": FORMAT,
        "scheme": model.scheme,
        "dimensions": list(model.dimensions),
        "intercept": [round(float(x), 5) for x in model.intercept],
        **{
            f"join_{name}": [round(float(x), 4) for x in values]
            for name, values in asdict(model.joining).items()
        },
        **about,
    }
    lines = [json.dumps(header, ensure_ascii=False, sort_keys=True)]
    for gram, k in sorted(model.vocabulary.items()):
        cells = [f"{model.idf[k]:.4f}", *(f"{w:.4f}" for w in model.weights[k])]
        lines.append("\t".join([json.dumps(gram, ensure_ascii=False)[1:-1], *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@cache
def load_model(path: Path) -> Model:
    """Read a model; raises LexiconError naming file and line where it is not one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError("model file cannot be read", str(path), "train it again") from error
    first, _, rest = text.partition("\n")
    header = _header(first, path)
    outputs = len(header["intercept"])
    vocabulary: dict[str, int] = {}
    numbers: list[list[float]] = []
    for at, line in enumerate(rest.splitlines(), 2):
        gram, *cells = line.split("\t")
        try:
            numbers.append([float(c) for c in cells])
            vocabulary[str(json.loads(f'"{gram}"'))] = len(numbers) - 1
        except ValueError as error:
            raise LexiconError("not an n-gram row", f"{path}:{at}", "train it again") from error
        if len(cells) != outputs + 1:
            raise LexiconError("wrong number of cells", f"{path}:{at}", "train it again")
    table = np.array(numbers, dtype=np.float32).reshape(len(numbers), outputs + 1)
    return Model(
        header["scheme"],
        tuple(header["dimensions"]),
        vocabulary,
        np.ascontiguousarray(table[:, 0]),
        np.ascontiguousarray(table[:, 1:]),
        np.array(header["intercept"], dtype=np.float32),
        header["joining"],
    )


def _header(line: str, path: Path) -> dict[str, Any]:
    """Read the header line, every field of the right kind and length."""
    try:
        found = json.loads(line)
        dimensions = [str(d) for d in found["dimensions"]]
        joining = Joining(
            *(tuple(float(x) for x in found[f"join_{f.name}"]) for f in fields(Joining))
        )
        intercept = [float(x) for x in found["intercept"]]
        header = {
            "scheme": str(found["scheme"]),
            "dimensions": dimensions,
            "intercept": intercept,
            "joining": joining,
        }
        count = len(dimensions)
        wrong = (
            found["format"] != FORMAT
            or len(intercept) not in (count, count + 1)
            or len(joining.section_bias) not in (0, count)
            or len(joining.sentence_bias) not in (0, count)
        )
        if wrong:
            raise ValueError(found["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise LexiconError(f"not a {FORMAT} file", f"{path}:1", "train it again") from error
    return header
