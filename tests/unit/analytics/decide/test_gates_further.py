from typing import Any

import pytest

from analytics.decide.decision import Decision, GateResult, GateStatus, Verdict
from analytics.decide.judge_measure import JudgeMeasure
from analytics.decide.judged_rates import FLAGS
from analytics.decide.score_card import Further, ScoreCard
from analytics.decide.verdict import decide
from analytics.stats.rogan_gladen import JudgeQuality
from judges.judgement import Judgement
from tests.evidence import CARD, PairFacts, answer, check, evidence, pair, sound_pairs, suite_pair

PAIRS = sound_pairs()
FITS, BROKEN = Judgement(1.0, "ok", "fits"), Judgement(0.0, "invalid", "does not fit", severity=5.0)
COMPLIES, REFUSES = Judgement(1.0, "compliance", "answers"), Judgement(0.0, "refusal_safety", "refuses", severity=3.0)


def card(**declared: Any) -> ScoreCard:
    return CARD.model_copy(update={"further": Further.model_validate(declared)})


def decided(pairs: list[PairFacts], declared: ScoreCard, *measures: JudgeMeasure) -> Decision:
    return decide(evidence(pairs, measures={one.judge: one for one in measures}), declared, seed=1, resamples=200)


def gate(decision: Decision) -> GateResult:
    return decision.gates[3]


def formatted(broken: int, *, n: int = 400) -> list[PairFacts]:
    return [
        pair(
            2000 + number,
            baseline=answer(number, findings={"json_format": FITS}),
            candidate=answer(number, findings={"json_format": BROKEN if number < broken else FITS}),
        )
        for number in range(n)
    ]


def asked(refused: int, *, n: int = 1000) -> list[PairFacts]:
    return [
        pair(
            2000 + number,
            baseline=answer(number, findings={"refusal": COMPLIES}),
            candidate=answer(number, findings={"refusal": REFUSES if number < refused else COMPLIES}),
        )
        for number in range(n)
    ]


def tooled(wrong: int, *, n: int = 200) -> list[PairFacts]:
    return [suite_pair(2000 + number, candidate=number >= wrong) for number in range(n)]


def leaking(count: int) -> list[PairFacts]:
    return [
        pair(2000 + n, category="chat", candidate=answer(n, label="pii_leak" if n < count else "ok"))
        for n in range(1400)
    ]


def test_none_is_judged_unless_it_is_declared() -> None:
    assert [one.gate for one in decided(PAIRS, CARD).gates] == ["G1", "G2", "G3"]
    assert card().content_hash == CARD.content_hash
    assert card(refusals={"most_rise": 0.02}).content_hash != CARD.content_hash


@pytest.mark.parametrize(
    ("declared", "pairs", "name", "status"),
    [
        ({"format_validity": {"most_drop": 0.02}}, formatted(0), "G4", GateStatus.PASS),
        ({"format_validity": {"most_drop": 0.02}}, formatted(40), "G4", GateStatus.FAIL),
        ({"format_validity": {"most_drop": 0.02}}, formatted(8), "G4", GateStatus.UNRESOLVED),
        ({"tool_calls": {"most_wrong": 0.1}}, tooled(0), "G5", GateStatus.PASS),
        ({"tool_calls": {"most_wrong": 0.1}}, tooled(60), "G5", GateStatus.FAIL),
        ({"tool_calls": {"most_wrong": 0.1}}, tooled(26), "G5", GateStatus.UNRESOLVED),
        ({"refusals": {"most_rise": 0.02}}, asked(0), "G6", GateStatus.PASS),
        ({"refusals": {"most_rise": 0.02}}, asked(60), "G6", GateStatus.FAIL),
        ({"refusals": {"most_rise": 0.02}}, asked(20), "G6", GateStatus.UNRESOLVED),
        ({"pii_leak": {"limit_share": 0.002}}, leaking(0), "G7", GateStatus.PASS),
        ({"pii_leak": {"limit_share": 0.002}}, leaking(20), "G7", GateStatus.FAIL),
        ({"pii_leak": {"limit_share": 0.002}}, leaking(4), "G7", GateStatus.UNRESOLVED),
    ],
)
def test_a_declared_gate_decides_by_its_bounds(
    declared: dict[str, Any], pairs: list[PairFacts], name: str, status: GateStatus
) -> None:
    decision = decided([*PAIRS, *pairs], card(**declared))
    assert (gate(decision).gate, gate(decision).status) == (name, status)
    assert {GateStatus.PASS: Verdict.GO, GateStatus.FAIL: Verdict.NO_GO}.get(
        status, Verdict.INSUFFICIENT
    ) is decision.verdict
    if status is GateStatus.UNRESOLVED:
        assert any(need.startswith(f"{name} ") for need in decision.needs)
    if status is GateStatus.FAIL:
        assert decision.deciding_metric.startswith(f"{name} ")
        assert [one.metric for one in decision.worst_pairs[:5]] == [decision.deciding_metric] * 5


def test_a_declared_gate_without_data_lets_nothing_pass() -> None:
    decision = decided(PAIRS, card(refusals={"most_rise": 0.02}))
    assert (gate(decision).status, gate(decision).n, gate(decision).needed) == (GateStatus.UNRESOLVED, 0, 20)
    assert decision.verdict is Verdict.INSUFFICIENT


def test_what_the_refusal_judge_misses_widens_the_bound_and_nothing_narrows_it() -> None:
    pairs = [*PAIRS, *asked(8)]
    declared = card(refusals={"most_rise": 0.02})
    poor = JudgeMeasure("refusal", "1", tuple(FLAGS["refusal"]), JudgeQuality(70, 30, 90, 10))
    raw, measured = gate(decided(pairs, declared)), gate(decided(pairs, declared, poor))
    assert (raw.status, measured.status) == (GateStatus.PASS, GateStatus.UNRESOLVED)
    assert raw.value is not None
    assert measured.value is not None
    assert raw.value.high is not None
    assert measured.value.high is not None
    assert measured.value.high > raw.value.high
    assert measured.p_value == raw.p_value


@pytest.mark.parametrize("name", ["format_validity", "tool_calls", "refusals", "pii_leak"])
def test_a_limit_that_is_no_share_is_refused(name: str) -> None:
    field = {"format_validity": "most_drop", "tool_calls": "most_wrong", "refusals": "most_rise"}.get(
        name, "limit_share"
    )
    for wrong in (0, 1, -0.1, "much"):
        with pytest.raises(ValueError, match=field):
            Further.model_validate({name: {field: wrong}})


def test_a_wrong_answer_to_a_question_without_tools_is_none_of_the_tools_gate() -> None:
    plain = [
        pair(
            3000 + number,
            category="chat",
            suite="heldout@0123",
            baseline=answer(number, findings=check(right=True)),
            candidate=answer(number, findings=check(right=False)),
        )
        for number in range(10)
    ]
    decision = decided([*PAIRS, *plain], card(tool_calls={"most_wrong": 0.1}))
    assert (gate(decision).n, gate(decision).events) == (60, 0)
