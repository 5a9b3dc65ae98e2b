"""Which lines of a page are the article: body, title and by-line; and what the page says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.ingest.html_lines import LEAST_PROSE, PROSE, Element, Line, Page, names

# Names by which systems that publish pages call the element with the article's own text.
CONTENT = names(
    "TRS_Editor trs_editor_view Custom_UnionStyle UCAPCONTENT ucapcontent zoom Zoom ozoom vsb_content "
    "v_news_content js_content rich_media_content founder-content wp_articlecontent articleContent "
    "article-content article_content articleBody article-body article_body entry-content post-content "
    "post_content news-content news_content newsContent newsContent_text content-text text-content "
    "detail-content detail_content detailContent contentText content_text rm_txt_con xxgk_content "
    "markdown-body wiki-content doc-content docContent"
)
# An element of such a name is the article where it holds at least this share of the page's prose …
NAMED = 0.4
# … and without one, the deepest element with this share: an abstract or a notice may stand elsewhere.
DENSE = 0.9
# Tokens of the names of elements inside or around an article that are none of it.
FURNITURE = {
    "navigation": "nav navbar navi menu breadcrumb breadcrumbs crumb crumbs weizhi toc sidebar aside topbar",
    "related": "related relate recommend recommended rank ranking friendlink xgwz xgxw hotnews",
    "footer": "footer foot copyright beian",
    "tools": "share bdsharebuttonbox toolbar tools pager pagination page-nav search login qrcode pagenav print",
    "comments": "comment comments reply",
}
_KINDS = {token: kind for kind, listed in FURNITURE.items() for token in listed.split()}
_TAGS = {"nav": "navigation", "aside": "navigation", "footer": "footer", "figcaption": "caption",
         "form": "tools", "button": "tools", "dialog": "tools"}  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3"))
_TITLED = names("title headline bt pretitle subtitle introtitle subhead")
_ABOVE = names("pretitle introtitle")
_SOURCE = names("source laiyuan from")
_DATE = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
# A title has at most so many lines, and its lines so many characters.
TITLE_LINES, TITLE, SHORTEST = 3, 60, 4
# What sets a site's name off in a page's title.
SEPARATORS = "_-–—|｜·"
# By-line and source stand at most so many lines from the body; a title may stand farther above it.
NEAR, ABOVE = 6, 20
# Names that pages give their facts in <meta>, best first.
META = {
    "title": "articletitle og:title twitter:title dc.title headline",
    "date": "pubdate publishdate pubtime article:published_time datepublished og:release_date "
    "weibo:article:create_at dc.date date",
    "publication": "contentsource source og:site_name sitename application-name",
    "author": "author article:author og:article:author dc.creator",
}
# … and those that name whose article it is (js_name: the account, in WeChat's articles).
OWNERS = ("contentsource", "source", "js_name")


@dataclass(frozen=True, slots=True)
class Words:
    """Terms that open a line on source, date or author, and that end a branch's name."""

    publication: tuple[str, ...]
    date: tuple[str, ...]
    author: tuple[str, ...]
    other: tuple[str, ...]
    organisation: tuple[str, ...]

    @property
    def keys(self) -> re.Pattern[str]:
        """Any of the terms before its colon (pages set blanks inside: 来 源：)."""
        terms = {*self.publication, *self.date, *self.author, *self.other}
        ordered = sorted(terms, key=lambda t: (-len(t), t))
        spaced = (r"[\s\u3000]*".join(map(re.escape, t.rstrip("/／"))) for t in ordered)
        return re.compile(rf"({'|'.join(spaced)})\s*[:：/／]\s*")


@dataclass(slots=True)
class Marked:
    """For each line the kind of furniture it is (None: article); the head's title where it is shown nowhere."""

    kinds: list[str | None]
    head: list[tuple[str, str | None]] = field(default_factory=list)
    meta: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def prose(text: str) -> bool:
        """Whether a line reads like running text."""
        return len(text) >= 2 * LEAST_PROSE and "。" in text and PROSE.search(text) is not None


def mark(page: Page, words: Words) -> Marked:
    """Tell the article's lines from the page's furniture."""
    lines = page.lines
    total = max((e.prose for e in page.elements), default=0)
    content = _content(page, total)
    kinds = [_kind(line, content, total) for line in lines]
    inside = [i for i, kind in enumerate(kinds) if kind is None]
    marked = Marked(kinds)
    if not inside:
        # nothing but links and short lines: let the layout judge
        marked.kinds = [None] * len(lines)
        inside = list(range(len(lines)))
    keys = words.keys
    first, last = inside[0], inside[-1]
    title = _title(page, first, inside)
    if title is not None and title[0] < first:
        _open_title(marked.kinds, lines, title, first, words, keys)
    found = _facts(page, first, last, title, words, keys)
    if title is None and page.title:
        marked.head = _head(page.title)
        found.setdefault("title", marked.head[0][0])
    elif title is not None:
        found["title"] = "".join(lines[i].text.strip() for i in range(*title))
        if page.title:
            marked.head = [(page.title, "head")]
    marked.meta = tuple(
        (k, found[k]) for k in ("title", "author", "date", "publication") if found.get(k)
    )
    return marked


def _content(page: Page, total: int) -> Element | None:
    """The element that holds the article: by its name, else the deepest with nearly all prose."""
    if not total:
        return None
    named = [e for e in page.elements if (e.names & CONTENT or e.tag == "founder-content")]
    named = [e for e in named if e.prose >= NAMED * total]
    if not named:
        named = [e for e in page.elements if e.tag == "article" and e.prose >= NAMED * total]
    if named:
        return max(enumerate(named), key=lambda p: (p[1].prose, p[0]))[1]
    dense = [e for e in page.elements if e.prose >= DENSE * total]
    # a paragraph that is most of the article is not the article
    holders = [e for e in dense if e.tag in ("div", "section", "td", "main", "body", "article")]
    return (holders or dense)[-1]


def _kind(line: Line, content: Element | None, total: int) -> str | None:
    """The kind of furniture a line is, by the elements it stands in; None inside the article."""
    inside = content is None
    kind: str | None = None
    at: Element | None = line.element
    while at is not None:
        if at is content:
            inside = True
        if kind is None and at is not content and at.prose * 2 < max(total, 1):
            kind = _TAGS.get(at.tag) or _named_kind(at)
            if kind is None and at.hidden:
                kind = "hidden"
        at = at.parent
    if inside and kind is None and _is_link(line):
        return "link"
    return kind if inside or kind else "page"


def _named_kind(element: Element) -> str | None:
    for token in sorted(element.tokens & _KINDS.keys()):
        return _KINDS[token]
    return None


def _is_link(line: Line) -> bool:
    """Whether a line is a link and nothing else: a list of other articles, an attachment."""
    blank = sum(c.isspace() for c in line.text)
    return 0 < len(line.text) - blank <= line.linked and not PROSE.search(line.text)


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\u3000\xa0]+", "", text)


def _is_titled(line: Line) -> bool:
    at: Element | None = line.element
    for _ in range(2):
        if at is None or at.tag in ("body", "html"):
            return False
        if at.tag in _HEADINGS or at.tokens & _TITLED:
            return True
        at = at.parent
    return False


def _title(page: Page, first: int, inside: list[int]) -> tuple[int, int] | None:
    """The lines that are the title: the page's own name for it, nearest to the body, else a heading."""
    lines = page.lines
    said = [_squeeze(page.meta[n]) for n in META["title"].split() if n in page.meta]
    said = [t for t in (*said, _squeeze(page.title)) if t]
    own = inside[:TITLE_LINES]
    ends = [*reversed(own), *range(first - 1, max(-1, first - ABOVE - 1), -1)]
    runs = [
        (end + 1 - length, end + 1)
        for end in ends
        for length in range(min(TITLE_LINES, end + 1), 0, -1)
        if all(len(line.text) <= TITLE for line in lines[end + 1 - length : end + 1])
    ]
    for alike in (str.__eq__, _is_part):
        for run in runs:
            shown = "".join(_squeeze(line.text) for line in lines[slice(*run)])
            if len(shown) >= SHORTEST and any(alike(shown, t) for t in said):
                return run
    for end in ends:
        if end < first and _is_titled(lines[end]):
            start = end
            while start and lines[start - 1].element is lines[end].element:
                start -= 1
            return start, end + 1
    return None


def _is_part(shown: str, title: str) -> bool:
    """Whether a title is a shown one with a site's name set off before or behind it."""
    before, found, behind = title.partition(shown)
    apart = all(mark in SEPARATORS for mark in (before[-1:], behind[:1]))
    return bool(found) and apart


def _open_title(
    kinds: list[str | None],
    lines: list[Line],
    title: tuple[int, int],
    first: int,
    words: Words,
    keys: re.Pattern[str],
) -> None:
    """Take title and by-line above the body into the article."""
    start, end = title
    while start and lines[start - 1].element.tokens & _ABOVE:
        start -= 1
    for i in range(start, end):
        kinds[i] = None
    for i in range(end, first):
        line = lines[i]
        key = keys.match(_squeeze(line.text))
        author = key is not None and key.group(1) in words.author
        alone = author and len(keys.findall(line.text)) == 1 and not _DATE.search(line.text)
        branch = _squeeze(line.text).endswith(words.organisation) and not line.linked
        if alone or branch or (_is_titled(line) and not key and not _DATE.search(line.text)):
            kinds[i] = None
        elif kinds[i] == "page":
            kinds[i] = "meta"


def _facts(
    page: Page,
    first: int,
    last: int,
    title: tuple[int, int] | None,
    words: Words,
    keys: re.Pattern[str],
) -> dict[str, str]:
    """What the page says of the article: in its metadata, and in the lines around the body."""
    said = {
        fact: next((page.meta[n] for n in known.split() if page.meta.get(n)), "")
        for fact, known in META.items()
    }
    seen: dict[str, str] = {}
    above = range(max(0, min(title[0] if title else first, first) - 2), first + 2)
    for i in (*above, *range(max(first + 2, last - 1), last + NEAR)):
        if i < len(page.lines):
            _read_line(page.lines[i], words, keys, seen)
    # a site's name is where the page stands; a line on the source says whose article it is
    given = next((page.meta[n] for n in OWNERS if page.meta.get(n)), "")
    said["publication"] = given or seen.get("publication") or said["publication"]
    date = _DATE.search(said["date"]) or _DATE.search(seen.get("date", ""))
    said["date"] = "{}-{:0>2}-{:0>2}".format(*date.groups()) if date else ""
    said["author"] = said["author"] or seen.get("author", "")
    return said


def _read_line(line: Line, words: Words, keys: re.Pattern[str], seen: dict[str, str]) -> None:
    text = line.text
    if len(text) > 3 * TITLE or line.prose > 2 * TITLE:
        return
    marks = list(keys.finditer(text))
    for at, found in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        value = re.split(r"[|｜\t]|\s{2,}", text[found.end() : end].strip())[0].strip(
            " 　[]【】()（）"
        )
        key = _squeeze(found.group(1))
        for fact in ("publication", "date", "author"):
            if key in getattr(words, fact) and value and len(value) <= TITLE:
                seen.setdefault(fact, value.split("　")[0])
    if not marks and line.element.tokens & _SOURCE:
        seen.setdefault("publication", _DATE.split(text)[0].strip())
    date = _DATE.search(text)
    if date and len(text) <= 2 * TITLE and "。" not in text:
        seen.setdefault("date", date.group())


def _head(title: str) -> list[tuple[str, str | None]]:
    """The head's title as lines: the article's own, and the site's name behind it."""
    cut = re.search(r"\s*(?:[_|｜]|\s[-–—]+\s|--+)", title)
    if cut is None or cut.start() < 4:
        return [(title, None)]
    return [(title[: cut.start()], None), (title[cut.start() :].strip(), "head")]
