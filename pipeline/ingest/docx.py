"""Word documents: paragraphs, tables, text boxes and notes in reading order, headers and footers as furniture.

The XML is read here rather than by docx2python: that one gives text boxes twice, marks Chinese
numbering (一、) as "--", and repeats a cell as often as a merged width says, ten million times if asked.
The tests hold every word that docx2python finds against ours.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePath
from posixpath import join, normpath
from typing import TYPE_CHECKING, Any

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread, sha256
from pipeline.ingest.docx_lines import Body, Line, Notes
from pipeline.ingest.docx_numbers import Numbering, local
from pipeline.model import Anchor, Furniture, Issue, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A tree takes some fifteen times the bytes of its XML; a report of 1,000 pages has 20 MB.
LARGEST_PART = 48 << 20
# Small parts are no bombs whatever their ratio.
SMALL = 1 << 20
# A picture of so many bytes may hold text; smaller ones are rules and emblems.
PICTURE = 50 << 10
CONVERT = "soffice --headless --convert-to docx"
DAMAGED = "open it in Word or LibreOffice and save it again"
_CORE = {"title": "title", "creator": "author", "modified": "date"}


def sources(item: Item, limits: Limits) -> Read:
    """Give the one text of a Word document."""
    data = item.content(limits.bytes)
    name = item.name.name
    if not data.strip(b"\0 \r\n\t"):
        yield Unread(item.shown, "empty file", "remove it or send it again")
        return
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            cure = "open it in Word and save it without a password"
            yield Unread(item.shown, "encrypted Word document", cure)
        else:
            yield Unread(item.shown, "old Word format (.doc)", f"convert it: {CONVERT} {name}")
        return
    if not data.startswith(b"PK"):
        if item.name.suffix.lower() == ".doc":
            yield Unread(item.shown, "old Word format (.doc)", f"convert it: {CONVERT} {name}")
        else:
            cure = f"give it the suffix of what it is, or convert it: {CONVERT} {name}"
            yield Unread(item.shown, "not a Word document (.docx is a zip archive)", cure)
        return
    try:
        import lxml.etree  # noqa: F401
    except ImportError:
        yield Unread(item.shown, "Word documents need an extra", 'pip install "zhibu[docx]"')
        return
    yield _source(item, data, limits)


def _source(item: Item, data: bytes, limits: Limits) -> Source:
    package = _Package(item.shown, data, limits)
    numbering = Numbering(package.part("word/numbering.xml"), package.part("word/styles.xml"))
    notes = Notes()
    document = package.part(package.document)
    if document is None:
        cure = "give it the suffix of what it is, or save it again as .docx"
        raise ReadError("no Word document inside", item.shown, cure)
    lines: list[Line] = []
    for name in package.named("header"):
        lines += _furniture(package.part(name), "header", PurePath(name).stem, notes)
    lines += Body(numbering, notes).lines(document)
    for kind in ("footnotes", "endnotes", "comments"):
        lines += _notes(package.part(f"{package.folder}/{kind}.xml"), kind[:-1], notes)
    for name in package.named("footer"):
        lines += _furniture(package.part(name), "footer", PurePath(name).stem, notes)
    pictures = package.pictures()
    if not any(line.text for line in lines):
        what = "no text in it, pictures only" if pictures else "no text in it"
        cure = (
            "save it as PDF, which is read as a scan"
            if pictures
            else "remove it or put its text in"
        )
        raise ReadError(what, item.shown, cure)
    text, anchors, furniture = _composed(lines)
    return Source(
        path=item.shown,
        stem=PurePath(item.shown).stem,
        sha256=sha256(data),
        media="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        encoding="utf-8",
        text=text,
        issues=tuple(_issues(notes, pictures)),
        anchors=anchors,
        furniture=furniture,
        meta=tuple(_core(package.part("docProps/core.xml"))),
    )


class _Package:
    """The zip archive, opened with care: sizes and ratios are checked before anything is unpacked."""

    def __init__(self, shown: str, data: bytes, limits: Limits) -> None:
        self.shown, self.limits = shown, limits
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
            infos = self.archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ReadError("truncated or damaged Word document", shown, DAMAGED) from error
        if len(infos) > limits.members:
            what = f"{len(infos)} files inside are more than the limit of {limits.members}"
            raise ReadError(what, shown, DAMAGED)
        self.infos = {info.filename: info for info in infos}
        self.unpacked = 0
        self.document = self._main()
        self.folder = self.document.rpartition("/")[0] or "word"

    def _main(self) -> str:
        """The name of the main part; `word/document.xml` in nearly every file."""
        relations = self.part("_rels/.rels")
        for relation in relations if relations is not None else ():
            if str(relation.get("Type")).endswith("/officeDocument"):
                return normpath(join("/", str(relation.get("Target")))).lstrip("/")
        return "word/document.xml"

    def named(self, kind: str) -> list[str]:
        """The parts of a kind (header1.xml, header2.xml …) in order of their numbers."""
        start = f"{self.folder}/{kind}"
        found = [n for n in self.infos if n.startswith(start) and n.endswith(".xml")]
        return sorted(found, key=lambda n: (len(n), n))

    def pictures(self) -> int:
        """How many pictures are large enough to hold text."""
        media = f"{self.folder}/media/"
        return sum(n.startswith(media) and i.file_size >= PICTURE for n, i in self.infos.items())

    def part(self, name: str) -> Any:
        """Give the root of an XML part, None where there is none; raises ReadError on a bomb or damage."""
        from lxml import etree

        info = self.infos.get(name)
        if info is None:
            return None
        try:
            root = etree.fromstring(self._unpack(info), _parser())
        except etree.XMLSyntaxError as error:
            what = f"damaged Word document ({name}: {str(error)[:120]})"
            raise ReadError(what, self.shown, DAMAGED) from error
        if root.getroottree().docinfo.internalDTD is not None:
            what = f"{name} declares entities, which no Word document does"
            raise ReadError(what, self.shown, "do not trust this file; ask for it again")
        return root

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        largest = min(self.limits.bytes, LARGEST_PART)
        packed = max(info.compress_size, 1)
        bomb = info.file_size > SMALL and info.file_size > self.limits.ratio * packed
        self.unpacked += info.file_size
        if bomb or info.file_size > largest or self.unpacked > self.limits.total_bytes:
            what = f"{info.filename} unpacks to {info.file_size >> 20} MB from {packed >> 10} KB"
            raise ReadError(what, self.shown, "do not trust this file, or split the document")
        if info.flag_bits & 1:
            cure = "open it in Word and save it without a password"
            raise ReadError("encrypted Word document", self.shown, cure)
        try:
            with self.archive.open(info) as part:
                return part.read(largest + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            raise ReadError("truncated or damaged Word document", self.shown, DAMAGED) from error
        except NotImplementedError as error:
            raise ReadError("unknown compression", self.shown, DAMAGED) from error


def _parser() -> Any:
    """A parser that expands no entities, opens nothing, and keeps libxml2's own limits."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )


def _furniture(root: Any, kind: str, name: str, notes: Notes) -> Iterator[Line]:
    """The lines of a header or footer, in short names: header1 p1."""
    if root is not None:
        for line in Body(None, notes).lines(root):
            if line.text:
                yield Line(line.text, f"{name} {line.locator}", kind)


def _notes(root: Any, kind: str, notes: Notes) -> Iterator[Line]:
    for note in root if root is not None else ():
        values = {local(key): str(value) for key, value in note.attrib.items()}
        if "eparator" in values.get("type", ""):
            continue
        for line in Body(None, notes).lines(note):
            if line.text:
                yield Line(line.text, f"{kind} {values.get('id', '?')} {line.locator}", kind)


def _composed(lines: list[Line]) -> tuple[str, tuple[Anchor, ...], tuple[Furniture, ...]]:
    """Set the lines one below the other; a blank line where furniture and article meet."""
    out: list[str] = []
    anchors: list[Anchor] = []
    furniture: list[Furniture] = []
    at, before = 0, lines[0].kind if lines else None
    for line in lines:
        if (line.kind is None) != (before is None):
            out.append("\n")
            at += 1
        before = line.kind
        out += (line.text, "\n")
        end = at + len(line.text)
        if line.text:
            anchors.append(Anchor(at, end, None, None, line.locator))
            if line.kind is not None:
                furniture.append(Furniture(line.kind, (at, end)))
        at = end + 1
    return "".join(out), tuple(anchors), tuple(furniture)


def _issues(notes: Notes, pictures: int) -> Iterator[Issue]:
    if notes.deleted:
        what = f"{notes.deleted} characters of tracked deletions were left out"
        yield Issue("read", "warning", what, "accept or reject the changes in Word")
    if notes.embedded:
        what = f"{notes.embedded} embedded documents were not read"
        yield Issue("read", "warning", what, "save them as files of their own")
    if pictures:
        what = f"{pictures} pictures were not read"
        yield Issue("read", "warning", what, "if they hold text, save the document as PDF")


def _core(root: Any) -> Iterator[tuple[str, str]]:
    """Title, author and date from the document's properties."""
    found: dict[str, str] = {}
    for child in root if root is not None else ():
        key, value = _CORE.get(local(child.tag)), (child.text or "").strip()
        if key and value:
            found.setdefault(key, value[:10] if key == "date" else value)
    yield from sorted(found.items())
