from datetime import timedelta
from typing import Any

import pytest

from proxy.exchange import Door
from shadow.worker.halt import Halt, HaltReason
from shadow.worker.sieve import REPLAYED, Disposition, Sieve, dropped_by
from tests.records import NOON, exchange, experiment

HOUR = timedelta(hours=1)


def sieve(*, max_behind: timedelta | None = HOUR, **changes: Any) -> Sieve:
    return Sieve(experiment(**changes), max_behind=max_behind, clock=lambda: NOON)


def test_what_is_older_than_the_bound_is_skipped_and_counted() -> None:
    strainer = sieve()
    assert strainer.sort(exchange(captured_at=NOON - HOUR)) is REPLAYED
    late = exchange(captured_at=NOON - HOUR - timedelta(seconds=1))
    assert strainer.sort(late) == Disposition("dropped", "too_old")
    assert sieve(max_behind=None).sort(late) is REPLAYED


@pytest.mark.parametrize("changes", [{"suite": "held@1"}, {"door": Door.IMPORT}])
def test_suites_and_imports_are_no_backlog(changes: dict[str, Any]) -> None:
    assert sieve().sort(exchange(captured_at=NOON - 100 * HOUR, **changes)) is REPLAYED


def test_history_that_the_experiment_asks_for_is_replayed_from_there() -> None:
    strainer = sieve(replay_from=NOON - 10 * HOUR)
    assert strainer.sort(exchange(captured_at=NOON - 9 * HOUR)) is REPLAYED
    assert strainer.sort(exchange(captured_at=NOON - 11 * HOUR)) == Disposition("sampled_out", "before_start")


def test_the_draw_of_capture_decides_the_sample_and_a_floor_overrules_it() -> None:
    strainer = sieve(sample_ratio=0.5)
    assert strainer.sort(exchange(captured_at=NOON, draw=0.49)) is REPLAYED
    assert strainer.sort(exchange(captured_at=NOON, draw=0.51)) == Disposition("sampled_out", "ratio")
    assert strainer.sort(exchange(captured_at=NOON, draw=0.51, by_floor=True)) is REPLAYED


def test_an_exchange_of_another_experiment_is_left_to_it() -> None:
    assert sieve().sort(exchange(experiment_id="other")) == Disposition("sampled_out", "other_experiment")


def test_what_was_read_after_a_halt_is_dropped_with_its_reason() -> None:
    assert dropped_by(Halt(HaltReason.WAITING, "full")) == Disposition("dropped", "distress_waiting")


def test_the_weight_is_that_of_the_smaller_ratio_and_of_nothing_that_is_not_replayed() -> None:
    strainer = sieve(sample_ratio=0.5)
    assert strainer.weight_of(exchange(weight=1.25, draw=0.4)) == 2
    assert strainer.weight_of(exchange(weight=4.0, draw=0.2)) == 4
    assert strainer.weight_of(exchange(draw=0.9, by_floor=True)) == 1
    assert strainer.weight_of(exchange(draw=0.9)) is None
