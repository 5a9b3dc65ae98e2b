"""The dataset in SQL: tables, keys, indexes and views, all from the one declaration of columns.

The text of a view is written once and holds for SQLite and DuckDB. A view orders its rows, nulls first,
and rounds its means (the engines add up in different orders), so that both show the same. What counts
leaves out reports that are copies of others; what lists shows them, and which they are copies of.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.tidy.schema import TABLES, Table

# What both engines call our types (SQLite keeps truth as 0 and 1).
_SQLITE = {"string": "TEXT", "int": "INTEGER", "float": "REAL", "bool": "INTEGER"}
_DUCKDB = {"string": "VARCHAR", "int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN"}
_HOME = {table.key: table.name for table in TABLES}


def foreign_keys(table: Table) -> dict[str, str]:
    """Give the columns of a table that are keys of another: column → that table's name."""
    homes = {c.name: _HOME[c.name] for c in table.columns if c.name in _HOME}
    return {column: home for column, home in homes.items() if home != table.name}


def _columns(table: Table, types: Mapping[str, str]) -> list[str]:
    """The columns of a table with its primary key, then its foreign keys."""
    lines = [
        f'"{c.name}" {types[c.type]}'
        + (" NOT NULL" if c.required else "")
        + (" PRIMARY KEY" if c.name == table.key else "")
        for c in table.columns
    ]
    lines += [
        f'FOREIGN KEY ("{column}") REFERENCES "{home}" ("{column}")'
        for column, home in foreign_keys(table).items()
    ]
    return lines


def create_sqlite(table: Table) -> str:
    """Give the statement that creates a table in SQLite, with its primary and foreign keys."""
    lines = _columns(table, _SQLITE)
    return f'CREATE TABLE "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def create_duckdb(table: Table) -> list[str]:
    """Give the statements that create a table in DuckDB, with its keys and the meaning of each column."""
    columns = ", ".join(_columns(table, _DUCKDB))
    said = [(f'COLUMN "{table.name}"."{c.name}"', c.meaning) for c in table.columns]
    said.insert(0, (f'TABLE "{table.name}"', table.row))
    return [
        f'CREATE TABLE "{table.name}" ({columns})',
        *(
            f"COMMENT ON {what} IS '{meaning.replace(chr(39), chr(39) * 2)}'"
            for what, meaning in said
        ),
    ]


def indexes(table: Table) -> list[str]:
    """Give the statements that index a table by the rows it belongs to."""
    return [
        f'CREATE INDEX "{table.name}_{column}" ON "{table.name}" ("{column}")'
        for column in foreign_keys(table)
    ]


def _layer(layer: str, table: str, key: str) -> str:
    year = "year" if table == "honours" else "CAST(NULL AS BIGINT)"
    return (
        f"SELECT '{layer}' AS layer, {key} AS row_id, report_id, document_id, sentence_id, dimension,"
        f" kind, evidence, source_start, source_end, confidence, {year} AS year FROM {table}"
    )


_LAYERS = (
    ("practice", "practices", "practice_id"),
    ("achievement", "achievements", "achievement_id"),
    ("honour", "honours", "honour_id"),
)
_COUNTS = ", ".join(
    f"SUM(CASE WHEN layer = '{layer}' THEN 1 ELSE 0 END) AS {table}" for layer, table, _ in _LAYERS
)
_ONCE = "SELECT report_id FROM reports WHERE duplicate_of IS NULL"

# name → query; a view may use those before it
VIEWS: dict[str, str] = {
    # all facts in one list, each with its branch and the sentence it was read from
    "v_facts": f"""
SELECT f.layer, f.row_id, f.report_id, r.branch, r.region, f.dimension, f.kind, f.evidence,
  s.text AS sentence, f.confidence, f.year, d.path, f.source_start, f.source_end, f.document_id,
  r.duplicate_of
FROM ({" UNION ALL ".join(_layer(*layer) for layer in _LAYERS)}) f
JOIN reports r ON r.report_id = f.report_id
JOIN documents d ON d.document_id = f.document_id
LEFT JOIN sentences s ON s.sentence_id = f.sentence_id""",
    # every branch's report with every dimension of the dataset: zeros show what is not stated
    "v_branch_dimension": f"""
SELECT r.branch, r.region, r.level, r.report_id, a.dimension,
  COALESCE(n.sentences, 0) AS sentences, COALESCE(f.practices, 0) AS practices,
  COALESCE(f.achievements, 0) AS achievements, COALESCE(f.honours, 0) AS honours,
  CASE WHEN n.sentences > 0 OR f.report_id IS NOT NULL THEN 1 ELSE 0 END AS stated
FROM reports r
CROSS JOIN (SELECT dimension FROM sentence_dimensions
  UNION SELECT dimension FROM practices WHERE dimension IS NOT NULL
  UNION SELECT dimension FROM achievements WHERE dimension IS NOT NULL
  UNION SELECT dimension FROM honours WHERE dimension IS NOT NULL) a
LEFT JOIN (SELECT report_id, dimension, COUNT(*) AS sentences FROM sentence_dimensions
  GROUP BY report_id, dimension) n ON n.report_id = r.report_id AND n.dimension = a.dimension
LEFT JOIN (SELECT report_id, dimension, {_COUNTS} FROM v_facts
  GROUP BY report_id, dimension) f ON f.report_id = r.report_id AND f.dimension = a.dimension
WHERE r.kind = 'report' AND r.duplicate_of IS NULL
ORDER BY r.report_id, a.dimension""",
    # amounts of one unit are comparable, not addable: several may count the same thing
    "v_achievements_by_unit": f"""
SELECT kind, unit, COUNT(*) AS achievements, COUNT(DISTINCT report_id) AS reports,
  COUNT(DISTINCT indicator) AS indicators,
  MIN(value) AS minimum, ROUND(AVG(value), 6) AS mean, MAX(value) AS maximum
FROM achievements WHERE report_id IN ({_ONCE}) GROUP BY kind, unit
ORDER BY COUNT(*) DESC, COALESCE(kind, ''), COALESCE(unit, '')""",
    "v_honours_by_level": f"""
SELECT CASE level WHEN 'national' THEN 1 WHEN 'provincial' THEN 2 WHEN 'municipal' THEN 3
  WHEN 'county' THEN 4 WHEN 'unit' THEN 5 ELSE 6 END AS place,
  level, kind, recipient, COUNT(*) AS honours, COUNT(DISTINCT report_id) AS reports
FROM honours WHERE report_id IN ({_ONCE}) GROUP BY level, kind, recipient
ORDER BY place, COALESCE(kind, ''), COALESCE(recipient, ''), COALESCE(level, '')""",
    "v_practices": """
SELECT p.practice_id, p.name, p.kind, p.action, p.dimension, r.branch, r.region, r.level,
  s.text AS sentence, p.confidence, d.path, p.source_start, p.source_end, p.report_id,
  r.duplicate_of
FROM practices p
JOIN reports r ON r.report_id = p.report_id
JOIN documents d ON d.document_id = p.document_id
LEFT JOIN sentences s ON s.sentence_id = p.sentence_id
ORDER BY COALESCE(p.kind, ''), p.name, p.practice_id""",
    # a fact's own year (honours have one), else the year its document came out, else null
    "v_timeline": """
SELECT t.year, t.basis, t.layer, COUNT(*) AS facts, COUNT(DISTINCT t.report_id) AS reports
FROM (SELECT f.layer, f.report_id,
    COALESCE(f.year, CASE WHEN d.date GLOB '[0-9][0-9][0-9][0-9]*'
      THEN CAST(SUBSTR(d.date, 1, 4) AS BIGINT) END) AS year,
    CASE WHEN f.year IS NOT NULL THEN 'fact'
      WHEN d.date GLOB '[0-9][0-9][0-9][0-9]*' THEN 'publication' ELSE 'none' END AS basis
  FROM v_facts f JOIN documents d ON d.document_id = f.document_id
  WHERE f.duplicate_of IS NULL) t
GROUP BY t.year, t.basis, t.layer
ORDER BY COALESCE(t.year, 0), t.basis, t.layer""",
    # how much of a report was understood, and how surely
    "v_coverage": f"""
SELECT r.report_id, r.branch, r.kind, r.characters, COALESCE(s.sentences, 0) AS sentences,
  COALESCE(s.tagged, 0) AS tagged, s.tagged * 1.0 / s.sentences AS tagged_share,
  COALESCE(f.practices, 0) AS practices, COALESCE(f.achievements, 0) AS achievements,
  COALESCE(f.honours, 0) AS honours, f.confidence,
  COALESCE(x.rejected, 0) AS rejected, COALESCE(i.issues, 0) AS issues, r.duplicate_of
FROM reports r
LEFT JOIN (SELECT report_id, COUNT(*) AS sentences,
    SUM(CASE WHEN dimensions <> '' THEN 1 ELSE 0 END) AS tagged
  FROM sentences WHERE NOT heading GROUP BY report_id) s ON s.report_id = r.report_id
LEFT JOIN (SELECT report_id, ROUND(AVG(confidence), 6) AS confidence, {_COUNTS}
  FROM v_facts GROUP BY report_id) f ON f.report_id = r.report_id
LEFT JOIN (SELECT report_id, COUNT(*) AS rejected FROM rejected GROUP BY report_id) x
  ON x.report_id = r.report_id
LEFT JOIN (SELECT report_id, COUNT(*) AS issues FROM issues GROUP BY report_id) i
  ON i.report_id = r.report_id
ORDER BY r.report_id""",
}

# view → what it shows
VIEW_MEANINGS: dict[str, str] = {
    "v_facts": "all practices, achievements and honours in one list, each with its branch and sentence",
    "v_branch_dimension": "every branch's report with every dimension: what is evidenced, what is not stated",
    "v_achievements_by_unit": "achievements by kind and unit: number, least, mean and greatest value",
    "v_honours_by_level": "honours by level, kind and recipient, the highest level first",
    "v_practices": "named practices with their branch and sentence",
    "v_timeline": "facts by year (their own, else that of publication) and layer",
    "v_coverage": "how much of each report was understood, and how surely",
}


def create_views() -> list[str]:
    """Give the statements that create all views, in the order they need each other."""
    return [f'CREATE VIEW "{name}" AS {query.strip()}' for name, query in VIEWS.items()]
