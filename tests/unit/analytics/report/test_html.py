import re
from collections import Counter
from dataclasses import replace

import pytest

from analytics.decide.decision import Verdict
from analytics.report import html
from analytics.report.characters import reveal
from analytics.report.report import Report
from tests.unit.analytics.report import sample
from tests.unit.analytics.report.pages import Page

UNKNOWN = re.compile(r"\b(nan|inf|infinity|none|null|undefined)\b", re.IGNORECASE)
REPORTS = [
    sample.report(),
    sample.later_report(),
    sample.bare_report(),
    sample.infinite_report(),
    *map(sample.hostile_report, sample.HOSTILE),
]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html.render_report(sample.report()))


@pytest.mark.parametrize("report", REPORTS)
def test_a_page_fetches_nothing_and_runs_nothing(report: Report) -> None:
    page = Page(html.render_report(report))
    banned = {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base", "form", "foreignobject"}
    assert not banned & page.tags.keys()
    assert page.tags["style"] == 1
    assert set(page.values("href")) <= {"./decision.json", "./report.md"} | {
        link for link in page.values("href") if re.fullmatch(r"#[a-z]+", link)
    }
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in {"src", "srcset", "action"}]
    assert not [value for _, _, value in page.attributes if "//" in value]
    assert not [value for _, _, value in page.attributes if "url(" in value and "url(#chart-" not in value]


def test_the_style_sheet_fetches_nothing() -> None:
    style = html.render_index(()).partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("report", [sample.report(), sample.bare_report(), sample.infinite_report()])
def test_no_figure_that_is_unknown_shows_as_the_machine_writes_it(report: Report) -> None:
    page = Page(html.render_report(report))
    assert UNKNOWN.findall(page.text) == []
    shown = [value for _, name, value in page.attributes if name in {"d", "x", "y", "transform", "x2", "y2", "viewbox"}]
    assert [value for value in shown if re.search("nan|infinity", value, re.IGNORECASE)] == []


@pytest.mark.parametrize("text", sample.HOSTILE)
def test_texts_of_users_and_models_are_shown_and_never_obeyed(text: str) -> None:
    page = Page(html.render_report(sample.hostile_report(text)))
    assert page.text.count(reveal(text)) > 20
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x1b]", page.text)


def test_the_verdict_comes_first_with_its_sentence(page: Page) -> None:
    text = page.text.partition("Shadow test of a candidate")[2]
    verdict, sentence = text.index("INSUFFICIENT EVIDENCE"), text.index("G3 is unresolved")
    assert verdict < sentence < text.index("What is needed") < text.index("98 more examples")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_word_and_its_own_banner(verdict: Verdict) -> None:
    page = Page(html.render_report(sample.report(verdict=verdict)))
    tone = {"GO": "go", "NO-GO": "no-go", "INSUFFICIENT EVIDENCE": "insufficient"}[verdict]
    assert f"banner {tone}" in page.values("class")
    assert verdict.value in page.text


def test_ids_are_unique_and_what_is_pointed_at_exists(page: Page) -> None:
    ids = Counter(page.values("id"))
    assert [one for one, count in ids.items() if count > 1] == []
    pointed = {word for value in page.values("aria-labelledby") for word in value.split()}
    pointed |= {link[1:] for link in page.values("href") if link.startswith("#")}
    pointed |= {value[5:-1] for value in page.values("clip-path")}
    assert pointed <= ids.keys()


def test_the_page_has_a_language_landmarks_and_tables_with_headed_columns(page: Page) -> None:
    assert ("html", "lang", "en") in page.attributes
    assert all(page.tags[tag] == 1 for tag in ("nav", "main", "footer", "h1"))
    assert page.tags["th"] == len(page.values("scope"))
    assert page.tags["caption"] == page.tags["table"]


def test_every_chart_has_a_title_and_a_description(page: Page) -> None:
    assert page.tags["svg"] - page.values("class").count("bar") == page.tags["desc"] == 12
    assert page.values("role").count("img") == 12
    assert page.tags["title"] == 13


def test_differences_of_a_worst_pair_are_marked() -> None:
    pairs = html.render_report(sample.report()).partition('id="pairs"')[2].partition("</section>")[0]
    assert re.findall("<mark>(.*?)</mark>", pairs) == ["2", "}", "&#34;two&#34;"]


def test_what_is_missing_is_said_to_be(page: Page) -> None:
    assert "missing" in page.text
    bare = Page(html.render_report(sample.bare_report())).text
    for words in (
        "no validity check was run",
        "no factor was scored",
        "no lane has a timing",
        "no answer was labelled",
    ):
        assert f"missing: {words}" in bare


def test_a_pair_whose_texts_are_gone_is_still_listed() -> None:
    made = sample.report()
    page = Page(html.render_report(replace(made, specimens=())))
    assert "Pairs whose texts are missing" in page.text
    assert "exchange-0042" in page.text


def test_the_previous_report_is_compared_with() -> None:
    text = Page(html.render_report(sample.later_report())).text
    assert "The previous decision was made 2026-10-25 12:00 UTC. The verdict is another one." in text
    assert "The version of the judge taxonomy was 2 and is 3." in text
    assert "Since the previous report" not in Page(html.render_report(sample.report())).text


def test_sections_of_what_was_measured_appear_only_where_it_was(page: Page) -> None:
    bare = Page(html.render_report(sample.bare_report()))
    assert {"load", "slices", "agents", "regressions", "calibration"} <= set(page.values("id"))
    assert not {"load", "slices", "agents", "regressions", "calibration"} & set(bare.values("id"))
    assert "Worse beyond chance in 1 of 2 slices." in page.text
    assert "Worse beyond chance in 1 of 2 metrics." in page.text
    assert "The sign flips by category" in page.text
    assert "Rates behind the judges' errors" in page.text
    assert "not measured" in page.text
    assert "The control: the baseline against itself" in page.text
    assert (
        "Inference efficiency: 25\u00a0%, anywhere from 0\u00a0% to 75\u00a0%; the points are 6.1 without it"
        in page.text
    )
    assert "G1: its status holds until the threshold of 500\u00a0ms is moved to 455\u00a0ms" in page.text


def test_a_unit_never_stands_alone_on_a_line() -> None:
    assert "84.2\u00a0%" in html.render_report(sample.report())


def test_a_leading_line_feed_of_a_payload_is_kept() -> None:
    made = sample.report()
    shown = sample.specimen(request_text="\nsecond line")
    assert ">\n\nsecond line</pre>" in html.render_report(replace(made, specimens=(shown,)))


def test_the_same_report_is_the_same_page() -> None:
    assert html.render_report(sample.report()) == html.render_report(sample.report())


def test_the_index_keeps_the_given_order_and_links_to_each_report() -> None:
    page = Page(html.render_index([sample.decision(experiment_id="b"), sample.decision(experiment_id="a b")]))
    assert page.values("href") == ["#main", "./b/report.html", "./a%20b/report.html"]
    assert "6.0 to 7.3 (incomplete)" in page.text


@pytest.mark.parametrize("text", sample.HOSTILE)
def test_the_index_escapes_what_it_shows(text: str) -> None:
    page = Page(html.render_index([sample.hostile_report(text).decision.model_copy(update={"experiment_id": text})]))
    assert all(link.startswith(("#main", "./")) for link in page.values("href"))
    assert not {"script", "img"} & page.tags.keys()


def test_an_index_of_nothing_says_so() -> None:
    assert "missing: no decision was made yet" in Page(html.render_index(())).text
