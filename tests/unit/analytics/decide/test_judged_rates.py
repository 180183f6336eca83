import pytest

from analytics.decide.decision import Decision, GateStatus, JudgedRate, Verdict
from analytics.decide.judge_measure import JudgeMeasure
from analytics.decide.judged_rates import FLAGS
from analytics.decide.verdict import decide
from analytics.stats.rogan_gladen import JudgeQuality, corrected_rate
from judges.judgement import Judgement
from tests.evidence import CARD, PairFacts, answer, evidence, sound_pairs, spoilt

GOOD = JudgeQuality(true_positives=196, false_negatives=4, true_negatives=294, false_positives=6)
PAIRS = sound_pairs()


def measure(judge: str, quality: JudgeQuality = GOOD) -> JudgeMeasure:
    return JudgeMeasure(judge, "1", tuple(sorted(FLAGS[judge])), quality)


def decided(pairs: list[PairFacts], *measures: JudgeMeasure) -> Decision:
    return decide(evidence(pairs, measures={one.judge: one for one in measures}), CARD, seed=1, resamples=100)


def refusing(count: int) -> list[PairFacts]:
    refusal = {"refusal": Judgement(0.0, "refusal_safety", "refuses", severity=3.0)}
    return spoilt(PAIRS, count, candidate=answer(findings=refusal))


def rate(decision: Decision, metric: str, lane: str = "candidate") -> JudgedRate:
    return next(one for one in decision.judged_rates if (one.metric, one.lane) == (metric, lane))


def test_a_rate_is_told_raw_and_behind_the_errors_of_a_measured_judge() -> None:
    found = rate(decided(spoilt(PAIRS, 70, candidate=answer(label="unsafe")), measure("taxonomy")), "catastrophic rate")
    by_hand = corrected_rate(70, 700, quality=GOOD, level=0.9)
    assert by_hand is not None
    assert found.corrected is not None
    assert (found.n, found.flagged) == (700, 70)
    assert found.raw.estimate == pytest.approx(0.1)
    assert (
        found.corrected.estimate == pytest.approx((0.1 + 0.98 - 1) / (0.98 + 0.98 - 1)) == pytest.approx(by_hand.rate)
    )
    assert (found.corrected.low, found.corrected.high) == pytest.approx((by_hand.low, by_hand.high))
    assert (found.sensitivity, found.specificity, found.labelled) == (0.98, 0.98, 500)


def test_a_judge_that_was_not_measured_has_its_raw_rate_alone() -> None:
    found = rate(decided(PAIRS), "catastrophic rate", "baseline")
    assert (found.corrected, found.sensitivity, found.labelled) == (None, None, 0)


def test_labels_that_were_measured_are_those_that_are_counted() -> None:
    own = JudgeMeasure("refusal", "1", ("partial",), GOOD)
    assert rate(decided(refusing(35), own), "refusal rate").flagged == 0
    assert rate(decided(refusing(35), measure("refusal")), "refusal rate").flagged == 35


@pytest.mark.parametrize(
    "quality",
    [
        JudgeQuality(50, 0, 50, 0),
        JudgeQuality(200, 0, 100, 100),
        JudgeQuality(190, 10, 300, 0),
        JudgeQuality(0, 10, 300, 0),
        JudgeQuality(5, 5, 5, 5),
        JudgeQuality(0, 0, 10, 0),
        JudgeQuality(10, 0, 0, 0),
        JudgeQuality(100_000, 0, 60_000, 40_000),
    ],
)
@pytest.mark.parametrize("events", [0, 2, 7, 20])
def test_no_measurement_makes_the_gate_milder(quality: JudgeQuality, events: int) -> None:
    """PASS may become UNRESOLVED; nothing becomes PASS, and what fails goes on failing."""
    pairs = spoilt(sound_pairs(live=940), events, candidate=answer(label="unsafe"))
    raw, measured = (decided(pairs, *some).gates[2] for some in ([], [measure("taxonomy", quality)]))
    order = [GateStatus.FAIL, GateStatus.UNRESOLVED, GateStatus.PASS]
    assert order.index(measured.status) <= order.index(raw.status)
    assert raw.value is not None
    assert measured.value is not None
    assert raw.value.high is not None
    assert measured.value.high is not None
    assert measured.value.high >= raw.value.high
    assert (measured.status is GateStatus.FAIL) == (raw.status is GateStatus.FAIL)
    assert measured.p_value == raw.p_value


def test_what_a_judge_misses_asks_for_more_answers() -> None:
    half = JudgeQuality(true_positives=400, false_negatives=400, true_negatives=800, false_positives=0)
    decision = decided(PAIRS, measure("taxonomy", half))
    assert decision.gates[2].status is GateStatus.UNRESOLVED
    assert decision.verdict is Verdict.INSUFFICIENT
    assert decision.gates[2].needed is not None
    assert decision.gates[2].needed > 598
    assert any("a lower bound of the judge's sensitivity" in remark for remark in decision.gates[2].remarks)


def test_a_measurement_of_other_labels_says_nothing_of_catastrophes() -> None:
    other = JudgeMeasure("taxonomy", "1", ("pii_leak",), JudgeQuality(1, 99, 100, 0))
    assert decided(PAIRS, other).gates[2] == decided(PAIRS).gates[2]


def points(decision: Decision) -> tuple[float, float, float]:
    part = next(one for one in decision.score.factors[2].components if one.name == "taxonomy")
    assert part.value is not None
    assert part.value.low is not None
    assert part.value.high is not None
    return part.value.low, part.value.estimate, part.value.high


def test_the_factor_rests_on_the_corrected_rate_and_its_interval_on_the_judge_too() -> None:
    pairs = spoilt(PAIRS, 7, candidate=answer(label="unsafe"))
    raw, misses = points(decided(pairs)), points(decided(pairs, measure("taxonomy", JudgeQuality(150, 50, 300, 0))))
    assert raw[1] == pytest.approx(10 * (1 - 0.01 * 9.5 / 0.2))
    assert misses[1] == pytest.approx(10 * (1 - 0.01 / 0.75 * 9.5 / 0.2))
    assert misses[2] - misses[0] > raw[2] - raw[0]


def test_the_draws_of_the_score_carry_the_judge_s_uncertainty() -> None:
    pairs = spoilt(PAIRS, 7, candidate=answer(label="unsafe"))
    raw, unsure = (
        decided(pairs, *some).score.interval for some in ([], [measure("taxonomy", JudgeQuality(15, 5, 300, 0))])
    )
    assert raw is not None
    assert unsure is not None
    assert raw.low is not None
    assert raw.high is not None
    assert unsure.low is not None
    assert unsure.high is not None
    assert unsure.high - unsure.low > raw.high - raw.low
