"""Plots with Chinese: the font that travels with the package, given to matplotlib."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import ZhibuError

FAMILY = "Zhibu Sans"
FILE = Path(__file__).parents[1] / "fonts" / "ZhibuSans.otf"


def use_chinese_font() -> str:
    """Make matplotlib draw Chinese, in this process; gives the family's name.

    The font (a subset of Noto Sans CJK SC) comes first among the sans-serif ones, so that no font of the
    machine is needed. Raises ZhibuError where matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib import font_manager
    except ImportError as error:
        raise ZhibuError(
            "matplotlib is not installed", "use_chinese_font", "pip install 'zhibu[plots]'"
        ) from error
    if FAMILY not in font_manager.fontManager.get_font_names():
        font_manager.fontManager.addfont(str(FILE))
    families = [f for f in matplotlib.rcParams["font.sans-serif"] if f != FAMILY]
    matplotlib.rcParams["font.sans-serif"] = [FAMILY, *families]
    matplotlib.rcParams["font.family"] = "sans-serif"
    # the sign that plots write for minus is drawn from the same font
    matplotlib.rcParams["axes.unicode_minus"] = False
    return FAMILY
