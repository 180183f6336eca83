"""The report and the index as a browser shows them: from disk, without a network, by people of all abilities."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from analytics.report.writing import write_index, write_report
from tests.integration.browsing import find_barriers, find_chromium, opened_browser, visited
from tests.unit.analytics.report import sample

type Pages = Mapping[str, Path]

_REPORTS = {
    "whole": sample.later_report(),
    "bare": sample.bare_report(),
    "endless": sample.infinite_report(),
    "hostile": sample.hostile_report(" ".join(sample.HOSTILE)),
    "unbreakable": sample.hostile_report("unbreakable" * 40),
}
_ACTIVE = "script, img, iframe, object, embed, link, base, form"
_A4_PT = (595, 842)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Each page by its name, written once."""
    find_chromium()
    folder = tmp_path_factory.mktemp("reports")
    written = {name: write_report(report, folder=folder / name) for name, report in _REPORTS.items()}
    decisions = [sample.decision(experiment_id="one"), sample.decision(experiment_id="two")]
    return written | {"index": write_index(decisions, folder=folder)}


@pytest.mark.parametrize("name", [*_REPORTS, "index"])
def test_a_page_opens_from_disk_and_asks_for_nothing(browser: Browser, pages: Pages, name: str) -> None:
    path = pages[name]
    with visited(browser, path) as visit:
        assert visit.complaints == []
        assert visit.requests == [path.as_uri()]
        assert visit.ask("document.scripts.length") == 0
        assert visit.page.locator("h1").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["whole", "bare", "endless", "hostile", "index"])
def test_axe_finds_no_barrier(browser: Browser, pages: Pages, name: str, scheme: Literal["light", "dark"]) -> None:
    with visited(browser, pages[name], scheme=scheme) as visit:
        assert find_barriers(visit) == []


def test_nothing_that_a_model_writes_runs_or_becomes_a_part_of_the_page(browser: Browser, pages: Pages) -> None:
    """All attacks at once, in every text of the page; each by itself is a unit test."""
    with visited(browser, pages["hostile"]) as visit:
        assert visit.complaints == []
        assert len(visit.requests) == 1
        assert (
            visit.ask("document.querySelectorAll('script, img, iframe, object, embed, link, base, form').length") == 0
        )
        handlers = (
            "[...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on')))"
        )
        assert visit.ask(f"{handlers}.length") == 0
        links = set(visit.ask("[...document.links].map(link => link.getAttribute('href'))"))
        assert all(link.startswith("#") or link in {"./decision.json", "./report.md"} for link in links)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_never_scrolls_sideways(browser: Browser, pages: Pages, width: int) -> None:
    for name in pages:
        with visited(browser, pages[name], width=width) as visit:
            assert visit.ask("document.documentElement.scrollWidth") <= width, name


def test_what_scrolls_can_be_reached_by_keyboard(browser: Browser, pages: Pages) -> None:
    with visited(browser, pages["whole"], width=390) as visit:
        scrolling = "[...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        scrolling += " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0)"
        assert visit.ask(f"{scrolling}.map(e => e.outerHTML.slice(0, 80))") == []


def test_the_summary_prints_on_one_page(browser: Browser, pages: Pages) -> None:
    with visited(browser, pages["whole"]) as visit:
        visit.page.emulate_media(media="print")
        visit.page.set_viewport_size({"width": 688, "height": 900})
        height_px = visit.ask("document.querySelector('#summary').getBoundingClientRect().height")
        margins_px = 2 * 14 / 25.4 * 96
        assert height_px < _A4_PT[1] / 72 * 96 - margins_px
        assert visit.page.locator("nav.contents").is_hidden()
