"""The recognisers of print: rapidocr with the models in its wheel, or tesseract where it is installed.

Neither may reach for the network: rapidocr is given its model files by path, and so never looks whether
there are better ones.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ReadError

if TYPE_CHECKING:
    from rapidocr import RapidOCR

Pixels = NDArray[np.uint8]
Area = tuple[float, float, float, float]
# Tells where a box found on a region must be cut, and joins boxes that are one line.
Cut = Callable[[list[Area]], list[Area]]

CHOICE = "ZHIBU_OCR"  # the environment variable that names an engine
INSTALL = "pip install 'zhibu[ocr]'"
DEBIAN = "apt-get install tesseract-ocr tesseract-ocr-chi-sim"
# Longest side of what is handed to the detector; regions are smaller.
LONGEST = 20_000
SECONDS = 120  # tesseract may take so long for a region


class Found(NamedTuple):
    """A line as recognised: its box is in pixels of the region."""

    text: str
    box: Area
    confidence: float


class NoEngine(ReadError, ImportError):
    """No engine is installed, or not all of it."""


class Engine(Protocol):
    """Reads a region of one column."""

    name: str

    def lines(self, region: Pixels, cut: Cut) -> list[Found]:
        """Give the lines of a region, in any order."""


def engine(choice: str | None = None) -> Engine:
    """Give the engine asked for (or by ZHIBU_OCR), or the first one installed; raises ReadError."""
    # By process: sessions have threads, and a forked process inherits the sessions without them.
    return _engine(choice or os.environ.get(CHOICE, "auto") or "auto", os.getpid())


@cache
def _engine(choice: str, process: int) -> Engine:
    known: dict[str, Callable[[], Engine]] = {"rapidocr": _Rapid, "tesseract": _Tesseract}
    if choice not in ("auto", *known):
        names = ", ".join(("auto", *known))
        raise ReadError(f"no such OCR engine: {choice}", CHOICE, f"choose from: {names}")
    if choice != "auto":
        return known[choice]()
    try:
        return _Rapid()
    except NoEngine:
        if shutil.which("tesseract") is None:
            raise
        return _Tesseract()


class _Rapid:
    def __init__(self) -> None:
        try:
            import onnxruntime  # noqa: F401  rapidocr would miss it only when it reads
            import rapidocr
        except ImportError as error:
            what = f"scans need an OCR engine ({error.name} is not installed)"
            raise NoEngine(what, "OCR", INSTALL) from error
        from importlib.metadata import version

        self.name = f"rapidocr {version('rapidocr')}"
        self.reader: RapidOCR = rapidocr.RapidOCR(params=_parameters(rapidocr.__path__[0]))

    def lines(self, region: Pixels, cut: Cut) -> list[Found]:
        found: Any = self.reader(region, use_det=True, use_rec=False)
        corners = [] if found is None or found.boxes is None else found.boxes
        boxes = [
            (float(c[:, 0].min()), float(c[:, 1].min()), float(c[:, 0].max()), float(c[:, 1].max()))
            for c in map(np.asarray, corners)
        ]
        return [self._read(region, box) for box in cut(boxes)]

    def _read(self, region: Pixels, box: Area) -> Found:
        left, top, right, bottom = (round(v) for v in box)
        piece = region[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)]
        if 0 in piece.shape:
            return Found("", box, 0.0)
        # line by line: a batch is padded to its longest line, which gains nothing on a processor
        read: Any = self.reader(np.ascontiguousarray(piece), use_det=False, use_rec=True)
        if not read.txts:
            return Found("", box, 0.0)
        return Found(str(read.txts[0]), box, float(read.scores[0]))


def _parameters(folder: str) -> dict[str, object]:
    """Configure rapidocr with the models beside it; raises ReadError where the wheel has none."""
    from pathlib import Path

    models = Path(folder) / "models"
    paths = {}
    for part in ("det", "rec"):
        # PP-OCRv6_det_small.onnx, ch_PP-OCRv4_det_infer.onnx: the newest that came along
        files = sorted(p for p in models.glob("*.onnx") if f"_{part}_" in p.name)
        if not files:
            what = f"rapidocr came without a model ({part}) in {models}"
            raise NoEngine(what, "OCR", "pip install --force-reinstall 'rapidocr>=3'")
        paths[part] = str(files[-1])
    return {
        "Det.model_path": paths["det"],
        "Rec.model_path": paths["rec"],
        "Global.use_cls": False,
        "Global.log_level": "error",
        "Global.text_score": 0.0,  # what is badly read is an issue, not left out
        # Regions come in the right size: no scaling down, and none up to 736 pixels for a low one.
        "Global.max_side_len": LONGEST,
        "Det.limit_side_len": 64,
    }


class _Tesseract:
    def __init__(self) -> None:
        program = shutil.which("tesseract")
        if program is None:
            raise NoEngine("tesseract is not installed", "OCR", DEBIAN)
        self.program = program
        asked = self._run("--version")
        self.name = " ".join((asked.stdout or asked.stderr).decode(errors="replace").split()[:2])

    def _run(self, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                [self.program, *arguments],
                input=data,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            what = f"tesseract failed ({type(error).__name__})"
            raise ReadError(what, "OCR", "use rapidocr: " + INSTALL) from error

    def lines(self, region: Pixels, cut: Cut) -> list[Found]:
        from PIL import Image

        picture = io.BytesIO()
        Image.fromarray(region).save(picture, "PNG", compress_level=1)
        command = ("stdin", "stdout", "-l", "chi_sim", "--dpi", "300", "--psm", "6", "tsv")
        done = self._run(*command, data=picture.getvalue())
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())[:200]
            raise ReadError(f"tesseract failed: {said}", "OCR", DEBIAN)
        words: dict[tuple[str, ...], list[tuple[str, Area, float]]] = {}
        for row in done.stdout.decode(errors="replace").splitlines()[1:]:
            cells = row.split("\t")
            if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
                continue
            x, y, w, h, confidence = (float(c) for c in cells[6:11])
            word = (cells[11].strip(), (x, y, x + w, y + h), confidence / 100)
            words.setdefault(tuple(cells[1:5]), []).append(word)
        return [_line(found) for found in words.values()]


def _line(words: list[tuple[str, Area, float]]) -> Found:
    """Join tesseract's words: it parts Chinese ones by blanks that mean nothing."""
    text = words[0][0]
    for word, _, _ in words[1:]:
        latin = text[-1].isascii() and word[0].isascii()
        text += (" " if latin and text[-1].isalpha() and word[0].isalpha() else "") + word
    boxes = [box for _, box, _ in words]
    box = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    share = sum(c * len(w) for w, _, c in words) / sum(len(w) for w, _, _ in words)
    return Found(text, box, share)
