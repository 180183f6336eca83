"""What counts as a claim that can be looked up, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.claims import bare_url, dates_of, read_claims


def kinds(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in read_claims(text):
        found.setdefault(one.kind, []).append(text[one.start : one.end].strip())
    return found


def test_every_kind_is_found_once_and_in_its_place() -> None:
    text = (
        'The fee is $42.50, or 12 %, since 3 May 2024. As Vermeer et al. (2019) put it, "nobody reads the small '
        'print twice", see https://example.org/fees and RFC 2606. Contact our colleague Hilde Baert.'
    )
    assert kinds(text) == {
        "number": ["$42.50", "12 %"],
        "date": ["3 May 2024"],
        "citation": ["Vermeer et al. (2019)", "RFC 2606"],
        "quote": ['"nobody reads the small print twice"'],
        "url": ["https://example.org/fees"],
        "name": ["Hilde Baert"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "There are 3 options. The first is good.",
        "1. Open the lid\n2. Close the lid",
        "```\nfetch('https://example.org', 4711)\n```",
        "**Battery Life:** good enough. **Screen:** bright.",
        "On Monday we open. In May it rains.",
        'She said "yes" twice.',
        "In the Summer of love, nothing.",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert read_claims(text) == [] or set(kinds(text)) <= {"name"}


def test_dates_in_several_writings_are_the_same() -> None:
    assert dates_of("2024-05-03") == dates_of("3 May 2024") == dates_of("May 3rd, 2024") == {(2024, 5, 3)}
    assert dates_of("on 3 May") == {(0, 5, 3)}
    assert dates_of("3. Mai 2024") == {(2024, 5, 3)}


def test_a_name_at_the_head_of_a_sentence_is_not_told_from_a_word() -> None:
    assert "name" not in kinds("Lamps are bright.")
    assert kinds("We met Zbigniew there.")["name"] == ["Zbigniew"]


def test_an_address_has_one_form() -> None:
    assert bare_url("https://www.Example.org/A/.") == bare_url("example.org/a")


@given(
    st.lists(st.sampled_from(["May", "march ", "5", "12", ",", " ", "2024", "-", "of ", "th", ".", "x"])).map("".join)
)
def test_dates_are_those_that_the_pattern_finds_when_it_is_tried_everywhere(text: str) -> None:
    """Where folding changes the length, places are not known and the pattern is tried everywhere."""
    assert dates_of(text) == dates_of(f"\u00df {text}")
