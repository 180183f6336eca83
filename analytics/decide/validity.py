"""Preconditions of any verdict: whether the evidence may be believed at all."""

from collections import Counter
from collections.abc import Callable

from analytics.decide.decision import ValidityCheck
from analytics.decide.evidence import Answer, Evidence, PairFacts
from analytics.decide.sample import Sample, severity_of, value_of
from analytics.decide.score_card import ScoreCard
from analytics.stats.holm import holm
from analytics.stats.mcnemar import mcnemar_p
from shadow.replay import Lane, ReplayOutcome

SELF_CHECK = "self-check of the client (timings only)"
"""Name of the check that concerns timings alone: when it fails, G1 is void and the other gates stand."""

_LANES = (str(Lane.BASELINE), str(Lane.CANDIDATE))


def check_validity(evidence: Evidence, sample: Sample, *, card: ScoreCard) -> tuple[ValidityCheck, ...]:
    """Every check in its fixed order."""
    return (
        _check_coverage(evidence),
        _check_completeness(evidence, card=card),
        _check_missingness(evidence, card=card),
        _check_client(evidence, sample, card=card),
        _check_parameters(evidence),
        _check_control(sample, card=card),
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
    complete = sum(_was_sent(pair.baseline) and _was_sent(pair.candidate) for pair in evidence.pairs)
    passed = wanted > 0 and complete >= card.validity.completeness_ratio * wanted
    share = f" ({complete / wanted:.2%})" if wanted else ""
    detail = f"{complete} of {wanted} wanted pairs{share}; at least {card.validity.completeness_ratio:.0%} are needed."
    return ValidityCheck(name="pairs are complete", passed=passed, detail=detail)


def _check_missingness(evidence: Evidence, *, card: ScoreCard) -> ValidityCheck:
    """Only replays that were never made are missing; one that failed is an outcome, and the gates count it."""
    missing = Counter({lane: evidence.books.missing.get(lane, 0) for lane in _LANES})
    for pair in evidence.pairs:
        sent = _was_sent(pair.baseline), _was_sent(pair.candidate)
        missing[Lane.BASELINE] += sent == (False, True)
        missing[Lane.CANDIDATE] += sent == (True, False)
    p_value = mcnemar_p(missing[Lane.BASELINE], missing[Lane.CANDIDATE])
    detail = (
        f"Only the baseline is missing in {missing[Lane.BASELINE]} pairs, only the candidate in "
        f"{missing[Lane.CANDIDATE]}; exact McNemar p {p_value:.4g}."
    )
    passed = p_value >= card.validity.missing_alpha
    return ValidityCheck(name="missing replays are not tied to a lane", passed=passed, detail=detail)


def _check_client(evidence: Evidence, sample: Sample, *, card: ScoreCard) -> ValidityCheck:
    void = sum(bool(pair.candidate.void_reason) for pair in sample.pairs)
    checks, wanted = evidence.self_checks, len(sample.pairs)
    passed = checks.windows > 0 and void <= card.validity.void_share * wanted
    reasons = "; ".join(f"{count} x {reason}" for reason, count in sorted(checks.reasons.items()))
    detail = (
        f"{checks.passed} of {checks.windows} windows passed; {void} of {wanted} candidate timings are void, "
        f"{card.validity.void_share:.0%} may be.{f' Failed: {reasons}.' if reasons else ''}"
    )
    return ValidityCheck(name=SELF_CHECK, passed=passed, detail=detail)


def _check_parameters(evidence: Evidence) -> ValidityCheck:
    unequal = sum(len({lane.parameters_hash for lane in _lanes(pair)}) > 1 for pair in evidence.pairs)
    detail = f"{unequal} of {len(evidence.pairs)} pairs were sent with unequal parameters."
    return ValidityCheck(name="lanes got equal parameters", passed=unequal == 0, detail=detail)


def _check_control(sample: Sample, *, card: ScoreCard) -> ValidityCheck:
    """The baseline against itself: on the suite's checks and on taxonomy failures, Holm over the two."""
    drawn = sum(pair.baseline_again is not None for pair in sample.pairs)
    accuracy = _differing(sample.pairs, lambda answer: value_of(answer, "suite_check"))
    failures = _differing(sample.pairs, _is_sound)
    p_values = holm([mcnemar_p(*accuracy), mcnemar_p(*failures)])
    name = "A/A control finds the baseline equal to itself"
    if drawn < card.validity.control_pairs:
        detail = f"{drawn} pairs have the A/A lane; at least {card.validity.control_pairs} are needed to tell anything."
        return ValidityCheck(name=name, passed=False, detail=detail)
    detail = (
        f"Over {drawn} pairs the two baselines differ on {sum(accuracy)} suite checks (p {p_values[0]:.4g}) and on "
        f"{sum(failures)} failure labels (p {p_values[1]:.4g})."
    )
    return ValidityCheck(name=name, passed=min(p_values) >= card.validity.control_alpha, detail=detail)


def _check_judges(evidence: Evidence, sample: Sample, *, card: ScoreCard) -> ValidityCheck:
    answers = sum(len(_lanes(pair)) for pair in evidence.pairs)
    sent = [pair.candidate for pair in sample.pairs if _was_sent(pair.candidate)]
    unlabelled = sum(severity_of(answer) is None for answer in sent)
    most = card.validity.judge_failure_share
    failed = {judge: count for judge, count in sorted(evidence.judge_failures.items()) if count > most * answers}
    passed = bool(sent) and not failed and unlabelled <= most * len(sent)
    broken = ", ".join(f"{judge} on {count} of {answers}" for judge, count in failed.items())
    detail = (
        f"{unlabelled} of {len(sent)} candidate answers have no failure label; {most:.0%} may."
        f"{f' Judges that broke too often: {broken}.' if broken else ''}"
    )
    return ValidityCheck(name="judges judged", passed=passed, detail=detail)


def _lanes(pair: PairFacts) -> list[Answer]:
    return [lane for lane in (pair.baseline, pair.candidate, pair.baseline_again) if lane is not None]


def _was_sent(answer: Answer) -> bool:
    return answer.outcome is not ReplayOutcome.NOT_SENT


def _is_sound(answer: Answer | None) -> float | None:
    severity = severity_of(answer)
    return None if severity is None else float(severity == 0)


def _differing(pairs: tuple[PairFacts, ...], value: Callable[[Answer | None], float | None]) -> tuple[int, int]:
    """Pairs on which only the first baseline did well, and only the second."""
    both = [
        (first, second)
        for pair in pairs
        if (first := value(pair.baseline)) is not None and (second := value(pair.baseline_again)) is not None
    ]
    return sum(first > second for first, second in both), sum(second > first for first, second in both)
