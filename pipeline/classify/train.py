"""Train the sentence classifier from labelled sentences, and fit how its scores join other evidence.

Needs scikit-learn (extra `analysis`). The same training files give the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.classify.model import LONGEST, Joining, Model, prepare, save_model
from pipeline.errors import LexiconError

# Regularisation and the least number of sentences an n-gram stands in; by cross-validation on
# data/training (3 to 10 and 1 to 3 differ by less than 0.01 macro F1).
STRENGTH, LEAST_SENTENCES = 5.0, 3
# Regularisation of the choice of a section's dimension (1 to 10 differ by less than 0.005 in accuracy).
SECTIONS = 3.0
# Weights smaller than this change no decision; leaving them out halves the file.
LEAST_WEIGHT = 0.05


def read_sentences(paths: Iterable[Path], dimensions: Sequence[str]) -> tuple[list[str], Any]:
    """Read CSV files with columns text and labels (joined by |).

    Gives the texts and a boolean array of shape (texts, dimensions); raises LexiconError naming file and
    row for an unknown label.
    """
    texts: list[str] = []
    rows: list[list[bool]] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            for record in reader:
                labels = record.get("labels", record.get("label")) or ""
                names = [name for name in labels.split("|") if name]
                unknown = set(names) - set(dimensions)
                if unknown or not record.get("text"):
                    what = f"unknown label {sorted(unknown)}" if unknown else "no text"
                    raise LexiconError(
                        what, f"{path}:{reader.line_num}", f"use {', '.join(dimensions)} or nothing"
                    )
                texts.append(record["text"])
                rows.append([d in names for d in dimensions])
    return texts, np.array(rows, dtype=bool)


def train(
    texts: Sequence[str],
    labels: Any,
    scheme: str,
    dimensions: Sequence[str],
    joining: Joining,
) -> Model:
    """Fit the classifier; gives a model that needs no scikit-learn to run.

    `labels` is a boolean array of shape (texts, dimensions). One output more learns whether a text has
    any label, where some have none. Raises LexiconError without scikit-learn.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise LexiconError(
            "training needs scikit-learn", "zhibu train", "pip install 'zhibu[analysis]'"
        ) from error
    vectorizer = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, LONGEST),
        min_df=LEAST_SENTENCES,
        sublinear_tf=True,
        lowercase=False,
        preprocessor=prepare,
    )
    table = vectorizer.fit_transform(texts)
    some = labels.any(axis=1)
    weights, intercept = [], []
    for wanted in (*labels.T, *(() if some.all() else (some,))):
        fitted = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
        fitted.fit(table, wanted)
        weights.append(fitted.coef_[0])
        intercept.append(float(fitted.intercept_[0]))
    names = vectorizer.get_feature_names_out()
    matrix = np.array(weights, dtype=np.float64).T
    kept = np.flatnonzero(np.abs(matrix).max(axis=1) >= LEAST_WEIGHT)
    return Model(
        scheme,
        tuple(dimensions),
        {str(names[k]): i for i, k in enumerate(kept)},
        np.round(vectorizer.idf_[kept], 4).astype(np.float32),
        np.round(matrix[kept], 4).astype(np.float32),
        np.array(intercept, dtype=np.float32),
        joining,
    )


# How much the weight of a lead may be raised after fitting; the least of the best is taken.
LIFTS = tuple(n / 5 for n in range(13))


def fit_sections(table: Any, wanted: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Fit weights and biases of the choice of a section's dimension against none, as one softmax.

    `table` (sections, dimensions, n) as dimensions.section_features gives it, `wanted` (sections,) the index
    of the dimension, -1 for none.
    """
    from scipy.optimize import minimize

    count, dimensions, shared = table.shape
    full = _with_bias(table)
    # Having none is one more choice, for which nothing speaks.
    full = np.concatenate([full, np.zeros((count, 1, full.shape[2]))], axis=1)
    rows, right = np.arange(count), np.where(wanted < 0, dimensions, wanted)

    def loss(weights: Any) -> tuple[float, Any]:
        logits = full @ weights
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        value = -np.log(shares[rows, right] + 1e-12).sum() + weights @ weights / 2 / SECTIONS
        shares[rows, right] -= 1
        return float(value), np.einsum("ka,kaf->f", shares, full) + weights / SECTIONS

    found = minimize(loss, np.zeros(full.shape[2]), jac=True, method="L-BFGS-B").x
    return _parted(found, shared)


def fit_combination(
    table: Any, wanted: Any, lead: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Fit weights and biases that join all evidence on a sentence.

    `table` (rows, dimensions, n) as dimensions.features gives it, `wanted` (rows, dimensions) boolean, `lead`
    the column that marks a lead.
    """
    from sklearn.linear_model import LogisticRegression

    full = _with_bias(table)
    fitted = LogisticRegression(C=1.0, max_iter=5000, fit_intercept=False)
    fitted.fit(full.reshape(-1, full.shape[2]), wanted.reshape(-1))
    weights, bias = _parted(fitted.coef_[0], table.shape[2])
    return (
        *weights[:lead],
        weights[lead] + _lift(table, wanted, weights, bias, lead),
        *weights[lead + 1 :],
    ), bias


def _lift(
    table: Any, wanted: Any, weights: Sequence[float], bias: Sequence[float], column: int
) -> float:
    """Give how much more a column that marks rare rows may weigh, so that F1 on these rows is greatest.

    Dimensions are rare in leads: where their share is a fiftieth, log-odds above 0 find too few of them.
    """
    rows = table[:, 0, column] > 0
    logits, right = table[rows] @ np.array(weights) + np.array(bias), wanted[rows]

    def f1(lift: float) -> float:
        found = logits + lift > 0
        return float(2 * (found & right).sum() / max(found.sum() + right.sum(), 1))

    return max(LIFTS, key=f1)


def _with_bias(table: Any) -> Any:
    """Add a column a dimension that is 1 for it alone."""
    one = np.broadcast_to(np.eye(table.shape[1]), (len(table), table.shape[1], table.shape[1]))
    return np.concatenate([table, one], axis=2)


def _parted(found: Any, shared: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Part fitted numbers into shared weights and biases."""
    numbers = [float(x) for x in found]
    return tuple(numbers[:shared]), tuple(numbers[shared:])


def write(path: Path, model: Model, sources: Sequence[Path]) -> None:
    """Store a model with the hashes of what it was trained on."""
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in sources}
    save_model(path, model, {"training": json.loads(json.dumps(hashes, sort_keys=True))})
