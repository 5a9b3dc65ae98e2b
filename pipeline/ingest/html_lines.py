"""From a page's tree to lines: where a browser would break, with the element that each line stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def names(text: str) -> frozenset[str]:
    """Give the names in a text."""
    return frozenset(text.split())


# Never text.
SILENT = names("script style template noscript iframe object svg math head canvas select")
# Elements that begin and end a line.
BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre "
    "section summary table tbody td tfoot th thead tr ul html founder-content"
)
# A row with one of these in a cell is there for its place on the page, not a row of data.
_INNER = "p, div, table, ul, ol, section, h1, h2, h3, h4, br"
# The last steps of a path lead to one element on any real page.
STEPS = 40
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TOKENS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
PROSE = re.compile(r"[。！？；]|[，：、].{12}")
# Shorter lines with punctuation may be anything.
LEAST_PROSE = 24


class Element:
    """An element as lines know it: parent, names, place, and how much prose stands below it."""

    __slots__ = (
        "counts",
        "hidden",
        "ident",
        "names",
        "parent",
        "path_",
        "prose",
        "step",
        "tag",
        "tokens",
    )

    def __init__(self, parent: Element | None, tag: str, attributes: dict[str, str | None]) -> None:
        self.parent, self.tag = parent, tag
        self.ident = attributes.get("id") or ""
        self.names = {self.ident, *(attributes.get("class") or "").split()} - {""}
        self.tokens = {t.lower() for name in self.names for t in _TOKENS.findall(name[:80])}
        self.hidden = "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
        self.prose = 0
        self.counts: dict[str, int] = {}
        self.path_: str | None = None
        self.step = tag
        if parent is not None and tag not in ("html", "body"):
            count = parent.counts[tag] = parent.counts.get(tag, 0) + 1
            self.step = f"{tag}:nth-of-type({count})"

    @property
    def path(self) -> str:
        """A CSS path to the element, from the nearest one with an id."""
        if self.path_ is None:
            steps: list[str] = []
            at: Element | None = self
            while at is not None and len(steps) < STEPS:
                named = _NAME.fullmatch(at.ident) is not None and len(at.ident) < 60
                steps.append(f"#{at.ident}" if named else at.step)
                at = None if named else at.parent
            self.path_ = " > ".join(reversed(steps))
        return self.path_

    def within(self, other: Element) -> bool:
        """Whether this is the other element or stands in it."""
        at: Element | None = self
        while at is not None and at is not other:
            at = at.parent
        return at is other


@dataclass(slots=True)
class Line:
    """A line of the page; `linked` is how many of its characters are in links."""

    text: str
    element: Element
    linked: int

    @property
    def prose(self) -> int:
        """How many characters of running text the line has."""
        long = len(self.text) >= LEAST_PROSE and self.linked * 2 < len(self.text)
        return len(self.text) if long and PROSE.search(self.text) else 0


@dataclass(slots=True)
class Page:
    """The lines of a page, its elements in order, and what its head says."""

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)


def page_of(html: str) -> Page:
    """Parse a page and cut what it shows into lines."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    page = Page()
    title = tree.css_first("head > title")
    page.title = _BLANKS.sub(" ", title.text()).strip() if title is not None else ""
    for node in tree.css("meta"):
        given = node.attributes
        name = given.get("name") or given.get("property") or given.get("itemprop")
        if name and (given.get("content") or "").strip():
            page.meta.setdefault(name.lower(), (given.get("content") or "").strip())
    account = tree.css_first("#js_name")
    if account is not None:
        page.meta["js_name"] = account.text().strip()
    if tree.root is not None:
        _Walker(page).walk(tree.root)
    for line in page.lines:
        line.element.prose += line.prose
    for element in reversed(page.elements):
        if element.parent is not None:
            element.parent.prose += element.prose
    return page


class _Walker:
    """Goes through the tree without recursion: pages may be nested deeper than Python's stack."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parent: Element | None = None  # of what is read next
        self.pieces: list[str] = []  # the line being gathered
        self.linked = 0
        self.holder: Element | None = None  # the element that the line began in
        self.links = self.pre = 0  # how many of them are open
        self.rows: list[Element] = []  # rows of data that are open

    def walk(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        above: list[tuple[LexborNode, Element]] = []
        while node is not None:
            element = self._enter(node)
            child = node.first_child if element is not None else None
            if element is not None and child is not None:
                above.append((node, element))
                node = child
                continue
            if element is not None:
                self._leave(element)
            following = node.next
            while following is None and above:
                node, element = above.pop()
                self._leave(element)
                following = node.next
            node = following
        self._flush()

    def _enter(self, node: LexborNode) -> Element | None:
        """Take what a node says; gives its element where its children are to be read."""
        tag = node.tag or "-"
        if tag == "-text":
            self._text(node.text_content or "")
            return None
        if tag == "br":
            self._flush()
        if tag.startswith("-") or tag in SILENT:
            return None
        element = Element(self.parent, tag, node.attributes)
        self.page.elements.append(element)
        if self._is_cell(tag):
            if self.pieces:
                self.pieces.append("\t")
        elif tag in BLOCKS:
            self._flush()
        if tag == "tr" and node.css_first(_INNER) is None:
            self.rows.append(element)
        self.links += tag == "a"
        self.pre += tag == "pre"
        self.parent = element
        return element

    def _leave(self, element: Element) -> None:
        tag = element.tag
        self.links -= tag == "a"
        self.pre -= tag == "pre"
        if tag in BLOCKS and not self._is_cell(tag):
            self._flush()
        if self.rows and self.rows[-1] is element:
            self.rows.pop()
        self.parent = element.parent

    def _is_cell(self, tag: str) -> bool:
        """Whether an element is a cell of a row that is set on one line."""
        return bool(self.rows) and tag in ("td", "th")

    def _text(self, text: str) -> None:
        if self.pre and "\n" in text:
            first, *rest = text.split("\n")
            self._piece(first)
            for part in rest:
                self._flush()
                self._piece(part)
            return
        self._piece(text)

    def _piece(self, text: str) -> None:
        text = _BLANKS.sub(" ", text)
        if not text.strip(" ") and not self.pieces:
            return
        if self.holder is None or not any(p.strip() for p in self.pieces):
            self.holder = self.parent
        self.pieces.append(text)
        if self.links:
            self.linked += len(text.strip())

    def _flush(self) -> None:
        """End the line being gathered."""
        text = re.sub(r" *\t *", "\t", re.sub(" {2,}", " ", "".join(self.pieces))).strip(" \t")
        # a vertical tab, form feed or line separator in a text would be a line end to the layout
        text = re.sub(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", text)
        element = self.holder
        while element is not None and element.tag not in BLOCKS and element.parent is not None:
            element = element.parent
        if text.strip() and element is not None:
            self.page.lines.append(Line(text, element, self.linked))
        self.pieces, self.linked, self.holder = [], 0, None
