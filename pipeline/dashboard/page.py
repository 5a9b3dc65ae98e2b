"""One HTML file of a dataset: its data, its own script and style, and nothing from anywhere else.

Texts of reports are data. They are in a JSON block in which no character can end the block, and the
script writes them as text only; the page's policy allows no other script, no style and no address.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any

SCRIPTS = ("data.js", "dom.js", "tables.js", "views.js", "report.js", "page.js")
LANGUAGES = ("zh", "en")
# What could end a script element, or a line of script, is written as an escape of JSON.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def asset(name: str) -> str:
    """Give the text of a file that travels with the package."""
    return files("pipeline.dashboard").joinpath("assets", name).read_text(encoding="utf-8")


def embedded(value: Any) -> str:
    """Give a value as JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def strings() -> dict[str, dict[str, str]]:
    """Give the page's own words, by language and name."""
    words: dict[str, dict[str, str]] = json.loads(asset("strings.json"))
    return words


def page(payload: dict[str, Any]) -> str:
    """Give the page of a payload; equal payloads give equal pages."""
    script = "(() => {\n" + "\n".join(asset(name) for name in SCRIPTS) + "\n})();"
    style = asset("page.css")
    words = strings()
    lang = payload["lang"]
    parts = {
        "lang": {"zh": "zh-CN"}.get(lang, lang),
        "policy": _policy(script, style),
        "title": words[lang]["title"],
        "skip": words[lang]["skip"],
        "wait": words[lang]["wait"],
        "noscript": words[lang]["noscript"],
        "style": style,
        "strings": embedded(words),
        "data": embedded(payload),
        "script": script,
    }
    # every mark stands once; what is put in is not looked at again
    pieces = asset("page.html").split("%%")
    return "".join(parts[piece] if i % 2 else piece for i, piece in enumerate(pieces))


def _policy(script: str, style: str) -> str:
    """Content Security Policy: these very bytes of script and style, pictures written in the page."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
