"""Train a pkuseg model offline: sentences cut into words → a folder that the pkuseg segmenter loads.

spacy-pkuseg shuffles the sentences with Python's shared random numbers; they are seeded here and put
back afterwards, so that the same sentences give the same bytes.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import ZhibuError

# The library updates its rates at every tenth of the sentences and divides by that tenth: with fewer
# sentences it would divide by zero, so they are repeated up to this number.
LEAST_SENTENCES = 10
# What the library writes; the folder of a model holds these and nothing else.
MODEL_FILES = ("features.msgpack", "weights.npz")


def train(sentences: Sequence[Sequence[str]], out: Path, iterations: int = 20) -> None:
    """Train on sentences, each a list of words, and write the model to the folder `out`.

    `iterations` is how often the sentences are gone through, at least 1. No word may be empty or hold
    white space. The folder is written when training has ended, never half. The same sentences give the
    same bytes. Raises ZhibuError for no sentences, for a folder that is not empty or cannot be written,
    and where spacy-pkuseg is not installed.
    """
    try:
        import spacy_pkuseg
    except ImportError as error:
        cure = "pip install 'zhibu[pkuseg]'"
        raise ZhibuError("spacy-pkuseg is not installed", "train-segmenter", cure) from error
    check_folder(out)
    if not sentences:
        raise ZhibuError("no sentences to train on", str(out), "give text with words in it")
    lines = [" ".join(words) for words in sentences]
    lines *= -(-LEAST_SENTENCES // len(lines))
    with TemporaryDirectory(prefix="zhibu-") as folder:
        known, probe, model = (Path(folder) / n for n in ("train.txt", "probe.txt", "model"))
        known.write_text("\n".join(lines) + "\n", encoding="utf-8")
        probe.write_text(lines[0] + "\n", encoding="utf-8")
        with _repeatable(), redirect_stdout(StringIO()):
            spacy_pkuseg.train(str(known), str(probe), str(model), train_iter=iterations)
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name in MODEL_FILES:
                shutil.copyfile(model / name, out / name)
        except OSError as error:
            what = f"cannot be written ({error.strerror})"
            raise ZhibuError(what, str(out), "choose another folder") from error


def check_folder(out: Path) -> None:
    """Raise ZhibuError unless `out` is a folder that is new or empty."""
    if out.exists() and not out.is_dir():
        raise ZhibuError("is a file, not a folder", str(out), "name a folder with --out")
    if out.is_dir() and any(out.iterdir()):
        raise ZhibuError(
            "folder is not empty", str(out), "name a new folder with --out, or empty it"
        )


@contextmanager
def _repeatable() -> Iterator[None]:
    """Seed what the library draws from, and score its probe by a measure that cannot divide by zero."""
    from spacy_pkuseg.config import config

    state, metric = random.getstate(), config.evalMetric
    random.seed(0)
    config.evalMetric = "str.acc"
    try:
        yield
    finally:
        random.setstate(state)
        config.evalMetric = metric
