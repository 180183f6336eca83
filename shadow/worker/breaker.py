"""The circuit breaker of one lane: a server that only fails is left alone for a while, then tried with one replay."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus
from typing import Final

from shadow.replay import ReplayOutcome

BREAKER_OPEN: Final = "breaker_open"
"""Error of a replay that was not sent because its lane's breaker was open."""

_OVERLOADED: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class BreakerState(IntEnum):
    """What a lane's breaker lets through: everything, one trial, nothing."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a lane may fail before its breaker opens, and for how long it does.

    Attributes:
        in_a_row: Failures one after another.
        ratio: Share of failures among the last `recent`, in (0, 1]; looked at once there are so many.
        cool_down_s: Until the first trial; doubles with each trial that fails.
        longest_s: Bound of the doubling.
    """

    in_a_row: int = 10
    ratio: float = 0.5
    recent: int = 50
    cool_down_s: float = 5.0
    longest_s: float = 300.0


class Breaker:
    """Counts how a lane's replays end. Whoever wants to send asks first, and notes the outcome on the ticket it got.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, tolerance: Tolerance | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tolerance = tolerance or Tolerance()
        self._clock = clock
        self._state = BreakerState.CLOSED
        self._ticket = 0
        self._in_a_row = 0
        self._recent: deque[bool] = deque(maxlen=self._tolerance.recent)
        self._cool_down_s = self._tolerance.cool_down_s
        self._opened_s = 0.0

    @property
    def state(self) -> BreakerState:
        """What it lets through now, as far as it was asked."""
        return self._state

    def ask(self) -> int | None:
        """A ticket to send one replay; None while the lane is left alone."""
        match self._state:
            case BreakerState.CLOSED:
                return self._ticket
            case BreakerState.OPEN if self._clock() - self._opened_s >= self._cool_down_s:
                self._state = BreakerState.HALF_OPEN
                return self._ticket
            case _:
                return None

    def note(self, ticket: int, *, failed: bool) -> None:
        """How a replay ended; what was sent before the breaker last opened says nothing any more."""
        if ticket != self._ticket:
            return
        if self._state is BreakerState.HALF_OPEN:
            self._end_trial(failed=failed)
            return
        self._in_a_row = self._in_a_row + 1 if failed else 0
        self._recent.append(failed)
        if self._is_too_much():
            self._open()

    def _end_trial(self, *, failed: bool) -> None:
        if failed:
            self._cool_down_s = min(self._cool_down_s * 2, self._tolerance.longest_s)
            self._open()
        else:
            self._cool_down_s = self._tolerance.cool_down_s
            self._state = BreakerState.CLOSED

    def _is_too_much(self) -> bool:
        allowed = self._tolerance
        is_full = len(self._recent) == allowed.recent
        return self._in_a_row >= allowed.in_a_row or (is_full and sum(self._recent) >= allowed.ratio * allowed.recent)

    def _open(self) -> None:
        self._state = BreakerState.OPEN
        self._ticket += 1
        self._opened_s = self._clock()
        self._in_a_row = 0
        self._recent.clear()


def is_servers_failure(outcome: ReplayOutcome, status: int) -> bool:
    """Whether the server is to blame: a request that it refuses as wrong (most of 4xx) says nothing of its health."""
    match outcome:
        case ReplayOutcome.COMPLETED:
            return False
        case ReplayOutcome.HTTP_ERROR:
            return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _OVERLOADED
        case _:
            return True
