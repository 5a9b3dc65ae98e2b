"""The picture of a page of a PDF or scan with places marked on it, as `zhibu show --png` saves it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.errors import ReadError
from pipeline.ingest.base import Item, Limits

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]
# Resolution of a drawn page, in dots an inch, and its most pixels.
DOTS, PIXELS = 150, 40_000_000
# The marks: lines that hold the evidence, and the evidence itself (red, green, blue, opacity of 255).
LINE, EVIDENCE, EDGE = (255, 214, 0, 70), (255, 90, 0, 110), (200, 30, 0, 255)


def marked(item: Item, page: int, lines: Sequence[Box], evidence: Sequence[Box]) -> Image:
    """Draw a page and mark boxes on it, in the units its reader gives them in.

    Raises ReadError where the page cannot be drawn or the libraries are not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        cure = "pip install 'zhibu[ocr]'"
        raise ReadError("drawing a page needs pillow", item.shown, cure) from error
    data = item.content(Limits().bytes)
    image, scale = _pdf(item, data, page) if data[:1024].count(b"%PDF-") else _scan(item, page)
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for boxes, colour, edge in ((lines, LINE, None), (evidence, EVIDENCE, EDGE)):
        for left, top, right, bottom in boxes:
            x0, y0, x1, y1 = (round(v * scale) for v in (left, top, right, bottom))
            pen.rectangle((x0 - 2, y0 - 2, max(x1, x0) + 2, max(y1, y0) + 2), colour, edge, 2)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def drawn(data: bytes, number: int, dots: int, pixels: int) -> tuple[Image, float]:
    """Draw a page of a PDF, numbered from 1, with `dots` an inch and no more than so many pixels.

    Gives the picture and its pixels a point. Raises ImportError without pypdfium2, and what pdfium raises.
    """
    document: Any = import_module("pypdfium2").PdfDocument(data)
    try:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(dots / 72, (pixels / max(width * height, 1)) ** 0.5)
        return page.render(scale=scale).to_pil(), scale
    finally:
        document.close()


def _pdf(item: Item, data: bytes, number: int) -> tuple[Image, float]:
    """Draw a page of a PDF; gives its pixels a point too."""
    try:
        return drawn(data, number, DOTS, PIXELS)
    except ImportError as error:
        cure = "pip install 'zhibu[pdf]'"
        raise ReadError("drawing a page needs pypdfium2", item.shown, cure) from error
    except Exception as error:  # pdfium names its faults by numbers
        what = f"page {number} cannot be drawn ({error})"
        raise ReadError(what, item.shown, "check the file") from error


def _scan(item: Item, number: int) -> tuple[Image, float]:
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(item.content(Limits().bytes))) as opened:
            if number > 1:
                opened.seek(number - 1)
            return ImageOps.exif_transpose(opened).convert("RGB"), 1.0
    except Exception as error:  # what Pillow's decoders raise on damage
        what = f"page {number} cannot be drawn ({error})"
        raise ReadError(what, item.shown, "only PDF files and scans have pages") from error
