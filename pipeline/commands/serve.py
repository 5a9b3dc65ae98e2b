"""`zhibu serve`: a dataset too large for one page, live in a browser by streamlit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pipeline.commands.dashboard import scheme
from pipeline.dashboard import live
from pipeline.dashboard.page import LANGUAGES
from pipeline.errors import ZhibuError
from pipeline.tidy.frames import Dataset


def serve(folder: Path, port: int, address: str, lang: str, lexicons: str | None = None) -> None:
    """Serve the dashboard until it is stopped; nothing is told to anyone about its use.

    Raises ZhibuError where streamlit is not installed, there is no dataset, or the server fails.
    """
    words, environment = command(folder, port, address, lang, lexicons)
    try:
        status = subprocess.run(words, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return
    if status:
        raise ZhibuError(
            f"the server ended with status {status}", f"{address}:{port}", "choose another --port"
        )


def command(
    folder: Path, port: int, address: str, lang: str, lexicons: str | None = None
) -> tuple[list[str], dict[str, str]]:
    """Give the program that serves, and its environment. Raises ZhibuError as `serve` does."""
    if find_spec("streamlit") is None:
        raise ZhibuError("streamlit is not installed", "serve", "pip install 'zhibu[serve]'")
    if lang not in LANGUAGES:
        raise ZhibuError("unknown language", lang, f"choose from: {', '.join(LANGUAGES)}")
    labels, name = scheme(Dataset.open(folder), lexicons)
    told = {"folder": str(folder.absolute()), "labels": labels, "scheme": name, "lang": lang}
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",  # it asks for no e-mail address and opens no browser
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "theme.primaryColor": "#8a1c1c",
    }
    words = [sys.executable, "-m", "streamlit", "run", str(live.__file__)]
    words += [f"--{key}={value}" for key, value in options.items()]
    return words, {**os.environ, live.TOLD: json.dumps(told, ensure_ascii=False)}
