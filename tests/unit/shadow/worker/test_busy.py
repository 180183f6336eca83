from contextlib import ExitStack

import pytest

from shadow.worker.busy import BusyClock


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_replays_in_flight_together_count_once() -> None:
    clock = Clock()
    busy = BusyClock(clock=clock)
    with busy.running():
        clock.now_s = 2
        with busy.running():
            clock.now_s = 5
    clock.now_s = 9
    assert busy.seconds_after(0) == 5


def test_what_is_in_flight_counts_up_to_now_and_only_after_the_moment() -> None:
    clock = Clock()
    busy = BusyClock(clock=clock)
    with ExitStack() as first:
        first.enter_context(busy.running())
        clock.now_s = 4
    with ExitStack() as second:
        clock.now_s = 10
        second.enter_context(busy.running())
        clock.now_s = 13
        assert busy.seconds_after(0) == 7
        assert busy.seconds_after(3) == 4
        assert busy.seconds_after(11) == 2
    clock.now_s = 20
    assert busy.seconds_after(12) == pytest.approx(1)
    assert busy.seconds_after(20) == 0
