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

from pipeline.classify.model import LONGEST, Model, prepare, save_model
from pipeline.errors import LexiconError

# Regularisation and the least number of sentences an n-gram stands in; by cross-validation on
# data/training (3 to 10 and 1 to 3 differ by less than 0.01 macro F1).
STRENGTH, LEAST_SENTENCES = 5.0, 3
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
    combine: Sequence[float],
) -> Model:
    """Fit the classifier; gives a model that needs no scikit-learn to run.

    `labels` is a boolean array of shape (texts, dimensions). Raises LexiconError without scikit-learn.
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
    weights, intercept = [], []
    for d in range(len(dimensions)):
        fitted = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
        fitted.fit(table, labels[:, d])
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
        tuple(combine),
    )


def fit_combination(table: Any, wanted: Any) -> tuple[float, ...]:
    """Fit the weights that join all evidence; `table` (rows, 14) as dimensions.features gives it."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0, max_iter=5000, fit_intercept=False)
    fitted.fit(table, wanted)
    return tuple(float(x) for x in fitted.coef_[0])


def write(path: Path, model: Model, sources: Sequence[Path]) -> None:
    """Store a model with the hashes of what it was trained on."""
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in sources}
    save_model(path, model, {"training": json.loads(json.dumps(hashes, sort_keys=True))})
