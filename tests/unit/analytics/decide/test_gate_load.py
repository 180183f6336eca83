from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from analytics.decide.chance import Chance
from analytics.decide.decision import GateResult, GateStatus
from analytics.decide.gate_load import judge_load, server_share_within
from analytics.decide.loads import Trial
from shadow.load.level import LoadLevel, LoadRequest, ServerSide
from shadow.replay import Lane
from shadow.worker.histogram import Histogram
from tests.evidence import CARD
from tests.loads import failed_request, load_level, load_request


def block(n: int, *, beyond: int = 0, number: int = 0, together: bool = False, **changes: Any) -> LoadLevel:
    """A block of `n` kept requests, one each 0.2 s, `beyond` of them failed: spread out, or all at the end."""
    places = set(range(n - beyond, n)) if together else {place * n // max(beyond, 1) for place in range(beyond)}
    requests: list[LoadRequest] = []
    for place in range(n):
        make = failed_request if place in places else load_request
        requests.append(replace(make(place, sent_s=place * 0.2), kept=True))
    level = load_level(requests, number=number, **changes)
    return replace(level, requests=tuple(requests))


def judged(*levels: LoadLevel) -> GateResult:
    trial = Trial("run", levels[0].load, baseline=(load_level(lane=Lane.BASELINE),), candidate=tuple(levels))
    return judge_load(trial, card=CARD, chance=Chance(1, 500))


@pytest.mark.parametrize(
    ("beyond", "status"),
    [(16, GateStatus.PASS), (17, GateStatus.UNRESOLVED), (33, GateStatus.UNRESOLVED), (34, GateStatus.FAIL)],
)
def test_five_hundred_requests_decide_at_the_known_counts(beyond: int, status: GateStatus) -> None:
    gate = judged(block(500, beyond=beyond))
    assert gate.status is status
    assert (gate.n, gate.events) == (500, beyond)


def test_a_pass_says_p_and_the_load() -> None:
    gate = judged(block(250, beyond=8), block(250, beyond=8, number=1))
    assert gate.status is GateStatus.PASS
    assert "At 4 in flight (load run run), 16 of 500" in gate.detail
    assert any("p 0.03429" in remark for remark in gate.remarks)


def test_slow_requests_that_come_together_do_not_pass() -> None:
    assert judged(block(500, beyond=16, together=True)).status is GateStatus.UNRESOLVED


@pytest.mark.parametrize("beyond", [0, 100])
def test_a_level_not_in_steady_state_is_unresolved_whatever_it_shows(beyond: int) -> None:
    gate = judged(block(500, beyond=beyond, unsteady_reason="completions drift"))
    assert gate.status is GateStatus.UNRESOLVED
    assert gate.p_value == 1
    assert "steady state" in gate.remarks[0]


def told(within: int, total: int) -> ServerSide:
    return ServerSide(ttft=Histogram((0.25, 0.5, 1.0), (within // 2, within, total)))


def test_a_server_that_tells_otherwise_keeps_the_gate_from_passing() -> None:
    assert judged(block(500, server=told(495, 500))).status is GateStatus.PASS
    assert judged(block(500, server=told(470, 500))).status is GateStatus.UNRESOLVED


def shares(levels: Sequence[LoadLevel], limit_ms: float = 500) -> float | None:
    return server_share_within(levels, limit_ms=limit_ms)


def test_the_server_s_share_is_of_all_blocks_and_only_at_a_bound_of_its_histogram() -> None:
    levels = [block(5, server=told(90, 100)), block(5, server=told(100, 100), number=1)]
    assert shares(levels) == pytest.approx(0.95)
    assert shares(levels, 400) is None
    assert shares([levels[0], block(5)]) is None


def test_few_requests_say_how_many_more_are_needed() -> None:
    gate = judged(block(58))
    assert gate.status is GateStatus.UNRESOLVED
    assert gate.needed == 1
