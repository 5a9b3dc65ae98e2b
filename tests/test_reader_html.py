"""Web pages read as their articles: five kinds of sites give what the same report gives as plain text.

The pages are composed here in the layouts of such sites; the reports are the gold sample's, the sites invented.
"""

# ruff: noqa: E501  (pages have long lines)

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipeline import ingest
from pipeline.ingest import Item, Limits, Unread
from pipeline.model import Source
from tests.reports import assert_anchored, assert_told, changed, facts_of, kinds, plain, reports_of

GOLD = Path(__file__).parents[1] / "data" / "gold" / "sample.jsonl"
REPORTS = [r for line in GOLD.open(encoding="utf-8") if (r := json.loads(line))["branch"]]
OTHERS = (
    "全市机关党建工作推进会召开",
    "春季植树活动顺利举行",
    "关于开展主题党日活动的通知",
    "我市三项改革经验获推广",
)
ABSTRACT = (
    "昨天上午，全市机关党建工作推进会在市民中心召开，会议总结了去年的工作，部署了今年的任务。"
)


def links(tag: str, titles: Sequence[str]) -> str:
    return "".join(f'<{tag}><a href="/a/{n}.html">{t}</a></{tag}>' for n, t in enumerate(titles))


def tagged(tag: str, rows: Sequence[str], attributes: str = "") -> str:
    return "\n".join(f"<{tag}{attributes}>{escape(row)}</{tag}>" for row in rows)


def portal(title: str, rows: Sequence[str]) -> str:
    """A government portal: facts in <meta>, bars of links, TRS_Editor, related links, a footer of duties."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_澄浦市人民政府门户网站</title>
<meta name="SiteName" content="澄浦市人民政府"><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="2024-03-05 09:30"><meta name="ContentSource" content="澄浦日报">
<style>.nav{{color:red}}</style></head><body>
<div class="header"><div class="nav"><ul>{links("li", ["首页", "政务公开", "办事服务", "互动交流"])}</ul></div></div>
<div class="BreadcrumbNav">当前位置：<a href="/">首页</a> &gt; <a href="/dj">党建</a> &gt; 正文</div>
<div class="main"><div class="article"><h1>{title}</h1>
<div class="pages-date">发布时间：2024-03-05 09:30 <span class="font">来源：澄浦日报</span>
<span class="font">字体：【<a>大</a> <a>中</a> <a>小</a>】</span></div>
<div class="pages_content" id="UCAP-CONTENT"><div class="TRS_Editor">{tagged("p", ["　　" + r for r in rows])}</div></div>
<div class="editor">责任编辑：周舟</div><div class="share">分享到：<a>微信</a><a>微博</a></div></div>
<div class="related"><h2>相关链接</h2><ul>{links("li", OTHERS)}</ul></div></div>
<div class="footer"><p>主办：澄浦市人民政府办公室　承办：澄浦市大数据中心</p><p>网站标识码：0000000000</p></div>
<script>var x = "支部开展活动99次，惠及群众999人。";</script></body></html>"""


def epaper(title: str, rows: Sequence[str]) -> str:
    """An e-paper: tables for the page, a list of the page's articles, founder-content."""
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>澄浦日报数字报-{title}</title></head><body><table width="1000"><tr><td width="300" valign="top">
<table><tr><td>第03版：党建</td></tr><tr><td><a href="p4">下一版</a></td></tr></table>
<div id="titlelist"><ul>{links("li", OTHERS)}</ul></div></td>
<td valign="top"><table><tr><td><span>2024年03月05日</span>　星期二　<a>放大</a> <a>缩小</a></td></tr>
<tr><td class="bt"><strong>{title}</strong></td></tr><tr><td>
<div id="ozoom"><founder-content>{tagged("P", ["　　" + r for r in rows])}</founder-content></div></td></tr>
<tr><td><a href="prev">上一篇</a> <a href="next">下一篇</a></td></tr></table></td></tr></table>
<div>版权所有　澄浦日报社　未经许可，不得转载</div></body></html>"""


def company(title: str, rows: Sequence[str]) -> str:
    """A company's news: no names one could know, a summary of other news beside it, pictures with captions."""
    body = [f'<div class="txt">{escape(r)}</div>' for r in rows]
    body.insert(
        3, "<figure><img src='a.jpg' alt=''><figcaption>党员在一线。李禾摄</figcaption></figure>"
    )
    aside = "".join(f"<li><a href='/n'>{t}</a><p>{ABSTRACT}</p></li>" for t in OTHERS[:1])
    return f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title} - 澄浦港务集团</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="澄浦港务集团">
<meta property="article:published_time" content="2024-03-05T08:00:00+08:00"></head><body class="page nav-open">
<header><nav>{links("span", ["关于我们", "新闻中心", "产品与服务", "联系我们"])}</nav></header>
<div class="wrap"><div class="col-9"><h2 class="n-tit">{title}</h2>
<p class="n-info"><span>2024-03-05</span><span>作者：李禾</span><span>浏览：128</span></p>
<div class="n-con">{"".join(body)}</div><div class="n-page"><a>上一篇：{OTHERS[1]}</a><a>下一篇：{OTHERS[2]}</a></div></div>
<aside class="col-3"><h3>热点新闻</h3><ul>{aside}</ul></aside></div>
<footer><p>Copyright © 2024 澄浦港务集团 版权所有</p></footer></body></html>"""


def wechat(title: str, rows: Sequence[str]) -> str:
    """A WeChat article: sections in sections, spans in every paragraph, hidden until a script has run."""
    inside = "".join(
        f'<section style="margin:0"><section><p><span style="color:#333"><strong>{escape(r[:4])}</strong>'
        f"{escape(r[4:])}</span></p></section></section><p><br></p>"
        for r in rows
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title></title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="微信公众平台">
<meta name="author" content="李禾"></head><body><div id="js_article" class="rich_media"><div class="rich_media_inner">
<div id="img-content" class="rich_media_wrp"><h1 class="rich_media_title" id="activity-name">
  {title}
</h1><div id="meta_content" class="rich_media_meta_list"><span class="rich_media_meta rich_media_meta_text">李禾</span>
<span class="rich_media_meta rich_media_meta_nickname" id="profileBt"><a id="js_name">澄浦先锋</a></span>
<em id="publish_time" class="rich_media_meta rich_media_meta_text">2024-03-05 18:00</em></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0;">{inside}</div></div>
<div class="rich_media_tool"><div>阅读 1024</div><div>赞 56</div></div></div>
<div id="js_pc_qr_code" style="display:none"><p>微信扫一扫关注该公众号</p></div></div>
<script>var ct = "1709632800";</script></body></html>"""


def document(title: str, rows: Sequence[str]) -> str:
    """A document site: an outline beside the document, one <article>, line breaks for paragraphs."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} | 机关党建文库</title></head><body>
<div class="topbar"><form><input name="q"><button>搜索</button></form><a>登录</a></div>
<div class="layout"><nav class="sidebar"><ul>{links("li", OTHERS)}</ul></nav><main><article>
<h1>{title}</h1>{"<br>".join(escape(r) for r in rows)}
</article><div class="comments"><h3>评论</h3><p>学习了。</p></div></main></div></body></html>"""


SITES: dict[str, Callable[[str, Sequence[str]], str]] = {
    "portal": portal, "e-paper": epaper, "company": company, "wechat": wechat, "document": document,
}  # fmt: skip


def found(
    data: bytes | str, name: str = "page.html", limits: Limits | None = None
) -> Source | Unread:
    data = data.encode() if isinstance(data, str) else data
    (one,) = ingest.sources(Item(Path(name), name, data), limits or Limits())
    return one


def read(data: bytes | str, name: str = "page.html") -> Source:
    source = found(data, name)
    assert isinstance(source, Source), source
    assert_sound(source)
    return source


def assert_sound(source: Source) -> None:
    assert_anchored(source)
    assert all(anchor.locator for anchor in source.anchors)


def article(source: Source) -> list[str]:
    outside = {f.source for f in source.furniture}
    spans = [(a.start, a.end) for a in source.anchors]
    return [source.text[s:e].strip() for s, e in spans if (s, e) not in outside]


def titled(report: Mapping[str, object]) -> tuple[str, list[str]]:
    rows = plain(report)
    return (rows[0], rows[1:]) if report["title"] else ("公积金里的民生答卷", rows)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("report", REPORTS, ids=lambda r: r["id"])
def test_the_facts_are_those_of_the_same_report_as_text(
    report: Mapping[str, object], site: str
) -> None:
    title, rows = titled(report)
    source = read(SITES[site](title, rows))
    assert article(source) == [title, *rows]
    expected = reports_of(found("\n".join([title, *rows]), "report.txt"))
    got = reports_of(source)
    assert [facts_of(r) for r in got] == [facts_of(r) for r in expected]
    assert got[0].branch == report["branch"]


META = {
    "portal": {"date": "2024-03-05", "publication": "澄浦日报"},
    "e-paper": {"date": "2024-03-05"},
    "company": {"date": "2024-03-05", "publication": "澄浦港务集团", "author": "李禾"},
    "wechat": {"date": "2024-03-05", "publication": "澄浦先锋", "author": "李禾"},
    "document": {},
}


@pytest.mark.parametrize("site", SITES)
def test_title_date_publication_and_author_are_the_page_s(site: str) -> None:
    title, rows = titled(REPORTS[0])
    assert dict(read(SITES[site](title, rows)).meta) == {"title": title, **META[site]}


@pytest.mark.parametrize("site", SITES)
def test_all_that_is_shown_is_in_the_text_and_scripts_are_not(site: str) -> None:
    title, rows = titled(REPORTS[0])
    html = SITES[site](title, rows)
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "head"], recursive=True)
    shown = "".join(tree.root.text().split())  # type: ignore[union-attr]
    source = read(html)
    said = "".join(source.text.split())
    assert said.endswith(shown)
    assert "999" not in source.text
    assert "color:red" not in source.text


@pytest.mark.parametrize("site", SITES)
def test_locators_lead_back_to_their_elements(site: str) -> None:
    title, rows = titled(REPORTS[0])
    html = SITES[site](title, rows)
    tree, source = LexborHTMLParser(html), read(html)
    for anchor in source.anchors:
        assert anchor.locator
        (element, *others) = tree.css(anchor.locator)
        assert others == []
        line = "".join(source.text[anchor.start : anchor.end].split())
        assert line in "".join(element.text().split())


def test_furniture_has_its_kind() -> None:
    title, rows = titled(REPORTS[0])
    said = kinds(read(portal(title, rows)))
    assert said["首页"] == "navigation"
    assert said[OTHERS[0]] == "related"
    assert said["网站标识码：0000000000"] == "footer"
    assert "meta" in said.values()


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8", "gb2312"), ("gb18030", "gb2312"), ("gb18030", "utf-8"),
     ("gbk", "gbk"), ("utf-8-sig", "gbk"), ("utf-16", "utf-16"), ("utf-16-le", "")],
)  # fmt: skip
def test_the_encoding_is_found_whatever_the_page_declares(encoding: str, declared: str) -> None:
    title, rows = titled(REPORTS[0])
    html = portal(title, rows).replace('charset="utf-8"', f'charset="{declared}"')
    assert article(read(html.encode(encoding))) == [title, *rows]


def test_traditional_pages_in_big5_are_read() -> None:
    report = next(r for r in REPORTS if r["id"] == "traditional-web")
    title, rows = titled(report)
    html = document(title, rows).replace("utf-8", "big5")
    assert article(read(html.encode("big5hkscs", "xmlcharrefreplace"))) == [title, *rows]


def test_damage_is_told() -> None:
    title, rows = titled(REPORTS[0])
    data = portal(title, rows).encode()
    cut = data.index("　　".encode()) + 40
    (issue,) = read(data[:cut] + b"\xff" + data[cut:]).issues
    assert "undecodable bytes as utf-8" in issue.message
    assert issue.source


def test_a_page_saved_as_one_file_is_opened() -> None:
    title, rows = titled(REPORTS[0])
    message = EmailMessage()
    message["Subject"] = title
    message.set_content("nothing")
    message.add_alternative(portal(title, rows), subtype="html", charset="utf-8")
    assert article(read(message.as_bytes(), "page.mhtml")) == [title, *rows]


def test_rows_of_data_are_lines_and_tables_for_the_page_are_not() -> None:
    table = "<table><tr><th>项目</th><th>次数</th></tr><tr><td>党课</td><td>5</td></tr></table>"
    title, rows = titled(REPORTS[0])
    html = document(title, rows).replace("</article>", f"<div>{table}</div></article>")
    assert article(read(html))[-2:] == ["项目\t次数", "党课\t5"]


def test_a_title_that_only_the_head_has_is_a_line_of_its_own() -> None:
    title, rows = titled(REPORTS[0])
    html = document(title, rows).replace(f"<h1>{title}</h1>", "")
    source = read(html)
    assert article(source) == [title, *rows]
    assert source.anchors[0].locator == "head > title"
    assert "| 机关党建文库" in kinds(source)


def test_prose_outside_the_article_is_told() -> None:
    title, rows = titled(REPORTS[0])
    html = portal(title, rows).replace(
        '<div class="footer">', f'<div class="footer"><p>{ABSTRACT * 2}</p>'
    )
    (issue,) = read(html).issues
    assert "left out as furniture" in issue.message


def test_a_page_of_links_alone_is_left_to_the_layout() -> None:
    assert article(read(f"<ul>{links('li', OTHERS)}</ul>")) == list(OTHERS)


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blanks": (b" \n\t", "empty"),
    "only a mark": (b"\xef\xbb\xbf\n", "empty"),
    "scripts only": (
        b"<html><script>document.write('x')</script><style>p{}</style></html>",
        "scripts only",
    ),
    "no text": (b"<html><body><img src=a.png></body></html>", "no text"),
    "an empty mhtml": (b"MIME-Version: 1.0\n\nhello", "empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(32)) * 40, "binary"),
    "nested deep": (b"<div>" * 100_000 + "支部".encode(), "nested over"),
    "formats nested deep": (b"<b><i>" * 50_000 + "支部".encode(), "nested over"),
    "attributes": (b"<p " + b"a=1 " * 100_000 + b">", "attributes in one element"),
    "too many": (b"<p>a" * 300_001, "over 300000 elements"),
    "too large": (b"<p>" + b"x" * (33 << 20), "more than the limit"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_told_with_what_where_and_cure(kind: str) -> None:
    data, what = BAD[kind]
    name = "page.mhtml" if "mhtml" in kind else "page.html"
    began = time.monotonic()
    unread = found(data, name)
    assert isinstance(unread, Unread)
    assert what in unread.what
    assert unread.path == name
    assert unread.cure
    assert time.monotonic() - began < 2


LARGE = {
    "one line": "<p>" + "支部开展活动。" * 500_000 + "</p>",
    "many lines": "<p>支部</p>" * 60_000,
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(4_000)) + ">支部",
    "many classes": f"<p class='{'a ' * 2_000}'>支部",
    "many entities": "&nbsp;" * 200_000 + "支部",
    "tables in tables": "<table><tr><td>支部" * 240,
    "blanks": "<p>支" + " " * 2_000_000 + "部",
    "open tags": "支部" + "<" * 500_000,
    "scripts unclosed": "支部" + "<script>" * 200_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_and_odd_pages_are_read_in_seconds(kind: str) -> None:
    began = time.monotonic()
    assert "支" in read(LARGE[kind]).text
    assert time.monotonic() - began < 5


PAGE = portal(*titled(REPORTS[0])).encode()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(PAGE) - 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_a_mutated_page_is_read_or_told(damage: list[tuple[int, int]]) -> None:
    result = found(changed(PAGE, damage))
    if isinstance(result, Source):
        assert_sound(result)
    else:
        assert_told(result)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/\"'=! -apdivtrbx支部，。\n\t\0\x0b&;#", max_size=120))
def test_any_markup_is_read_or_told(html: str) -> None:
    result = found(html)
    if isinstance(result, Source):
        assert_sound(result)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    unread = found(PAGE)
    assert isinstance(unread, Unread)
    assert "pip install" in unread.cure
