from dataclasses import replace
from typing import Any

import pytest

from analytics.decide.evidence import Coverage, Evidence, LaneBooks, SelfChecks
from analytics.decide.sample import Sample
from analytics.decide.score_card import load_score_card
from analytics.decide.validity import SELF_CHECK, check_validity
from shadow.replay import ReplayOutcome
from tests.evidence import answer, evidence, failed, pair, sound_pairs, spoilt, suite_pair

CARD = load_score_card("default")
PAIRS = sound_pairs(live=300, suite=40)


def broken(found: Evidence) -> list[str]:
    return [
        check.name
        for check in check_validity(found, Sample.of(found.pairs), control=None, card=CARD)
        if not check.passed
    ]


def test_sound_evidence_passes_every_check() -> None:
    assert broken(evidence(PAIRS)) == []


def books(**missing: int) -> LaneBooks:
    return LaneBooks(consumed=340, dispositions={}, missing=missing)


CLEAN = Coverage(seen=303, published=300, sampled_out=2, dropped={"too_large": 1}, stored=300)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"coverage": replace(CLEAN, seen=304)}, "capture ledger is balanced"),
        ({"coverage": replace(CLEAN, stored=299)}, "capture ledger is balanced"),
        ({"books": books(baseline=2, candidate=2)}, "pairs are complete"),
        ({"books": books(exchange=10)}, "pairs are complete"),
        ({"self_checks": SelfChecks(windows=0, passed=0, reasons={})}, SELF_CHECK),
        ({"judge_failures": {"refusal": 11}}, "judges judged"),
    ],
)
def test_one_thing_spoilt_breaks_its_check_alone(changes: dict[str, Any], name: str) -> None:
    assert broken(evidence(PAIRS, **changes)) == [name]


def test_a_few_missing_pairs_are_forgiven() -> None:
    assert broken(evidence(PAIRS, books=books(baseline=1, candidate=1))) == []


def test_replays_missing_in_one_lane_alone_are_tied_to_it() -> None:
    many = sound_pairs(live=2000)
    coverage = Coverage(seen=2000, published=2000, sampled_out=0, dropped={}, stored=2000)
    assert broken(evidence(many, coverage=coverage, books=books(candidate=10))) == [
        "missing replays are not tied to a lane"
    ]


def test_replays_that_were_not_sent_are_missing_and_failed_ones_are_outcomes() -> None:
    unsent = spoilt(PAIRS, 20, candidate=failed(outcome=ReplayOutcome.NOT_SENT))
    assert broken(evidence(unsent)) == ["pairs are complete", "missing replays are not tied to a lane"]
    assert broken(evidence(spoilt(PAIRS, 100, candidate=failed()))) == []


def test_a_tenth_of_void_timings_is_the_most() -> None:
    void = answer(void_reason="self-check: lag")
    assert broken(evidence(spoilt(PAIRS, 34, candidate=void))) == []
    assert broken(evidence(spoilt(PAIRS, 35, candidate=void))) == [SELF_CHECK]


def test_one_pair_with_unequal_parameters_is_too_many() -> None:
    assert broken(evidence(spoilt(PAIRS, 1, candidate=answer(parameters_hash="0" * 32)))) == [
        "lanes got equal parameters"
    ]


CONTROL = "A/A control finds the baseline equal to itself"


def test_a_baseline_that_differs_from_itself_breaks_the_control() -> None:
    unlike = [replace(one, baseline_again=answer(label="empty")) if n < 12 else one for n, one in enumerate(PAIRS)]
    assert broken(evidence(unlike)) == [CONTROL]


def test_a_baseline_that_wavers_both_ways_keeps_the_control() -> None:
    wavering = [
        replace(one, baseline_again=answer(label="empty"))
        if n < 12
        else replace(one, baseline=answer(label="empty"))
        if n < 24
        else one
        for n, one in enumerate(PAIRS)
    ]
    assert broken(evidence(wavering)) == []


def test_without_the_second_baseline_there_is_no_control() -> None:
    alone = [replace(one, baseline_again=None) if n >= 7 else one for n, one in enumerate(PAIRS)]
    assert broken(evidence(alone)) == [CONTROL]


def test_answers_that_nobody_judged_are_told() -> None:
    bare = replace(answer(), findings={})
    unjudged = [replace(one, candidate=bare) if n < 40 else one for n, one in enumerate(PAIRS)]
    assert broken(evidence(unjudged)) == ["judges judged"]


def test_suite_checks_of_the_control_are_compared_too() -> None:
    suite = [
        replace(suite_pair(1000 + n), baseline_again=suite_pair(1000 + n, candidate=n >= 12).candidate)
        for n in range(40)
    ]
    assert broken(evidence([pair(n) for n in range(300)] + suite)) == [CONTROL]
