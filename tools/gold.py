"""Make the gold corpus: composed reports → annotation sheets → two annotations → gold and agreement.

    python tools/gold.py sheets OUT_DIR            one numbered sheet a report, for annotators
    python tools/gold.py check ANNOTATIONS         faults in an annotator's file
    python tools/gold.py merge                     data/gold/{dev,test}.jsonl, raw/ and agreement.json

An annotator's file has one block a report:

    @g001
    S 3 politics|members           sentence number, its dimensions (- for none); a trailing ? = optional
    D 1 politics                   section number, its dimension (- for none)
    P name|kind|opt                opt is empty or ?
    A text|value|unit|bound|kind|indicator|opt|from|upper
    H title|kind|recipient|level|issuer|years|count|opt

The texts of data/gold are composed; see data/gold/CARD.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import newspaper

ROOT = Path(__file__).parents[1] / "data" / "gold"
SENTENCE = re.compile(r"[^。！？]+[。！？]*[”’」』）】]*|[。！？]+[”’」』）】]*")
DIMENSIONS = {"politics", "committee", "members", "role"}
KINDS = {
    "P": {"method", "brand", "mechanism", "model", "platform", "programme", "team", "document"},
    "A": {"count", "money", "percent", "change", "rank", "duration", "profile"},
    "H": {"award", "publication", "endorsement"},
}
LEVELS = {"national", "provincial", "municipal", "county", "unit", "-"}


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def composed(path: Path) -> dict:
    """Read one composed report: its header fields, lead paragraphs and headed sections."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    report = dict(re.match(r"(\w+):\s*(.*)", line).groups() for line in head.splitlines())
    report["lead"], report["sections"] = [], []
    for line in body.splitlines():
        if line.startswith("## "):
            report["sections"].append({"heading": line[3:].strip(), "body": []})
        elif line.strip():
            target = report["sections"][-1]["body"] if report["sections"] else report["lead"]
            target.append(line.strip())
    return report


def reports() -> list[dict]:
    return [composed(p) for p in sorted((ROOT / "composed").glob("g*.txt"))]


def sentences(report: dict) -> list[tuple[int, str]]:
    """(section number, sentence) in order; section 0 is the lead."""
    found = [(0, s) for p in report["lead"] for s in SENTENCE.findall(p)]
    for i, section in enumerate(report["sections"], 1):
        found.append((i, section["heading"]))
        found += [(i, s) for p in section["body"] for s in SENTENCE.findall(p)]
    return [(i, s.strip()) for i, s in found if s.strip()]


def sheet(report: dict) -> str:
    lines = [f"@{report['id']}  branch: {report['branch']}  title: {report['title']}"]
    section = 0
    for n, (i, sentence) in enumerate(sentences(report), 1):
        if i != section:
            lines.append(f"-- section {i}")
            section = i
        lines.append(f"{n}. {sentence}")
    return "\n".join(lines) + "\n"


def blocks(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            current = found.setdefault(line[1:].split()[0], [])
        elif line.strip():
            current.append(line.strip())
    return found


def faults(path: Path) -> list[str]:
    known = {r["id"]: r for r in reports()}
    found = []
    for name, lines in blocks(path).items():
        report = known[name]
        count = len(sentences(report))
        text = squeeze("".join(s for _, s in sentences(report)))
        numbers = {int(line.split()[1]) for line in lines if line.startswith("S ")}
        if numbers != set(range(1, count + 1)):
            found.append(
                f"{name}: S lines {sorted(set(range(1, count + 1)) ^ numbers)} missing or extra"
            )
        parts = {int(line.split()[1]) for line in lines if line.startswith("D ")}
        if parts != set(range(1, len(report["sections"]) + 1)):
            found.append(f"{name}: D lines do not match {len(report['sections'])} sections")
        found += [f"{name}: {fault}: {line}" for line in lines if (fault := _fault(line, text))]
    return found


def _fault(line: str, text: str) -> str | None:
    kind, _, rest = line.partition(" ")
    cells = rest.split("|")
    if kind in "SD":
        labels = rest.split(maxsplit=1)[1].rstrip("?")
        return (
            None if labels == "-" or set(labels.split("|")) <= DIMENSIONS else "unknown dimension"
        )
    want = {"P": 3, "A": 9, "H": 8}.get(kind)
    if want is None or len(cells) != want:
        return f"needs {want} cells, has {len(cells)}"
    if squeeze(cells[0]) not in text:
        return "text not in the report"
    which = cells[{"P": 1, "A": 4, "H": 1}[kind]]
    if which not in KINDS[kind]:
        return f"unknown kind {which}"
    if kind == "A":
        try:
            [float(c) for c in (cells[1], *cells[7:9]) if c not in ("", "-")]
        except ValueError:
            return "not a number"
        if cells[3] not in ("exact", "over", "under", "about", "range"):
            return "unknown bound"
    if kind == "H" and (cells[3] not in LEVELS or cells[2] not in ("branch", "unit", "member")):
        return "unknown level or recipient"
    return None


# --- the two annotations made one ------------------------------------------------------------------


def number(cell: str) -> float | int | None:
    if cell in ("", "-"):
        return None
    value = float(cell)
    return int(value) if value.is_integer() else value


def annotated(lines: list[str]) -> dict:
    """Read one annotator's block into the layers of the gold format."""
    found: dict = {"S": {}, "D": {}, "practices": [], "achievements": [], "honours": []}
    for line in lines:
        kind, _, rest = line.partition(" ")
        c = [cell.strip() for cell in rest.split("|")]
        if kind in "SD":
            place, labels = rest.split(maxsplit=1)
            names = labels.strip().rstrip("?")
            value = [] if names == "-" else sorted(names.split("|"))
            found[kind][int(place)] = (value, labels.strip().endswith("?"))
        elif kind == "P":
            found["practices"].append({"name": c[0], "kind": c[1], "optional": c[2] == "?"})
        elif kind == "A":
            found["achievements"].append(_achievement(c))
        else:
            found["honours"].append(_honour(c))
    return found


def _achievement(c: list[str]) -> dict:
    item = {"text": c[0], "value": number(c[1]), "unit": c[2] if c[2] not in ("", "-") else None}
    item |= {"bound": c[3], "kind": c[4], "indicator": c[5] or None, "optional": c[6] == "?"}
    item |= {k: v for k, v in (("from", number(c[7])), ("upper", number(c[8]))) if v is not None}
    return item


def _honour(c: list[str]) -> dict:
    item = {
        "title": c[0],
        "kind": c[1],
        "recipient": c[2],
        "level": c[3] if c[3] not in ("", "-") else None,
    }
    item |= {"issuer": c[4] if c[4] not in ("", "-") else None, "years": number(c[5])}
    return item | {"count": number(c[6]), "optional": c[7] == "?"}


SAME = {
    "practices": lambda a, b: bare(a["name"]) == bare(b["name"]),
    "achievements": lambda a, b: (
        a["value"] == b["value"] and squeeze(a["unit"] or "") == squeeze(b["unit"] or "")
    ),
    "honours": lambda a, b: bare(a["title"]) == bare(b["title"]),
}
# An attribute on which annotators differ makes the item optional, or (where a score skips null) null.
STRICT = {
    "practices": ["kind"],
    "achievements": ["bound", "kind"],
    "honours": ["kind", "recipient"],
}
LOOSE = {"practices": [], "achievements": ["indicator"], "honours": ["level", "years"]}


def bare(name: str) -> str:
    return squeeze(name).strip("“”‘’《》")


def alike(key: str, a: dict, b: dict) -> bool:
    if key != "indicator" or not a[key] or not b[key]:
        return a.get(key) == b.get(key)
    x, y = Counter(squeeze(a[key])), Counter(squeeze(b[key]))
    return 2 * (x & y).total() >= 0.5 * (x.total() + y.total())


def merged(layer: str, first: list[dict], second: list[dict], tally: Counter) -> list[dict]:
    """Items of both annotators; what only one has, or on which they differ, becomes optional."""
    free, out = list(second), []
    for a in first:
        b = next((b for b in free if SAME[layer](a, b)), None)
        if b is None:
            tally[layer, "one"] += not a["optional"]
            out.append(a | {"optional": True})
            continue
        free.remove(b)
        tally[layer, "both"] += not a["optional"] and not b["optional"]
        tally[layer, "one"] += a["optional"] != b["optional"]
        optional = a["optional"] or b["optional"] or any(a[k] != b[k] for k in STRICT[layer])
        item = a | {"optional": optional}
        for key in (*STRICT[layer], *LOOSE[layer]):
            tally[layer, key, alike(key, a, b)] += 1
        item |= {k: None for k in LOOSE[layer] if not alike(k, a, b)}
        out.append(item)
    tally[layer, "one"] += sum(not b["optional"] for b in free)
    return out + [b | {"optional": True} for b in free]


def gold(report: dict, a: dict, b: dict, tally: Counter) -> dict:
    sections = []
    for i, s in enumerate(report["sections"], 1):
        section = {"heading": s["heading"], "body": "\n".join(s["body"])}
        one, two = a["D"][i][0], b["D"][i][0]
        tally["sections", one == two] += 1
        if one == two:
            section["dimension"] = one[0] if one else None
        sections.append(section)
    found = []
    for n, (_, text) in enumerate(sentences(report), 1):
        (one, doubt), (two, too) = a["S"][n], b["S"][n]
        for d in {*one, *two}:
            tally["dimensions", d, d in one and d in two] += 1
        row = {"text": text, "dimensions": one}
        found.append(row | ({"optional": True} if doubt or too or one != two else {}))
    title = " ".join(report["title"].split())
    title = re.split(r"\s*——", title)[0] or None
    out = {k: report[k] for k in ("id", "genre", "sector", "branch")}
    out |= {"title": title, "lead": "\n".join(report["lead"]), "sections": sections}
    out["sentences"] = found
    return out | {k: merged(k, a[k], b[k], tally) for k in SAME}


# --- raw files, as such reports arrive -------------------------------------------------------------


def raw(report: dict, rng: Random) -> tuple[str, str]:
    """Set a report as one of the layouts that reports arrive in; gives (layout, text)."""
    lines = [*report["lead"].split("\n")] if report["lead"] else []
    for s in report["sections"]:
        own = not s["heading"].endswith(("。", "！", "？")) or not s["body"]
        lines += (s["heading"] + ("\n" if own else "") + s["body"]).split("\n")
    lines = [line for line in lines if line]
    style = rng.choice(
        ["newspaper", "newspaper", "plain", "plain", "web", "wrapped", "spaced", "one-line"]
    )
    title, branch = report["title"] or "", report["branch"]
    if report["genre"] == "webnews":
        style, branch = "web", ""
    if style == "newspaper":
        parts = [
            s | {"heading": s["heading"] + ("" if s["heading"][-1] in "。！？" else "\n")}
            for s in report["sections"]
        ]
        faults = newspaper.Faults(seed=rng.randrange(10**6))
        return style, newspaper.render_page([report | {"sections": parts}], faults)
    if style == "web":
        return style, _web(title, lines, rng)
    if style == "one-line":
        return style, " ".join([*title.split(), branch, *lines]) + "\n"
    if style == "wrapped":
        width = rng.randint(18, 34)
        text = "\n".join(w for x in lines for w in _wrapped(x, width))
        return style, "\n".join([*title.split(), branch, "", text, ""])
    if style == "spaced":
        lines = ["".join(c + (" " if rng.random() < 0.03 else "") for c in x) for x in lines]
        return style, "\n".join([title, branch, "", *("    " + x + "\n" for x in lines)])
    return style, "\n".join([title, branch, "", *("　　" + x for x in lines), ""]).lstrip()


def _wrapped(text: str, width: int) -> list[str]:
    own = len(text) <= width + 4 and text[-1] not in "。！？”"
    text = text if own else "　　" + text
    rows = []
    while text:
        cut = width
        while cut < len(text) and text[cut] in newspaper.CLOSERS:
            cut += 1
        rows.append(text[:cut])
        text = text[cut:]
    return rows


def _web(title: str, lines: list[str], rng: Random) -> str:
    head = [title, title] if rng.random() < 0.6 else [title]
    head += [
        rng.choice(
            [
                "来源：本站　　时间：2025-06-11 10:20　　浏览次数：318",
                "发布时间：2025年3月4日　信息来源：机关党委　点击：97",
            ]
        )
    ]
    head += rng.choice([[], ["作者：白砚　责任编辑：古月"], ["【字体：大 中 小】"]])
    body = [f"　　{x}" for x in lines]
    if rng.random() < 0.6:
        body.insert(min(2, len(body)), "图为活动现场。（资料图片）")
    foot = rng.choice(
        [
            ["上一篇：机关召开季度会议", "下一篇：没有了"],
            ["分享到：", "【打印本页】【关闭窗口】"],
            ["责编：古月"],
        ]
    )
    return "\n".join([*(h for h in head if h), "", *body, "", *foot, ""])


def merge() -> None:
    """Write dev.jsonl, test.jsonl, raw/ and agreement.json from the two annotations."""
    first, second = ({}, {})
    for path in sorted((ROOT / "annotations").glob("[ab]*.txt")):
        (first if path.name[0] == "a" else second).update(blocks(path))
    tally: Counter = Counter()
    parts: dict[str, list[dict]] = {"dev": [], "test": []}
    for report in reports():
        name = report["id"]
        if name not in first or name not in second:
            continue
        item = gold(report, annotated(first[name]), annotated(second[name]), tally)
        item["style"], text = raw(item, Random(name))
        # the test half was drawn once, from the first 88 reports; later ones are for development
        early = int(name[1:]) <= 88
        part = "test" if early and hashlib.sha256(name.encode()).digest()[0] % 2 == 0 else "dev"
        parts[part].append(item)
        folder = ROOT / part
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    for part, items in parts.items():
        rows = (json.dumps(i, ensure_ascii=False) + "\n" for i in items)
        (ROOT / f"{part}.jsonl").write_text("".join(rows), encoding="utf-8")
    (ROOT / "agreement.json").write_text(json.dumps(agreement(tally), indent=1) + "\n", "utf-8")


def agreement(tally: Counter) -> dict:
    """F1 between the annotators a layer, and the share of equal attributes among common items.

    Only required items count, and an item that one annotator left optional is a disagreement.
    """
    out: dict = {}
    f1s = []
    for d in sorted(DIMENSIONS):
        both, one = tally["dimensions", d, True], tally["dimensions", d, False]
        f1s.append(2 * both / (2 * both + one) if both else 0.0)
    out["dimensions macro F1"] = round(sum(f1s) / len(f1s), 3)
    out["section dimension"] = _share(tally["sections", True], tally["sections", False])
    for layer in SAME:
        both, one = tally[layer, "both"], tally[layer, "one"]
        out[f"{layer} F1"] = round(2 * both / (2 * both + one), 3) if both else 0.0
        for key in (*STRICT[layer], *LOOSE[layer]):
            out[f"{layer} {key}"] = _share(tally[layer, key, True], tally[layer, key, False])
    return out


def _share(yes: int, no: int) -> float:
    return round(yes / (yes + no), 3) if yes + no else 0.0


def main(argv: list[str]) -> int:
    if argv[:1] == ["sheets"]:
        for report in reports():
            Path(argv[1], f"{report['id']}.txt").write_text(sheet(report), encoding="utf-8")
        return 0
    if argv[:1] == ["check"]:
        found = [f for name in argv[1:] for f in faults(Path(name))]
        print("\n".join(found) or "no faults")
        return bool(found)
    if argv == ["merge"]:
        merge()
        return 0
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
