"""Every regular expression of the package, fed long adversarial input; run as a program by test_patterns.

Patterns are seen where they are made, in `re` itself, so that those built from the lexicons, those in caches
and closures, and those given to `re.sub` as strings count like the named ones. Prints a line of JSON: how
many patterns were fed, and those that were too slow.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGE = str(Path(__file__).parents[1] / "pipeline")
LONG = 100_000  # characters
SECONDS = 1.0
# The names of organisations have two parts of bounded length with a word of the lexicon in each: every
# start costs up to 38 × 12 steps. That is linear, but five seconds where most characters are such words, so
# that this pattern is fed the tenth part.
BOUNDED = 10
KINDS = (
    "1",
    "一",
    "、",
    "的",
    "“",
    "(",
    " ",
    "\n",
    "党",
    "一二",
    "1.",
    "1,",
    "第一",
    "（一）",
    "“一”",
    "\n ",
)
OWN = 3  # characters of a pattern's own that are tried
made: dict[re.Pattern[str], str] = {}


def watch() -> None:
    """Note every pattern that code of the package makes, with the place."""
    compile_: Any = re._compile  # type: ignore[attr-defined]

    def noted(pattern: Any, flags: Any) -> Any:
        compiled = compile_(pattern, flags)
        frame: FrameType | None = sys._getframe(1)
        while frame and frame.f_code.co_filename == re.__file__:
            frame = frame.f_back
        if frame and frame.f_code.co_filename.startswith(PACKAGE):
            place = f"{Path(frame.f_code.co_filename).relative_to(PACKAGE)}:{frame.f_lineno}"
            if isinstance(compiled.pattern, str):
                made.setdefault(compiled, place)
        return compiled

    re._compile = noted  # type: ignore[attr-defined]


def load() -> None:
    """Import every module, and take the sample and some composed reports the whole route."""
    from pipeline import __path__ as path

    for module in pkgutil.walk_packages(path, "pipeline."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ImportError as error:  # an extra that is not installed
            if (error.name or "").startswith("pipeline"):
                raise
    from pipeline import route
    from pipeline.ingest import Item, Limits
    from pipeline.model import Options
    from pipeline.tidy.rows import document_rows

    data = Path(PACKAGE).parent / "data"
    for file in [
        *sorted((data / "sample").glob("*.txt")),
        *sorted((data / "gold/dev").glob("*.txt"))[:20],
    ]:
        for one in route.documents(Item(file, file.name), Options(), Limits()):
            document_rows(one, file.name)  # type: ignore[arg-type]


def characters(pattern: re.Pattern[str]) -> list[str]:
    """One character for each place of a pattern that takes one, in the pattern's order."""
    found: dict[str, None] = {}

    def walk(node: Any) -> None:
        if (
            isinstance(node, tuple)
            and len(node) == 2
            and str(node[0]) in ("LITERAL", "NOT_LITERAL")
        ):
            found[chr(node[1])] = None
        elif isinstance(node, tuple) and len(node) == 2 and str(node[0]) == "RANGE":
            found[chr(node[1][0])] = None
        elif isinstance(node, tuple) and len(node) == 2 and str(node[0]) == "CATEGORY":
            found[{"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": "\t"}.get(str(node[1]), "字")] = None
        elif isinstance(node, list | tuple) or type(node).__name__ == "SubPattern":
            for one in node:
                walk(one)

    walk(re._parser.parse(pattern.pattern, pattern.flags))  # type: ignore[attr-defined]
    return list(found)


def inputs(pattern: re.Pattern[str]) -> Iterator[str]:
    """What a pattern is fed: the kinds, its own characters one by one, in pairs, and in a row.

    Its own come with an end too that the pattern may not like, so that all it tried is tried again.
    """
    own = characters(pattern)
    step = max(len(own) // OWN, 1)
    some = own[::step][:OWN]
    pairs = [a + b for a, b in pairwise(some)]
    for unit in dict.fromkeys(u for u in [*KINDS, *some, *pairs, "".join(own[:40])] if u):
        text = (unit * (LONG // len(unit) + 1))[:LONG]
        yield text
        if unit in some:
            yield text + "〓，"


class TooSlow(Exception):
    """A pattern took too long."""


def _stop(*_: object) -> None:
    raise TooSlow


def timed(pattern: re.Pattern[str], text: str) -> float:
    """Search a text all through; gives the seconds, and stops long after too many."""
    before = signal.signal(signal.SIGPROF, _stop)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
    try:
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
    except TooSlow:
        return 2 * SECONDS
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return time.process_time() - began


def main() -> None:
    """Feed all, tell the slow."""
    watch()
    load()
    from pipeline.layout.vocabulary import vocabulary
    from pipeline.lexicon.load import load as lexicons

    bounded = vocabulary(lexicons(None, "siqiang")).organisation
    slow, longest, fed = [], 0.0, 0
    for pattern, place in sorted(made.items(), key=lambda m: m[1]):
        if len(sys.argv) > 1 and sys.argv[1] not in place:
            continue
        part = BOUNDED if pattern == bounded else 1
        fed += 1
        for whole in inputs(pattern):
            text = whole[: LONG // part] + whole[LONG:]
            took = timed(pattern, text)
            if took > SECONDS:  # once more: another process may have had the machine
                took = timed(pattern, text)
            longest = max(longest, took)
            if took > SECONDS:
                print(place, repr(text[:12]), round(took, 2), file=sys.stderr, flush=True)
                slow.append([place, pattern.pattern[:200], text[:12], round(took, 2)])
    print(json.dumps({"patterns": fed, "longest": longest, "slow": slow}, ensure_ascii=False))


if __name__ == "__main__":
    main()
