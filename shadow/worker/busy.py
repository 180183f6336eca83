"""When a deployment was busy with this worker's replays: wall-clock time with at least one in flight."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class BusyClock:
    """Keeps the spans in which something was in flight.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._in_flight = 0
        self._began_s = 0.0
        self._spans: deque[tuple[float, float]] = deque()
        self._sum_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Something is in flight for the length of the block."""
        if not self._in_flight:
            self._began_s = self._clock()
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                ended_s = self._clock()
                self._spans.append((self._began_s, ended_s))
                self._sum_s += ended_s - self._began_s

    def seconds_after(self, moment_s: float) -> float:
        """Busy seconds after a moment (seconds since the epoch), up to now; what ended before it is forgotten."""
        while self._spans and self._spans[0][1] <= moment_s:
            start, end = self._spans.popleft()
            self._sum_s -= end - start
        before = max(moment_s - self._spans[0][0], 0.0) if self._spans else 0.0
        now = self._clock() - max(self._began_s, moment_s) if self._in_flight else 0.0
        return max(self._sum_s - before + max(now, 0.0), 0.0)
