"""Write data/DICTIONARY.md from the declaration of columns.

python tools/dictionary.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.tidy.contract import dictionary

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    (ROOT / "data" / "DICTIONARY.md").write_text(dictionary(), encoding="utf-8")
