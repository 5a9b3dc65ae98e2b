"""Progress on stderr: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from types import TracebackType


class Bar:
    """A progress bar of documents done, with the failures so far."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failed]} failed"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("reading", total=None, failed=0)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def update(self, done: int, total: int, failed: int) -> None:
        """Show how far the run is."""
        self._progress.update(self._task, completed=done, total=total, failed=failed)
