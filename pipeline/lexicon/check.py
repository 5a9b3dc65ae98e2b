"""Lint the lexicons, so that a keeper learns of a slip before a run does.

Faults (exit status 1): a missing file or column, wrong number of cells, empty term or source, unknown role,
duplicates, rows out of order. Notes: a term inside a longer one of another dimension or role, which the
longest match decides.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.load import SCHEMES, TABLES, Row, Scheme, read_scheme, read_table
from pipeline.lexicon.roles import ROLES

# Tables in which one role must not hold a term inside another role's: there the two mean different things.
EXCLUSIVE = ("honours",)
_TERM = re.compile(r'\bterm\s*=\s*"((?:[^"\\]|\\.)*)"')


def check(folder: Path) -> tuple[list[str], list[str]]:
    """Give (faults, notes) of a folder of lexicons, each a line naming file and row."""
    faults: list[str] = []
    notes: list[str] = []
    for name in TABLES:
        path = folder / f"{name}.csv"
        try:
            rows = read_table(path)
        except LexiconError as error:
            faults.append(str(error))
            continue
        faults += _table_faults(path, rows)
        if name in EXCLUSIVE:
            notes += _contained(path, [(r.term, r.role, r.line) for r in rows])
    unknown = sorted(p.name for p in folder.glob("*.csv") if p.stem not in TABLES)
    faults += [f"{folder / n}: no such table; known are {', '.join(TABLES)}" for n in unknown]
    schemes = sorted((folder / SCHEMES).glob("*.toml"))
    if not schemes:
        faults.append(f"{folder / SCHEMES}: no scheme of dimensions; add a .toml file")
    for path in schemes:
        try:
            scheme = read_scheme(path)
        except LexiconError as error:
            faults.append(str(error))
            continue
        more, remarks = _scheme_faults(path, scheme)
        faults += more
        notes += remarks
    return faults, notes


def _table_faults(path: Path, rows: list[Row]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    last: tuple[str, str] | None = None
    for row in rows:
        place = f"{path}:{row.line}"
        if not row.term:
            yield f"{place}: no term; fill it in or remove the row"
        if not row.role:
            yield f"{place}: {row.term} has no role; say what it does"
        elif row.role not in ROLES[path.stem]:
            known = ", ".join(sorted(ROLES[path.stem]))
            yield f"{place}: {row.term} has the unknown role {row.role}; known are {known}"
        if not row.source:
            yield f"{place}: {row.term} has no source; say where it comes from"
        if (row.role, row.term) in seen:
            first = seen[row.role, row.term]
            yield f"{place}: {row.term} stands already in row {first}; remove one"
        seen.setdefault((row.role, row.term), row.line)
        if last is not None and (row.role, row.term) < last:
            yield f"{place}: {row.term} is out of order; sort by role, then term"
        last = (row.role, row.term)


def _contained(path: Path, terms: list[tuple[str, str, int]]) -> Iterator[str]:
    """Terms that stand inside a longer term of another meaning."""
    by_term: dict[str, set[str]] = {}
    lines: dict[str, int] = {}
    for term, meaning, line in terms:
        by_term.setdefault(term, set()).add(meaning)
        lines.setdefault(term, line)
    for longer, meanings in sorted(by_term.items(), key=lambda item: lines[item[0]]):
        parts = {longer[i:j] for i in range(len(longer)) for j in range(i + 2, len(longer) + 1)}
        for part in sorted(parts - {longer}):
            other = by_term.get(part, set()) - meanings
            if other and not by_term[part] & meanings:
                yield (
                    f"{path}:{lines[longer]}: {longer} ({', '.join(sorted(meanings))}) contains "
                    f"{part} ({', '.join(sorted(other))}, row {lines[part]}); the longer one wins"
                )


def _scheme_faults(path: Path, scheme: Scheme) -> tuple[list[str], list[str]]:
    lines = _lines(path)
    faults: list[str] = []
    seen: dict[str, str] = {}
    last: dict[str, str] = {}
    for institution in tomllib.loads(path.read_text(encoding="utf-8")).get("institution", ()):
        if not institution.get("source"):
            name = institution["term"]
            place = f"{path}:{lines.get(name, 1)}"
            faults.append(f"{place}: {name} has no source; say where it comes from")
    for term in scheme.terms:
        place = f"{path}:{lines.get(term.term, 1)}"
        named = term.term in scheme.labels.values()
        if not term.source:
            faults.append(f"{place}: {term.term} has no source; say where it comes from")
        if term.weight not in (1.0, 2.0, 3.0):
            faults.append(f"{place}: {term.term} has weight {term.weight:g}; use 1, 2 or 3")
        if term.term in seen:
            faults.append(f"{place}: {term.term} stands already under {seen[term.term]}; keep one")
        seen.setdefault(term.term, term.dimension)
        before = last.get(term.dimension, "")
        in_list = term.term in lines and not named
        if in_list and term.term < before:
            faults.append(f"{place}: {term.term} is out of order; sort the terms")
        if in_list:
            last[term.dimension] = term.term
    pairs = [(t.term, t.dimension, lines.get(t.term, 1)) for t in scheme.terms]
    return faults, list(_contained(path, pairs))


def _lines(path: Path) -> dict[str, int]:
    """Row of every term of a scheme file (the last one, where it stands twice)."""
    found: dict[str, int] = {}
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in _TERM.finditer(line):
            found[match[1]] = at
    return found
