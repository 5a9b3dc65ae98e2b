"""Extractors: one file a table. A new one is one file and one line in EXTRACTORS.

Each takes a report's prose, the lexicons and the branch's name, and gives its table's items in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.extract.achievements import find_achievements
from pipeline.extract.honours import find_honours
from pipeline.extract.practices import find_practices
from pipeline.extract.prose import Prose
from pipeline.lexicon import Lexicons

Extractor = Callable[[Prose, Lexicons, str | None], Any]

EXTRACTORS: dict[str, Extractor] = {
    "achievements": find_achievements,
    "honours": find_honours,
    "practices": find_practices,
}
