"""Tables of results as Markdown, to be put into docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table, its columns set so wide that it reads as plain text too."""
    table = [tuple(head), *map(tuple, rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
