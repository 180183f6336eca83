from itertools import product

import pytest

from analytics.decide.decision import Decision
from analytics.decide.sensitivity import order_turns_at, turnings, weight_ranges, weight_to_move, weights_at_equality
from analytics.decide.verdict import decide
from tests.evidence import CARD, answer, evidence, sound_pairs, spoilt

BASE = decide(evidence(), CARD, seed=1, resamples=50)


def test_a_gate_that_passes_turns_at_its_upper_bound_and_one_that_fails_at_its_lower() -> None:
    sound = decide(evidence(), CARD, seed=1, resamples=50)
    slow = decide(evidence(spoilt(sound_pairs(), 70, candidate=answer(ttft_ms=900.0))), CARD, seed=1, resamples=50)
    first, second, third = turnings(sound.gates)
    assert first.turns_at == sound.gates[0].value.high if sound.gates[0].value else None
    assert second.turns_at is not None
    assert second.turns_at >= second.threshold
    assert third.turns_at is not None
    assert third.turns_at < third.threshold
    failing = turnings(slow.gates)[0]
    assert failing.turns_at is not None
    assert failing.turns_at >= failing.threshold


def test_a_lead_of_one_factor_goes_with_that_factors_weight() -> None:
    assert weight_to_move([0.25, 0.30, 0.25, 0.20], [2.0, 0.0, 0.0, -1.0]) == pytest.approx(0.3 / 3)
    assert weight_to_move([0.5, 0.5], [1.0, 1.0]) is None
    assert weight_to_move([0.5, 0.5], [1.0, -1.0]) == 0.0


@pytest.mark.parametrize("lead", [(2.0, 1.0, -3.0), (0.5, 4.0, -0.2), (1.0, 1.0, -0.1)])
def test_no_smaller_move_on_a_grid_does_it(lead: tuple[float, float, float]) -> None:
    weights, step = (0.4, 0.4, 0.2), 0.01
    found = weight_to_move(weights, lead)
    assert found is not None
    grid = [(a * step, b * step, 1 - (a + b) * step) for a, b in product(range(101), range(101)) if a + b <= 100]
    moves = [
        sum(abs(one - was) for one, was in zip(new, weights, strict=True)) / 2
        for new in grid
        if sum(weight * points for weight, points in zip(new, lead, strict=True)) <= 1e-12
    ]
    assert found <= min(moves) + 1e-9
    assert found >= min(moves) - 2 * step


def scored(*points: float) -> Decision:
    """A decision with these points of the four factors and the usual weights."""
    factors = tuple(
        one.model_copy(update={"low": point, "weight": weight})
        for one, point, weight in zip(BASE.score.factors, points, (0.25, 0.30, 0.25, 0.20), strict=True)
    )
    low = sum(one.weight * one.low for one in factors)
    return BASE.model_copy(update={"score": BASE.score.model_copy(update={"factors": factors, "low": low})})


def moved(decision: Decision, place: int, weight: float) -> float:
    """The points with one weight changed and the others in proportion."""
    factors = decision.score.factors
    rest = sum(one.weight for at, one in enumerate(factors) if at != place)
    return sum(
        one.low * (weight if at == place else one.weight / rest * (1 - weight)) for at, one in enumerate(factors)
    )


def test_at_the_ends_of_its_range_a_weight_has_moved_the_points_by_a_tie() -> None:
    decision = scored(9, 7, 8, 2)
    for place, found in enumerate(weight_ranges(decision.score, tie_points=0.3)):
        ends = [abs(moved(decision, place, end) - decision.score.low) for end in (found.low, found.high)]
        inside = [end for end, weight in zip(ends, (found.low, found.high), strict=True) if 0 < weight < 1]
        assert inside == pytest.approx([0.3] * len(inside))
        assert max(ends) <= 0.3 + 1e-9
        assert moved(decision, place, 0) == pytest.approx(found.points_at_none)


def test_equal_factors_may_have_any_weights() -> None:
    assert {(one.low, one.high) for one in weight_ranges(scored(7, 7, 7, 7).score, tie_points=0.3)} == {(0, 1)}


def test_a_decision_carries_the_range_of_every_weight() -> None:
    assert [one.factor for one in BASE.weight_ranges] == [one.name for one in BASE.score.factors]
    assert all(one.low <= one.weight <= one.high for one in BASE.weight_ranges)


def test_two_candidates_have_equal_points_at_the_weights_that_are_told() -> None:
    upper, lower = scored(9, 9, 5, 5), scored(5, 5, 9.5, 5)
    found = weights_at_equality(upper, lower)
    places = {one.name: place for place, one in enumerate(upper.score.factors)}
    assert set(found) == {"task accuracy", "failure profile"}
    for name, (_, then) in found.items():
        assert moved(upper, places[name], then) == pytest.approx(moved(lower, places[name], then))
    assert weights_at_equality(scored(9, 9, 9, 9), scored(5, 5, 5, 5)) == {}


def test_an_order_turns_when_enough_weight_moves_between_factors() -> None:
    assert order_turns_at(scored(9, 9, 5, 5), scored(5, 5, 9, 5)) == pytest.approx(1.2 / 8)
    assert order_turns_at(scored(9, 9, 9, 9), scored(5, 5, 5, 5)) is None
