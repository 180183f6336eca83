import pytest
from pydantic import ValidationError

from analytics.decide.score_card import load_score_card
from analytics.planning.plan import Expectations, Plan, Volume, make_plan
from shadow.deployment import Deployment

_CARD = load_score_card("default")


def _plan(expectations: Expectations | None = None, volume: Volume | None = None, **more: object) -> Plan:
    arms = more.get("arms")
    assert arms is None or isinstance(arms, tuple)
    return make_plan(
        expectations or Expectations(), volume or Volume(), card=_CARD, dangerous=("billing", "medical"), arms=arms
    )


def _examples(plan: Plan, gate: str) -> list[int | None]:
    return [need.examples for need in plan.needs if need.gate == gate]


def _arm(name: str, **price: float) -> Deployment:
    return Deployment.model_validate({"deployment_id": name, "base_url": "http://127.0.0.1", "model": name} | price)


def test_each_dangerous_category_needs_its_own_598_answers_without_a_failure() -> None:
    assert _examples(_plan(), "G3") == [598, 598]


def test_a_category_of_a_tenth_of_traffic_takes_ten_times_as_long() -> None:
    plan = _plan(volume=Volume(requests_per_hour=100, sample_ratio=0.5, category_shares={"billing": 0.1}))
    assert [need.hours for need in plan.needs if need.gate == "G3"] == [pytest.approx(598 / (100 * 0.5 * 0.1)), 0.0]
    assert plan.hours == pytest.approx(119.6)


def test_the_replays_are_those_of_all_lanes() -> None:
    volume = Volume(requests_per_hour=1_000, again_ratio=0.2)
    plan = _plan(volume=volume)
    (slow,) = _examples(plan, "G1")
    asked = sum(need.examples or 0 for need in plan.needs if need.gate in {"G2", "G3"})
    assert slow is not None
    assert plan.replays == pytest.approx((slow + asked) * 2.2, abs=1)


def test_what_lies_on_a_limit_is_never_shown() -> None:
    plan = _plan(Expectations(catastrophic_share=0.005))
    assert _examples(plan, "G3") == [None, None]
    assert not plan.is_possible
    assert plan.replays is None


def test_a_candidate_at_seventy_per_cent_of_the_baseline_is_never_shown() -> None:
    plan = _plan(Expectations(baseline_accuracy=0.8, candidate_accuracy=0.56, agreement=0.7))
    assert _examples(plan, "G2") == [None]


def test_accuracies_and_agreement_that_cannot_all_be_are_refused() -> None:
    with pytest.raises(ValidationError, match="must be answered rightly by one lane alone"):
        Expectations(baseline_accuracy=0.9, candidate_accuracy=0.8, agreement=0.99)


def test_prices_by_token_and_by_gpu_hour() -> None:
    volume = Volume(again_ratio=0.0, tokens_per_request=2_000, seconds_per_request=3.6, concurrency=10)
    arms = (_arm("b", price_usd_per_million_tokens=5), _arm("c", price_usd_per_gpu_hour=2))
    plan = _plan(volume=volume, arms=arms)
    assert plan.replays is not None
    assert plan.usd == pytest.approx(plan.replays / 2 * (0.01 + 0.0002))
    assert _plan(volume=volume, arms=(_arm("b"), _arm("c"))).usd is None


def test_a_plan_survives_json() -> None:
    plan = _plan()
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
