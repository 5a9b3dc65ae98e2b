"""No regular expression of the package takes long on 100,000 characters made to vex it.

The work is in tests/patterns.py, run as a program of its own: there patterns are seen as they are made.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests import patterns

REPO = Path(__file__).parents[1]
LEAST = 150  # patterns of the package; far fewer would mean that they are not seen


def test_all_patterns_are_quick_on_adversarial_input() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "tests.patterns"],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(found.stdout.splitlines()[-1])
    assert told["slow"] == []
    assert told["patterns"] >= LEAST


def test_a_quadratic_pattern_is_told() -> None:
    """The feeding itself: what begins anew at every character is seen to be slow."""
    pattern = re.compile("一+二")
    assert patterns.timed(pattern, "一" * patterns.LONG) > patterns.SECONDS
    pattern = re.compile("一{1,20}二")
    assert (
        max(patterns.timed(pattern, text) for text in patterns.inputs(pattern)) < patterns.SECONDS
    )
