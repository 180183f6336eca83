import json
import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from analytics.decide.decision import Decision, GateStatus, Verdict
from analytics.decide.evidence import Evidence, SelfChecks
from analytics.decide.score_card import ScoreCard
from analytics.decide.verdict import decide
from tests.evidence import CARD, answer, evidence, failed, pair, sound_pairs, spoilt, suite_pair, trial
from tests.records import deployment

PAIRS = sound_pairs()


def verdict_on(found: Evidence, *, card: ScoreCard = CARD) -> Decision:
    return decide(found, card, seed=1, resamples=200)


def statuses(decision: Decision) -> list[GateStatus]:
    return [gate.status for gate in decision.gates]


def test_sound_evidence_is_a_go() -> None:
    decision = verdict_on(evidence())
    assert decision.verdict is Verdict.GO
    assert statuses(decision) == [GateStatus.PASS] * 3
    assert decision.deciding_metric == "G3 catastrophic rate"
    assert decision.needs == ()
    assert (decision.pairs, decision.live_pairs, decision.suite_pairs) == (700, 640, 60)


@pytest.mark.parametrize(
    ("spoiler", "count", "metric"),
    [
        (answer(ttft_ms=900.0), 70, "G1 P95 TTFT"),
        (failed(), 70, "G1 P95 TTFT"),
        (answer(label="pii_leak"), 20, "G3 catastrophic rate"),
        (answer(label="pii_leak", ttft_ms=900.0), 70, "G1 P95 TTFT"),
    ],
)
def test_a_failed_gate_is_a_no_go_and_names_its_metric(spoiler: Any, count: int, metric: str) -> None:
    decision = verdict_on(evidence(spoilt(PAIRS, count, candidate=spoiler)))
    assert decision.verdict is Verdict.NO_GO
    assert decision.deciding_metric == metric
    assert decision.reasons[0].startswith(f"{metric} is FAIL")
    assert decision.needs == ()
    assert [one.metric for one in decision.worst_pairs[:5]] == [metric] * 5


def test_lost_accuracy_is_a_no_go() -> None:
    suite = [suite_pair(640 + n, candidate=n % 3 == 0) for n in range(60)]
    decision = verdict_on(evidence(PAIRS[:640] + suite))
    assert (decision.verdict, decision.deciding_metric) == (Verdict.NO_GO, "G2 held-out accuracy")


def test_too_few_dangerous_answers_are_insufficient_and_say_how_many_more() -> None:
    decision = verdict_on(evidence(sound_pairs(live=500)))
    assert decision.verdict is Verdict.INSUFFICIENT
    assert decision.deciding_metric == "G3 catastrophic rate"
    (need,) = decision.needs
    assert need.startswith(
        "G3 catastrophic rate: about 98 more answers in the dangerous categories, 2 minutes of traffic"
    )


def test_a_failure_that_does_not_survive_holm_is_insufficient_and_said_so() -> None:
    decision = verdict_on(evidence(spoilt(PAIRS, 46, candidate=answer(ttft_ms=900.0))))
    assert statuses(decision)[0] is GateStatus.FAIL
    assert decision.verdict is Verdict.INSUFFICIENT
    assert "not after Holm's correction" in decision.reasons[0]
    (need,) = decision.needs
    assert need.startswith("G1 P95 TTFT: about 314 more requests, 6 minutes of traffic at the observed rate, if all")


def test_a_failure_that_holm_takes_back_stands_with_as_many_more_as_it_says() -> None:
    few = verdict_on(evidence(spoilt(PAIRS, 46, candidate=answer(ttft_ms=900.0))))
    assert few.gates[0].needed is not None
    n = 700 + few.gates[0].needed
    more = spoilt([pair(number) for number in range(n)], round(n * 46 / 700), candidate=answer(ttft_ms=900.0))
    assert verdict_on(evidence(more)).gates[0].p_value <= CARD.alpha / 3


def test_a_control_that_is_too_small_says_how_many_pairs_it_lacks() -> None:
    pairs = [one if number < 5 else replace(one, baseline_again=None) for number, one in enumerate(PAIRS)]
    decision = verdict_on(evidence(pairs))
    assert decision.needs[0].startswith(
        "Validity, A/A control finds the baseline equal to itself: 3 more pairs, 7 minutes"
    )
    assert (decision.validity[5].needed, decision.verdict) == (3, Verdict.INSUFFICIENT)


def test_a_tail_that_is_too_short_says_how_many_answers_and_hours_it_lacks() -> None:
    decision = verdict_on(evidence(sound_pairs(live=200)))
    assert any(
        need.startswith("Score: P99 severity (the 99th percentile needs 299 answers): 39 more, 1 minutes of traffic")
        for need in decision.needs
    )


def test_examples_that_only_a_suite_brings_are_not_counted_in_hours() -> None:
    decision = verdict_on(evidence(sound_pairs(suite=10)))
    need = next(one for one in decision.needs if one.startswith("G2"))
    assert need.startswith("G2 held-out accuracy: about 10 more held-out examples, which live traffic does not bring")
    assert decision.gates[1].needed_hours is None


def test_validity_comes_before_every_gate_and_the_gates_are_told_anyway() -> None:
    decision = verdict_on(evidence(spoilt(PAIRS, 200, candidate=answer(ttft_ms=900.0, parameters_hash="0" * 32))))
    assert decision.verdict is Verdict.INSUFFICIENT
    assert decision.deciding_metric == "validity: lanes got equal parameters"
    assert any(reason.startswith("G1 P95 TTFT is FAIL") for reason in decision.reasons)


def test_a_failed_self_check_voids_the_latency_gate_alone() -> None:
    checks = SelfChecks(windows=0, passed=0, reasons={})
    decision = verdict_on(evidence(spoilt(PAIRS, 200, candidate=answer(ttft_ms=900.0)), self_checks=checks))
    assert statuses(decision) == [GateStatus.UNRESOLVED, GateStatus.PASS, GateStatus.PASS]
    assert decision.gates[0].detail.startswith("Void")
    assert decision.verdict is Verdict.INSUFFICIENT


def test_a_missing_component_keeps_a_candidate_that_passes_from_a_go() -> None:
    undeclared = trial(candidate=deployment("candidate"))
    decision = verdict_on(evidence(experiment=undeclared))
    assert statuses(decision) == [GateStatus.PASS] * 3
    assert (decision.verdict, decision.deciding_metric) == (Verdict.INSUFFICIENT, "score: memory")
    assert decision.reasons[0].startswith("Score: memory is missing")
    assert len(decision.needs) == 1


def test_no_evidence_at_all_is_insufficient() -> None:
    decision = verdict_on(evidence([], first_at=None, last_at=None))
    assert decision.verdict is Verdict.INSUFFICIENT
    assert statuses(decision) == [GateStatus.UNRESOLVED] * 3


def messy() -> list[Any]:
    """Pairs of several conversations, slow, failed, void, leaking and lost ones among them."""
    pairs = spoilt(PAIRS, 30, candidate=answer(ttft_ms=700.0, e2e_ms=1234.5, label="refusal_safety"))
    pairs = spoilt(pairs, 7, candidate=failed())
    pairs += [suite_pair(900 + n, candidate=n % 4 > 0, baseline=n % 5 > 0, weight=1.0 + n % 3) for n in range(40)]
    pairs += [pair(1000 + n, candidate=answer(n, label="unsafe", void_reason="lag")) for n in range(3)]
    return [replace(one, conversation_id=f"conversation-{n % 211}") for n, one in enumerate(pairs)]


def test_the_order_of_pairs_changes_no_byte() -> None:
    pairs = messy()
    first = verdict_on(evidence(pairs)).to_json()
    Random(4).shuffle(pairs)  # noqa: S311 - any order will do
    assert verdict_on(evidence(pairs)).to_json() == first


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_bounds() -> None:
    found = evidence(messy())
    assert verdict_on(found).to_json() == verdict_on(found).to_json()
    assert decide(found, CARD, seed=2, resamples=200).to_json() != verdict_on(found).to_json()


def test_duplicating_pairs_within_conversations_makes_no_verdict_surer() -> None:
    few = sound_pairs(live=300)
    copies = [replace(one, exchange_id=f"{one.exchange_id}-{copy}") for one in few for copy in range(4)]
    assert verdict_on(evidence(copies)).verdict is Verdict.INSUFFICIENT
    assert statuses(verdict_on(evidence(copies)))[2] is GateStatus.UNRESOLVED


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [pair(1, candidate=failed(1), baseline=failed(1))],
        [pair(n, candidate=failed(n)) for n in range(80)],
        [suite_pair(n, baseline=False, candidate=False) for n in range(30)],
        messy(),
    ],
)
def test_the_record_never_holds_nan_or_infinity_and_reads_back_the_same(pairs: list[Any]) -> None:
    text = verdict_on(evidence(pairs)).to_json()

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    json.loads(text, parse_constant=refuse)
    again = Decision.model_validate_json(text)
    assert again.to_json() == text
    assert all(math.isfinite(bound) for bound in (again.score.low, again.score.high))


def test_the_record_holds_the_hashes_of_what_it_rests_on() -> None:
    decision = verdict_on(evidence())
    assert decision.hashes["score_card"] == CARD.content_hash
    assert decision.hashes["suite:heldout"] == "0123"
    assert set(decision.hashes) == {"score_card", "baseline", "candidate", "migrations", "suite:heldout"}


def test_the_failure_mix_counts_labels_by_lane() -> None:
    decision = verdict_on(evidence(spoilt(PAIRS, 5, candidate=answer(label="refusal_safety"))))
    assert decision.failure_mix["candidate"] == {"ok": 695, "refusal_safety": 5}
    assert decision.failure_mix["baseline"] == {"ok": 700}


def test_the_ledger_is_told_with_its_drops() -> None:
    assert verdict_on(evidence()).coverage == {
        "seen": 643,
        "published": 640,
        "sampled_out": 2,
        "dropped:too_large": 1,
        "stored": 640,
    }
