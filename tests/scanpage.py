"""Print composed reports as the picture of a page, with what scanners do to it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.newspaper import paragraphs, wrap

GOLD = Path(__file__).parents[1] / "data/gold/sample.jsonl"
Report = Mapping[str, Any]


@cache
def font_file() -> tuple[str, int] | None:
    """Find a font for simplified Chinese: its file and its number in it."""
    try:
        asked = subprocess.run(
            ["fc-match", "-f", "%{file}\n%{index}\n%{lang}", ":lang=zh-cn:weight=80"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    file, index, languages = [*asked.stdout.split("\n"), "", "", ""][:3]
    return (file, int(index)) if "zh-cn" in languages.split("|") else None


@cache
def face(size: int) -> ImageFont.FreeTypeFont:
    file, index = font_file() or ("", 0)
    return ImageFont.truetype(file, size, index=index)


@dataclass(frozen=True)
class Setting:
    """How a page is set, in pixels and characters."""

    em: int = 32
    columns: int = 3
    width: int = 20  # characters a line
    rows: int = 58  # lines a column
    gutter: float = 1.5  # ems
    banner: str = ""


@dataclass(frozen=True)
class Printed:
    picture: Image.Image
    lines: list[str]  # in reading order
    boxes: list[tuple[float, float, float, float]]


def reports(*ids: str) -> list[Report]:
    """Give reports of the sample by id."""
    known = {r["id"]: r for r in map(json.loads, GOLD.open(encoding="utf-8"))}
    return [known[i] for i in ids]


def set_rows(some: Sequence[Report], width: int) -> list[tuple[str, str]]:
    """Set reports in rows of print: kind and text."""
    rows: list[tuple[str, str]] = []
    for report in some:
        rows += [("gap", "")] if rows else []
        rows += [("title", part) for part in (report["title"] or "").split()]
        rows += [("name", report["branch"])] if report["branch"] else []
        for paragraph in paragraphs(report):
            lines = wrap(paragraph, width, hyphen=False)
            rows += [("first" if n == 0 else "line", line) for n, line in enumerate(lines)]
    return rows


def print_page(some: Sequence[Report], how: Setting = Setting()) -> Printed:
    """Print reports on one page; raises ValueError where they do not fit."""
    em, leading = how.em, round(how.em * 1.45)
    rows = set_rows(some, how.width)
    if len(rows) > how.columns * how.rows:
        raise ValueError(f"{len(rows)} rows do not fit")
    step = round((how.width + how.gutter) * em)
    head = 4 * em if how.banner else 0
    size = (3 * em + how.columns * step, 4 * em + head + how.rows * leading)
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    lines, boxes = [], []
    if how.banner:
        place = (size[0] / 2, 2.5 * em)
        draw.text(place, how.banner, 0, face(round(1.8 * em)), anchor="mm")
        lines.append(how.banner)
        boxes.append(draw.textbbox(place, how.banner, face(round(1.8 * em)), anchor="mm"))
    for n, (kind, text) in enumerate(rows):
        column, row = divmod(n, how.rows)
        x, y = 2 * em + column * step, 2 * em + head + row * leading
        if not text:
            continue
        if kind in ("title", "name"):
            letters = face(round(1.3 * em) if kind == "title" else em)
            place = (x + how.width * em / 2, y + em / 2)
            draw.text(place, text, 0, letters, anchor="mm")
            boxes.append(draw.textbbox(place, text, letters, anchor="mm"))
        else:
            indent = 2 * em if kind == "first" else 0
            boxes.append(set_line(draw, (x + indent, y), text, how.width * em - indent, em))
        lines.append(text)
    return Printed(picture, lines, boxes)


def set_line(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, room: float, em: int
) -> tuple[float, float, float, float]:
    """Set a line, stretched a little to fill its column if it nearly does."""
    letters = face(em)
    x, y = at
    spare = room - letters.getlength(text)
    stretch = spare / max(len(text) - 1, 1) if 0 < spare < 1.2 * em else 0.0
    for c, following in pairwise(text + " "):
        draw.text((x, y), c, 0, letters)
        x += letters.getlength(c) + (stretch if following != " " else 0)
    return (at[0], y, x, y + 1.2 * em)


def spoil(picture: Image.Image, degrees: float, noise: float, seed: int = 1) -> Image.Image:
    """Turn a page, shade its paper, and strew noise on it (standard deviation of the grey)."""
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    if not noise:
        return turned
    rng = np.random.default_rng(seed)
    grey = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float32)
    shade = np.linspace(0.82, 1.0, grey.shape[1], dtype=np.float32)
    grey = grey * shade + rng.normal(0, noise, grey.shape)
    specks = rng.random(grey.shape) < 0.0008
    return Image.fromarray(np.where(specks, 0, np.clip(grey, 0, 255)).astype(np.uint8))


def error_rate(read: str, printed: str) -> float:
    """Edit distance over length, white space aside."""
    a, b = "".join(printed.split()), "".join(read.split())
    previous = np.arange(len(b) + 1)
    codes = np.frombuffer(b.encode("utf-32-le"), dtype=np.uint32)
    for i, c in enumerate(a, 1):
        steps = np.minimum(previous[1:] + 1, previous[:-1] + (codes != ord(c)))
        row = np.concatenate([[i], steps]) - np.arange(len(b) + 1)
        previous = np.minimum.accumulate(row) + np.arange(len(b) + 1)
    return float(previous[-1]) / max(len(a), 1)
