"""Sets gold reports as newspaper pages with headless Chromium: CSS columns, printed to PDF."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tests.newspaper import paragraphs

Report = Mapping[str, Any]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Press:
    """How a page is set; lengths in points."""

    columns: int = 5
    gutter: float = 12.0
    em: float = 9.0
    width: float = 860.0
    titles: str = (
        "above"  # above, below, spanning (a module a report with its title over its columns)
    )
    justify: bool = True
    bylines: bool = True
    rule: bool = False  # a rule in the gutters
    modules: int = 2  # columns of a module, where titles span
    head: str = ""  # a banner over the whole page


def page(reports: Sequence[Report], how: Press = Press()) -> str:
    """The page as HTML."""
    spans = how.titles == "spanning"
    rule = "column-rule: 0.5pt solid #000;" if how.rule else ""
    style = f"""
    @page {{ size: {how.width + 80}pt {HEIGHT}pt; margin: 40pt; }}
    body {{ margin: 0; font: {how.em}pt/1.5 "Noto Serif CJK SC", serif; lang: zh; }}
    .flow {{ column-count: {how.columns}; column-gap: {how.gutter}pt; {rule} }}
    .row {{ column-count: {how.modules}; column-gap: {how.gutter}pt; {rule} }}
    p {{ margin: 0; text-indent: 2em; text-align: {"justify" if how.justify else "left"};
        orphans: 1; widows: 1; }}
    h1 {{ font: bold {how.em * 3}pt/1.5 "Noto Sans CJK SC"; text-align: center; margin: 0 0 8pt; }}
    h2 {{ font: bold {how.em * 1.6:.1f}pt/1.3 "Noto Sans CJK SC"; text-align: center; margin: 6pt 0 2pt;
        break-inside: avoid;
        break-after: {"avoid" if how.titles != "below" else "auto"};
        break-before: {"avoid" if how.titles == "below" else "auto"}; }}
    .name {{ text-indent: 0; text-align: center; margin: 2pt 0 4pt; font-family: "Noto Sans CJK SC";
        break-after: {"avoid" if how.titles != "below" else "auto"}; }}
    article {{ margin-bottom: 8pt; }}
    .grid {{ display: grid; grid-template-columns: repeat({max(how.columns // how.modules, 1)}, 1fr);
        column-gap: {how.gutter * 1.5}pt; row-gap: 14pt; align-items: start; }}
    """
    inside = "".join(_article(r, how) for r in reports)
    head = f"<h1>{escape(how.head)}</h1>" if how.head else ""
    kind = "grid" if spans else "flow"
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><style>{style}</style>'
        f'<body>{head}<div class="{kind}">{inside}</div></body></html>'
    )


HEIGHT = 2200.0  # no article goes on over a page


def _article(report: Report, how: Press) -> str:
    parts = (report["title"] or "").split()
    title = f"<h2>{'<br>'.join(map(escape, parts))}</h2>" if parts else ""
    named = how.bylines and report["branch"]
    name = f'<p class="name">{escape(report["branch"])}</p>' if named else ""
    body = "".join(f"<p>{escape(t)}</p>" for t in paragraphs(report))
    if how.titles == "spanning":
        return f'<article>{title}{name}<div class="row">{body}</div></article>'
    inside = body + title + name if how.titles == "below" else title + name + body
    return f"<article>{inside}</article>"


def printed(html: str) -> bytes:
    """Print HTML to PDF; raises OSError or CalledProcessError where Chromium cannot."""
    if CHROMIUM is None:
        raise OSError("no chromium here")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(html, encoding="utf-8")
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return target.read_bytes()
