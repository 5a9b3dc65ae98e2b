"""From Word's XML to lines: paragraphs, rows of tables, text boxes, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.ingest.docx_numbers import Numbering, local

if TYPE_CHECKING:
    from collections.abc import Iterator

# A cell with so many characters in several paragraphs holds prose (the deeds in an application form):
# its paragraphs are lines of their own.
PROSE_CELL = 150
# Elements whose children stand where they stand.
_THROUGH = frozenset(
    (
        "ins",
        "moveTo",
        "sdt",
        "sdtContent",
        "smartTag",
        "customXml",
        "hyperlink",
        "fldSimple",
        "dir",
        "bdo",
    )
)
_BREAKS = re.compile(r"[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Line(NamedTuple):
    """A line, its place in the document, and the kind of furniture it is (None: article)."""

    text: str
    locator: str
    kind: str | None = None


@dataclass
class Notes:
    """What was seen and not read, over the whole document."""

    deleted: int = 0  # characters of tracked deletions
    embedded: int = 0  # documents inside


def attribute(element: Any, name: str) -> str | None:
    """Give an attribute in whatever namespace."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return str(value)
    return None


class _Text(NamedTuple):
    text: str  # line breaks inside are \n
    boxes: list[Any]  # text boxes anchored in the paragraph


class Body:
    """Reads one part of a document: its body, a header, a note."""

    def __init__(self, numbering: Numbering | None, notes: Notes) -> None:
        self.numbering, self.notes = numbering, notes
        self.paragraphs = self.tables = self.boxes = 0

    def lines(self, root: Any) -> Iterator[Line]:
        """Give the lines of a part, empty paragraphs as empty lines."""
        for block in self._blocks(root):
            if local(block.tag) == "p":
                self.paragraphs += 1
                yield from self._paragraph(block, f"p{self.paragraphs}")
            else:
                self.tables += 1
                yield from self._table(block, f"table {self.tables}")

    def _blocks(self, root: Any) -> Iterator[Any]:
        """The paragraphs and tables below an element, in order, not those inside others."""
        for child in root:
            tag = local(child.tag)
            if tag in ("p", "tbl"):
                yield child
            elif tag == "AlternateContent":
                yield from self._blocks(_chosen(child))
            elif tag in ("del", "moveFrom"):
                self._deletion(child)
            elif tag == "altChunk":
                self.notes.embedded += 1
            elif tag not in ("pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr", "sdtPr", "sdtEndPr"):
                yield from self._blocks(child)

    def _paragraph(self, paragraph: Any, place: str) -> Iterator[Line]:
        read = self._text(paragraph)
        mark = self.numbering.mark(paragraph) if self.numbering else ""
        kind = "contents" if self.numbering and self.numbering.is_contents(paragraph) else None
        for n, text in enumerate((mark + read.text).split("\n")):
            if n == 0 or text.strip():
                yield Line(text if text.strip() else "", place, kind)
        yield from self._boxes(read.boxes)

    def _boxes(self, boxes: list[Any]) -> Iterator[Line]:
        for box in boxes:
            self.boxes += 1
            place, n, tables = f"text box {self.boxes}", 0, 0
            for block in self._blocks(box):
                if local(block.tag) == "p":
                    n += 1
                    lines = self._paragraph(block, f"{place}, p{n}")
                else:
                    tables += 1
                    lines = self._table(block, f"{place}, table {tables}")
                yield from (line for line in lines if line.text)

    def _table(self, table: Any, place: str) -> Iterator[Line]:
        for n, row in enumerate(_below(table, "tr"), 1):
            yield from self._row(row, f"{place}, row {n}")

    def _row(self, row: Any, place: str) -> Iterator[Line]:
        """A row as one line, cells joined by tabs; cells of prose, or with tables, as lines of their own."""
        cells: list[list[Line]] = []
        for n, cell in enumerate(_below(row, "tc"), 1):
            cells.append(list(self._cell(cell, f"{place}, cell {n}")))
        for cell in cells:
            long = len(cell) > 1 and sum(len(line.text) for line in cell) >= PROSE_CELL
            if long or any("table" in line.locator[len(place) :] for line in cell):
                yield from (line for cell in cells for line in cell)
                return
        # a line break or tab of the author's inside a cell would look like ours between cells
        joined = (" ".join(" ".join(line.text.split("\t")) for line in cell) for cell in cells)
        text = "\t".join(joined)
        if text.strip():
            yield Line(text.rstrip("\t"), place)

    def _cell(self, cell: Any, place: str) -> Iterator[Line]:
        tables = 0
        for block in self._blocks(cell):
            if local(block.tag) == "p":
                lines = self._paragraph(block, place)
            else:
                tables += 1
                lines = self._table(block, f"{place}, table {tables}")
            yield from (line for line in lines if line.text)

    def _text(self, paragraph: Any) -> _Text:
        pieces: list[str] = []
        boxes: list[Any] = []
        self._gather(paragraph, pieces, boxes)
        return _Text(_BREAKS.sub(" ", "".join(pieces)), boxes)

    def _gather(self, element: Any, pieces: list[str], boxes: list[Any]) -> None:
        for child in element:
            tag = local(child.tag)
            if tag == "t":
                pieces.append((child.text or "").replace("\n", " "))
            elif tag == "tab":
                pieces.append("\t")
            elif tag in ("br", "cr"):
                pieces.append("\n")
            elif tag in ("noBreakHyphen", "softHyphen"):
                pieces.append("-" if tag == "noBreakHyphen" else "")
            elif tag == "sym":
                pieces.append(_symbol(child))
            elif tag == "ruby":
                self._ruby(child, pieces, boxes)
            elif tag == "txbxContent":
                boxes.append(child)
            elif tag == "AlternateContent":
                self._gather(_chosen(child), pieces, boxes)
            elif tag in ("del", "moveFrom"):
                self._deletion(child)
            elif tag == "altChunk":
                self.notes.embedded += 1
            elif tag not in ("pPr", "rPr", "instrText", "delText", "sdtPr", "sdtEndPr", "rubyPr"):
                self._gather(child, pieces, boxes)

    def _ruby(self, element: Any, pieces: list[str], boxes: list[Any]) -> None:
        """Pinyin above a character, set as those write it who have no way to set it above."""
        above: list[str] = []
        for part in element:
            if local(part.tag) in ("rt", "rubyBase"):
                self._gather(part, above if local(part.tag) == "rt" else pieces, boxes)
        if "".join(above).strip():
            pieces.append(f"（{''.join(above).strip()}）")

    def _deletion(self, element: Any) -> None:
        texts = (e for e in element.iter() if local(e.tag) in ("delText", "t"))
        self.notes.deleted += sum(len(e.text or "") for e in texts)


def _chosen(alternatives: Any) -> Any:
    """Of the same content for new and old versions of Word, the new; the two would be the text twice."""
    for child in alternatives:
        if local(child.tag) == "Choice":
            return child
    for child in alternatives:
        if local(child.tag) == "Fallback":
            return child
    return ()


def _below(element: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, also those in content controls and tracked insertions."""
    for child in element:
        name = local(child.tag)
        if name == tag:
            yield child
        elif name in _THROUGH:
            yield from _below(child, tag)


def _symbol(element: Any) -> str:
    """A character given by its number in a font of symbols."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return "\ufffd"
    return chr(code) if 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE else "\ufffd"
