from dataclasses import replace

import pytest

from analytics.decide.chance import Chance
from analytics.decide.decision import GateResult, GateStatus
from analytics.decide.gate_latency import judge_latency
from analytics.decide.score_card import load_score_card
from tests.evidence import PairFacts, answer, failed, pair, sample_of, spoilt

CARD = load_score_card("default")
SLOW = answer(ttft_ms=500.0)


def judge(pairs: list[PairFacts]) -> GateResult:
    return judge_latency(sample_of(pairs), card=CARD, chance=Chance(1, 500))


def with_slow(count: int, *, n: int) -> GateResult:
    return judge(spoilt([pair(number) for number in range(n)], count, candidate=SLOW))


@pytest.mark.parametrize(
    ("slow", "n", "status"),
    [
        (16, 500, GateStatus.PASS),
        (17, 500, GateStatus.UNRESOLVED),
        (33, 500, GateStatus.UNRESOLVED),
        (34, 500, GateStatus.FAIL),
        (0, 59, GateStatus.PASS),
        (0, 58, GateStatus.UNRESOLVED),
        (38, 1000, GateStatus.PASS),
        (39, 1000, GateStatus.UNRESOLVED),
        (62, 1000, GateStatus.UNRESOLVED),
        (63, 1000, GateStatus.FAIL),
    ],
)
def test_the_gate_turns_exactly_where_the_binomial_test_does(slow: int, n: int, status: GateStatus) -> None:
    gate = with_slow(slow, n=n)
    assert (gate.status, gate.events, gate.n) == (status, slow, n)


def test_failed_requests_count_as_slow() -> None:
    gate = judge(spoilt([pair(number) for number in range(500)], 34, candidate=failed()))
    assert gate.status is GateStatus.FAIL
    assert "34 failed" in gate.detail


def test_a_p95_among_failed_requests_is_said_in_words_and_is_no_number() -> None:
    gate = judge([pair(number, candidate=failed(number)) for number in range(100)])
    assert gate.value is None
    assert "infinite" in gate.detail


def test_a_bound_that_is_infinite_is_none_and_said_so() -> None:
    gate = with_slow(0, n=58)
    assert gate.value is not None
    assert gate.value.high is None
    assert "upper bound is infinite" in gate.detail
    assert gate.needed == 1


def test_slow_requests_that_come_in_one_burst_do_not_pass() -> None:
    pairs = [pair(number, candidate=answer(number, ttft_ms=900.0 if number < 16 else 200.0)) for number in range(500)]
    gate = judge(pairs)
    assert gate.status is GateStatus.UNRESOLVED
    assert gate.needed is None


def test_requests_of_one_block_do_not_pass() -> None:
    gate = judge([pair(number, candidate=answer(0)) for number in range(100)])
    assert gate.status is GateStatus.UNRESOLVED
    assert "All requests lie within 10 s" in gate.remarks[1]


def test_void_timings_are_left_out_and_counted() -> None:
    void = replace(SLOW, void_reason="self-check: lag")
    gate = judge(spoilt([pair(number) for number in range(500)], 100, candidate=void))
    assert (gate.n, gate.events) == (400, 0)
    assert any("100 requests are left out" in remark for remark in gate.remarks)


def test_embeddings_are_not_failures() -> None:
    silent = [pair(900 + n, candidate=answer(n, ttft_ms=None), baseline=answer(n, ttft_ms=None)) for n in range(30)]
    gate = judge([pair(number) for number in range(100)] + silent)
    assert (gate.n, gate.events) == (100, 0)
    assert any("30 live pairs are left out" in remark for remark in gate.remarks)


def test_an_empty_answer_where_the_baseline_spoke_is_a_failure() -> None:
    gate = judge([pair(number, candidate=answer(number, ttft_ms=None)) for number in range(100)])
    assert gate.events == 100


def test_without_requests_it_is_unresolved_and_asks_for_59() -> None:
    gate = judge([])
    assert (gate.status, gate.value, gate.needed, gate.p_value) == (GateStatus.UNRESOLVED, None, 59, 1.0)
