"""Scores of extracted reports against golden ones: the figures README.md explains.

White space is insignificant everywhere. Reports are paired by id, else by branch, else by order. Optional
golden items never count, found or not. Only layers that a golden line has are scored.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
Same = Callable[[Any, Any], bool]

# An indicator is right when this much of its characters agrees (F1 over characters).
INDICATOR = 0.5


def squeeze(text: str | None) -> str:
    """Remove all white space; None counts as empty."""
    return re.sub(r"\s+", "", text or "")


def bare(name: str | None) -> str:
    """Squeeze and drop quotation marks around a name."""
    return squeeze(name).strip("“”\"'‘’「」《》")


def equal(a: Any, b: Any) -> bool:
    """Compare as text, white space aside."""
    return squeeze(str(a)) == squeeze(str(b))


def character_f1(a: str | None, b: str | None) -> float:
    """Give the F1 of two texts' characters as bags."""
    one, two = Counter(squeeze(a)), Counter(squeeze(b))
    common = (one & two).total()
    return 2 * common / (one.total() + two.total()) if common else 0.0


def same_number(a: Any, b: Any) -> bool:
    """Compare two numbers to nine digits; what is no number equals nothing."""
    try:
        return abs(float(a) - float(b)) <= 1e-9 * max(1.0, abs(float(a)))
    except (TypeError, ValueError):
        return False


def pairs(gold: Sequence[Record], found: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Pair golden and extracted reports; a golden one without a partner gets an empty one."""
    by_id = {r["id"]: r for r in found if r.get("id")}
    by_branch = {squeeze(r.get("branch")): r for r in found if r.get("branch")}
    used: set[int] = set()
    for i, g in enumerate(gold):
        f = by_id.get(g["id"]) or by_branch.get(squeeze(g.get("branch")))
        if f is None and len(found) == len(gold):
            f = found[i]
        if f is not None and id(f) in used:
            f = None
        if f is not None:
            used.add(id(f))
        yield g, f or {}


@dataclass
class Layer:
    """Hits, misses and false alarms of a layer, and how many attributes of the hits are right."""

    name: str
    same: Same
    attributes: tuple[tuple[str, Same], ...]
    hit: int = 0
    miss: int = 0
    extra: int = 0
    right: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    errors: list[str] = field(default_factory=list)

    def match(self, where: str, gold: Sequence[Record], found: Sequence[Record]) -> None:
        """Match one report's items; required golden ones first, each used once."""
        free = list(found)
        for g in sorted(gold, key=lambda item: bool(item.get("optional"))):
            f = next((f for f in free if self.same(g, f)), None)
            if f is not None:
                free.remove(f)
            if g.get("optional"):
                continue
            if f is None:
                self.miss += 1
                self.errors.append(f"{where} miss {self.name}: {_label(g)}")
            else:
                self.hit += 1
                self._attributes(where, g, f)
        self.extra += len(free)
        self.errors += [f"{where} extra {self.name}: {_label(f)}" for f in free]

    def _attributes(self, where: str, g: Record, f: Record) -> None:
        for key, same in self.attributes:
            if g.get(key) is None and key in ("level", "issuer", "years", "indicator"):
                continue
            right = same(g.get(key), f.get(key))
            self.right[key][0] += right
            self.right[key][1] += 1
            if not right:
                want = f"want {g.get(key)!r}, got {f.get(key)!r}"
                self.errors.append(f"{where} {self.name} {key}: {_label(g)}: {want}")

    def figures(self) -> dict[str, float]:
        """Give precision, recall, F1 and the accuracy of each attribute."""
        p = self.hit / (self.hit + self.extra) if self.hit + self.extra else 0.0
        r = self.hit / (self.hit + self.miss) if self.hit + self.miss else 0.0
        f1 = 2 * p * r / (p + r) if p + r else 0.0
        shares = {key: a / n for key, (a, n) in self.right.items() if n}
        return {"precision": p, "recall": r, "f1": f1, "gold": self.hit + self.miss, **shares}


def _label(item: Record) -> str:
    name = item.get("name") or item.get("title") or item.get("text")
    rest = [item.get(k) for k in ("value", "unit", "indicator", "kind") if item.get(k) is not None]
    return " ".join(map(str, [name, *rest]))


def layers() -> dict[str, Layer]:
    """Give empty scores of the three layers of facts."""
    return {
        "practices": Layer(
            "practices", lambda a, b: bare(a["name"]) == bare(b.get("name")), (("kind", equal),)
        ),
        "achievements": Layer(
            "achievements",
            lambda a, b: (
                same_number(a["value"], b.get("value"))
                and squeeze(a["unit"]) == squeeze(b.get("unit"))
            ),
            (
                ("bound", equal),
                ("kind", equal),
                ("indicator", lambda a, b: character_f1(a, b) >= INDICATOR),
            ),
        ),
        "honours": Layer(
            "honours",
            lambda a, b: bare(a["title"]) == bare(b.get("title")),
            (("kind", equal), ("recipient", equal), ("level", equal), ("years", equal)),
        ),
    }


@dataclass
class Structure:
    """How many reports and sections are right, and how much of the prose is kept."""

    reports: int = 0
    right: int = 0
    sections: int = 0
    dimensions: int = 0
    prose: int = 0
    kept: int = 0
    errors: list[str] = field(default_factory=list)

    def match(self, g: Record, f: Record) -> None:
        """Compare one report's branch, title, headings, prose and section dimensions."""
        self.reports += 1
        branch = not g.get("branch") or equal(g["branch"], f.get("branch"))
        title = "title" not in g or equal(g["title"] or "", f.get("title") or "")
        got = [squeeze(s.get("heading")) for s in f.get("sections", [])]
        want = [squeeze(s["heading"]) for s in g["sections"]]
        if branch and title and got == want:
            self.right += 1
        else:
            state = f"branch {branch} title {title} headings {got} want {want}"
            self.errors.append(f"{g['id']} structure: {state}")
        text, mine = _prose(g), _prose(f)
        self.prose += len(text)
        self.kept += len(text) - abs(len(text) - len(mine)) if mine else 0
        decided = {squeeze(s.get("heading")): s.get("dimension") for s in f.get("sections", [])}
        for s in g["sections"]:
            if "dimension" in s:
                self.sections += 1
                found = decided.get(squeeze(s["heading"]), "absent")
                self.dimensions += found == s["dimension"]
                if found != s["dimension"]:
                    want_got = f"want {s['dimension']}, got {found}"
                    self.errors.append(f"{g['id']} section {s['heading']}: {want_got}")


def _prose(report: Record) -> str:
    sections = report.get("sections", [])
    parts = (squeeze(s.get("heading")) + squeeze(s.get("body")) for s in sections)
    return squeeze(report.get("lead")) + "".join(parts)


@dataclass
class Dimensions:
    """Sentence–dimension pairs: found, missed, false."""

    tags: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    errors: list[str] = field(default_factory=list)

    def match(self, g: Record, f: Record) -> None:
        """Compare one report's sentences, by their text and in order."""
        mine: dict[str, list[set[str]]] = defaultdict(list)
        for s in f.get("sentences", []):
            mine[squeeze(s["text"])].append(set(s.get("dimensions", [])))
        for s in g["sentences"]:
            if s.get("optional"):
                continue
            same = mine[squeeze(s["text"])]
            got = same.pop(0) if same else set()
            want = set(s["dimensions"])
            for d in want | got:
                self.tags[d][0 if d in want and d in got else 1 if d in want else 2] += 1
            if want != got:
                pair = f"want {sorted(want)} got {sorted(got)}"
                self.errors.append(f"{g['id']} dimensions: {pair}: {s['text'][:50]}")

    def figures(self) -> dict[str, float]:
        """Give micro and macro F1 and each dimension's F1."""
        f1 = {d: 2 * a / (2 * a + b + c) if a else 0.0 for d, (a, b, c) in self.tags.items()}
        a, b, c = (sum(t[i] for t in self.tags.values()) for i in range(3))
        micro = 2 * a / (2 * a + b + c) if a else 0.0
        return {
            "micro f1": micro,
            "macro f1": sum(f1.values()) / len(f1),
            **dict(sorted(f1.items())),
        }


def score(gold: Sequence[Record], found: Sequence[Record]) -> tuple[dict[str, Record], list[str]]:
    """Score extracted reports; gives the figures of each layer, and every error as a line."""
    structure, dimensions, facts = Structure(), Dimensions(), layers()
    for g, f in pairs(gold, found):
        if "sections" in g:
            structure.match(g, f)
        if any("dimensions" in s for s in g.get("sentences", [])):
            dimensions.match(g, f)
        for name, layer in facts.items():
            if name in g:
                layer.match(g["id"], g[name], f.get(name, []))
    figures: dict[str, Record] = {}
    if structure.reports:
        figures["structure"] = {
            "reports right": f"{structure.right}/{structure.reports}",
            "prose kept": structure.kept / structure.prose if structure.prose else None,
            "section dimension": f"{structure.dimensions}/{structure.sections}",
        }
    if dimensions.tags:
        figures["dimensions"] = dimensions.figures()
    for name, layer in facts.items():
        if layer.hit + layer.miss + layer.extra:
            figures[name] = layer.figures()
    errors = structure.errors + dimensions.errors
    return figures, errors + [e for layer in facts.values() for e in layer.errors]
