from dataclasses import replace
from datetime import timedelta
from typing import Any

from analytics.decide.loads import target_trial, trials_of, unresolved_reasons
from shadow.experiment import Experiment, Target
from shadow.load.level import Load, LoadLevel, Loop
from shadow.replay import Lane
from tests.loads import CHECK, closed_requests, load_level
from tests.records import deployment, experiment

FOUR = Load(Loop.CLOSED, 4.0)


def wanted(**target: Any) -> Experiment:
    return experiment(target=Target(**target))


def abba(run_id: str = "run", *, load: Load = FOUR, hours: int = 0, **changes: Any) -> list[LoadLevel]:
    lanes = (Lane.BASELINE, Lane.CANDIDATE, Lane.CANDIDATE, Lane.BASELINE)
    levels = []
    for number, lane in enumerate(lanes):
        level = load_level(lane=lane, number=number, load=load, fingerprint=deployment(lane).fingerprint, **changes)
        block = replace(level.block, run_id=run_id)
        levels.append(replace(level, block=block, started_at=level.started_at + timedelta(hours=hours)))
    return levels


def test_a_trial_has_the_blocks_of_both_lanes() -> None:
    trial = target_trial(abba(), wanted(concurrency=4))
    assert trial is not None
    assert [one.block.number for one in trial.candidate] == [1, 2]
    assert [one.block.number for one in trial.baseline] == [0, 3]


def test_another_load_than_the_target_is_no_evidence_for_it() -> None:
    assert target_trial(abba(), wanted(concurrency=8)) is None
    assert target_trial(abba(), wanted()) is None


def test_the_open_load_comes_first_where_both_are_targets() -> None:
    levels = [*abba(), *abba(load=Load(Loop.OPEN, 4.0))]
    trial = target_trial(levels, wanted(concurrency=4, requests_per_second=4.0))
    assert trial is not None
    assert trial.load.loop is Loop.OPEN


def test_the_last_run_counts_in_whatever_order_they_come() -> None:
    levels = [*abba("later", hours=2), *abba("earlier")]
    for order in (levels, levels[::-1]):
        (trial,) = trials_of(order, wanted())
        assert trial.run_id == "later"


def test_runs_are_never_mixed() -> None:
    half = [one for one in abba("later", hours=2) if one.lane is Lane.CANDIDATE]
    (trial,) = trials_of([*half, *abba("earlier")], wanted())
    assert trial.run_id == "earlier"
    assert {one.block.run_id for one in trial.candidate} == {"earlier"}


def test_what_another_deployment_answered_is_left_out() -> None:
    assert trials_of([replace(one, fingerprint="f" * 16) for one in abba()], wanted()) == ()


def test_a_sound_level_is_resolved() -> None:
    assert unresolved_reasons([load_level(), load_level(number=1)]) == ()


def test_why_a_level_decides_nothing_is_said() -> None:
    unsteady = load_level(unsteady_reason="completions drift")
    void = load_level(number=1, check=replace(CHECK, loop_lag_p99_ms=30.0))
    reasons = unresolved_reasons([unsteady, void])
    assert reasons[0].startswith("block 1 is void: event-loop lag")
    assert reasons[1] == "block 0 was not in steady state: completions drift"


def test_ten_requests_are_needed_for_each_in_flight() -> None:
    assert unresolved_reasons([load_level(closed_requests(40))]) == ("25 requests were kept, 40 are needed",)
    assert unresolved_reasons([load_level(closed_requests(40)), load_level(closed_requests(40), number=1)]) == ()
