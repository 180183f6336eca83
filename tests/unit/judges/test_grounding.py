"""Unsupported claims are told, with their places; without grounds the judge abstains; it never says hallucination."""

from typing import Any

import pytest

from judges.claims import read_claims
from judges.grounding import Grounding, overlap, read_source
from judges.judgement import Abstained, Case
from shadow.replay import Lane
from tests.records import exchange, replay
from tests.unit.judges.cases import asked, baseline_case, case, judged, live_case

CONTEXT = (
    "Answer from this text. The lamp Aurora weighs 2.4 kg, costs 149 euros and ships from Ghent within 3 days. "
    'It was designed by Mieke Claes in 2019. The manual says: "never cover the lamp with any cloth". '
    "Warranty lasts until 12 March 2027; see lamps.example.org/aurora for details. Returns are free within 30 days."
)


def grounded(answer: str, reference: str = "The lamp weighs 2.4 kg and ships from Ghent.", **fields: Any) -> Case:
    return case(answer, reference, request=asked(CONTEXT + " What about the lamp?", **fields))


@pytest.mark.parametrize(
    "answer",
    [
        "The lamp weighs 2.4 kg and costs 149 euros.",
        "The Aurora costs €149; Mieke Claes designed the lamp.",
        "Warranty lasts until March 12, 2027, details are at https://lamps.example.org/aurora.",
        'The manual says "never cover the lamp with any cloth".',
        "Returns of the lamp are free for 30 days.",
        "The lamp ships from Ghent.",
    ],
)
def test_what_the_request_says_is_supported(answer: str) -> None:
    found = judged(Grounding(), grounded(answer))
    assert (found.label, found.value) == ("supported", 1.0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("The lamp weighs 3.7 kg and ships from Ghent.", "3.7"),
        ("The lamp costs 249 euros.", "249"),
        ("Warranty of the lamp lasts until 21 March 2027.", "21 March 2027"),
        ("The lamp ships from Ghent, see https://aurora-lamps.com/manual.", "https://aurora-lamps.com/manual"),
        ('The manual of the lamp says "you may cover the lamp with a cloth".', '"you may cover the lamp with a cloth"'),
        ("The lamp was designed by Pieter Goossens.", "Pieter Goossens"),
        ("The lamp is safe, as Janssens et al. (2021) show.", "Janssens et al. (2021)"),
    ],
)
def test_what_nobody_gave_is_unsupported_with_its_place(answer: str, words: str) -> None:
    found = judged(Grounding(), grounded(answer))
    assert found.label == "unsupported"
    assert found.value < 1
    assert words in [answer[span.start : span.end].strip() for span in found.spans]
    assert "hallucination" not in found.reason


def test_what_the_baseline_says_as_well_is_shared() -> None:
    found = judged(Grounding(), grounded("The lamp has 5000 lumen.", "The lamp gives 5000 lumen."))
    assert (found.label, found.severity) == ("shared", 0.0)


def test_results_of_tools_are_grounds() -> None:
    messages = [
        {"role": "user", "content": "Where is my parcel?"},
        {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "track", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": '{"city": "Antwerp", "eta": "2026-11-30", "weight": 12.5}'},
    ]
    request = {"model": "m", "messages": messages}
    right = "It is in Antwerp, weighs 12.5 kg and arrives on 30 November 2026."
    assert judged(Grounding(), case(right, right, request=request)).label == "supported"
    wrong = "It is in Antwerp and arrives on 29 November 2026."
    assert judged(Grounding(), case(wrong, right, request=request)).label == "unsupported"


def test_without_grounds_it_abstains_but_for_citations_that_the_baseline_lacks() -> None:
    request = asked("Is coffee healthy?")
    assert isinstance(Grounding().judge_batch([case("Up to 400 mg a day.", request=request)])[0], Abstained)
    invented = case("Yes, as Verhulst and Maes (2018) show.", "Yes, in moderation.", request=request)
    assert judged(Grounding(), invented).label == "unsupported"
    own = replay(text="As Verhulst and Maes (2018) show.", lane=Lane.BASELINE)
    assert isinstance(Grounding().judge_batch([Case(exchange(request=request), own, own)])[0], Abstained)


def test_live_replies_and_empty_texts_are_not_judged() -> None:
    found = Grounding().judge_batch([live_case(), baseline_case(" ")])
    assert all(isinstance(one, Abstained) for one in found)


def test_a_source_bears_out_sums_roundings_and_abbreviations() -> None:
    source = read_source("12.50 and 7.25 and 3.14159 and 5 mln and three")
    for text in ("a total of 19.75", "about 3.14", "some 5,000,000 people"):
        (claim,) = read_claims(text)
        assert source.holds(claim)
    (claim,) = read_claims("a total of 19.80")
    assert not source.holds(claim)


def test_overlap_is_of_content_words() -> None:
    assert overlap("the lamp of the shop", given="a lamp in a shop") == 1
    assert overlap("the of and", given="lamp") == 0
