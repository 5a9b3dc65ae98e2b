"""`zhibu dashboard`: a dataset → one page."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.dashboard.page import LANGUAGES, page
from pipeline.dashboard.payload import payload
from pipeline.errors import ZhibuError
from pipeline.lexicon.load import SCHEMES, read_scheme, shipped
from pipeline.tidy.frames import Dataset


def dashboard(folder: Path, out: Path, lang: str, lexicons: str | None = None) -> int:
    """Write the page of a dataset; gives its size in bytes.

    Raises ZhibuError where there is no dataset, the language is unknown or the file cannot be written.
    """
    if lang not in LANGUAGES:
        raise ZhibuError("unknown language", lang, f"choose from: {', '.join(LANGUAGES)}")
    dataset = Dataset.open(folder)
    labels, name = scheme(dataset, lexicons)
    written = page(payload(dataset, labels, name, lang)).encode("utf-8")
    beside = out.with_name(out.name + ".part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(written)
        os.replace(beside, out)
    except OSError as error:
        raise ZhibuError(
            f"cannot be written ({error.strerror})", str(out), "choose a file you may write"
        ) from error
    return len(written)


def scheme(dataset: Dataset, lexicons: str | None = None) -> tuple[dict[str, str], str]:
    """Give the labels of the dataset's dimensions by key, in the scheme's order, and the scheme's name.

    A scheme that is in none of the lexicons (any more) leaves the dataset's own keys to speak.
    """
    runs = dataset.table("runs")["scheme"].dropna()
    if runs.empty:
        return {}, ""
    key = str(runs.iloc[-1])
    try:
        folder = Path(lexicons) if lexicons else shipped()
        found = read_scheme(folder / SCHEMES / f"{key}.toml")
    except ZhibuError:
        return {}, key
    return {d: found.labels[d] for d in found.dimensions}, found.name
