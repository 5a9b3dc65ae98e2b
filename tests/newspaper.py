"""Set gold reports as the plain-text dump of a newspaper page, with the faults such dumps have.

The faults are those of real pages: hard wraps, blank lines at column breaks and before an opening
quotation mark, spaces around numbers, hyphens inside Latin words, doubled titles, titles and
by-lines after the body, banners. Run as a script it writes the sample page anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

Report = Mapping[str, Any]

CLOSERS = "，。、；：？！”’）》】"  # never open a line: they hang on the one before
OPENERS = "“‘（《【"  # never close a line
TOKEN = re.compile(r"[A-Za-z]+|[0-9][0-9.]*%?|[０-９]+| +|.")
SPACEABLE = re.compile(r"(?<=[一-鿿])([0-9][0-9.]*%?|[A-Za-z]+)(?=[一-鿿])")
SPACINGS = (" {}", "{} ", " {} ")


@dataclass(frozen=True)
class Faults:
    """How the page is set; the sets and mappings name reports by their id."""

    seed: int = 0
    width: tuple[int, int] = (14, 20)  # characters a line, one width drawn for each report
    column_break: float = 0.06  # chance that a wrapped line is the last of its column
    spaced: float = 0.3  # chance that a number or Latin word gets spaces
    quote_break: bool = True
    hyphen: bool = True
    before: frozenset[str] = frozenset()  # title and by-line stand before the body
    tight: frozenset[str] = frozenset()  # the body starts right after the by-line before it
    doubled: frozenset[str] = frozenset()  # title lines doubled on one line
    banners: Mapping[str, str] = field(default_factory=dict)  # doubled line before the report
    author: str | None = None
    subtitle: str | None = None  # both of the lead article, the report without a branch


SAMPLE = Faults(
    seed=1753,
    before=frozenset({"newspaper-page#8"}),
    tight=frozenset({"newspaper-page#3", "newspaper-page#6", "newspaper-page#10"}),
    doubled=frozenset({"newspaper-page#1", "newspaper-page#7"}),
    banners={
        "newspaper-page#4": "创先争优立起时代标杆 真抓实干交出过硬答卷",
        "newspaper-page#9": "红色引擎激活基层动能",
    },
    author="江闻达",
    subtitle="——澄浦市直机关“四强”党支部创建工作综述",
)


def paragraphs(report: Report) -> list[str]:
    """Give a report's body."""
    parts = [report["lead"], *(s["heading"] + s["body"] for s in report["sections"])]
    return [p for p in "\n".join(parts).split("\n") if p]


def breadth(text: str) -> float:
    """Measure a text in full-width characters; ASCII takes half."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def double(text: str) -> str:
    """Write each part of a title twice, as an extraction reads letters that have a shadow."""
    return " ".join(part * 2 for part in text.split())


def space_out(text: str, chance: float, rng: Random) -> str:
    """Put spaces before, after or around some of the numbers and Latin words."""
    forms = (*SPACINGS, *["{}"] * round(len(SPACINGS) * (1 / chance - 1))) if chance else ("{}",)
    return SPACEABLE.sub(lambda match: rng.choice(forms).format(match[0]), text)


def wrap(text: str, width: int, hyphen: bool) -> list[str]:
    """Break a paragraph into lines; only Latin words are broken, with a hyphen."""
    lines = [""]
    room = width - 2.0  # the first line is indented by two characters, which the dump loses
    for token in TOKEN.findall(text):
        size = breadth(token)
        if size <= room or token in CLOSERS:
            lines[-1], room = lines[-1] + token, room - size
            continue
        head = int(room * 2) - 1  # letters that fit beside the hyphen
        if hyphen and token.isascii() and token.isalpha() and 1 < head < len(token) - 1:
            lines[-1:] = [lines[-1] + token[:head] + "-", token[head:]]
        else:
            kept = lines[-1].rstrip(OPENERS)
            lines[-1:] = [kept, lines[-1][len(kept) :] + token]
        room = width - breadth(lines[-1])
    return [line.strip() for line in lines]


def set_lines(text: Iterable[str], faults: Faults, rng: Random, tight: bool) -> Iterator[str]:
    """Yield the lines of a body, with an empty one where the extraction sees a new block.

    It sees one at an indented line after flush ones, at a flush line after a run of indented ones,
    and at the top of a column. A line that opens with a quotation mark looks indented.
    """
    width = rng.randint(*faults.width)
    block = [True] if tight else []  # for each line of the block, whether it is indented
    for paragraph in text:
        lines = wrap(space_out(paragraph, faults.spaced, rng), width, faults.hyphen)
        for number, line in enumerate(lines):
            indented = number == 0 or (faults.quote_break and line.startswith("“"))
            new_block = len(block) > 1 and indented != block[-1]
            if new_block or (number > 1 and rng.random() < faults.column_break):
                yield ""
                block = []
            block.append(indented)
            yield line


def heading_lines(report: Report, faults: Faults) -> list[str]:
    """Give the title and by-line of a report, or the title and subtitle of the lead article."""
    title: str = report["title"] or ""
    lines = [double(title)] if report["id"] in faults.doubled else title.split()
    if not report["branch"]:
        return [*lines, *([faults.subtitle] if faults.subtitle else [])]
    return [*lines, *([""] if lines else []), report["branch"]]


def render_page(reports: Sequence[Report], faults: Faults = SAMPLE) -> str:
    """Set reports of the gold format as one page; the same arguments give the same text."""
    rng = Random(faults.seed)
    page: list[str] = []
    for report in reports:
        key = report["id"]
        sections = (section["heading"] + section["body"] for section in report["sections"])
        paragraphs = [p for p in "\n".join([report["lead"], *sections]).split("\n") if p]
        if key in faults.banners:
            page += [double(faults.banners[key]), ""]
        if faults.author and not report["branch"]:
            page += [f" ■ {faults.author}", ""]
        heading = [*heading_lines(report, faults), ""]
        if (tight := key in faults.tight) and page:
            page.pop()  # the empty line after the by-line before
        body = [*set_lines(paragraphs, faults, rng, tight), ""]
        page += [*heading, *body] if key in faults.before else [*body, *heading]
    return "\n".join(page)


if __name__ == "__main__":
    DATA = Path(__file__).parents[1] / "data"
    GOLD = [json.loads(line) for line in (DATA / "gold/sample.jsonl").open(encoding="utf-8")]
    PAGE = render_page([report for report in GOLD if report["id"].startswith("newspaper-page#")])
    (DATA / "sample/newspaper-page.txt").write_text(PAGE, encoding="utf-8")
