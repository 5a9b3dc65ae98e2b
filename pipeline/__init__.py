"""zhibu: Chinese party-branch reports → a tidy dataset, every row traceable to its characters."""

from __future__ import annotations

__version__ = "0.1.0"
