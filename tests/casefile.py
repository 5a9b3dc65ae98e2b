"""Cases with expectations written into the sentences; the format is described in cases/README.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.evaluate import INDICATOR, character_f1
from pipeline.extract import EXTRACTORS
from pipeline.extract.prose import Prose
from pipeline.lexicon.load import load
from pipeline.model import Article, Section, Text
from pipeline.normal import normalise
from pipeline.offsets import OffsetMap
from pipeline.segment import sentences

FOLDER = Path(__file__).parent / "cases"
BRANCH = "澄浦市水务局党支部"
HEADING = "工作纪实。"  # stands before every sentence, as it does in a section
BOUNDS = ("exact", "over", "under", "about", "range")
KINDS = ("count", "money", "percent", "change", "rank", "duration", "profile")
RECIPIENTS = ("branch", "unit", "member")
LEVELS = ("national", "provincial", "municipal", "county", "unit", "-")
HONOURS = ("award", "publication", "endorsement")
PRACTICES = (
    "method", "brand", "mechanism", "model", "platform", "programme", "team", "document",
)  # fmt: skip
REASONS = (
    "ordinal", "formula", "code", "date or name", "title", "quoted", "date", "clock time", "slogan",
    "no unit", "rating", "reading", "adverb", "address", "anniversary", "grade", "indefinite one", "age",
    "fraction",
    "time span", "small number before a noun", "negated", "rule", "planned", "other unit",
    "name of a place", "size of an area",
)  # fmt: skip


class CaseError(ValueError):
    """A case that is not written right; the message names file, line and fault."""


@dataclass(frozen=True)
class Mark:
    """A marked stretch of a sentence and what is expected there."""

    start: int
    end: int
    want: str
    optional: bool


@dataclass(frozen=True)
class Case:
    """A sentence without its marks, and the marks."""

    where: str
    text: str
    marks: tuple[Mark, ...]
    lead: bool = False
    branch: str = BRANCH


def parse(line: str, where: str = "case", branch: str = BRANCH) -> Case:
    """Take the marks out of a line; raises CaseError where they are not balanced or are empty."""
    lead = line.startswith("^")
    line = line.removeprefix("^")
    text, marks, opened = "", [], None
    pieces = re.split(r"([\[\]])", line)
    for piece in pieces:
        if piece == "[":
            if opened is not None:
                raise CaseError(f"{where}: a mark inside a mark")
            opened = len(text)
        elif piece == "]":
            if opened is None:
                raise CaseError(f"{where}: a mark is closed that was not opened")
            opened = None
        elif opened is None:
            if "|" in piece:
                raise CaseError(f"{where}: | outside a mark")
            text += piece
        else:
            inside, bar, want = piece.partition("|")
            if not bar or not inside or not want.strip("? ") or "|" in want:
                raise CaseError(f"{where}: a mark is written [text|expectation], not [{piece}]")
            optional, want = want.startswith("?"), want.removeprefix("?").strip()
            marks.append(Mark(opened, opened + len(inside), want, optional))
            text += inside
    if opened is not None:
        raise CaseError(f"{where}: a mark is not closed")
    if "[]" in line or not text.strip():
        raise CaseError(f"{where}: nothing is marked")
    return Case(where, text, tuple(marks), lead, branch)


def read(name: str) -> Iterator[Case]:
    """Read the cases of a file in the folder of cases."""
    branch = BRANCH
    for at, line in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("@branch "):
            branch = line.removeprefix("@branch ").strip()
        elif line.strip() and not line.startswith("#"):
            yield parse(line.strip(), f"{name}:{at}", branch)


@cache
def extracted(text: str, lead: bool, branch: str) -> dict[str, Any]:
    """Run all extractors on a text that stands in a report's lead or in a section of it."""
    text = text if lead else HEADING + text
    size, shift = len(text), 0 if lead else len(HEADING)
    whole, none = (shift, size), (0, 0)
    sections = () if lead else (Section((0, shift), whole, 1, "case"),)
    spoken = Text(text, normalise(text), OffsetMap.identity(size))
    article = Article(spoken, whole if lead else none, sections, (), None, None)
    prose = Prose(text, spoken.norm, sentences(article))
    found = {name: find(prose, load(), branch) for name, find in EXTRACTORS.items()}
    found["achievements"], found["rejected"] = found["achievements"]
    return {
        name: [i._replace(start=i.start - shift, end=i.end - shift) for i in items]
        for name, items in found.items()
    }


# --- what each file expects ----------------------------------------------------------------------


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _achievement(item: Any) -> str:
    value = _number(item.value)
    if item.upper is not None:
        value += f"..{_number(item.upper)}"
    if item.origin is not None:
        value = f"{_number(item.origin)}->{value}"
    return f"{value} {item.unit or '-'} {item.bound} {item.kind}"


def _same_achievement(case: Case, mark: Mark, item: Any) -> bool:
    want = mark.want.split()
    if len(want) not in (4, 5) or want[2] not in BOUNDS or want[3] not in KINDS:
        raise CaseError(f"{case.where}: write value unit bound kind [indicator]: {mark.want}")
    if not re.fullmatch(r"[\d.]+(?:->[\d.]+|\.\.[\d.]+)?", want[0]):
        raise CaseError(f"{case.where}: not a value: {want[0]}")
    right = " ".join(want[:4]) == _achievement(item)
    return right and (len(want) == 4 or character_f1(want[4], item.indicator) >= INDICATOR)


def _honour(item: Any) -> str:
    more = {"issuer": item.issuer, "years": item.years, "count": item.persons}
    said = "".join(f" {k}={v}" for k, v in more.items() if v is not None)
    return f"{item.kind} {item.recipient} {item.level or '-'}{said}"


def _same_honour(case: Case, mark: Mark, item: Any) -> bool:
    plain = mark.want.split()
    year = next((w for w in plain if w.startswith("year=")), None)
    want = [w for w in plain if w != year]
    known = len(want) >= 3 and want[0] in HONOURS and want[1] in RECIPIENTS and want[2] in LEVELS
    named = all(w.partition("=")[0] in ("issuer", "years", "count") for w in want[3:])
    if not known or not named:
        raise CaseError(f"{case.where}: write kind recipient level [key=value…]: {mark.want}")
    return sorted(want) == sorted(_honour(item).split()) and (
        year is None or year == f"year={item.year}"
    )


def _same_practice(case: Case, mark: Mark, item: Any) -> bool:
    if mark.want not in PRACTICES:
        raise CaseError(f"{case.where}: unknown kind {mark.want}")
    return bool(mark.want == item.kind)


Same = Callable[[Case, Mark, Any], bool]


def _exact(case: Case, found: list[Any], same: Same, show: Callable[[Any], str]) -> list[str]:
    """Compare the marks of a case with what was found; gives a line for each that differs."""
    free = list(found)
    faults = []
    for mark in sorted(case.marks, key=lambda m: m.optional):
        ends = same is _same_achievement
        here = [i for i in free if i.end == mark.end and (ends or i.start == mark.start)]
        hit = next((i for i in here if same(case, mark, i)), None)
        if mark.optional:
            hit = hit or next((i for i in free if i.start < mark.end and mark.start < i.end), None)
        if hit is not None:
            free.remove(hit)
        elif not mark.optional:
            faults.append(f"missing [{case.text[mark.start : mark.end]}|{mark.want}]")
    return faults + [f"extra [{case.text[i.start : i.end]}|{show(i)}]" for i in free]


def achievements(case: Case) -> list[str]:
    """What differs from the achievements that a case expects."""
    found = extracted(case.text, case.lead, case.branch)["achievements"]
    return _exact(
        case, found, _same_achievement, lambda i: f"{_achievement(i)} {i.indicator or '-'}"
    )


def honours(case: Case) -> list[str]:
    """What differs from the honours that a case expects."""
    found = extracted(case.text, case.lead, case.branch)["honours"]
    return _exact(case, found, _same_honour, _honour)


def practices(case: Case) -> list[str]:
    """What differs from the practices that a case expects."""
    found = extracted(case.text, case.lead, case.branch)["practices"]
    return _exact(case, found, _same_practice, lambda i: i.kind)


def refusals(case: Case) -> list[str]:
    """What differs from the refusals that a case expects."""
    found = extracted(case.text, case.lead, case.branch)
    faults = [
        f"achievement [{case.text[a.start : a.end]}|{_achievement(a)}]"
        for a in found["achievements"]
    ]
    free = list(found["rejected"])
    for mark in case.marks:
        reasons = mark.want.split("/")
        if not set(reasons) <= set(REASONS):
            raise CaseError(f"{case.where}: unknown reason {mark.want}")
        inside = [r for r in found["rejected"] if r.start < mark.end and mark.start < r.end]
        free = [r for r in free if r not in inside]
        shown = case.text[mark.start : mark.end]
        if not inside and not mark.optional:
            faults.append(f"missing [{shown}|{mark.want}]")
        faults += [
            f"reason of [{shown}]: {r.reason}, want {mark.want}"
            for r in inside
            if r.reason not in reasons and not mark.optional
        ]
    return faults + [f"extra [{case.text[r.start : r.end]}|{r.reason}]" for r in free]


CHECKS: dict[str, Callable[[Case], list[str]]] = {
    "achievements.txt": achievements,
    "refusals.txt": refusals,
    "honours.txt": honours,
    "practices.txt": practices,
}
