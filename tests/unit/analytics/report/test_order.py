from analytics.decide.decision import Decision, Interval, Score
from analytics.report.order import explain_order
from tests.unit.analytics.report.sample import decision, gates


def _scored(points: float, *, verdict: str = "GO") -> Decision:
    return decision(verdict=verdict, score=Score(factors=(), low=points, high=points))


def _because(ranked: list[Decision]) -> list[str]:
    return [place.because for place in explain_order(ranked, tie_points=0.3)]


def _drawn(points: float, *draws: float) -> Decision:
    interval = Interval(estimate=points, low=min(draws), high=max(draws))
    return decision(verdict="GO", score=Score(factors=(), low=points, high=points, interval=interval, draws=draws))


def test_a_tie_is_broken_by_the_profile_and_said_to_be_one() -> None:
    assert _because([_scored(7.8), _scored(8.0), _scored(7.6)]) == [
        "a GO; ties with 1 more within 0.3 points",
        "not the lower P95 time to first token; ties with 1 more within 0.3 points",
        "fewer points, whatever the weights",
    ]


def test_a_verdict_stands_before_points() -> None:
    assert _because([_scored(5.0), _scored(9.0, verdict="NO-GO")]) == ["a GO", "a gate fails"]


def test_an_answer_that_is_open_stands_between() -> None:
    insufficient = decision(gates=gates()[:1], score=Score(factors=(), low=2, high=2))
    assert _because([insufficient, _scored(9.0, verdict="NO-GO")])[0] == "no GO, and no gate fails"


def test_nobody_has_no_order() -> None:
    assert explain_order([]) == []


def test_a_lead_is_told_with_its_interval_and_whether_chance_explains_it() -> None:
    first, second, third = explain_order([_drawn(8, 7, 8, 9), _drawn(7, 6, 7, 8), _drawn(7, 6.5, 7, 7.2)])
    assert first.points == "8.0 (by chance 7.0 to 9.0)"
    assert first.ahead == "points over the next: +1 (+1 to +1), beyond chance; ahead in 100 % of the draws"
    assert "not beyond chance; ahead in 50 % of the draws" in second.ahead
    assert third.ahead == ""


def test_candidates_that_were_not_drawn_alike_have_no_lead() -> None:
    other = _drawn(7, 6, 7, 8).model_copy(update={"seed": 99})
    assert "not known" in explain_order([_drawn(8, 7, 8, 9), other])[0].ahead
