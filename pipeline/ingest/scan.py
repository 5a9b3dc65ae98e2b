"""Scans and photographs of pages: one text for all pages of a file, a line for each line of print.

Pictures are taken upright as their camera says (EXIF); boxes are in pixels of the upright page.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits, Read, Unread, sha256
from pipeline.ingest.engines import INSTALL, engine
from pipeline.ingest.ocr import DOUBTFUL, ILLEGIBLE, Recognised, arrange, recognise
from pipeline.ingest.pages import Composed, Page, compose
from pipeline.model import Furniture, Issue, Source

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["recognise", "sources"]

# What a page may have: a broadsheet at 400 dots an inch has 55 million. Bombs have more.
PIXELS = 80_000_000
# What suffixes of scans really hold; none of them runs a program or reads other files.
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
MEDIA = {"PNG": "image/png", "TIFF": "image/tiff", "BMP": "image/bmp", "WEBP": "image/webp"}
MEDIA |= {"JPEG": "image/jpeg", "MPO": "image/jpeg", "GIF": "image/gif"}
# More doubtful lines than this on a page are told of in one issue.
SINGLY = 12
RESCAN = "scan it again at 300 dots an inch, flat and evenly lit, or check the lines by hand"


def sources(item: Item, limits: Limits) -> Read:
    """Give the one text of a picture file, whatever number of pages it has."""
    data = item.content(limits.bytes)
    if not data:
        yield Unread(item.shown, "empty file", "remove it or put its picture in")
        return
    try:
        import PIL.Image  # noqa: F401

        reader = engine()
    except ImportError:
        yield Unread(item.shown, "scans need an OCR engine (pillow is not installed)", INSTALL)
        return
    except ReadError as error:
        yield Unread(item.shown, error.what, error.cure)
        return
    pages: list[Page] = []
    found: list[Recognised] = []
    issues: list[Issue] = []
    kind = ""
    for number, (form, picture) in enumerate(_pictures(data, limits), 1):
        kind = form or kind
        if isinstance(picture, Unread):
            if not pages:
                yield picture._replace(path=item.shown)
                return
            issues.append(Issue("read", "error", picture.what, picture.cure))
            continue
        try:
            lines = recognise(picture, number)
        except ReadError as error:
            yield Unread(item.shown, error.what, error.cure)
            return
        if not lines:
            issues.append(Issue("read", "warning", f"page {number}: no text found", RESCAN))
        found += lines
        pages.append(arrange(lines, number, picture.height))
    composed = compose(pages)
    issues += doubts(composed, found)
    yield Source(
        path=item.shown,
        stem=PurePath(item.stem).name,
        sha256=sha256(data),
        media=MEDIA.get(kind, "image"),
        encoding=reader.name,
        text=composed.text,
        issues=tuple(issues),
        anchors=composed.anchors,
        furniture=illegible(composed, found),
    )


def _pictures(data: bytes, limits: Limits) -> Iterator[tuple[str, Image | Unread]]:
    """Give the pages, upright and without transparency; one that cannot be read ends the file."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    number = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is told as an issue here
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                kind = opened.format or ""
                pages = getattr(opened, "n_frames", 1) if kind == "TIFF" else 1
                for number in range(min(pages, limits.pages)):
                    if number:
                        opened.seek(number)
                    if opened.width * opened.height > PIXELS:
                        yield kind, _too_large(number + 1, opened.width, opened.height)
                        continue
                    yield kind, _plain(ImageOps.exif_transpose(opened))
                if pages > limits.pages:
                    what = f"{pages} pages are more than the limit of {limits.pages}"
                    yield kind, Unread("", f"{what}; the rest was not read", "split the file")
    except UnidentifiedImageError:
        yield "", Unread("", "not a picture of a known kind", "check the file, save it as PNG")
    except Image.DecompressionBombError as error:
        yield (
            "",
            Unread("", f"page {number + 1}: too large ({error})", "scan it at 300 dots an inch"),
        )
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, KeyError, TypeError) as error:
        # what Pillow's decoders raise on damage
        what = f"page {number + 1}: damaged or truncated picture ({error})"
        yield "", Unread("", what, "copy or scan it again")


def _too_large(page: int, width: int, height: int) -> Unread:
    size = f"{width} by {height} pixels are more than the limit of {PIXELS // 1_000_000} million"
    return Unread("", f"page {page}: {size}", "scan it at 300 dots an inch")


def _plain(picture: Image) -> Image:
    """Make a picture grey, with white where it is transparent."""
    from PIL import Image

    picture.load()
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        grey = (values - low) * (255 / (high - low)) if high > low else values * 0 + 255
        return Image.fromarray(grey.astype(np.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("L")
    return picture.convert("L")


def doubts(composed: Composed, found: Sequence[Recognised]) -> list[Issue]:
    """Tell of lines read with doubt: page, line and place; of many on a page in one issue."""
    read = {_key(f.page, f.box): f for f in found}
    issues: list[Issue] = []
    pages: dict[int, list[tuple[int, tuple[int, int], float]]] = {}
    count: dict[int, int] = {}
    for anchor in composed.anchors:
        page = anchor.page or 0
        count[page] = count.get(page, 0) + 1
        line = read.get(_key(page, anchor.box)) if anchor.box else None
        if line is not None and line.confidence < DOUBTFUL:
            span = (anchor.start, anchor.end)
            pages.setdefault(page, []).append((count[page], span, line.confidence))
    for page, doubtful in pages.items():
        if len(doubtful) <= SINGLY:
            for number, span, confidence in doubtful:
                what = f"page {page}, line {number}: read with confidence {confidence:.2f}"
                issues.append(Issue("read", "warning", what, RESCAN, span))
            continue
        numbers = ", ".join(str(number) for number, _, _ in doubtful)
        what = f"page {page}: {len(doubtful)} of {count[page]} lines read with confidence below"
        what = f"{what} {DOUBTFUL} (lines {numbers})"
        whole = (doubtful[0][1][0], doubtful[-1][1][1])
        issues.append(Issue("read", "warning", what, RESCAN, whole))
    return issues


def illegible(composed: Composed, found: Sequence[Recognised]) -> tuple[Furniture, ...]:
    """Give the composed furniture, with lines too badly read to be text named as such."""
    bad = {_key(f.page, f.box) for f in found if f.confidence < ILLEGIBLE}
    spans = {
        (a.start, a.end) for a in composed.anchors if a.box and _key(a.page or 0, a.box) in bad
    }
    return tuple(
        Furniture("illegible", f.source) if f.source in spans else f for f in composed.furniture
    )


def _key(page: int, box: tuple[float, ...]) -> tuple[float, ...]:
    return (page, *(round(v, 1) for v in box))
