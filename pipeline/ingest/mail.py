"""E-mail: the body as a text of its own with the headers as what it says of itself, and every attachment."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime

from pipeline import ingest
from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread, sha256
from pipeline.ingest.encoding import detect
from pipeline.ingest.members import (
    Names,
    Within,
    damaged,
    decoded,
    guarded,
    inside,
    refusal,
    within,
)
from pipeline.model import Issue, Source

MEDIA = "message/rfc822"
# What writers of mail call by a subset's name.
SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "us-ascii": "utf-8"}
# Body and attachments are looked for in so many parts inside parts.
DEEP = 30
_NAME = re.compile(r'name="?([^";\r\n]+)')
BROKEN = "not an e-mail, or a damaged one"


def sources(item: Item, limits: Limits) -> Read:
    """Give the body's text and those of all attachments."""
    shared = within(item, limits)
    data = item.content(limits.bytes)
    if not data.strip():
        raise ReadError("empty file", item.shown, "remove it or save the e-mail again")
    try:
        message = message_from_bytes(data, policy=policy.default)
        parts = list(_parts(message))
        meta = tuple(_meta(message))
    except Exception as error:  # the parser fails on damage in ways it does not document
        what = f"{BROKEN}; {damaged(item.shown, error).what}"
        raise ReadError(what, item.shown, "save it from the mail program as .eml") from error
    if not message.keys() or (not meta and "content-type" not in message):
        raise ReadError(BROKEN, item.shown, "save it from the mail program as .eml")
    bodies = [p for p in parts if _is_body(p)]
    for found in _body(bodies, item, shared):
        if isinstance(found, Source):
            found = replace(
                found,
                path=item.shown,
                stem=item.stem,
                sha256=sha256(data),
                meta=(*found.meta, *meta),
            )
        yield found
    yield from _defects(message, item)
    rest = [p for p in parts if not _is_body(p)]
    yield from inside(guarded(_attachments(rest, item, shared), item), shared)


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold something, in order; a mail inside the mail is one part."""
    if depth > DEEP:
        raise ValueError(f"parts inside more than {DEEP} parts")
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)
    else:
        yield message


def _is_body(part: Message) -> bool:
    kind = part.get_content_type() in ("text/plain", "text/html")
    return kind and part.get_content_disposition() != "attachment" and not part.get_filename()


def _meta(message: Message) -> Iterator[tuple[str, str]]:
    subject = _header(message, "subject")
    if subject:
        yield "title", subject
    name, address = parseaddr(_header(message, "from"))
    if name or address:
        yield "author", name or address
    with suppress(ValueError, TypeError, IndexError):  # a date that is none
        yield "date", parsedate_to_datetime(_header(message, "date")).date().isoformat()


def _header(message: Message, name: str) -> str:
    """A header on one line, empty where there is none."""
    return " ".join((_undeclared(message, name) or _sound(message.get(name) or "")).split())


def _undeclared(message: Message, name: str) -> str | None:
    """A header that holds bytes not encoded as mail wants, read as names of files are; else None."""
    for key, value in message.raw_items():
        if key.lower() == name and any("\udc80" <= c <= "\udcff" for c in str(value)):
            with suppress(UnicodeEncodeError):
                return decoded(str(value).encode("ascii", "surrogateescape"))
    return None


def _sound(value: object) -> str:
    """A text without half characters."""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _filename(part: Message) -> str:
    """The name of an attachment without any folders, empty where it has none."""
    name = part.get_filename() or ""
    for header in ("content-disposition", "content-type"):
        found = _NAME.search(_undeclared(part, header) or "")
        if found:
            name = found[1]
            break
    return _sound(name).replace("\\", "/").rpartition("/")[2].strip()


def _body(bodies: list[Message], item: Item, limits: Within) -> Read:
    """The body: plain text, else (no plain text, or blank) the web page that says the same."""
    plain = [p for p in bodies if p.get_content_type() == "text/plain"]
    text, issues = "", tuple[Issue, ...]()
    for part in plain:
        piece, doubts = _decoded(part, len(text) + 1 if text else 0)
        if piece.strip():
            text += ("\n" if text else "") + piece
            issues += doubts
    if text.strip():
        yield Source(item.shown, item.stem, "", MEDIA, "utf-8", text, issues)
        return
    for n, part in enumerate((p for p in bodies if p not in plain), 1):
        page, _ = _decoded(part, 0)
        if page.strip():
            # the mark overrules whatever encoding the page claims for itself
            name = "body.html" if n == 1 else f"body-{n}.html"
            yield from ingest.sources(item.member(name, page.encode("utf-8-sig")), limits.deeper())


def _decoded(part: Message, at: int) -> tuple[str, tuple[Issue, ...]]:
    """The text of a part, with an issue at the first character that could not be decoded."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return "", ()
    try:
        said = str(part.get_content_charset() or "").lower()
        encoding = SUPERSETS.get(said, said)
        text = data.decode(encoding)
    except (LookupError, UnicodeDecodeError, ValueError):
        encoding, skip = detect(data)
        text = data[skip:].decode(encoding, errors="replace")
    text = text.replace("\r\n", "\n")
    if "\ufffd" not in text:
        return text, ()
    place = at + text.index("\ufffd")
    what = f"{text.count(chr(0xFFFD))} characters could not be decoded as {encoding}"
    return text, (Issue("read", "warning", what, "ask for the e-mail again", (place, place + 1)),)


def _defects(message: Message, item: Item) -> Iterator[Unread]:
    """What the parser found wrong with the parts: a part that breaks off, base64 that is none."""
    found = {type(d).__name__ for part in message.walk() for d in part.defects}
    serious = sorted(n for n in found if n in ("CloseBoundaryNotFoundDefect",
                     "StartBoundaryNotFoundDefect", "InvalidBase64LengthDefect"))  # fmt: skip
    if serious:
        what = f"breaks off or is damaged ({', '.join(serious)}); what is readable is read"
        yield Unread(item.shown, what, "save the e-mail again")


def _attachments(parts: list[Message], item: Item, limits: Within) -> Iterator[Item | Unread]:
    names = Names()
    for n, part in enumerate(parts, 1):
        limits.member(item.shown)
        if part.get_content_type() == MEDIA:
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            data = first.as_bytes() if isinstance(first, EmailMessage) else b""
            suffix = ".eml"
        else:
            found = part.get_payload(decode=True)
            data = found if isinstance(found, bytes) else b""
            suffix = mimetypes.guess_extension(part.get_content_type()) or ""
        name = _filename(part)
        member = item.member(names.unique(name or f"attachment-{n}{suffix}"), data)
        refused = refusal(name, member.shown)
        limits.take(len(data), member.shown)
        if refused is None and not data:
            refused = Unread(member.shown, "empty attachment", "ask for the file again")
        yield refused or member
