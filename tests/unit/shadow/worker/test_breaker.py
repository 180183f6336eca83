import pytest

from shadow.replay import ReplayOutcome
from shadow.worker.breaker import Breaker, BreakerState, Tolerance, is_servers_failure

TOLERANCE = Tolerance(in_a_row=3, ratio=0.5, recent=8, cool_down_s=5, longest_s=15)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def state(breaker: Breaker) -> BreakerState:
    return breaker.state


def note(breaker: Breaker, *failures: bool) -> None:
    for failed in failures:
        ticket = breaker.ask()
        assert ticket is not None
        breaker.note(ticket, failed=failed)


def test_it_opens_after_so_many_failures_in_a_row_and_sends_nothing() -> None:
    breaker = Breaker(TOLERANCE)
    note(breaker, True, True, False, True, True)
    assert state(breaker) is BreakerState.CLOSED
    note(breaker, True)
    assert state(breaker) is BreakerState.OPEN
    assert breaker.ask() is None


def test_it_opens_when_half_of_the_recent_ones_failed_though_never_in_a_row() -> None:
    breaker = Breaker(TOLERANCE)
    note(breaker, *[True, False] * 4)
    assert state(breaker) is BreakerState.OPEN


def test_after_the_cool_down_one_trial_alone_is_sent() -> None:
    clock = Clock()
    breaker = Breaker(TOLERANCE, clock=clock)
    note(breaker, True, True, True)
    clock.now_s += 4.9
    assert breaker.ask() is None
    clock.now_s += 0.2
    trial = breaker.ask()
    assert trial is not None
    assert state(breaker) is BreakerState.HALF_OPEN
    assert breaker.ask() is None
    breaker.note(trial, failed=False)
    assert state(breaker) is BreakerState.CLOSED
    assert breaker.ask() is not None


def test_each_failed_trial_doubles_the_cool_down_up_to_its_bound_and_a_good_one_ends_that() -> None:
    clock = Clock()
    breaker = Breaker(TOLERANCE, clock=clock)
    note(breaker, True, True, True)
    for waited_s in (5, 10, 15, 15):
        clock.now_s += waited_s - 0.1
        assert breaker.ask() is None
        clock.now_s += 0.2
        note(breaker, True)
    clock.now_s += 15.1
    note(breaker, False, True, True, True)
    clock.now_s += 5.1
    assert breaker.ask() is not None


def test_what_was_sent_before_it_opened_says_nothing_any_more() -> None:
    clock = Clock()
    breaker = Breaker(TOLERANCE, clock=clock)
    early = breaker.ask()
    assert early is not None
    note(breaker, True, True, True)
    breaker.note(early, failed=False)
    assert state(breaker) is BreakerState.OPEN
    clock.now_s += 6
    assert breaker.ask() is not None
    breaker.note(early, failed=False)
    assert state(breaker) is BreakerState.HALF_OPEN


@pytest.mark.parametrize(
    ("outcome", "status", "blamed"),
    [
        (ReplayOutcome.COMPLETED, 200, False),
        (ReplayOutcome.HTTP_ERROR, 400, False),
        (ReplayOutcome.HTTP_ERROR, 404, False),
        (ReplayOutcome.HTTP_ERROR, 429, True),
        (ReplayOutcome.HTTP_ERROR, 503, True),
        (ReplayOutcome.TIMED_OUT, 200, True),
        (ReplayOutcome.BROKEN_STREAM, 200, True),
        (ReplayOutcome.CONNECTION_FAILED, 0, True),
        (ReplayOutcome.NOT_SENT, 0, True),
    ],
)
def test_a_request_that_is_refused_as_wrong_is_not_the_servers_failure(
    outcome: ReplayOutcome, status: int, *, blamed: bool
) -> None:
    assert is_servers_failure(outcome, status) is blamed
