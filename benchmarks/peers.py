"""Other tools beside ours on the same texts, in one process: how fast each is, and what it finds.

    python -m benchmarks.peers [GOLD]   golden reports (JSON lines), their texts in the folder beside

The peers are the extra `bench`, which installs together with the project (pip install -e '.[bench]'); one that
is not installed is told as such. All sides take turns, and of several rounds the least counts, in processor
seconds. `jieba.cut` is the unit: 2.0 is twice its throughput. A side that needs longer than LIMIT for the texts
gets the first of them only, and its cost a character is compared.

What is found is counted against the required golden achievements. Peers get the golden prose (they are not made
to undo a layout), ours the raw file. Where one has no unit of its own, the unit is what follows the numeral in
its text. `others` touch no golden achievement (dates, ordinals, plans, rules …): none of the peers was made for
these reports, and for a tool that is to find all numbers they are no faults.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.tables import markdown
from pipeline import ingest, route
from pipeline.evaluate import Layer, layers, same_number
from pipeline.lexicon.load import load
from pipeline.model import Options, Source
from pipeline.tidy.rows import document_rows

ROUNDS = 5
# Processor seconds a round after which a side gets no further text.
LIMIT = 3.0
# What times without a date are reckoned from by JioNLP: any day will do.
TODAY = {"year": 2026, "month": 11, "day": 24}
# What a numeral is written with; what stands after it in a found text is the unit. The golden units of
# spans of time have no classifier (三个多小时 → 小时).
DIGIT = r"\d０-９零〇一二两三四五六七八九十百千万亿半"
NUMERAL = re.compile(rf"^[^{DIGIT}]*[{DIGIT}.．,，多余来几]*(?:个多?(?=小时|星期))?")
DURATION = re.compile(r"^PT?(\d+(?:\.\d+)?)[A-Z]$")

Work = Callable[[str], Any]
Item = dict[str, Any]


class Text(NamedTuple):
    """A golden report: its raw file, its prose, and its achievements."""

    source: Source
    prose: str
    achievements: list[Item]


@dataclass(frozen=True)
class Side:
    """A tool: what it does, the packages it needs, and how its work and its findings are got.

    `make` gives the work on one text; `items` turns what the work gives into values with units, and is None
    where the tool finds no numbers. `raw` is set where the work is on a source and not on prose.
    """

    name: str
    what: str
    needs: tuple[str, ...]
    make: Callable[[], Callable[[Any], Any]]
    items: Callable[[Any], Iterable[Item]] | None = None
    raw: bool = False


class Speed(NamedTuple):
    """The least processor seconds a character, and the texts they were measured on."""

    cost: float
    texts: int


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table."""
    gold = Path(arguments[0]) if arguments else Path("data/gold/dev.jsonl")
    logging.disable(logging.CRITICAL)  # peers tell of every text they cannot parse
    texts = read(gold)
    works, missing = _ready(sides(), texts)
    speeds = _speeds(works, texts)
    print(f"{len(texts)} texts, {sum(len(t.source.text) for t in texts)} characters\n")
    print(table(works, missing, speeds, texts))
    return 0


def read(gold: Path) -> list[Text]:
    """Read golden reports and the raw files they were made of."""
    found = []
    files = {path.stem: path for path in gold.with_suffix("").iterdir()}
    for line in gold.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        parts = [part for s in record["sections"] for part in (s["heading"], s["body"])]
        prose = "\n".join(filter(None, [record["title"], record.get("lead"), *parts]))
        found.append(Text(ingest.read(files[record["id"]]), prose, record["achievements"]))
    return found


def sides() -> list[Side]:
    """All tools, the unit first."""
    return [
        Side("jieba.cut", "words", ("jieba",), _jieba),
        Side("rjieba.cut", "words", ("rjieba",), lambda: import_module("rjieba").cut),
        Side(
            "zhibu, with rows",
            "layout, sections, dimensions, practices, achievements, honours, rows",
            ("pipeline",),
            _ours,
            _our_items,
            raw=True,
        ),
        Side("JioNLP extract_money", "amounts of money", ("jionlp",), _jio_money, _money_items),
        Side("JioNLP extract_time", "times and durations", ("jionlp",), _jio_time, _time_items),
        *_recognizers(),
        Side(
            "edsnlp eds.matcher",
            f"{len(_terms())} terms on spaCy's blank zh (characters)",
            ("edsnlp", "spacy"),
            _eds,
        ),
        Side("spaCy zh with jieba", "words, as a Doc", ("spacy", "jieba"), _spacy),
    ]


def _jieba() -> Work:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return lambda text: list(jieba.cut(text))


def _ours() -> Callable[[Source], Any]:
    options = Options()

    def work(source: Source) -> Any:
        document = route.document(source, options)
        document_rows(document, source.path, options.lexicons)
        return document

    return work


def _our_items(document: Any) -> Iterable[Item]:
    return (
        _item((start + a.start, start + a.end), a.value, a.unit)
        for report, start in zip(document.reports, _starts(document), strict=True)
        for a in report.achievements
    )


def _prose(document: Any) -> str:
    return "\n".join(report.article.text.clean for report in document.reports)


def _starts(document: Any) -> Iterable[int]:
    """Where each report begins in the prose of all."""
    lengths = [len(report.article.text.clean) + 1 for report in document.reports]
    return accumulate(lengths[:-1], initial=0)


def _jio_money() -> Work:
    with redirect_stdout(StringIO()):  # it greets
        return import_module("jionlp").ner.extract_money


def _money_items(found: Any) -> Iterable[Item]:
    for one in found:
        number = one["detail"]["num"]  # of a range two
        value = number[0] if isinstance(number, list) else number
        yield _item(tuple(one["offset"]), value, one["detail"]["case"])


def _jio_time() -> Work:
    with redirect_stdout(StringIO()):
        extract = import_module("jionlp").ner.extract_time
    return lambda text: extract(text, time_base=TODAY)


def _time_items(found: Any) -> Iterable[Item]:
    for one in found:
        spans = one["detail"]["time"] if one["type"] == "time_delta" else {}
        value = next(iter(spans.values())) if len(spans) == 1 else None
        value = value[0] if isinstance(value, list) else value
        yield _item(tuple(one["offset"]), value, unit(one["text"]))


def _recognizers() -> list[Side]:
    """One side for each kind of thing that Recognizers-Text knows in Chinese and that reports have."""
    kinds = (
        ("number", "recognizers_number", "numbers, without units", _number_items),
        ("percentage", "recognizers_number", "shares", _percentage_items),
        ("currency", "recognizers_number_with_unit", "amounts of money", _unit_items),
        ("dimension", "recognizers_number_with_unit", "lengths, areas, weights …", _unit_items),
        ("datetime", "recognizers_date_time", "times and durations", _duration_items),
    )
    return [
        Side(f"Recognizers {kind}", what, (module,), _recognizer(module, kind), items)
        for kind, module, what, items in kinds
    ]


def _recognizer(module: str, kind: str) -> Callable[[], Work]:
    def make() -> Work:
        recognize = getattr(import_module(module), f"recognize_{kind}")
        return lambda text: recognize(text, "zh-cn")

    return make


def _number_items(found: Any) -> Iterable[Item]:
    return (_item(_span(one), one.resolution["value"], None) for one in found)


def _percentage_items(found: Any) -> Iterable[Item]:
    return (
        _item(
            _span(one),
            one.resolution["value"].rstrip("%"),
            "个百分点" if "百分点" in one.text else "%",
        )
        for one in found
    )


def _unit_items(found: Any) -> Iterable[Item]:
    return (_item(_span(one), one.resolution["value"], unit(one.text)) for one in found)


def _duration_items(found: Any) -> Iterable[Item]:
    for one in found:
        known = (one.resolution or {}).get("values") or [{}]
        span = DURATION.match(known[0].get("timex", ""))
        yield _item(_span(one), span[1] if span else None, unit(one.text))


def _span(found: Any) -> tuple[int, int]:
    return found.start, found.end + 1


def _item(span: tuple[int, int], value: Any, unit: str | None) -> Item:
    return {"span": span, "value": value, "unit": unit}


def unit(text: str) -> str:
    """What stands after the numeral in a found text (超过5000元 → 元)."""
    return NUMERAL.sub("", text)


def _terms() -> list[str]:
    return [term.term for term in load(None, "siqiang").scheme.terms]


def _eds() -> Work:
    import edsnlp  # noqa: F401  (its components become known to spaCy)
    import spacy

    nlp = spacy.blank("zh")
    nlp.add_pipe("eds.matcher", config={"terms": {"term": _terms()}})
    return nlp


def _spacy() -> Work:
    from spacy.lang.zh import Chinese

    return Chinese.from_config({"nlp": {"tokenizer": {"segmenter": "jieba"}}})


def _ready(
    all_sides: Sequence[Side], texts: Sequence[Text]
) -> tuple[dict[str, tuple[Side, Work]], dict[str, str]]:
    """Make the work of every side, and do it once so that all is loaded; tells why others cannot."""
    works: dict[str, tuple[Side, Work]] = {}
    missing: dict[str, str] = {}
    for side in all_sides:
        if not all(map(find_spec, side.needs)):
            missing[side.name] = "not installed"
            continue
        try:
            work = side.make()
            work(_given(side, texts[0]))
        except Exception as error:  # a peer's fault must not cost the others' figures
            missing[side.name] = f"does not work here ({type(error).__name__})"
        else:
            works[side.name] = side, work
    return works, missing


def _given(side: Side, text: Text) -> Any:
    return text.source if side.raw else text.source.text


def _speeds(works: dict[str, tuple[Side, Work]], texts: Sequence[Text]) -> dict[str, Speed]:
    """The speed of every side, all taking turns."""
    taken = {name: _prefix(side, work, texts) for name, (side, work) in works.items()}
    least = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, (side, work) in works.items():
            least[name] = min(least[name], _seconds(side, work, taken[name]))
    return {
        name: Speed(spent / sum(len(t.source.text) for t in taken[name]), len(taken[name]))
        for name, spent in least.items()
    }


def _prefix(side: Side, work: Work, texts: Sequence[Text]) -> Sequence[Text]:
    """The first texts, as many as a side works through within the limit, one at least."""
    spent = 0.0
    for n, text in enumerate(texts, 1):
        spent += _seconds(side, work, [text])
        if spent > LIMIT:
            return texts[:n]
    return texts


def _seconds(side: Side, work: Work, texts: Sequence[Text]) -> float:
    given = [_given(side, text) for text in texts]
    start = time.process_time()
    for one in given:
        work(one)
    return time.process_time() - start


class Found(NamedTuple):
    """How many required golden achievements were found, and what was found besides."""

    values: int
    both: int  # value and unit
    required: int
    others: int  # touch no golden achievement, required or optional


def count(texts: Sequence[tuple[str, Sequence[Item], Sequence[Item]]]) -> Found:
    """Count what was found in each text (prose, found, golden) against the golden achievements.

    Each is used once, and only where it stands: an equal number elsewhere in the report is none.
    """
    same = layers()["achievements"].same
    value = Layer("values", lambda a, b: _meet(a, b) and same_number(a["value"], b["value"]), ())
    both = Layer("both", lambda a, b: _meet(a, b) and same(a, b), ())
    others = 0
    for prose, found, gold in texts:
        wanted = [{**g, "spans": _places(g["text"], prose)} for g in gold]
        for layer in (value, both):
            layer.match("", wanted, found)
        others += sum(not any(_meet(w, f) for w in wanted) for f in found)
    return Found(value.hit, both.hit, value.hit + value.miss, others)


def _places(text: str, prose: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(re.escape(text), prose)]


def _meet(gold: Item, found: Item) -> bool:
    start, end = found["span"]
    return any(start < b and a < end for a, b in gold["spans"])


def _counted(side: Side, work: Work, texts: Sequence[Text]) -> Found | None:
    if side.items is None:
        return None
    counted = []
    for text in texts:
        found = work(text.source if side.raw else text.prose)
        prose = _prose(found) if side.raw else text.prose
        counted.append((prose, list(side.items(found)), text.achievements))
    return count(counted)


def table(
    works: dict[str, tuple[Side, Work]],
    missing: dict[str, str],
    speeds: dict[str, Speed],
    texts: Sequence[Text],
) -> str:
    """The results as a table, in the order of the sides."""
    rows = []
    unit_cost = speeds["jieba.cut"].cost if "jieba.cut" in speeds else None
    for side in sides():
        if side.name in missing:
            rows.append((side.name, side.what, missing[side.name], "", "", ""))
            continue
        counted = _counted(side, works[side.name][1], texts)
        rows.append(
            (
                side.name,
                side.what,
                _times(speeds[side.name], unit_cost, len(texts)),
                *cells(counted),
            )
        )
    head = ("tool", "what it gives", "× jieba.cut", "value found", "value and unit", "others")
    return markdown(head, rows)


def _times(speed: Speed, unit_cost: float | None, texts: int) -> str:
    if unit_cost is None:
        return "jieba is not installed"
    part = "" if speed.texts == texts else f" (first {speed.texts} texts)"
    return f"{unit_cost / speed.cost:.2f}{part}"


def cells(found: Found | None) -> tuple[str, str, str]:
    """What was found, as cells of the table; a dash where the tool finds no numbers."""
    if found is None:
        return "–", "–", "–"
    share = f"{found.values} of {found.required}"
    return share, str(found.both), str(found.others)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
