"""The page in a real browser: clicked through, read, downloaded; silent, and asking no one for anything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pipeline.commands.dashboard import dashboard
from tests import dashboards

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
OURS = ("file:", "data:", "blob:")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIEWS = (
    "overview",
    "heat",
    "practices",
    "achievements",
    "honours",
    "reports",
    "rejected",
    "issues",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"full": folder / "full.html", "empty": folder / "empty.html"}
    made["copied"] = folder / "copied.html"
    dashboard(dashboards.dataset(folder), made["full"], "zh")
    dashboard(dashboards.empty(folder), made["empty"], "zh")
    dashboard(dashboards.copied(folder), made["copied"], "zh")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as play:
        one = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=ARGUMENTS)
        yield one
        one.close()


class Watch:
    """What a page said on its console and whom it asked."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        page.set_default_timeout(5000)
        page.on("console", lambda m: self.faults.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: self.faults.append(f"error: {e}"))
        page.on("dialog", lambda d: (self.faults.append(f"dialog: {d.message}"), d.dismiss()))
        page.on("request", self.asked)

    def asked(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith(OURS):
            self.faults.append(f"request: {url}")


@pytest.fixture
def page(browser: Browser, files: dict[str, Path]) -> Iterator[Page]:
    """The full page at a desk; afterwards nothing may have been said or asked."""
    tab = browser.new_page(viewport=DESK)
    watch = Watch(tab)
    tab.goto(files["full"].as_uri())
    ready(tab)
    yield tab
    tab.close()
    assert watch.faults == []


def until(tab: Page, expression: str) -> None:
    """Wait for an expression to hold; wait_for_function evaluates text, which the page's policy forbids."""
    for _ in range(100):
        if tab.evaluate(expression):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never held: {expression}")


def ready(tab: Page) -> None:
    until(tab, "document.documentElement.dataset.ready")


def show(tab: Page, address: str) -> None:
    """Go to a view by its address and wait until it is drawn."""
    tab.evaluate("to => { location.hash = to }", address)
    view = address.split("?")[0].split("/")[1]
    tab.wait_for_selector(f"main[data-view={view}]")


def number(text: str | None) -> int:
    assert text
    return int("".join(c for c in text if c.isdigit()))


def downloaded(tab: Page) -> list[list[str]]:
    """Press the button of the shown table and read what comes."""
    with tab.expect_download() as waited:
        tab.click("button[data-csv]")
    content = Path(waited.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_watch_sees_what_it_should(browser: Browser, tmp_path: Path) -> None:
    """A page that errs, speaks and asks is not passed over in silence."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<img src='http://127.0.0.1:9/x.png'><script>console.log('hm'); nowhere();</script>"
    )
    tab = browser.new_page()
    watch = Watch(tab)
    tab.goto(bad.as_uri())
    tab.wait_for_timeout(200)
    tab.close()
    assert {f.split(":")[0] for f in watch.faults} == {"console", "error", "request"}


def test_a_cell_leads_to_its_sentences_and_a_sentence_into_the_text(page: Page) -> None:
    page.click(".tabs >> text=维度热力图")
    row = page.locator(".heatmap tbody tr", has_text=dashboards.BRANCH)
    cell = row.locator("td a").first
    counted = number(cell.text_content())
    cell.click()
    page.wait_for_selector("main[data-view=evidence]")
    assert page.locator(".rows tbody tr").count() == counted
    sentence = page.locator("a.sentence").last
    text = sentence.text_content()
    sentence.click()
    page.wait_for_selector("main[data-view=report]")
    assert page.locator("h1").text_content() == dashboards.BRANCH
    assert page.locator(".target").text_content() == text
    assert page.evaluate("document.activeElement.classList.contains('target')")
    page.go_back()
    page.wait_for_selector("main[data-view=evidence]")
    page.go_back()
    page.wait_for_selector("main[data-view=heat]")


def test_a_cell_without_evidence_says_not_stated(page: Page) -> None:
    show(page, "#/heat?order=blanks")
    blank = page.locator(".heatmap td.heat-0").first
    assert blank.text_content() == "未述及"
    assert "0" not in page.locator(".heatmap tbody td a").all_text_contents()


def test_a_number_leads_to_its_words_in_the_text(page: Page) -> None:
    show(page, "#/achievements?q=" + quote("检修机组"))
    page.locator("a.fact", has_text="63台次").click()
    page.wait_for_selector("main[data-view=report]")
    assert page.locator("mark.hit").text_content() == "63台次"
    assert "检修机组63台次" in (page.locator(".target").text_content() or "")
    box = page.locator("mark.hit").bounding_box()
    assert box
    assert 0 < box["y"] < DESK["height"]
    # beyond the basic plane offsets would drift by one
    assert "7公里" in page.locator("mark.layer-achievements").all_text_contents()


def test_filters_keep_what_they_say(page: Page) -> None:
    show(page, "#/reports")
    whole = page.locator(".rows tbody tr").count()
    page.select_option("#f-region", label=page.locator("#f-region option").nth(1).text_content())
    region = page.input_value("#f-region")
    until(page, "location.hash.includes('r.region')")
    rows = page.locator(".rows tbody tr")
    assert 0 < rows.count() < whole
    assert set(page.locator("td[data-label=地区]").all_text_contents()) == {region}
    page.click(".tabs >> text=量化成效")
    page.wait_for_selector("main[data-view=achievements]")
    page.select_option("#f-dim", "role")
    until(page, "location.hash.includes('dim=role')")
    assert set(page.locator("td[data-label=维度]").all_text_contents()) == {"作用发挥强"}
    page.click("#f-clear")
    until(page, "!location.hash.includes('dim')")
    page.go_back()
    until(page, "document.querySelector('#f-dim').value === 'role'")


def test_search_finds_a_practice_and_keeps_the_caret(page: Page) -> None:
    page.click(".tabs >> text=特色做法")
    page.click("main #q")
    page.keyboard.type("辨障", delay=20)
    until(page, "document.querySelector('#found').textContent === '1 条'")
    assert page.locator("a.fact").all_text_contents() == ["听音辨障"]
    page.keyboard.type("没有", delay=20)
    page.wait_for_selector("main .nothing")
    assert page.input_value("main #q") == "辨障没有"
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_download_is_the_filtered_table(page: Page) -> None:
    show(page, "#/achievements?branch=" + quote(dashboards.BRANCH))
    shown = number(page.locator("#found").text_content())
    heads, *rows = downloaded(page)
    assert len(rows) == shown > 2
    by_words = {row[heads.index("原文")]: dict(zip(heads, row, strict=True)) for row in rows}
    assert by_words["63台次"]["数值"] == "63"
    assert by_words["63台次"]["单位"] == "台次"
    assert by_words["63台次"]["支部"] == dashboards.BRANCH
    assert "听音辨障" in by_words["63台次"]["句子"]
    assert any(dashboards.SCRIPT in row["句子"] for row in by_words.values())


def test_no_cell_of_a_download_is_a_formula(page: Page) -> None:
    show(page, "#/achievements?q=" + quote("=SUM(A1"))
    assert "=SUM(A1:A9)写进台账" in (page.locator(".snippet").first.text_content() or "")
    heads, row = downloaded(page)
    assert row[heads.index("句子")] == "'=SUM(A1:A9)写进台账，节约资金80万元。"
    assert row[heads.index("数值")] == "800000"


def test_the_heat_map_downloads_blanks_as_not_stated(page: Page) -> None:
    show(page, "#/heat")
    heads, *rows = downloaded(page)
    assert heads == ["支部", "政治功能强", "支部班子强", "党员队伍强", "作用发挥强", "合计"]
    assert any("未述及" in row for row in rows)
    assert not [row for row in rows if "0" in row[1:-1]]


def test_the_language_changes_and_back(page: Page) -> None:
    show(page, "#/honours")
    page.click("#language")
    page.wait_for_selector("h1:text-is('Honours')")
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("td[data-label=Level]").count() > 0
    page.click(".tabs >> text=Practices")
    page.wait_for_selector("h1:text-is('Practices')")
    page.go_back()
    page.go_back()
    page.wait_for_selector("h1:text-is('荣誉')")


def test_text_of_a_report_is_text(page: Page) -> None:
    show(page, "#/reports?q=" + quote("alert(1)"))
    page.click(".rows tbody a")
    page.wait_for_selector("main[data-view=report]")
    body = page.locator(".body").text_content() or ""
    assert dashboards.SCRIPT in body
    assert dashboards.IMAGE in body
    assert page.locator("main script, main img").count() == 0
    assert page.locator(".reporttitle").text_content() == "“一泵一闸”总关情"


def test_marks_can_be_hidden(page: Page) -> None:
    show(page, "#/achievements?q=" + quote("检修机组"))
    page.locator("a.fact").first.click()
    page.wait_for_selector("mark.layer-achievements")
    page.click("#show-achievements")
    assert page.locator("mark.layer-achievements").count() == 0
    assert page.get_attribute("#show-achievements", "aria-pressed") == "false"
    page.click("#show-achievements")
    assert page.locator("mark.layer-achievements").count() > 0


def test_a_histogram_bar_leads_to_its_rows(page: Page) -> None:
    show(page, "#/achievements?unit=" + quote("元"))
    bar = page.locator(".histogram a").first
    counted = number(bar.text_content())
    bar.click()
    until(page, "location.hash.includes('lo=')")
    assert number(page.locator("#found").text_content()) == counted


def test_a_cell_of_level_and_year_leads_to_its_honours(page: Page) -> None:
    show(page, "#/honours")
    cell = page.locator(".few td a").first
    counted = number(cell.text_content())
    cell.click()
    until(page, "location.hash.includes('level=')")
    assert number(page.locator("#found").text_content()) == counted


def test_pages_and_order(page: Page) -> None:
    show(page, "#/achievements")
    assert page.locator(".rows tbody tr").count() == 50
    first = page.locator("a.fact").first.text_content()
    page.click(".pager a[rel=next]")
    until(page, "location.hash.includes('p=2')")
    # the address changes before the rows do
    until(page, f"document.querySelector('a.fact').textContent !== {json.dumps(first)}")
    page.click("thead >> text=数值")
    until(page, "location.hash.includes('sort=value')")
    page.click("thead >> text=数值")
    until(page, "location.hash.includes('sort=-value')")
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "descending"


def test_the_keyboard_reaches_everything(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "heading"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.tiles') !== null")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-view=reports]")
    assert page.evaluate("document.activeElement.id") == "heading"
    show(page, "#/heat")
    page.locator(".heatmap td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-view=evidence]")
    # whatever can be pressed is a link, a button or a field, and has a name
    nameless = page.evaluate(
        "[...document.querySelectorAll('a,button,input,select')].filter(e => "
        "!(e.textContent.trim() || e.ariaLabel || e.labels?.length)).map(e => e.outerHTML)"
    )
    assert nameless == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_a_phone(browser: Browser, files: dict[str, Path], lang: str) -> None:
    tab = browser.new_page(viewport=PHONE)
    watch = Watch(tab)
    tab.goto(files["full"].as_uri())
    ready(tab)
    report = tab.evaluate("JSON.stringify(Object.keys(document.querySelectorAll('main a')))")
    assert report
    wide = {}
    for view in VIEWS:
        show(tab, f"#/{view}?lang={lang}")
        wide[view] = tab.evaluate("document.documentElement.scrollWidth")
    show(tab, f"#/achievements?lang={lang}")
    tab.locator("a.fact").first.click()
    tab.wait_for_selector("main[data-view=report]")
    wide["report"] = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    assert {view: w for view, w in wide.items() if w > PHONE["width"]} == {}
    assert watch.faults == []


def test_an_empty_dataset_says_so(browser: Browser, files: dict[str, Path]) -> None:
    tab = browser.new_page(viewport=DESK)
    watch = Watch(tab)
    tab.goto(files["empty"].as_uri())
    ready(tab)
    assert "还没有报告" in (tab.text_content("main") or "")
    tab.click("main >> text=有 1 个文件没有读入")
    tab.wait_for_selector("main[data-view=issues]")
    for view in (*VIEWS, "evidence", "report/none", "no-such-view"):
        tab.evaluate("to => { location.hash = to }", f"#/{view}")
        until(tab, "document.querySelector('h1') !== null")
        assert tab.locator("h1").text_content()
    show(tab, "#/issues")
    assert tab.locator(".rows tbody tr").count() == 1
    tab.close()
    assert watch.faults == []


def tiles(tab: Page) -> dict[str, int]:
    """The overview's counts by their words."""
    shown = tab.locator(".tiles a")
    return {
        shown.nth(i).locator("span").text_content() or "": number(
            shown.nth(i).locator("b").text_content()
        )
        for i in range(shown.count())
    }


def test_copies_count_only_where_they_are_asked_for(
    browser: Browser, files: dict[str, Path]
) -> None:
    tab = browser.new_page(viewport=DESK)
    watch = Watch(tab)
    tab.goto(files["copied"].as_uri())
    ready(tab)
    once = tiles(tab)
    assert once["报告"] == 2 == once["支部"]
    assert "2 篇报告" in (tab.text_content(".brand .sub") or "")
    assert "· 2" in (tab.locator("#f-level option").last.text_content() or "")  # not 3
    show(tab, "#/heat")
    row = tab.locator(".heatmap tbody tr", has_text=dashboards.BRANCH)
    sentences = number(row.locator("td.total").text_content())
    tab.select_option("#f-copies", "1")
    until(tab, "location.hash.includes('copies=1')")
    assert number(row.locator("td.total").text_content()) == 2 * sentences
    tab.click(".tabs >> text=概览")
    tab.wait_for_selector("main[data-view=overview]")
    twice = tiles(tab)
    assert twice["报告"] == 3
    assert twice["支部"] == 2
    show(tab, "#/achievements?branch=" + quote(dashboards.BRANCH))
    own = number(tab.locator("#found").text_content())
    assert twice["量化成效"] == once["量化成效"] + own > once["量化成效"]
    tab.close()
    assert watch.faults == []


def test_a_copy_says_what_it_is_a_copy_of(browser: Browser, files: dict[str, Path]) -> None:
    tab = browser.new_page(viewport=DESK)
    watch = Watch(tab)
    tab.goto(files["copied"].as_uri() + "#/reports?copies=1")
    ready(tab)
    copy = tab.locator(".rows tbody tr", has=tab.locator(".copy"))
    assert copy.count() == 1
    assert "副本" in (copy.text_content() or "")
    copy.locator("a").first.click()
    tab.wait_for_selector("main[data-view=report]")
    note = tab.locator("#copy-of")
    assert "原篇" in (note.text_content() or "")
    assert (note.locator("a").text_content() or "").endswith("original.txt")
    note.locator("a").click()
    tab.wait_for_selector("#copies")
    assert (tab.locator("#copies a").text_content() or "").endswith("reprint.txt")
    assert tab.locator("#copy-of").count() == 0
    tab.click("#language")
    tab.wait_for_selector("#copies >> text=Copies of this report")
    tab.close()
    assert watch.faults == []


def test_without_copies_there_is_no_switch(page: Page) -> None:
    assert page.locator("#f-copies").count() == 0
    assert page.locator("#f-dim").count() == 1


def test_an_address_that_names_nothing_is_answered(page: Page) -> None:
    show(page, "#/report/nowhere?at=x-y")
    assert "没有这篇报告" in (page.text_content("main") or "")
    show(page, "#/evidence?d=nothing")
    assert "没有这个维度" in (page.text_content("main") or "")
    page.evaluate("location.hash = '#/achievements/%zz?p=999&sort=-nowhere&unit=%E5%85%83&lo=x'")
    page.wait_for_selector("main[data-view=achievements]")
