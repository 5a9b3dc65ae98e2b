"""Edit the text of lexicon files: new rows in their sorted place, every other character as it was."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import LexiconError

_BLOCK = re.compile(r"^\s*\[\[?[^\[\]]+\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r'^\s*key\s*=\s*"((?:[^"\\]|\\.)*)"')
_OPEN = re.compile(r"^\s*terms\s*=\s*\[\s*(?:#.*)?$")
_CLOSE = re.compile(r"^\s*\]\s*(?:#.*)?$")
_ENTRY = re.compile(r'^\s*\{.*?\bterm\s*=\s*("(?:[^"\\]|\\.)*")')
# Of one line: what a comment holds need not be read to its end, for each brace anew.
_COMMA = re.compile(r"\}(?=\s*(?:#|$))")


def with_rows(text: str, rows: Sequence[tuple[str, str, str, str, str]]) -> str:
    """Give a table's text with rows (term, role, value, source, note) at their place by role, then term."""
    lines = _lines(text)
    end = _line_end(lines)
    records: list[tuple[tuple[str, str], str]] = []  # (role, term) and the text as it stands
    reader = csv.reader(lines)
    next(reader, None)
    at = reader.line_num
    header = "".join(lines[:at])
    for cells in reader:
        here = "".join(lines[at : reader.line_num])
        at = reader.line_num
        key = (cells[1].strip(), cells[0].strip()) if len(cells) > 1 else ("", "")
        records.append((key, here))
    for row in sorted(rows, key=lambda r: (r[1], r[0])):
        key = (row[1], row[0])
        place = next((i for i, (other, _) in enumerate(records) if other > key), len(records))
        records.insert(place, (key, _csv_line(row, end)))
    parts = [header, *(here for _, here in records)]
    # a last line without an end gets one where a row follows it, and the new last line has none then
    whole = [p if p.endswith(("\n", "\r")) else p + end for p in parts]
    return "".join(whole) if text.endswith(("\n", "\r")) else "".join(whole).removesuffix(end)


def _lines(text: str) -> list[str]:
    """Cut where files end lines; str.splitlines would cut inside cells too (at U+2028 and others)."""
    return list(io.StringIO(text, newline=""))


def _line_end(lines: Sequence[str]) -> str:
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


def _csv_line(row: Sequence[str], end: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator=end).writerow(row)
    return line.getvalue()


def with_dimension_terms(text: str, terms: Sequence[tuple[str, str, str, str]], path: Path) -> str:
    """Give a scheme's text with terms (term, dimension, weight, source) at their sorted place.

    Raises LexiconError (where: the scheme's `path`) where a dimension's terms do not stand one a line.
    """
    lines = _lines(text)
    end = _line_end(lines)
    for term, dimension, weight, source in sorted(terms):
        first, last = _list(lines, dimension, path)
        place = last
        for i in range(first, last):
            found = _ENTRY.match(lines[i])
            if found and json.loads(found[1]) > term:
                place = i
                break
        entries = [i for i in range(first, place) if _ENTRY.match(lines[i])]
        if place == last and entries:  # TOML lets the last one go without a comma
            lines[entries[-1]] = _COMMA.sub("},", lines[entries[-1]])
        name, said = (json.dumps(t, ensure_ascii=False) for t in (term, source))
        lines.insert(place, f"  {{term = {name}, weight = {weight}, source = {said}}},{end}")
    return "".join(lines)


def _list(lines: Sequence[str], dimension: str, path: Path) -> tuple[int, int]:
    """Lines of a dimension's terms: from the first one to the closing bracket."""
    mine, first = False, None
    for i, line in enumerate(lines):
        if first is not None and _CLOSE.match(line):
            return first, i
        if _BLOCK.match(line):
            mine, first = False, None
        if key := _KEY.match(line):
            mine = key[1] == dimension
        if mine and _OPEN.match(line):
            first = i + 1
    what = f"the terms of {dimension} do not stand one a line after their key"
    raise LexiconError(what, str(path), "write them so: terms = [, one term a line, ]")
