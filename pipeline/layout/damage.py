"""What was done to a text before it came here and cannot be undone for certain: told, never dropped.

Characters of the other script among simplified ones are matched as their simplified forms and stay as
written; masked digits and names are nothing that could be restored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.model import Issue
from pipeline.normal import TABLE, strays

# Digits struck out (2xx年, 20××年, 3×户), and numbers or names that are nothing else (××户, 李××).
_MASKED = re.compile(
    r"\d{1,4}[xX×*＊]{1,4}(?=[\u4e00-\u9fff%％])"
    r"|(?<![A-Za-z\d])(?:[xX]{2,4}|[×*＊]{1,4})(?=[\u4e00-\u9fff])"
)
_SIGNS = "xX×*＊"
# A message names so many different characters or pieces.
NAMED = 8


def damage(text: str) -> Iterator[Issue]:
    """Give an issue for each kind of damage, with the place of its first occurrence."""
    masked = list(_MASKED.finditer(text)) if any(sign in text for sign in _SIGNS) else []
    if masked:
        shown = _listed(Counter(m.group() for m in masked))
        yield Issue(
            "layout",
            "warning",
            f"masked digits or names, which are read as no number: {shown}",
            "put the figures in where you know them",
            masked[0].span(),
        )
    other = [s for s in strays(text) if ord(s[1]) not in TABLE]
    if other:
        shown = _listed(Counter(f"{written} as {single}" for _, written, single in other))
        yield Issue(
            "layout",
            "warning",
            f"traditional characters among simplified ones, matched as these: {shown}",
            "nothing to do, unless a name was meant",
            (other[0][0], other[0][0] + 1),
        )


def _listed(found: Counter[str]) -> str:
    shown = [f"{what} ({count})" for what, count in found.most_common(NAMED)]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
