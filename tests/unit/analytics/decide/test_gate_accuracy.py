import pytest

from analytics.decide.chance import Chance
from analytics.decide.decision import GateResult, GateStatus
from analytics.decide.gate_accuracy import judge_accuracy
from analytics.decide.score_card import load_score_card
from tests.evidence import PairFacts, pair, sample_of, suite_pair

CARD = load_score_card("default")


def judge(pairs: list[PairFacts]) -> GateResult:
    return judge_accuracy(sample_of(pairs), card=CARD, chance=Chance(1, 500))


def examples(right: int, *, n: int, baseline: int) -> list[PairFacts]:
    return [suite_pair(number, candidate=number < right, baseline=number < baseline) for number in range(n)]


def test_accuracy_like_the_baselines_passes() -> None:
    gate = judge(examples(70, n=100, baseline=72))
    assert gate.status is GateStatus.PASS
    assert gate.value is not None
    assert round(gate.value.estimate, 9) == round(70 / 72, 9)


def test_half_of_the_baselines_accuracy_fails() -> None:
    gate = judge(examples(40, n=100, baseline=90))
    assert gate.status is GateStatus.FAIL
    assert gate.p_value < 0.05
    assert gate.events == 50


def test_bounds_lie_on_the_side_of_the_threshold_that_the_status_says() -> None:
    passing, failing = judge(examples(70, n=100, baseline=72)).value, judge(examples(40, n=100, baseline=90)).value
    assert passing is not None
    assert failing is not None
    assert (passing.low or 0) >= 0.7 > (failing.high or 1)


def test_close_to_the_threshold_it_is_unresolved_and_says_how_many_more() -> None:
    gate = judge(examples(66, n=100, baseline=90))
    assert gate.status is GateStatus.UNRESOLVED
    assert gate.needed is not None
    assert gate.needed > 0


def test_fewer_than_twenty_examples_decide_nothing() -> None:
    gate = judge(examples(19, n=19, baseline=19))
    assert (gate.status, gate.needed, gate.p_value) == (GateStatus.UNRESOLVED, 1, 1.0)


def test_a_baseline_below_a_fifth_proves_nothing() -> None:
    gate = judge(examples(100, n=100, baseline=19))
    assert (gate.status, gate.needed) == (GateStatus.UNRESOLVED, None)
    assert "proves nothing" in gate.detail


def test_without_examples_it_is_unresolved() -> None:
    gate = judge([pair(1)])
    assert (gate.status, gate.value, gate.n, gate.needed) == (GateStatus.UNRESOLVED, None, 0, 20)


def test_an_example_checked_in_one_lane_only_is_not_counted() -> None:
    gate = judge([*examples(20, n=20, baseline=20), pair(99, suite="heldout@0123")])
    assert gate.n == 20


def test_a_loose_pass_still_prints_that_it_is_no_non_inferiority() -> None:
    gate = judge(examples(80, n=100, baseline=95))
    assert gate.status is GateStatus.PASS
    assert "is not shown" in gate.remarks[0]
    assert "only the baseline right on 15" in gate.remarks[1]


def test_duplicates_within_conversations_do_not_shrink_the_interval() -> None:
    once = [suite_pair(n, candidate=n < 66, conversation_id=f"c{n}") for n in range(100)]
    often = [suite_pair(n, candidate=n % 100 < 66, conversation_id=f"c{n % 100}") for n in range(500)]
    few, many = judge(once), judge(often)
    assert few.value is not None
    assert many.value is not None
    assert (many.value.low, many.value.high) == pytest.approx((few.value.low, few.value.high))
    assert many.status is few.status


def test_categories_weigh_as_in_production_and_a_flipped_sign_is_flagged() -> None:
    live = [pair(5_000 + n, category="hard" if n < 90 else "easy") for n in range(100)]
    easy = [suite_pair(n, category="easy", baseline=n >= 9) for n in range(90)]
    hard = [suite_pair(100 + n, category="hard", candidate=n >= 4) for n in range(10)]
    gate = judge([*live, *easy, *hard])
    assert gate.remarks[2] == "Categories weigh as in live traffic."
    assert "+5.0 points crude, -35.0 points standardised. The sign flips" in gate.remarks[3]


def test_categories_that_production_lacks_keep_the_weights_of_the_suite() -> None:
    gate = judge([pair(900), *examples(40, n=40, baseline=40)])
    assert "live traffic lacks" in gate.remarks[2]


def test_examples_that_were_asked_again_for_confidence_count_once() -> None:
    once = examples(70, n=100, baseline=72)
    again = [suite_pair(200 + number, suite="heldout@0123+logprobs", candidate=False) for number in range(100)]
    assert judge([*once, *again]).value == judge(once).value
