import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analytics.report import markdown
from analytics.report.characters import reveal
from analytics.report.report import Report
from tests.unit.analytics.report import sample

UNKNOWN = re.compile(r"\b(nan|inf|infinity|none|null|undefined)\b", re.IGNORECASE)


def _tokens(text: str) -> list[Token]:
    parsed = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    return [token for block in parsed for token in (block, *(block.children or ()))]


def _words(text: str) -> str:
    return "".join(token.content if token.type.startswith("text") else "" for token in _tokens(text))


@pytest.mark.parametrize("text", sample.HOSTILE)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    tokens = _tokens(f"| head |\n| --- |\n| {markdown.escape_markdown(text)} |")
    cell = next(token for token in tokens if token.type == "inline" and token.content != "head")
    kinds = {child.type for child in cell.children or ()}
    assert kinds <= {"text", "text_special"}
    assert "".join(child.content for child in cell.children or ()) == reveal(text)


@pytest.mark.parametrize(
    "text",
    ["# head", "- item", "+ item", "1. item", "2) item", "> quote", "    code", "```", "a\n\n---\n\nb", "| a |", "___"],
)
def test_no_text_begins_a_block(text: str) -> None:
    tokens = _tokens(markdown.escape_markdown(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert "".join(t.content for t in tokens if t.type.startswith("text")) == " ".join(text.split())


def test_names_with_underscores_and_figures_with_signs_stay_legible() -> None:
    assert markdown.escape_markdown("baseline_again -3.1 %") == "baseline_again -3.1 %"
    assert markdown.escape_markdown("-3.1 %") == "-3.1 %"


@pytest.mark.parametrize("text", sample.HOSTILE)
def test_a_report_of_hostile_texts_holds_no_html_and_only_our_links(text: str) -> None:
    tokens = _tokens(markdown.render_report(sample.hostile_report(text)))
    assert not {"html_inline", "html_block", "image", "code_inline", "fence", "code_block"} & {t.type for t in tokens}
    links = [token.attrGet("href") for token in tokens if token.type == "link_open"]
    assert links == ["./report.html", "./decision.json"]


@pytest.mark.parametrize(
    "report", [sample.report(), sample.bare_report(), sample.infinite_report(), sample.hostile_report("a | b")]
)
def test_tables_are_tables_and_unknown_figures_are_words(report: Report) -> None:
    text = markdown.render_report(report)
    tables = [re.findall(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("|")]
    assert all(len(bars) >= 3 for bars in tables)
    assert text.count("| --- |") >= 3
    assert sum(token.type == "table_open" for token in _tokens(text)) == len(re.findall(r"(?m)^\| ---", text))
    assert UNKNOWN.findall(text) == []


def test_the_verdict_comes_first() -> None:
    lines = markdown.render_report(sample.report()).splitlines()
    assert lines[0] == "# INSUFFICIENT EVIDENCE: llama-awq in place of production"
    assert lines[2].startswith("**G3 is unresolved")


def test_every_section_has_its_words() -> None:
    words = _words(markdown.render_report(sample.report()))
    for expected in (
        "98 more examples",
        "at most 0.597 %",
        "not applicable",
        "-3.3 points",
        "2.9 %",
        "two",
        "Balanced",
    ):
        assert expected in words


def test_what_is_not_there_is_missing() -> None:
    text = markdown.render_report(sample.bare_report())
    assert "**missing**" in text
    assert "missing: no validity check was run." in text
    assert "hashes: missing" in text


def test_the_index_keeps_the_given_order() -> None:
    text = markdown.render_index([sample.decision(experiment_id="b"), sample.decision(experiment_id="a")])
    assert re.findall(r"\]\((.*?)\)", text) == ["./b/report.md", "./a/report.md"]
    assert markdown.render_index(()).endswith("missing: no decision was made yet.\n")
