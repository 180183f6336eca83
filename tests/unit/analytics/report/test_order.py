from analytics.decide.decision import Decision, Score
from analytics.report.order import explain_order
from tests.unit.analytics.report.sample import decision, gates


def _scored(points: float, *, verdict: str = "GO") -> Decision:
    return decision(verdict=verdict, score=Score(factors=(), low=points, high=points))


def test_a_tie_is_broken_by_the_profile_and_said_to_be_one() -> None:
    reasons = explain_order([_scored(7.8), _scored(8.0), _scored(7.6)], tie_points=0.3)
    assert reasons == [
        "a GO; ties with 1 more within 0.3 points",
        "not the lower P95 time to first token; ties with 1 more within 0.3 points",
        "fewer points, whatever the weights",
    ]


def test_a_verdict_stands_before_points() -> None:
    assert explain_order([_scored(5.0), _scored(9.0, verdict="NO-GO")], tie_points=0.3) == [
        "a GO",
        "a gate fails",
    ]


def test_an_answer_that_is_open_stands_between() -> None:
    insufficient = decision(gates=gates()[:1], score=Score(factors=(), low=2, high=2))
    assert explain_order([insufficient, _scored(9.0, verdict="NO-GO")])[0] == "no GO, and no gate fails"


def test_nobody_has_no_order() -> None:
    assert explain_order([]) == []
