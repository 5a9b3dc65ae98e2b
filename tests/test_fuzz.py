"""Damaged files never raise, and nothing of a text is lost or invented, whatever the text is.

A small budget of what tools/fuzz.py does at length. Invariant: every character of a source is in exactly one
report's text, in a title or by-line, in furniture, or is a blank; clean text leads back to it.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ingest, route
from pipeline.ingest import READERS, Item, Limits, Unread
from pipeline.ingest.base import sha256
from pipeline.model import Document, Options, Source
from pipeline.offsets import INSERTED
from pipeline.tidy.rows import document_rows
from tests.seeds import damaged, seeds

# Pictures are left to tools/fuzz.py: a page that is still one takes a second each.
PICTURES = {s for s, module in READERS.items() if module.endswith("scan")}
SEEDS = seeds(scans=False)
ALPHABET = (
    "一二三四五六七八九十、。，；：“”《》（）()1234567890.% \n\t\u3000％党支部市局荣获了的户万元第年①■—"
    "\u200b\u202e\x00\ud7ffa"
)
NO_WIDTH = "\u200b\ufeff"  # mean no more than blanks
LIMITS = Limits(characters=200_000)


def check(name: str, data: bytes) -> int:
    """Read a file and hold what comes to the promises; gives the number of texts."""
    texts = 0
    for found in ingest.sources(Item(Path(name), name, data), LIMITS):
        if isinstance(found, Unread):
            assert found.what
            assert found.cure
            continue
        texts += 1
        sound(route.document(found, Options()))
    return texts


def sound(document: Document) -> None:
    """Every character of the source is in one place, and every clean one is where it came from."""
    text = document.source.text
    owners = bytearray(len(text))

    def own(start: int, end: int) -> None:
        assert 0 <= start <= end <= len(text)
        for at in range(start, end):
            owners[at] += 1

    for report in document.reports:
        article = report.article
        for span in (*article.title, article.byline, article.author):
            own(*(span or (0, 0)))
        at = 0
        for start, length in article.text.origin.runs():
            if start != INSERTED:
                assert article.text.clean[at : at + length] == text[start : start + length]
                own(start, start + length)
            at += length
        assert at == len(article.text.clean) == len(article.text.norm)
    for furniture in document.furniture:
        own(*furniture.source)
    told = bytearray(len(text))
    for issue in document.issues:
        start, end = issue.source or (0, 0)
        told[start:end] = b"\1" * (end - start)
    odd = [
        at
        for at, n in enumerate(owners)
        if (n > 1 or not (n or told[at])) and not text[at].isspace() and text[at] not in NO_WIDTH
    ]
    assert not odd, (owners[odd[0]], odd[:5], text[max(0, odd[0] - 20) : odd[0] + 20])
    document_rows(document, document.source.path)


@pytest.mark.parametrize("name", SEEDS)
def test_mutated_files_of_every_format(name: str) -> None:
    """Sixteen damaged copies each, always the same ones."""
    for n in range(16):
        rng = Random(f"{name}/{n}")
        other = rng.choice(list(SEEDS.values()))
        check(name, damaged(SEEDS[name], other, rng))


@pytest.mark.parametrize("suffix", sorted(set(READERS) - PICTURES))
@settings(max_examples=10)
@given(data=st.binary(max_size=400))
def test_random_bytes(suffix: str, data: bytes) -> None:
    check(f"x{suffix}", data)


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_read(name: str) -> None:
    """The undamaged ones: what is fuzzed is read at all."""
    assert check(name, SEEDS[name]) >= 1


@settings(max_examples=120)
@given(text=st.text(st.sampled_from(ALPHABET), min_size=1, max_size=300))
def test_layout_of_any_text(text: str) -> None:
    source = Source(
        "x.txt", "x", sha256(text.encode("utf-8", "replace")), "text/plain", "utf-8", text
    )
    sound(route.document(source, Options()))


@settings(max_examples=40)
@given(seed=st.integers(0, 1 << 32))
def test_layout_of_mutated_pages(seed: int) -> None:
    """Lines of a newspaper page lost, doubled and changed in their order."""
    rng = Random(seed)
    lines = SEEDS["page.txt"].decode().splitlines(keepends=True)
    start = rng.randrange(len(lines))
    lines = lines[start : start + rng.randrange(1, 60)]
    for _ in range(rng.randrange(1, 8)):
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[at], lines[other] = rng.choice(
            [
                (lines[other], lines[at]),
                (lines[at] * 2, ""),
                ("\n", lines[at][: len(lines[at]) // 2]),
            ]
        )
    text = "".join(lines)
    if text.strip():
        sound(
            route.document(Source("x.txt", "x", "0" * 64, "text/plain", "utf-8", text), Options())
        )
