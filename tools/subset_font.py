"""Make the font that travels with the package: the characters we need of Noto Sans CJK SC.

    python tools/subset_font.py [TTC]       pipeline/fonts/ZhibuSans.otf

TTC is NotoSansCJK-Regular.ttc (Debian: fonts-noto-cjk). Kept are ASCII, Latin-1, punctuation, the 3,755
characters of GB2312's first level, and every character of our lexicons and composed data. The face is
renamed: a changed version must not bear a name its makers reserve, and "Noto" is a trademark.
The same font file and texts give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).parents[1]
SHIPPED = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FACE, FAMILY, POSTSCRIPT = "Noto Sans CJK SC", "Zhibu Sans", "ZhibuSans-Regular"
OUT = ROOT / "pipeline" / "fonts" / "ZhibuSans.otf"
TEXTS = ("lexicons/**/*.csv", "lexicons/**/*.toml", "data/**/*.txt", "data/**/*.jsonl")
# ASCII and Latin-1, general punctuation, arrows, enclosed numbers, CJK and fullwidth signs.
BLOCKS = ((0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2040), (0x2190, 0x2194), (0x2460, 0x2474),
          (0x25A0, 0x25D0), (0x3000, 0x3018), (0xFF01, 0xFF5F))  # fmt: skip


def level_one() -> set[str]:
    """The first level of GB2312: rows 16 to 55."""
    pairs = (bytes((row + 0xA0, cell + 0xA0)) for row in range(16, 56) for cell in range(1, 95))
    return {char for pair in pairs for char in pair.decode("gb2312", errors="ignore")}


def wanted() -> set[str]:
    """The characters to keep; mathematical minus and Greek letters that plots write are among them."""
    found = (
        {chr(c) for first, last in BLOCKS for c in range(first, last)}
        | level_one()
        | set("−×÷±≤≥≈·χ")
    )
    for pattern in TEXTS:
        for path in ROOT.glob(pattern):
            found |= set(path.read_text(encoding="utf-8", errors="ignore"))
    return {char for char in found if char.isprintable()}


def face(collection: Path) -> TTFont:
    for font in TTCollection(collection).fonts:
        if font["name"].getDebugName(1) == FACE:
            return font
    raise SystemExit(f"{collection}: no face {FACE}")


def rename(font: TTFont) -> None:
    names = font["name"]
    said = {1: FAMILY, 3: f"{POSTSCRIPT};subset", 4: FAMILY, 6: POSTSCRIPT}
    for record in list(names.names):
        if record.nameID in (7, 16, 17) or record.langID not in (0, 0x409):
            names.removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID in said:
            record.string = said[record.nameID]
    top = font["CFF "].cff
    top.fontNames[0] = POSTSCRIPT
    top.topDictIndex[0].FullName = FAMILY
    top.topDictIndex[0].FamilyName = FAMILY
    if hasattr(top.topDictIndex[0], "Notice"):
        top.topDictIndex[0].Notice = names.getDebugName(0)


def main() -> None:
    font = face(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
    options = subset.Options(
        layout_features=["kern", "locl", "ccmp"], hinting=False, desubroutinize=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True, recalc_timestamp=False,
    )  # fmt: skip
    options.drop_tables += ["DSIG", "vhea", "vmtx", "VORG", "BASE"]
    job = subset.Subsetter(options)
    job.populate(unicodes={ord(char) for char in wanted()})
    job.subset(font)
    rename(font)
    font.recalcTimestamp = False
    OUT.parent.mkdir(exist_ok=True)
    font.save(OUT)
    kept = len(font.getBestCmap())
    print(f"{OUT.relative_to(ROOT)}: {kept} characters, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
