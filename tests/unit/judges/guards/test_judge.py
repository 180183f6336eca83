import pytest

from judges.guards.judge import SEVERITY, Guards, caught
from judges.judgement import Span
from shadow.replay import Lane
from tests.planted.pairs import CAUGHT, PASSED, planted
from tests.unit.judges.cases import (
    FAILURES,
    abstains,
    asked,
    baseline_case,
    calling,
    case,
    failed,
    judged,
    live_case,
)


@pytest.mark.parametrize("kind", CAUGHT)
def test_of_forty_planted_differences_at_least_nineteen_in_twenty_are_caught(kind: str) -> None:
    pairs = planted(kind)
    found = [any(caught(one.answer, reference=one.reference)) for one in pairs]
    assert len(pairs) >= 40
    assert sum(found) >= 0.95 * len(pairs)


@pytest.mark.parametrize("kind", PASSED)
def test_of_rewordings_at_most_one_in_twenty_is_flagged(kind: str) -> None:
    pairs = planted(kind)
    found = [any(caught(one.answer, reference=one.reference)) for one in pairs]
    assert sum(found) <= 0.05 * len(pairs)


def test_the_gravest_finding_names_the_label_and_all_are_told() -> None:
    found = judged(Guards(), case("You cannot pay 5 euros here.", "You can pay 6 euros here."))
    assert (found.value, found.label, found.severity) == (0.0, "negation", SEVERITY["negation"])
    assert found.reason == "caught: negation, number"
    assert [span.lane for span in found.spans] == [Lane.CANDIDATE, Lane.CANDIDATE]


def test_what_is_gone_is_shown_in_the_reference() -> None:
    reference = "Take the pills twice a day with water. However, consult a doctor first if you are pregnant."
    found = judged(Guards(), case("Take the pills twice a day with water.", reference))
    assert found.label in {"caveat", "half"}
    assert Span(Lane.BASELINE, "text", 39, len(reference)) in found.spans


def test_a_source_that_the_request_gives_is_not_invented() -> None:
    answer = "The tower is 90 m high, see https://example.org/tower for more."
    reference = "The tower is 90 m high."
    given = asked("How high is the tower? Use https://example.org/tower")
    assert judged(Guards(), case(answer, reference, request=given)).label == "ok"
    assert judged(Guards(), case(answer, reference)).label == "citation"


@pytest.mark.parametrize(
    "one",
    [
        baseline_case(),
        live_case(),
        case("", "text"),
        case("text", " "),
        case(calling(("f", "{}")), "text"),
        *(case(failed(outcome), "text") for outcome in FAILURES),
    ],
)
def test_nothing_to_compare_is_an_abstention(one: object) -> None:
    assert abstains(Guards(), one)  # type: ignore[arg-type]  # a case each


def test_equal_texts_agree() -> None:
    assert judged(Guards(), case("same", "same")).label == "ok"
