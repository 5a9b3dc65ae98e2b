"""The evidence of one row: its words, the sentence they stand in, and the sentences around it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a row comes from; shows itself highlighted in a notebook.

    `span` is (start, end) of the evidence in `sentence` in characters, None where it is not whole in it.
    `source_start` and `source_end` count code points of the source text, as `zhibu text` prints it.
    """

    row_id: str
    table: str
    text: str
    sentence: str
    before: str  # the sentence before, empty at the beginning of the report
    after: str  # the sentence after, empty at its end
    span: tuple[int, int] | None
    branch: str | None
    path: str
    source_start: int | None
    source_end: int | None

    def __str__(self) -> str:
        """Give the sentence with the evidence in 【】."""
        if self.span is None:
            return f"【{self.text}】 {self.sentence}".strip()
        start, end = self.span
        return f"{self.sentence[:start]}【{self.sentence[start:end]}】{self.sentence[end:]}"

    def _repr_html_(self) -> str:
        """Give HTML in which every piece of text is escaped: reports are data, never markup."""
        start, end = self.span or (0, 0)
        marked = f"<mark>{escape(self.sentence[start:end] if self.span else self.text)}</mark>"
        inside = f"{escape(self.sentence[:start])}{marked}{escape(self.sentence[end:])}"
        where = self.path
        if self.source_start is not None:
            where += f" [{self.source_start}–{self.source_end}]"
        head = " · ".join(p for p in (self.branch, where) if p)
        faint = '<span style="opacity:.6">'
        return (
            '<blockquote class="zhibu-evidence" style="line-height:1.7">'
            f"<small>{escape(head)}</small><br>"
            f"{faint}{escape(self.before)}</span>{inside}{faint}{escape(self.after)}</span>"
            "</blockquote>"
        )


def find(text: str, sentence: str, expected: int) -> tuple[int, int] | None:
    """Give (start, end) of a text in a sentence: of several places the one nearest to the expected."""
    if not text:
        return None
    places = []
    at = sentence.find(text)
    while at >= 0:
        places.append(at)
        at = sentence.find(text, at + 1)
    if not places:
        return None
    start = min(places, key=lambda place: abs(place - expected))
    return start, start + len(text)
