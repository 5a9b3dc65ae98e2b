"""Web pages: the article's own text as lines, the rest of the page as furniture, what the page says of itself.

One line of text a paragraph (or a cell row, or what stands between two <br>), in the order of the page.
Everything that a browser would show is in the text; scripts and styles never are. Saved pages in one
file (.mhtml) are opened first.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread, sha256
from pipeline.ingest.encoding import SUPERSETS, detect
from pipeline.ingest.html_article import Marked, Words, mark
from pipeline.ingest.html_lines import Page, names, page_of
from pipeline.lexicon.load import terms
from pipeline.model import Anchor, Furniture, Issue, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

# The tree takes some twenty times the bytes of its page; the largest real pages have a few MB.
LARGEST = 32 << 20
# Deeper than browsers build (512), with room for tags left open; the parser's time grows with the square.
DEEPEST = 1_000
# Its time grows with the square of the attributes of one element, too.
ATTRIBUTES = 5_000
# An element takes about a kilobyte here; the largest real pages have some ten thousand.
ELEMENTS = 300_000
# A page declares its encoding within so many bytes.
HEAD = 4096
# Control characters that no page holds; more than this share of them means binary.
BINARY_SHARE = 0.02
# Prose left outside the article is worth a warning from so many characters on.
LEFT_OUT = 60

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)")
# Elements that hold nothing, or that the next of their kind closes.
_FLAT = names(
    "area base br col embed hr img input link meta param source track wbr "
    "p li td th tr tbody thead tfoot dt dd option colgroup"
)


def sources(item: Item, limits: Limits) -> Read:
    """Give the one text of a web page."""
    largest = min(limits.bytes, LARGEST)
    data = item.content(largest)
    if len(data) > largest:
        what = f"{len(data) >> 20} MB are more than the limit of {largest >> 20} MB for a page"
        yield Unread(item.shown, what, "split the page")
        return
    try:
        import selectolax.lexbor  # noqa: F401
    except ImportError:
        yield Unread(item.shown, "HTML needs an extra", 'pip install "zhibu[html]"')
        return
    yield _source(item, data, limits.lexicons)


def _source(item: Item, data: bytes, lexicons: str | None) -> Source:
    body, declared = _unpacked(data) if _is_mhtml(item, data) else (data, None)
    encoding, skip = _encoding(body, declared)
    html = body[skip:].decode(encoding, errors="replace")
    if not html.strip("\ufeff \t\r\n\u3000"):
        raise ReadError("empty file", item.shown, "remove it or save the page again")
    if len(_CONTROLS.findall(html)) > BINARY_SHARE * len(html):
        cure = "give the file the suffix of what it is, or save the page again"
        raise ReadError("binary data, not a web page", item.shown, cure)
    bomb = _bomb(html)
    if bomb is not None:
        raise ReadError(bomb, item.shown, "open it in a browser and save its text")
    page = page_of(html)
    if not page.lines:
        what = (
            "no text in the page, scripts only"
            if "<script" in html.lower()
            else "no text in the page"
        )
        cure = "open it in a browser and save it when it has loaded"
        raise ReadError(what, item.shown, cure)
    text, anchors, furniture, marked = _composed(page, _words(lexicons))
    issues = [*_damage(body[skip:], encoding, text), *_left_out(text, furniture, marked)]
    return Source(
        path=item.shown,
        stem=PurePath(item.shown).stem,
        sha256=sha256(data),
        media="text/html",
        encoding=encoding,
        text=text,
        issues=tuple(issues),
        anchors=anchors,
        furniture=furniture,
        meta=marked.meta,
    )


def _is_mhtml(item: Item, data: bytes) -> bool:
    suffix = item.name.suffix.lower() in (".mhtml", ".mht")
    return suffix and data.lstrip()[:1] != b"<"


def _unpacked(data: bytes) -> tuple[bytes, str | None]:
    """Give the first page of a .mhtml file and the encoding its part declares."""
    message = message_from_bytes(data, policy=policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return (payload if isinstance(payload, bytes) else b""), part.get_content_charset()
    return b"", None


def _encoding(data: bytes, declared: str | None) -> tuple[str, int]:
    """Give a page's encoding and the length of its mark.

    Pages often declare an encoding they were once in. UTF-8 that decodes is UTF-8 whatever they say;
    an older Chinese encoding is believed, since the two are told apart by guessing only.
    """
    found, skip = detect(data)
    if skip or found == "utf-8":
        return found, skip
    said = _CHARSET.search(data, 0, HEAD)
    name = declared or (said.group(1).decode() if said else "")
    older = SUPERSETS.get(name.lower().replace("-", "").replace("_", ""))
    if older and not found.startswith("utf-16"):
        return older, 0
    return found, skip


def _bomb(html: str) -> str | None:
    """Tell what in a page would take the parser minutes; from its tags alone, since it must not see it."""
    lower = html.lower()
    depth = at = count = 0
    while (tag := _TAG.search(lower, at)) is not None:
        at = tag.end()
        if tag[2] in ("script", "style") and not tag[1]:
            # what looks like tags in a script is none
            at = lower.find(f"</{tag[2]}", at)
            if at < 0:
                break
        if tag[2] not in _FLAT:
            depth = max(0, depth + (-1 if tag[1] else 1))
        count += not tag[1]
        if count > ELEMENTS:
            return f"over {ELEMENTS} elements"
        if depth > DEEPEST:
            return f"elements nested over {DEEPEST} deep"
        if len(tag[3]) > ATTRIBUTES and len(tag[3].split()) > ATTRIBUTES:
            return f"over {ATTRIBUTES} attributes in one element"
    return None


@cache
def _words(folder: str | None) -> Words:
    return Words(
        publication=terms(folder, "layout", "publication_column"),
        date=terms(folder, "layout", "date_column"),
        author=terms(folder, "layout", "author_column", "author"),
        other=terms(folder, "layout", "meta_key"),
        organisation=terms(folder, "organisations", "suffix"),
    )


def _composed(
    page: Page, words: Words
) -> tuple[str, tuple[Anchor, ...], tuple[Furniture, ...], Marked]:
    """Set the lines one below the other, a blank line where furniture and article meet."""
    marked = mark(page, words)
    out: list[str] = []
    anchors, furniture = [], []
    at, before = 0, None
    for line, kind in _shown(page, marked):
        if out and (kind is None) != (before is None):
            out.append("\n")
            at += 1
        out += (line.text, "\n")
        end = at + len(line.text)
        anchors.append(Anchor(at, end, None, None, line.locator))
        if kind is not None:
            furniture.append(Furniture(kind, (at, end)))
        at, before = end + 1, kind
    return "".join(out), tuple(anchors), tuple(furniture), marked


def _shown(page: Page, marked: Marked) -> Iterator[tuple[_Shown, str | None]]:
    if marked.head:
        for text, kind in marked.head:
            yield _Shown(text, "head > title"), kind
    for line, kind in zip(page.lines, marked.kinds, strict=True):
        yield _Shown(line.text, line.element.path), kind


class _Shown:
    """A line and where it stands."""

    __slots__ = ("locator", "text")

    def __init__(self, text: str, locator: str) -> None:
        self.text, self.locator = text, locator


def _damage(data: bytes, encoding: str, text: str) -> list[Issue]:
    """Tell of bytes that could not be decoded."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        at = text.find("\ufffd")
        message = f"undecodable bytes as {encoding}, the first at byte {error.start}"
        place = (at, at + 1) if at >= 0 else None
        return [Issue("read", "warning", message, "save the page again as UTF-8", place)]
    return []


def _left_out(text: str, furniture: tuple[Furniture, ...], marked: Marked) -> list[Issue]:
    """Tell of prose that was taken for furniture, lest an article in an unknown layout pass in silence."""
    inside = sum(
        len(text[slice(*f.source)]) for f in furniture if marked.prose(text[slice(*f.source)])
    )
    if inside < LEFT_OUT:
        return []
    message = (
        f"{inside} characters of prose stand outside the article and were left out as furniture"
    )
    cure = "see the furniture table; save the article's text alone if some of it is missing"
    return [Issue("read", "warning", message, cure)]
