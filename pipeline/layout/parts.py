"""What a line of the source can be, as `classify` says and all after it read."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from pipeline.layout.lines import Line

# A line that opens with a dash: ——记…
SUBTITLE = re.compile(r"^[—─―-]{1,3}[^—]")
# What may stand before the branch's name where a report opens: 近年来，… 今年以来，…
TIME = re.compile(r"(?:[\u4e00-\u9fff\d]{1,6}(?:[年月日天来前期间])，?)?")
# No match of it is longer than this.
TIME_WIDTH = 8
# A body names its branch in the first so many lines.
OPENING_LINES = 16


class Part(Enum):
    """What a line is."""

    FLOW = "text"
    DISPLAY = "display"
    SUBTITLE = "subtitle"
    BYLINE = "byline"
    AUTHOR = "author"
    CAPTION = "caption"
    NOTE = "note"
    META = "boilerplate"


class Opens(Enum):
    """Whether a line of running text opens a paragraph."""

    NO = 0
    MAYBE = 1
    YES = 2


class Item(NamedTuple):
    """A line with its part."""

    part: Part
    line: Line
    opens: Opens
