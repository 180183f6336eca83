import math
from dataclasses import replace
from typing import Any

import pytest

from analytics.decide.chance import Chance
from analytics.decide.decision import Component, GateStatus, Verdict
from analytics.decide.evidence import Evidence
from analytics.decide.factors.points import Material
from analytics.decide.sample import Sample
from analytics.decide.score import make_score
from analytics.decide.verdict import decide
from shadow.experiment import Target
from shadow.load.level import LoadLevel, ServerSide
from shadow.replay import Lane
from tests.evidence import CARD, evidence, trial
from tests.loads import closed_requests, load_level

EXPERIMENT = trial(target=Target(concurrency=4))


def level(lane: Lane, number: int, *, ttft_ms: float = 100.0, **changes: Any) -> LoadLevel:
    deployment = EXPERIMENT.candidate if lane is Lane.CANDIDATE else EXPERIMENT.baseline
    requests = closed_requests(400, ttft_ms=ttft_ms)
    return load_level(requests, lane=lane, number=number, fingerprint=deployment.fingerprint, **changes)


def loaded(*, baseline_ms: float = 100.0, candidate_ms: float = 100.0, **changes: Any) -> Evidence:
    """Sound evidence with one ABBA run at the target load; changes are of the candidate's blocks."""
    levels = (
        level(Lane.BASELINE, 0, ttft_ms=baseline_ms),
        *(level(Lane.CANDIDATE, number, ttft_ms=candidate_ms, **changes) for number in (1, 2)),
        level(Lane.BASELINE, 3, ttft_ms=baseline_ms),
    )
    return evidence(experiment=EXPERIMENT, load=levels)


def part(found: Evidence, name: str) -> Component:
    score = make_score(Material(found, Sample.of(found.pairs), CARD, Chance(1, 200), timings_valid=False))
    return next(one for factor in score.factors for one in factor.components if one.name == name)


def test_latency_is_of_the_load_even_where_live_timings_are_void() -> None:
    found = part(loaded(candidate_ms=500), "latency")
    assert found.value is not None
    assert found.value.estimate == pytest.approx(10 * math.log(2) / math.log(10), abs=0.01)
    assert found.note == "P95 time to first token at 4 in flight"


def test_throughput_is_of_the_steady_windows() -> None:
    found = part(loaded(baseline_ms=240, candidate_ms=100), "throughput")
    assert found.value is not None
    assert found.value.estimate == pytest.approx(5 + 5 * math.log2(280 / 140), abs=0.2)


def test_an_unresolved_load_leaves_latency_and_throughput_missing() -> None:
    found = loaded(unsteady_reason="completions drift")
    assert part(found, "latency").value is None
    assert "not in steady state" in part(found, "latency").note
    assert part(found, "throughput").value is None


def test_memory_counts_the_cache_where_its_bytes_are_declared() -> None:
    found = loaded(server=ServerSide(kv_peak_usage=1.0, kv_size_tokens=1_000_000))
    weights = part(found, "memory")
    assert weights.value is not None
    assert weights.value.estimate == pytest.approx(10)
    assert "1000000 against 250 tokens" in weights.note
    arms = {
        name: getattr(EXPERIMENT, name).model_copy(update={"kv_bytes_per_token": 8_000})
        for name in ("baseline", "candidate")
    }
    with_cache = part(replace(found, experiment=EXPERIMENT.model_copy(update=arms)), "memory")
    assert with_cache.value is not None
    assert with_cache.value.estimate == pytest.approx(5 + 5 * math.log2(16_002_000_000 / 16_000_000_000), abs=0.01)


def test_the_gate_is_judged_at_the_target_load_and_the_decision_has_the_curve() -> None:
    decision = decide(loaded(), CARD, seed=1, resamples=200)
    latency = decision.gates[0]
    assert latency.status is GateStatus.PASS
    assert "At 4 in flight" in latency.detail
    assert [(one.lane, one.amount) for one in decision.load_points] == [("baseline", 4.0), ("candidate", 4.0)]


def test_a_candidate_that_is_slow_under_load_is_a_no_go_however_fast_it_replays() -> None:
    decision = decide(loaded(candidate_ms=900), CARD, seed=1, resamples=200)
    assert decision.verdict is Verdict.NO_GO
    assert decision.deciding_metric == "G1 P95 TTFT"


def test_a_target_that_nobody_measured_is_said() -> None:
    decision = decide(evidence(experiment=EXPERIMENT), CARD, seed=1, resamples=200)
    assert any("target load of 4 in flight was not measured" in remark for remark in decision.gates[0].remarks)


def test_the_order_of_levels_changes_no_byte() -> None:
    found = loaded()
    turned = replace(found, load=found.load[::-1])
    assert decide(found, CARD, seed=1, resamples=50) == decide(turned, CARD, seed=1, resamples=50)
