"""Preconditions of any verdict: whether the evidence may be believed at all."""

import numpy as np

from analytics.decide.columns import Figures
from analytics.decide.decision import Control, ValidityCheck
from analytics.decide.evidence import Answers, Evidence
from analytics.decide.pace import hours_for, live_per_hour
from analytics.decide.sample import Sample
from analytics.decide.score_card import ScoreCard
from analytics.stats.holm import holm
from analytics.stats.mcnemar import mcnemar_p
from shadow.replay import Lane

SELF_CHECK = "self-check of the client (timings only)"
"""Name of the check that concerns timings alone: when it fails, G1 is void and the other gates stand."""


def check_validity(
    evidence: Evidence, sample: Sample, *, control: Control | None, card: ScoreCard
) -> tuple[ValidityCheck, ...]:
    """Every check in its fixed order."""
    return (
        _check_coverage(evidence),
        _check_completeness(evidence, card=card),
        _check_missingness(evidence, card=card),
        _check_client(evidence, sample, card=card),
        _check_parameters(evidence),
        _check_control(sample, control=control, card=card),
        _check_judges(evidence, sample, card=card),
    )


def _check_coverage(evidence: Evidence) -> ValidityCheck:
    books = evidence.coverage
    dropped = sum(books.dropped.values())
    detail = (
        f"{books.seen} requests seen: {books.published} published, {books.sampled_out} sampled out, {dropped} dropped; "
        f"{books.stored} stored."
    )
    return ValidityCheck(name="capture ledger is balanced", passed=books.is_balanced, detail=detail)


def _check_completeness(evidence: Evidence, *, card: ScoreCard) -> ValidityCheck:
    absent = sum(count for lane, count in evidence.books.missing.items() if lane != Lane.BASELINE_AGAIN)
    wanted = len(evidence.pairs) + absent
    complete = int(np.sum(evidence.pairs.baseline.was_sent & evidence.pairs.candidate.was_sent))
    passed = wanted > 0 and complete >= card.validity.completeness_ratio * wanted
    share = f" ({complete / wanted:.2%})" if wanted else ""
    detail = f"{complete} of {wanted} wanted pairs{share}; at least {card.validity.completeness_ratio:.0%} are needed."
    if evidence.books.split:
        detail += f" {evidence.books.split} exchanges are left out: a deployment was another one when it answered."
    return ValidityCheck(name="pairs are complete", passed=passed, detail=detail)


def _check_missingness(evidence: Evidence, *, card: ScoreCard) -> ValidityCheck:
    """Only replays that were never made are missing; one that failed is an outcome, and the gates count it."""
    missing, baseline, candidate = evidence.books.missing, evidence.pairs.baseline, evidence.pairs.candidate
    first = missing.get(Lane.BASELINE, 0) + int(np.sum(candidate.was_sent & ~baseline.was_sent))
    second = missing.get(Lane.CANDIDATE, 0) + int(np.sum(baseline.was_sent & ~candidate.was_sent))
    p_value = mcnemar_p(first, second)
    detail = (
        f"Only the baseline is missing in {first} pairs, only the candidate in {second}; exact McNemar p {p_value:.4g}."
    )
    passed = p_value >= card.validity.missing_alpha
    return ValidityCheck(name="missing replays are not tied to a lane", passed=passed, detail=detail)


def _check_client(evidence: Evidence, sample: Sample, *, card: ScoreCard) -> ValidityCheck:
    void = int(sample.pairs.candidate.is_void.sum())
    checks, wanted = evidence.self_checks, len(sample)
    passed = checks.windows > 0 and void <= card.validity.void_share * wanted
    reasons = "; ".join(f"{count} x {reason}" for reason, count in sorted(checks.reasons.items()))
    detail = (
        f"{checks.passed} of {checks.windows} windows passed; {void} of {wanted} candidate timings are void, "
        f"{card.validity.void_share:.0%} may be.{f' Failed: {reasons}.' if reasons else ''}"
    )
    return ValidityCheck(name=SELF_CHECK, passed=passed, detail=detail)


def _check_parameters(evidence: Evidence) -> ValidityCheck:
    unequal = int(np.sum(~evidence.pairs.same_parameters))
    detail = f"{unequal} of {len(evidence.pairs)} pairs were sent with unequal parameters."
    return ValidityCheck(name="lanes got equal parameters", passed=unequal == 0, detail=detail)


def _check_control(sample: Sample, *, control: Control | None, card: ScoreCard) -> ValidityCheck:
    """The baseline against itself: suite checks and taxonomy failures, Holm over the two, and G2 as a whole."""
    baseline, again = sample.pairs.baseline, sample.pairs.baseline_again
    drawn = int(again.drawn.sum())
    accuracy = _differing(baseline.value("suite_check"), again.value("suite_check"))
    failures = _differing(_is_sound(baseline), _is_sound(again))
    p_values = holm([mcnemar_p(*accuracy), mcnemar_p(*failures)])
    name = "A/A control finds the baseline equal to itself"
    if drawn < card.validity.control_pairs:
        detail = f"{drawn} pairs have the A/A lane; at least {card.validity.control_pairs} are needed to tell anything."
        needed = card.validity.control_pairs - drawn
        hours = hours_for(needed, per_hour=live_per_hour(sample, again.drawn))
        return ValidityCheck(name=name, passed=False, detail=detail, needed=needed, needed_hours=hours)
    detail = (
        f"Over {drawn} pairs the two baselines differ on {sum(accuracy)} suite checks (p {p_values[0]:.4g}) and on "
        f"{sum(failures)} failure labels (p {p_values[1]:.4g})."
    )
    is_sound = control is None or control.is_sound
    if not is_sound:
        detail += " With the second baseline in the candidate's place G2 fails."
    passed = is_sound and min(p_values) >= card.validity.control_alpha
    return ValidityCheck(name=name, passed=passed, detail=detail)


def _check_judges(evidence: Evidence, sample: Sample, *, card: ScoreCard) -> ValidityCheck:
    answers = sum(int(lane.drawn.sum()) for lane in evidence.pairs.lanes)
    candidate = sample.pairs.candidate
    sent = int(candidate.was_sent.sum())
    unlabelled = int(np.sum(candidate.was_sent & ~candidate.severity.known))
    most = card.validity.judge_failure_share
    failed = {judge: count for judge, count in sorted(evidence.judge_failures.items()) if count > most * answers}
    passed = sent > 0 and not failed and unlabelled <= most * sent
    broken = ", ".join(f"{judge} on {count} of {answers}" for judge, count in failed.items())
    detail = (
        f"{unlabelled} of {sent} candidate answers have no failure label; {most:.0%} may."
        f"{f' Judges that broke too often: {broken}.' if broken else ''}"
    )
    return ValidityCheck(name="judges judged", passed=passed, detail=detail)


def _is_sound(answers: Answers) -> Figures:
    severity = answers.severity
    return Figures((severity.values == 0).astype(np.float64), severity.known)


def _differing(first: Figures, second: Figures) -> tuple[int, int]:
    """Pairs on which only the first baseline did well, and only the second."""
    gap = first - second
    return int(np.sum(gap.known & (gap.values > 0))), int(np.sum(gap.known & (gap.values < 0)))
