"""Load lexicons: term tables (CSV: term, role, value, source, note) and schemes of dimensions (TOML).

Every table has the same five columns, so that a keeper learns one form. `role` says what the term
does in its table, `value` what it stands for (a unit's factor, a head noun's kind), `source` who says so.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import LexiconError

COLUMNS = ("term", "role", "value", "source", "note")
TABLES = (
    "actions",
    "cues",
    "gazetteer",
    "honours",
    "layout",
    "organisations",
    "practices",
    "quantities",
    "slogans",
    "units",
)
SCHEMES = "dimensions"


class Row(NamedTuple):
    """One row of a term table and the line it stands on."""

    term: str
    role: str
    value: str
    source: str
    note: str
    line: int


class SchemeTerm(NamedTuple):
    """A term of a dimension; weight 3 names the dimension, 2 speaks of it plainly, 1 leans to it."""

    term: str
    dimension: str
    weight: float
    source: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme of dimensions: what the sections and sentences of a report are tagged with."""

    id: str
    name: str
    dimensions: tuple[str, ...]
    labels: Mapping[str, str]
    default: str | None  # the dimension of institutional terms outside any section
    terms: tuple[SchemeTerm, ...]
    institutions: tuple[str, ...]  # terms that follow their section


# The model of run-in headings; a folder of lexicons without one uses the shipped one.
HEADINGS = Path("models/headings.tsv")


@dataclass(frozen=True, eq=False)
class Lexicons:
    """All term tables and one scheme; `version` changes whenever a byte of them does.

    Compared and hashed by identity (`load` gives one object a folder and scheme), so that what is
    compiled from it can be cached on it.
    """

    tables: Mapping[str, tuple[Row, ...]]
    scheme: Scheme
    version: str
    headings: Mapping[str, float]  # weights of what run-in headings show (tools/headings.py)

    def terms(self, table: str, *roles: str) -> tuple[str, ...]:
        """Give the terms of a table that have one of the roles, longest first."""
        found = {row.term for row in self.tables[table] if row.role in roles}
        return tuple(sorted(found, key=lambda t: (-len(t), t)))

    def alternatives(self, table: str, *roles: str) -> str:
        """Give the terms as the alternatives of a pattern, longest first; the empty text for none."""
        return "|".join(map(re.escape, self.terms(table, *roles)))

    def values(self, table: str, *roles: str) -> dict[str, str]:
        """Give term → value for the terms of a table that have one of the roles."""
        return {row.term: row.value for row in self.tables[table] if row.role in roles}

    def roles(self, table: str) -> dict[str, str]:
        """Give term → role (the last row wins)."""
        return {row.term: row.role for row in self.tables[table]}


def shipped() -> Path:
    """Give the folder of the lexicons that came with the package (or the checkout)."""
    inside = Path(__file__).parents[1] / "_lexicons"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "lexicons"


def load(folder: str | None = None, scheme: str = "siqiang") -> Lexicons:
    """Load all tables of a folder and one scheme; raises LexiconError naming file and row."""
    return _load(folder, scheme)  # one object, whether or not the defaults were written out


def forget() -> None:
    """Have the next `load` read the files again."""
    _load.cache_clear()


@cache
def _load(folder: str | None, scheme: str) -> Lexicons:
    root = Path(folder) if folder else shipped()
    digest = hashlib.sha256()
    tables = {}
    for name in TABLES:
        path = root / f"{name}.csv"
        tables[name] = tuple(read_table(path))
        digest.update(path.read_bytes())
    path = root / SCHEMES / f"{scheme}.toml"
    loaded = read_scheme(path)
    digest.update(path.read_bytes())
    path = root / HEADINGS
    path = path if path.is_file() else shipped() / HEADINGS
    digest.update(path.read_bytes())
    return Lexicons(tables, loaded, digest.hexdigest()[:16], _weights(path))


def _weights(path: Path) -> dict[str, float]:
    """Read a name (a JSON string) and a weight a line; raises LexiconError naming the row."""
    found = {}
    for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name, _, weight = line.partition("\t")
        try:
            found[json.loads(name)] = float(weight)
        except ValueError as error:
            raise LexiconError(
                "no name and weight", f"{path}:{row}", "rebuild it: python tools/headings.py"
            ) from error
    return found


@cache
def terms(folder: str | None, table: str, *roles: str) -> tuple[str, ...]:
    """Give the terms of one table that have one of the roles, longest first, without the other tables.

    For readers, which know of no scheme. Raises LexiconError on a fault in the table.
    """
    root = Path(folder) if folder else shipped()
    found = {row.term for row in read_table(root / f"{table}.csv") if row.role in roles}
    return tuple(sorted(found, key=lambda t: (-len(t), t)))


def read_table(path: Path) -> list[Row]:
    """Read one term table; raises LexiconError on a missing file or column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LexiconError("lexicon file is missing", str(path), "restore it") from error
    except UnicodeDecodeError as error:
        raise LexiconError("not UTF-8 text", f"{path}:1", "save it as UTF-8") from error
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise LexiconError(
            f"columns are {reader.fieldnames}", f"{path}:1", f"make them {','.join(COLUMNS)}"
        )
    rows = []
    for record in reader:
        term, role, value, source, note = (record.get(c) for c in COLUMNS)
        if None in record or term is None or role is None or value is None or source is None:
            raise LexiconError(
                "wrong number of cells",
                f"{path}:{reader.line_num}",
                f"give {len(COLUMNS)} cells, quoting those that hold a comma",
            )
        cells = (c.strip() for c in (term, role, value, source, note or ""))
        rows.append(Row._make((*cells, reader.line_num)))
    return rows


def read_scheme(path: Path) -> Scheme:
    """Read one scheme of dimensions; raises LexiconError on a missing file or key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml")))
        raise LexiconError("no such scheme", str(path), f"choose one of: {known}") from error
    except UnicodeDecodeError as error:
        raise LexiconError("not UTF-8 text", str(path), "save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"not valid TOML ({error})", str(path), "correct it") from error
    try:
        return _scheme(path.stem, data)
    except KeyError as error:
        raise LexiconError(f"key {error} is missing", str(path), "add it") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise LexiconError(
            f"a value is of the wrong kind ({error})", str(path), "correct it"
        ) from error


def _scheme(name: str, data: Mapping[str, Any]) -> Scheme:
    keys = tuple(d["key"] for d in data["dimension"])
    terms = [
        SchemeTerm(t["term"], d["key"], float(t["weight"]), t["source"])
        for d in data["dimension"]
        for t in d["terms"]
    ]
    names = [
        SchemeTerm(alias, d["key"], 3.0, data["source"])
        for d in data["dimension"]
        for alias in (d["name"], *d.get("aliases", ()))
    ]
    return Scheme(
        name,
        data["name"],
        keys,
        {d["key"]: d["name"] for d in data["dimension"]},
        data.get("default"),
        tuple(terms + names),
        tuple(t["term"] for t in data.get("institution", ())),
    )
