"""zhibu: Chinese party-branch reports → a tidy dataset, every row traceable to its characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.tidy.frames import Dataset

__version__ = "0.1.0"
__all__ = ["Dataset", "__version__"]


def __getattr__(name: str) -> Any:
    """Fetch the public names when they are first used: a command must not pay for pandas."""
    if name == "Dataset":
        from pipeline.tidy.frames import Dataset

        return Dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
