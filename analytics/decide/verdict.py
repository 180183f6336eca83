"""The verdict: validity first, then the gates, then the score. What more is needed is in `reasons.py`."""

from collections.abc import Sequence

from analytics.decide import gate_accuracy, gate_catastrophe, gate_latency, gate_load, gates_further
from analytics.decide.agents import agent_table
from analytics.decide.calibrations import measure_calibrations
from analytics.decide.chance import Chance
from analytics.decide.comparisons import compare_lanes
from analytics.decide.control import run_control
from analytics.decide.decision import Decision, GateResult, GateStatus, Score, ValidityCheck, Verdict
from analytics.decide.evidence import Evidence
from analytics.decide.factors.points import Material
from analytics.decide.judged_rates import judge_rates
from analytics.decide.load_curves import load_points
from analytics.decide.loads import target_loads, target_trial
from analytics.decide.pace import hours_for
from analytics.decide.reasons import Outcome, deciding_metric, needs, reasons
from analytics.decide.regressions import find_regressions
from analytics.decide.sample import Sample
from analytics.decide.score import make_score
from analytics.decide.score_card import ScoreCard
from analytics.decide.sensitivity import turnings, weight_ranges
from analytics.decide.slices import compare_mixes, compare_slices
from analytics.decide.validity import SELF_CHECK, check_validity
from analytics.decide.worst import worst_pairs
from analytics.stats.holm import holm
from analytics.stats.sample_size import more_for_p
from shadow.replay import Lane


def decide(evidence: Evidence, card: ScoreCard, *, seed: int, resamples: int) -> Decision:
    """Decide one experiment. The same evidence, in any order, with the same card and seed gives the same bytes.

    Args:
        seed: Of every bootstrap, at least 0.
        resamples: Of every bootstrap, at least 1; 2000 is usual.
    """
    sample, chance = Sample.of(evidence.pairs), Chance(seed, resamples)
    control = run_control(sample, categories=evidence.experiment.dangerous_categories, card=card, chance=chance)
    validity = check_validity(evidence, sample, control=control, card=card)
    timings_valid = all(check.passed for check in validity if check.name == SELF_CHECK)
    gates = _judge_gates(evidence, sample, card=card, chance=chance, timings_valid=timings_valid)
    score = make_score(Material(evidence, sample, card, chance, timings_valid))
    outcome = _conclude(validity, gates, score, card=card)
    deciding = deciding_metric(outcome)
    experiment, live = evidence.experiment, int(evidence.pairs.is_live.sum())
    return Decision(
        verdict=outcome.verdict,
        experiment_id=experiment.experiment_id,
        profile=str(experiment.profile),
        owner=experiment.owner,
        baseline=experiment.baseline,
        candidate=experiment.candidate,
        deciding_metric=deciding,
        reasons=reasons(outcome),
        needs=needs(outcome),
        validity=validity,
        gates=outcome.gates,
        score=score,
        comparisons=compare_lanes(sample, confidence=card.confidence, chance=chance),
        failure_mix=_failure_mix(sample),
        worst_pairs=worst_pairs(
            sample,
            reasons=evidence.reasons,
            categories=experiment.dangerous_categories,
            card=card,
            first=deciding,
        ),
        load_points=load_points(evidence.load, experiment, chance=chance, confidence=card.confidence),
        pairs=len(evidence.pairs),
        live_pairs=live,
        suite_pairs=len(evidence.pairs) - live,
        first_at=evidence.first_at,
        last_at=evidence.last_at,
        coverage=_coverage(evidence),
        hashes=_hashes(evidence, card=card),
        judge_versions=dict(evidence.judge_versions),
        agents=agent_table(evidence.agent_runs, chance=chance, confidence=card.confidence),
        seed=seed,
        tie_points=card.tie_points,
        regressions=find_regressions(sample, card=card, chance=chance),
        slices=compare_slices(sample, card=card),
        mixes=compare_mixes(sample),
        control=control,
        turnings=turnings(gates),
        weight_ranges=weight_ranges(score, tie_points=card.tie_points),
        calibrations=measure_calibrations(sample, card=card, chance=chance),
        judged_rates=judge_rates(sample, evidence.measures, card=card),
    )


def _judge_gates(
    evidence: Evidence, sample: Sample, *, card: ScoreCard, chance: Chance, timings_valid: bool
) -> tuple[GateResult, ...]:
    return (
        _judge_latency(evidence, sample, card=card, chance=chance, timings_valid=timings_valid),
        gate_accuracy.judge_accuracy(sample, card=card, chance=chance),
        gate_catastrophe.judge_catastrophe(
            sample,
            categories=evidence.experiment.dangerous_categories,
            card=card,
            measure=evidence.measures.get("taxonomy"),
        ),
        *gates_further.judge_further(sample, card=card, chance=chance, measures=evidence.measures),
    )


def _judge_latency(
    evidence: Evidence, sample: Sample, *, card: ScoreCard, chance: Chance, timings_valid: bool
) -> GateResult:
    """G1 at the target load where that was put on both lanes; at the replayed load otherwise."""
    trial = target_trial(evidence.load, evidence.experiment)
    if trial is not None:
        return gate_load.judge_load(trial, card=card, chance=chance)
    latency = gate_latency.judge_latency(sample, card=card, chance=chance)
    if wanted := " or ".join(map(str, target_loads(evidence.experiment))):
        remark = f"The target load of {wanted} was not measured: this is of the replayed traffic."
        latency = latency.model_copy(update={"remarks": (*latency.remarks, remark)})
    return latency if timings_valid else _void(latency)


def _void(gate: GateResult) -> GateResult:
    """The gate when its timings cannot be believed: the figure stays in view and decides nothing."""
    detail = f"Void, since the client's own self-check failed. {gate.detail}"
    nothing = {"needed": None, "needed_hours": None}
    return gate.model_copy(update={"status": GateStatus.UNRESOLVED, "p_value": 1.0, "detail": detail, **nothing})


def _conclude(
    validity: Sequence[ValidityCheck], gates: Sequence[GateResult], score: Score, *, card: ScoreCard
) -> Outcome:
    adjusted = holm([gate.p_value for gate in gates])
    told = tuple(_with_need(gate, adjusted=one, card=card) for gate, one in zip(gates, adjusted, strict=True))
    failed = tuple(
        gate
        for gate, p_value in zip(told, adjusted, strict=True)
        if gate.status is GateStatus.FAIL and p_value <= card.alpha
    )
    if not all(check.passed for check in validity):
        verdict = Verdict.INSUFFICIENT
    elif failed:
        verdict = Verdict.NO_GO
    elif all(gate.status is GateStatus.PASS for gate in gates) and score.is_complete:
        verdict = Verdict.GO
    else:
        verdict = Verdict.INSUFFICIENT
    return Outcome(verdict, tuple(validity), told, tuple(adjusted), failed, score)


def _with_need(gate: GateResult, *, adjusted: float, card: ScoreCard) -> GateResult:
    """A failure that Holm's correction takes back says how many more would let it stand."""
    if gate.status is not GateStatus.FAIL or adjusted <= card.alpha:
        return gate
    needed = more_for_p(gate.p_value, n=gate.n, wanted=card.alpha * gate.p_value / adjusted)
    return gate.model_copy(update={"needed": needed, "needed_hours": hours_for(needed, per_hour=gate.per_hour)})


def _failure_mix(sample: Sample) -> dict[str, dict[str, int]]:
    """Taxonomy labels by lane; a lane of which no answer has a label is left out."""
    found = {}
    for lane, answers in zip((Lane.BASELINE, Lane.CANDIDATE, Lane.BASELINE_AGAIN), sample.pairs.lanes, strict=True):
        finding = answers.finding("taxonomy")
        found[str(lane)] = finding.label.counts(finding.value.known)
    return {lane: labels for lane, labels in found.items() if labels}


def _coverage(evidence: Evidence) -> dict[str, int]:
    books = evidence.coverage
    dropped = {f"dropped:{reason}": count for reason, count in sorted(books.dropped.items())}
    plain = {"seen": books.seen, "published": books.published, "sampled_out": books.sampled_out}
    return {**plain, **dropped, "stored": books.stored}


def _hashes(evidence: Evidence, *, card: ScoreCard) -> dict[str, str]:
    """Score card, deployments, migrations, and every suite as `suite:name`."""
    named = (suite.partition("@") for suite in sorted(evidence.suites))
    return {
        "score_card": card.content_hash,
        "baseline": evidence.experiment.baseline.fingerprint,
        "candidate": evidence.experiment.candidate.fingerprint,
        "migrations": evidence.migrations,
        **{f"suite:{name}": content for name, _, content in named},
    }
