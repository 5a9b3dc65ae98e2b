"""Hard-wrapped lines: which go on a sentence, open a paragraph, or form a title or by-line.

They are read with one bit of memory: whether the sentence before is still open. While it is, the next
line of text continues it, whatever blank lines a column break put between. Once it is closed, a line may
open a paragraph, be a title, or be a by-line; what follows decides.
"""

from __future__ import annotations

import re

from pipeline.layout.lines import ENDS, MIDDLES, NUMBERED, OPENERS, Line, Measure
from pipeline.layout.parts import OPENING_LINES, SUBTITLE, TIME, Item, Opens, Part
from pipeline.layout.shapes import DISPLAY_WIDTH, doubled, ends_in_name, is_title
from pipeline.layout.vocabulary import Vocabulary, bare

# A number or Latin word is set on one line.
_UNBROKEN = re.compile(r"\d[\d.]*%?|[A-Za-z]+")
# What closes a paragraph behind its last sentence: （通讯员 余采）
_ENDNOTE = re.compile(r"[。！？…][”’」』]?[（(][^（(）)。]{2,40}[）)]$")
# A column is justified where unfinished lines inside paragraphs differ by no more than this.
REGULAR = 1.0
# A by-line names a branch that the text named at most so many lines before.
NAMED_WITHIN = 90
# A line of less than this share of the width is far from full.
FAR = 0.6
# In columns narrower than this, and after white, a title may take four lines, else three.
NARROW = 15.5
# A line that opens a paragraph and goes on below lacks no more than this, its indent included.
FIRST_SHORT = 4.0
# A page with more by-lines than this is a page of branch reports.
MANY_NAMES = 2


class Wrapped:
    """Reads hard-wrapped lines in order."""

    def __init__(
        self, lines: list[Line], measure: Measure, words: Vocabulary, furniture: list[Part | None]
    ) -> None:
        self.lines = lines
        self.measure = measure
        self.words = words
        self.furniture = furniture
        self.open = False
        self.last: int | None = None  # the last line of running text
        self.run_end = 0  # end of the run of display lines being read
        self.byline: int | None = None  # the last by-line
        self.organisation = [words.is_organisation(line) for line in lines]
        self.names = [
            line.text for line, is_name in zip(lines, self.organisation, strict=True) if is_name
        ]

    def item(self, i: int) -> Item:
        """Give line i with its part; lines are asked for one after another."""
        line = self.lines[i]
        if not self.open:
            if SUBTITLE.match(line.text) and not any(c in line.text for c in ENDS + "；"):
                return Item(Part.SUBTITLE, line, Opens.NO)
            if self._is_byline(i):
                self.byline = i
                return Item(Part.BYLINE, line, Opens.NO)
            if i < self.run_end:
                return Item(Part.DISPLAY, line, Opens.NO)
            self.run_end = self._display_end(i)
            if i < self.run_end:
                return Item(Part.DISPLAY, line, Opens.YES)
        opens = self._opens(i)
        self.open = not (line.closed or self._introduces(i) or self._noted(i))
        self.last = i
        return Item(Part.FLOW, line, opens)

    def _introduces(self, i: int) -> bool:
        """Whether a line ends with a colon before a numbered heading: 现总结如下："""
        following = self.lines[i + 1 : i + 2]
        colon = self.lines[i].text[-1] in "：:"
        return colon and bool(following) and NUMBERED.match(following[0].text) is not None

    def _noted(self, i: int) -> bool:
        """Whether a line ends a note in brackets that stands after a finished sentence."""
        ends = self.lines[i].text[-1] in "）)"
        return ends and _ENDNOTE.search(self._joined(max(0, i - 2), min(i, 2) + 1)) is not None

    def _opens(self, i: int) -> Opens:
        line = self.lines[i]
        if self.open:
            return Opens.NO
        if self.last is None or self.last != i - 1:
            return Opens.YES
        if self.measure.indented:
            return Opens.YES if line.indent else Opens.NO
        if NUMBERED.match(line.text):
            return Opens.YES
        before = self.lines[i - 1]
        if before.width < self.measure.typical[i - 1] - self.measure.slack - 1.5:
            return Opens.YES
        return Opens.YES if self._set_as_first(i) else Opens.MAYBE

    def _set_as_first(self, i: int) -> bool:
        """Whether an unfinished line is short by an indent, in a column that is justified otherwise."""
        line = self.lines[i]
        if self.measure.slack > REGULAR or line.closed or any(c.isascii() for c in line.text):
            return False
        following = self.lines[i + 1 : i + 2]
        quoted = bool(following) and following[0].text[0] in OPENERS
        return not quoted and self._set_width(i) <= self.measure.typical[i] - 1.75

    def _is_byline(self, i: int) -> bool:
        line = self.lines[i]
        if not self.organisation[i] or ends_in_name(self.lines, i):
            return False
        if self.measure.indented and line.indent and not self._alone(i):
            return False  # the first line of a paragraph that happens to end after the name
        again = self.names.count(line.text) > 1
        if self._second_name(i, again) or self._broken_name(i - 1):
            return False
        if i + 1 == len(self.lines) or self.lines[i + 1].gap or self.furniture[i + 1]:
            return True
        following = self._joined(i + 1, 3)
        if self.words.organisation.match(following) or self._named_before(i):
            return True
        if self.words.predicate.match(following):
            # the name is the subject of the sentence that goes on below, unless this is where
            # every report of the page has its by-line
            return False
        # else it stands at its title, or above the body that names it
        below = line.text in self._joined(i + 1, OPENING_LINES)
        return not again and (self.run_end == i or below)

    def _second_name(self, i: int, again: bool) -> bool:
        """Whether a by-line stands right before line i: of two names the second opens a sentence."""
        if self.byline is None or self.byline != i - 1:
            return False
        line, following = self.lines[i], self.lines[i + 1 : i + 2]
        if following and following[0].indent > line.indent:
            return False  # no sentence goes on: the by-line twice
        same = self.lines[i - 1].text == line.text and bool(following) and not following[0].gap
        return (again and not line.gap) or same

    def _broken_name(self, i: int) -> bool:
        """Whether a by-line's name opens line i and goes on, or is broken between it and the next.

        A by-line is a line of its own, so that the lines are running text.
        """
        if i < 0 or i + 1 >= len(self.lines):
            return False
        first = self.lines[i].text
        two = first + self.lines[i + 1].text
        if len(set(self.names)) > MANY_NAMES and any(
            first.startswith(name) and first != name for name in self.names
        ):
            return True  # the name and what it does on one line
        places = ((two.find(name), len(name)) for name in self.names)
        return any(0 <= at < len(first) < at + size for at, size in places)

    def _named_before(self, i: int) -> bool:
        """Whether the running text before line i opened with the branch that the line names."""
        name = self.lines[i].text
        return name in self._joined(max(0, i - NAMED_WITHIN), min(i, NAMED_WITHIN))

    def _display_end(self, i: int) -> int:
        """End of the run of one to four lines from i that form a title or heading (i: none)."""
        if doubled(self.lines[i].text):
            return i + 1
        if self.measure.indented and self.lines[i].indent and not self._alone(i):
            return i
        if self._broken_name(i):
            return i
        if self._before_indent(i) or self._paragraph(i):
            return i + 1
        after = self._run(i)
        run = "".join(line.text for line in self.lines[i:after])
        if not run or run.count("“") != run.count("”"):
            return i
        if after == len(self.lines) or self.furniture[after] is not None:
            return after
        # inside a paragraph an unfinished line is full; this one is not
        shown = (
            self._ends_run(after)
            or self._opens_report(run, after)
            or (self._narrow(after - 1) and (self._may_open(after) or self._short(i, after)))
            or NUMBERED.match(self.lines[after].text) is not None
        )
        return after if shown else i

    def _before_indent(self, i: int) -> bool:
        """Whether line i is unfinished and an indented paragraph begins below it."""
        if not self.measure.sparse or i + 1 >= len(self.lines):
            return False
        text = self.lines[i].text
        return (
            self.lines[i + 1].indent > 0
            and not any(c in text for c in "。！？；")
            and text[-1] not in MIDDLES
            and text.count("“") == text.count("”")
        )

    def _paragraph(self, i: int) -> bool:
        """Whether line i is a paragraph of one line: another line set as a first line follows it.

        Where columns are justified, only first lines are short (by their indent); an unfinished line
        before one is a heading as wide as a first line.
        """
        if i + 2 >= len(self.lines) or self.furniture[i + 1]:
            return False
        line, following = self.lines[i].text, self.lines[i + 1].text
        mark = NUMBERED.match(line)
        numbered = mark is not None and mark.group()[-1] != "是"  # 一是 runs in
        if self.measure.slack > (2 * REGULAR if numbered else REGULAR):
            return False
        ragged = any(c.isascii() for c in line + following)  # Latin and digits do not break
        quoted = following[0] in OPENERS  # some extractions break a line before a quotation
        if ((ragged and not numbered) or quoted) and not self._early(i):
            return False
        if any(c in line for c in ENDS + "；") or line[-1] in MIDDLES:
            return False
        if any(c in following[:8] for c in ENDS) or line.count("“") != line.count("”"):
            return False
        first = self._set_width(i) <= self.measure.typical[i] - (0.75 if numbered else 1.75)
        short = self.measure.typical[i + 1] - self._set_width(i + 1)
        second = (1.5 if numbered else 1.75) <= short < FIRST_SHORT
        return first and second and self.lines[i + 2].width >= self.measure.typical[i + 2] - 1

    def _early(self, i: int) -> bool:
        """Whether lines i and i + 1 break before a word that had room on them, and are two lines."""
        first, second = self.lines[i].width, self.lines[i + 1].width
        typical = self.measure.typical
        return (
            first + self._unbroken(i + 1) <= typical[i]
            and second + self._unbroken(i + 2) <= typical[i + 1] - 0.5
            and first + second > typical[i] + 1
        )

    def _set_width(self, i: int) -> float:
        """Width of a line without a mark that hangs over its end."""
        line = self.lines[i]
        return line.width - (line.text[-1] in "，。、；：！？”")

    def _may_open(self, i: int) -> bool:
        """Whether line i may open a paragraph: one with a quotation mark does if set as a first line."""
        line = self.lines[i]
        first = line.indent > 0 or line.width <= self.measure.typical[i] - 1.5
        return line.text[0] not in OPENERS or first

    def _short(self, i: int, after: int) -> bool:
        """Whether a run is a heading though a quotation mark follows: numbered, or far from full."""
        last = after - 1
        far = self.lines[last].width < FAR * self.measure.typical[last]
        return far or NUMBERED.match(self.lines[i].text) is not None

    def _run(self, i: int) -> int:
        """End of the run of lines from i that could be display (i itself where there is none)."""
        roomy = self.lines[i].gap > 0 or self.measure.typical[i] < NARROW
        at, most = i, 4 if roomy else 3
        while at < len(self.lines) and at - i <= most:
            line = self.lines[at]
            text = bare(line.text)
            broken = line.gap > 0 and not (self._narrow(at) and not self._narrow(at - 1))
            if at > i and (broken or self.furniture[at] or self._ends_run(at)):
                break
            above = self._joined(i, at - i)
            quoting = above.count("“") > above.count("”")
            if at > i and (NUMBERED.match(text) or (self._narrow(at - 1) and not quoting)):
                break  # a title set large is narrow, but goes on while a quotation is open
            if self._titled(at):
                at += 1
                break
            if any(c in text for c in "。！？；") or text[-1:] in MIDDLES:
                break
            if line.width > DISPLAY_WIDTH:
                return i
            at += 1
        return i if at - i > most else at

    def _titled(self, i: int) -> bool:
        """Whether line i ends a title that asks or exclaims: a by-line stands below it."""
        text = bare(self.lines[i].text)
        below = i + 1 < len(self.lines) and self.organisation[i + 1]
        return below and any(c in text for c in "？！") and is_title(text, i)

    def _ends_run(self, i: int) -> bool:
        return self.organisation[i] or SUBTITLE.match(self.lines[i].text) is not None

    def _opens_report(self, run: str, after: int) -> bool:
        """Whether a report's first sentence, naming its branch, begins right after the run."""
        below = self._joined(after, 3)
        if not any(suffix in below for suffix in self.words.suffixes):
            return False
        text = run + below
        found = self.words.organisation.search(text, max(0, len(run) - 30))
        while found and found.end() <= len(run):
            found = self.words.organisation.search(text, found.end())
        if found is None or found.start() < len(run):
            return False
        return TIME.fullmatch(text[len(run) : found.start()]) is not None

    def _alone(self, i: int) -> bool:
        """Whether no unindented line follows at once, as one would inside a paragraph."""
        following = self.lines[i + 1 : i + 2]
        return not following or following[0].gap > 0 or following[0].indent > 0

    def _narrow(self, i: int) -> bool:
        """Whether a line is too short to stand inside a paragraph or (with its indent) to open one."""
        room = self.measure.typical[i] - self.measure.slack - 2.6
        return self.lines[i].width + self._unbroken(i + 1) - 1 < room

    def _unbroken(self, i: int) -> float:
        """Width of what opens line i and is not broken, such as a number; at least one character."""
        if i >= len(self.lines):
            return 1.0
        found = _UNBROKEN.match(self.lines[i].text)
        return max(len(found.group()) / 2, 1.0) if found else 1.0

    def _joined(self, i: int, count: int) -> str:
        return "".join(line.text for line in self.lines[i : i + count])
