import pytest

from analytics.decide.chance import Chance
from analytics.decide.decision import Component, Score
from analytics.decide.evidence import Evidence
from analytics.decide.factors.points import Material
from analytics.decide.sample import Sample
from analytics.decide.score import make_score, missing_components
from analytics.decide.score_card import ScoreCard
from tests.evidence import CARD, answer, evidence, pair, sound_pairs, spoilt, trial
from tests.records import deployment

BARE = CARD.model_copy(update={"not_applicable": {}})


def score_of(found: Evidence, *, card: ScoreCard = CARD, timings_valid: bool = True) -> Score:
    return make_score(Material(found, Sample.of(found.pairs), card, Chance(1, 200), timings_valid))


def part(score: Score, name: str) -> Component:
    return next(part for factor in score.factors for part in factor.components if part.name == name)


def points(score: Score, name: str) -> float:
    value = part(score, name).value
    assert value is not None
    return value.estimate


@pytest.mark.parametrize(
    ("ttft_ms", "worth"), [(100.0, 10.0), (500.0, 3.0103), (1000.0, 0.0), (50.0, 10.0), (4000.0, 0.0)]
)
def test_latency_is_logarithmic_between_its_anchors(ttft_ms: float, worth: float) -> None:
    score = score_of(evidence([pair(n, candidate=answer(n, ttft_ms=ttft_ms)) for n in range(100)]))
    assert points(score, "latency") == pytest.approx(worth, abs=1e-4)


def test_twice_the_tokens_per_second_is_ten_and_the_same_is_five() -> None:
    fast = score_of(evidence([pair(n, candidate=answer(n, e2e_ms=500.0)) for n in range(100)]))
    same = score_of(evidence([pair(n) for n in range(100)]))
    assert (points(fast, "throughput"), points(same, "throughput")) == (10.0, 5.0)


def test_half_the_weights_are_ten_points_and_undeclared_ones_are_missing() -> None:
    undeclared = trial(candidate=deployment("candidate"))
    assert points(score_of(evidence()), "memory") == 10.0
    assert part(score_of(evidence(experiment=undeclared)), "memory").value is None


def test_a_mean_severity_of_a_tenth_is_five_points() -> None:
    pairs = spoilt([pair(n) for n in range(600)], 10, candidate=answer(label="empty"))
    assert points(score_of(evidence(pairs)), "taxonomy") == pytest.approx(5.0)


def test_the_tail_is_missing_below_299_answers() -> None:
    assert part(score_of(evidence([pair(n) for n in range(298)])), "P99 severity").value is None
    assert points(score_of(evidence([pair(n) for n in range(299)])), "P99 severity") == 10.0


def test_void_timings_leave_latency_and_throughput_missing() -> None:
    score = score_of(evidence(), timings_valid=False)
    assert [one.name for one in missing_components(score)] == ["latency", "throughput"]
    assert score.high - score.low == pytest.approx(0.25 * 10 * 2 / 3)


def test_what_is_missing_opens_the_score_and_what_is_not_applicable_does_not() -> None:
    declared, bare = score_of(evidence()), score_of(evidence(), card=BARE)
    assert declared.is_complete
    assert declared.low == declared.high
    assert not bare.is_complete
    assert bare.high - bare.low == pytest.approx(0.3 * 2 + 0.25 * 10 / 3 + 0.2 * 5)


def test_shares_of_what_is_not_applicable_go_to_the_rest() -> None:
    for factor in score_of(evidence()).factors:
        assert sum(one.share for one in factor.components) == pytest.approx(1.0)


def test_a_factor_without_applicable_components_gives_its_weight_to_the_others() -> None:
    card = CARD.model_copy(update={"not_applicable": {**CARD.not_applicable, "tool calls": "no tools"}})
    score = score_of(evidence(), card=card)
    assert [round(factor.weight, 6) for factor in score.factors] == [0.3125, 0.375, 0.3125, 0.0]
    assert score.is_complete


def test_points_have_bounds_in_their_order() -> None:
    pairs = spoilt(sound_pairs(), 25, candidate=answer(label="refusal_safety", ttft_ms=700.0))
    for factor in score_of(evidence(pairs)).factors:
        for one in factor.components:
            if one.value is not None:
                assert one.value.low is not None
                assert one.value.high is not None
                assert 0 <= one.value.low <= one.value.estimate <= one.value.high <= 10
