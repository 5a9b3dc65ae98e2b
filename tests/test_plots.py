"""The font that travels with the package draws Chinese, whatever fonts the machine has."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont

from pipeline.tidy.plots import FAMILY, FILE, use_chinese_font

matplotlib.use("Agg")
from matplotlib import pyplot

ROOT = Path(__file__).parents[1]


def drawn(text: str) -> list[str]:
    """The warnings of drawing a text with no font but the first."""
    figure = pyplot.figure()
    figure.text(0.1, 0.5, text)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        figure.savefig(io.BytesIO(), format="png")
    pyplot.close(figure)
    return [str(w.message) for w in seen if "Glyph" in str(w.message)]


def test_chinese_is_drawn_without_a_missing_glyph() -> None:
    with matplotlib.rc_context():
        use_chinese_font()
        matplotlib.rcParams["font.sans-serif"] = [FAMILY]
        assert drawn("党员队伍强：苇塘村“稻虾合作社”，增收１２．５％（−3）") == []


def test_a_missing_glyph_would_be_seen() -> None:
    """A character that the subset leaves out is told of: the test above can fail."""
    with matplotlib.rc_context():
        use_chinese_font()
        matplotlib.rcParams["font.sans-serif"] = [FAMILY]
        assert drawn("\U00020000") != []


def test_asking_twice_changes_nothing() -> None:
    with matplotlib.rc_context():
        use_chinese_font()
        once = list(matplotlib.rcParams["font.sans-serif"])
        use_chinese_font()
        assert matplotlib.rcParams["font.sans-serif"] == once
        assert once.count(FAMILY) == 1


def test_the_font_bears_a_name_of_its_own_and_its_licence() -> None:
    """The OFL keeps reserved names for the original; the licence lies beside the file."""
    font = TTFont(FILE)
    for number in (1, 4, 6):
        assert "noto" not in font["name"].getDebugName(number).lower()
        assert "source" not in font["name"].getDebugName(number).lower()
    assert "Open Font License" in font["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE" in (FILE.parent / "OFL.txt").read_text("utf-8")
    assert FILE.stat().st_size < 1_800_000


@pytest.mark.parametrize("name", ["dev", "test", "sample"])
def test_every_character_of_the_gold_is_in_it(name: str) -> None:
    known = set(map(chr, TTFont(FILE).getBestCmap()))
    for line in (ROOT / "data/gold" / f"{name}.jsonl").read_text("utf-8").splitlines():
        report = json.loads(line)
        texts = [
            report["branch"] or "",
            report["title"] or "",
            *(s["text"] for s in report["sentences"]),
        ]
        assert {c for text in texts for c in text if c.isprintable()} <= known, report["id"]
