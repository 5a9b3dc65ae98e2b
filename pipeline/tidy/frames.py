"""A dataset in Python: its tables as pandas frames, and the way back from a row to its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import ZhibuError
from pipeline.tidy import schema
from pipeline.tidy.commit import finished
from pipeline.tidy.evidence import Evidence, find
from pipeline.tidy.schema import BY_NAME
from pipeline.tidy.stores import Store, store_of

if TYPE_CHECKING:
    import pandas as pd

# Text columns that hold few different values.
CATEGORIES = frozenset(
    {
        "kind", "level", "dimension", "status", "stage", "severity", "bound", "direction",
        "recipient", "basis", "rule", "media", "encoding", "category", "scheme",
    }
)  # fmt: skip
# Administrative levels from the lowest to the highest: frames sort and compare by them.
LEVELS = schema.LEVELS[::-1]
# What stands for a missing value where rows are counted by it: a blank is information.
NOT_STATED = "not stated"
LAYERS = {"practices": "practice", "achievements": "achievement", "honours": "honour"}
_SHARED = [
    "report_id", "document_id", "section_id", "sentence_id", "dimension", "kind", "evidence",
    "source_start", "source_end", "rule", "confidence",
]  # fmt: skip


class Dataset:
    """A dataset that `zhibu run` wrote. Every table is an attribute: `.reports`, `.achievements`, …

    Tables are read when they are first asked for and kept; a frame is the caller's to read, copy it to
    change it.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self._store = store
        self._frames: dict[str, pd.DataFrame] = {}

    @classmethod
    def open(cls, folder: str | Path) -> Dataset:
        """Open the dataset of a folder.

        Raises ZhibuError where there is none, or pandas is not installed.
        """
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise ZhibuError(
                "pandas is not installed", "Dataset", "pip install 'zhibu[analysis]'"
            ) from error
        path = Path(folder)
        finished(path)
        return cls(path, store_of(path))

    def __repr__(self) -> str:
        return f"Dataset({str(self.folder)!r})"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *BY_NAME})

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in BY_NAME:
            return self.table(name)
        raise AttributeError(f"no table {name!r}; there are {', '.join(BY_NAME)}")

    @property
    def reports(self) -> pd.DataFrame:
        """The reports, a row each."""
        return self.table("reports")

    @property
    def practices(self) -> pd.DataFrame:
        """Named practices, a row each."""
        return self.table("practices")

    @property
    def achievements(self) -> pd.DataFrame:
        """Quantified results, a row each."""
        return self.table("achievements")

    @property
    def honours(self) -> pd.DataFrame:
        """Honours, a row each."""
        return self.table("honours")

    def table(self, name: str) -> pd.DataFrame:
        """Give a table as a frame with its declared columns: categories, Int64, boolean, string, float64.

        Raises ZhibuError where the table is unknown or cannot be read.
        """
        if name not in BY_NAME:
            raise ZhibuError("no such table", name, f"choose from: {', '.join(BY_NAME)}")
        if name not in self._frames:
            try:
                rows = self._store(self.folder, name)
            except (OSError, ValueError) as error:
                raise ZhibuError(
                    f"the table {name} cannot be read ({error})",
                    str(self.folder),
                    "run `zhibu run` again",
                ) from error
            self._frames[name] = _frame(name, rows)
        return self._frames[name]

    @property
    def facts(self) -> pd.DataFrame:
        """All practices, achievements and honours in one frame.

        Columns: row_id, layer, what the three tables share, then the report's branch, organisation,
        region, branch_level, duplicate_of and the document's path, publication, date. The facts of
        copies are among them; `pivot` and `compare` leave them out unless asked.
        """
        if "" not in self._frames:
            self._frames[""] = self._facts()
        return self._frames[""]

    def _facts(self) -> pd.DataFrame:
        import pandas as pd

        pieces = []
        for table, layer in LAYERS.items():
            key = BY_NAME[table].key
            piece = self.table(table)[[key, *_SHARED]].rename(columns={key: "row_id"})
            piece.insert(1, "layer", layer)
            # one table's categories are not another's
            pieces.append(piece.astype({"dimension": "string", "kind": "string", "rule": "string"}))
        facts = pd.concat(pieces, ignore_index=True)
        columns = ["report_id", "branch", "organisation", "region", "level", "duplicate_of"]
        reports = self.reports[columns]
        facts = facts.merge(
            reports.rename(columns={"level": "branch_level"}), on="report_id", how="left"
        )
        documents = self.table("documents")[["document_id", "path", "publication", "date"]]
        facts = facts.merge(documents, on="document_id", how="left")
        return facts.astype(dict.fromkeys(("layer", "dimension", "kind", "rule"), "category"))

    def _counted(self, duplicates: bool) -> pd.DataFrame:
        """The facts that count: those of copies only where they are asked for."""
        return self.facts if duplicates else self.facts[self.facts["duplicate_of"].isna()]

    def validate(self) -> Dataset:
        """Check all tables against their declaration (types, nulls, keys, allowed values, spans).

        Gives the dataset itself. Raises ZhibuError with the first faults where it does not keep it.
        """
        from pipeline.tidy.validate import validate

        found = validate(self)
        if found:
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            raise ZhibuError(
                "; ".join(found[:3]) + more, str(self.folder), "write the dataset again"
            )
        return self

    def pivot(
        self,
        index: str | Sequence[str],
        columns: str | Sequence[str],
        *,
        duplicates: bool = False,
    ) -> pd.DataFrame:
        """Count facts: a row for each value of `index`, a column for each value of `columns`.

        Both name columns of `facts`. A missing value is counted as `not stated`. Cells are Int64, zero
        where there is none. Facts of a report that is a copy of another count with `duplicates` only.
        Raises ZhibuError for a column that is not there.
        """
        rows, heads = _names(index), _names(columns)
        wanted = list(dict.fromkeys((*rows, *heads)))
        unknown = [name for name in wanted if name not in self.facts.columns]
        if unknown or not rows or not heads or len(wanted) < len(rows) + len(heads):
            raise ZhibuError(
                f"no such column ({', '.join(unknown)})"
                if unknown
                else "one column twice, or none",
                "pivot",
                f"choose from: {', '.join(self.facts.columns)}",
            )
        facts = self._counted(duplicates)[wanted].astype("string").fillna(NOT_STATED)
        counts = facts.groupby(wanted, observed=True, sort=True).size()
        return counts.unstack(heads, fill_value=0).sort_index().sort_index(axis=1).astype("Int64")

    def compare(self, branch_a: str, branch_b: str, *, duplicates: bool = False) -> pd.DataFrame:
        """Count two branches' facts: a row for each dimension of the dataset and layer.

        The columns are the two names and `difference` (the first less the second), Int64. All reports of
        a branch count, copies with `duplicates` only. Raises ZhibuError for a branch without a report.
        """
        import pandas as pd

        facts = self._counted(duplicates)
        dimensions = sorted(
            {*facts["dimension"].dropna(), *self.table("sentence_dimensions")["dimension"].dropna()}
        )
        if facts["dimension"].isna().any():
            dimensions.append(NOT_STATED)
        rows = pd.MultiIndex.from_product(
            [dimensions, list(LAYERS.values())], names=["dimension", "layer"]
        )
        found = {}
        for branch in (branch_a, branch_b):
            if not (self.reports["branch"] == branch).any():
                raise ZhibuError(
                    "no report of this branch", branch, "see the column branch of `reports`"
                )
            own = facts.loc[facts["branch"] == branch, ["dimension", "layer"]]
            own = own.astype("string").fillna(NOT_STATED)
            counts = own.groupby(["dimension", "layer"]).size()
            found[branch] = counts.reindex(rows, fill_value=0).astype("Int64")
        frame = pd.DataFrame(found)
        frame["difference"] = found[branch_a] - found[branch_b]
        return frame

    def evidence(self, row_id: str) -> Evidence:
        """Give the words, the sentence and the context that a row was read from.

        `row_id` is a key of practices, achievements, honours, rejected or terms. Raises ZhibuError for
        one that is in none of them.
        """
        for name in (*LAYERS, "rejected", "terms"):
            frame = self.table(name)
            rows = frame[frame[BY_NAME[name].key] == row_id]
            if len(rows):
                return self._evidence(name, row_id, _first(rows))
        raise ZhibuError("no row has this key", row_id, "take one from a fact table's first column")

    def _evidence(self, table: str, row_id: str, row: dict[str, Any]) -> Evidence:
        text = row.get("evidence") or row.get("text") or row.get("term") or ""
        sentences = self.table("sentences")
        near = sentences[sentences["report_id"] == row["report_id"]]
        here = near[near["sentence_id"] == row["sentence_id"]] if row["sentence_id"] else near[:0]
        sentence: dict[str, Any] = _first(here) if len(here) else {"text": "", "position": -1}
        around = {}
        for step in (-1, 1):
            beside = near[near["position"] == sentence["position"] + step] if len(here) else here
            around[step] = str(beside["text"].iloc[0]) if len(beside) else ""
        documents = self.table("documents")
        document = _first(documents[documents["document_id"] == row["document_id"]])
        report = _first(self.reports[self.reports["report_id"] == row["report_id"]])
        start, begins = row["source_start"], sentence.get("source_start")
        expected = start - begins if start is not None and begins is not None else 0
        return Evidence(
            row_id=row_id,
            table=table,
            text=text,
            sentence=sentence["text"],
            before=around[-1],
            after=around[1],
            span=find(text, sentence["text"], expected),
            branch=report["branch"],
            path=document["path"],
            source_start=start,
            source_end=row["source_end"],
        )


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _first(rows: pd.DataFrame) -> dict[str, Any]:
    """The first row as plain values, None where there is nothing."""
    import pandas as pd

    row = rows.iloc[0]
    values = {name: (None if pd.isna(row[name]) else row[name]) for name in rows.columns}
    return {
        k: int(v) if k in ("source_start", "source_end") and v is not None else v
        for k, v in values.items()
    }


def _frame(name: str, rows: Any) -> pd.DataFrame:
    """Turn an Arrow table into a frame with the types its columns are declared to have."""
    import pandas as pd

    types = {
        pa.string(): pd.StringDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    frame: pd.DataFrame = rows.to_pandas(types_mapper=types.get)
    for column in BY_NAME[name].columns:
        if column.type != "string" or column.name not in CATEGORIES:
            continue
        values = sorted(frame[column.name].dropna().unique())
        if column.name == "level" and set(values) <= set(LEVELS):
            kind = pd.CategoricalDtype(list(LEVELS), ordered=True)
        else:
            kind = pd.CategoricalDtype(values)
        frame[column.name] = frame[column.name].astype(kind)
    return frame
