"""How large a page of many reports is, and how long a browser takes to open it.

The composed reports of data/gold are repeated, each time under branches of other names; the page is
opened with Debian's chromium, without a network. Usage: python tools/page_speed.py [reports] [folder]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pipeline.commands.dashboard import dashboard
from pipeline.commands.run import run
from pipeline.model import Options

ROOT = Path(__file__).parents[1]
GOLD = ("dev", "test")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
TIMES = 5  # the median of so many openings is told


def compose(folder: Path, reports: int) -> None:
    """Write so many reports, a file each: every text of the gold again under a numbered branch."""
    texts = []
    for name in GOLD:
        records = map(
            json.loads, (ROOT / f"data/gold/{name}.jsonl").read_text("utf-8").splitlines()
        )
        branches = {record["id"]: record["branch"] for record in records}
        texts += [
            (file.read_text("utf-8"), branches[file.stem])
            for file in sorted((ROOT / "data/gold" / name).glob("*.txt"))
            if branches.get(file.stem)
        ]
    for number in range(reports):
        text, branch = texts[number % len(texts)]
        lot = number // len(texts)
        other = branch.replace("党支部", f"第{lot + 1}党支部") if lot else branch
        (folder / f"r{number:05}.txt").write_text(text.replace(branch, other), "utf-8")


def opened(page: Path) -> list[float]:
    """Milliseconds from navigation until the page has drawn itself, for each opening."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        times = []
        for _ in range(TIMES):
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(page.as_uri())
            tab.wait_for_function("document.documentElement.dataset.ready")
            times.append(float(tab.evaluate("document.documentElement.dataset.ready")))
            tab.close()
        browser.close()
    return times


def main() -> None:
    """Compose, run, make the page, open it, and print what each took."""
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made)
        texts, dataset, page = folder / "texts", folder / "dataset", folder / "page.html"
        texts.mkdir(parents=True, exist_ok=True)
        compose(texts, reports)
        summary = run([texts], dataset, Options(), ["parquet"], 2, lambda *_: None)
        begun = time.perf_counter()
        size = dashboard(dataset, page, "zh")
        took = time.perf_counter() - begun
        times = opened(page)
    print(f"{summary.reports} reports, {summary.facts} facts: {size / 1e6:.1f} MB in {took:.1f} s")
    print(f"opened in {statistics.median(times):.0f} ms (median of {TIMES}, most {max(times):.0f})")


if __name__ == "__main__":
    main()
