"""The signs at which an experiment stops by itself: failing lanes, full servers, a production that slows down.

A single reading is no sign. Errors are a share over the last minute, of replays enough to tell; a queue or a cache is
full when it was so in several scrapes one after another; production's P95 is that of the last minute, not of all time.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from shadow.experiment import Distress as Limits
from shadow.replay import Replay
from shadow.worker.breaker import is_servers_failure
from shadow.worker.halt import Halt, HaltReason
from shadow.worker.histogram import Histogram
from shadow.worker.server_metrics import ServerMetrics

WINDOW_S: Final = 60.0
FEWEST: Final = 20
"""Replays of a lane, or requests of production, in the window, below which a share or a quantile tells nothing."""

IN_A_ROW: Final = 3
"""Scrapes one after another over a limit that make a sign."""

_P95: Final = 0.95
_MS: Final = 1000


class Distress:
    """Watches one experiment's lanes and servers against its limits; the first sign holds.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._endings: dict[str, _Endings] = {}
        self._over: dict[tuple[str, HaltReason], int] = {}
        self._production: deque[tuple[float, Histogram]] = deque()
        self._sign: Halt | None = None

    def halt(self) -> Halt | None:
        """The first sign there was, or None."""
        return self._sign

    def settle(self, replays: Iterable[Replay]) -> None:
        """These replays ended. One that was not sent because its lane's breaker was open counts as failed."""
        for replay in replays:
            endings = self._endings.setdefault(str(replay.lane), _Endings())
            endings.add(is_servers_failure(replay.outcome, replay.status), now_s=self._clock())
            self._judge_errors(str(replay.lane), endings)

    def _judge_errors(self, lane: str, endings: "_Endings") -> None:
        bound = self._limits.max_error_ratio
        if bound is not None and endings.all >= FEWEST and endings.failed > bound * endings.all:
            said = f"{endings.failed} of the last {endings.all} replays of {lane} failed; {bound:.0%} may"
            self._show(HaltReason.ERRORS, said)

    def scraped(self, name: str, metrics: ServerMetrics) -> None:
        """A deployment said this of itself."""
        limits = self._limits
        if self._is_over(name, HaltReason.WAITING, metrics.waiting, limits.max_waiting):
            said = f"{metrics.waiting:g} requests wait at {name}; {limits.max_waiting} may"
            self._show(HaltReason.WAITING, said)
        if self._is_over(name, HaltReason.KV_USAGE, metrics.kv_usage, limits.max_kv_usage):
            said = f"the KV cache of {name} is {metrics.kv_usage:.0%} full; {limits.max_kv_usage:.0%} may be"
            self._show(HaltReason.KV_USAGE, said)

    def _is_over(self, name: str, reason: HaltReason, value: float | None, bound: float | None) -> bool:
        if value is None or bound is None:
            return False
        self._over[name, reason] = self._over.get((name, reason), 0) + 1 if value > bound else 0
        return self._over[name, reason] >= IN_A_ROW

    def production(self, metrics: ServerMetrics) -> None:
        """Production said this of itself."""
        bound_ms = self._limits.production_ttft_p95_ms
        self._production.append((self._clock(), metrics.ttft))
        while self._production[0][0] < self._clock() - WINDOW_S:
            self._production.popleft()
        recent = metrics.ttft.since(self._production[0][1])
        if recent is None:
            self._production.clear()
            return
        p95_s = recent.quantile(_P95)
        if bound_ms is not None and p95_s is not None and recent.total >= FEWEST and p95_s * _MS > bound_ms:
            said = f"production's TTFT P95 is {p95_s * _MS:.0f} ms; {bound_ms:g} ms may be"
            self._show(HaltReason.PRODUCTION, said)

    def _show(self, reason: HaltReason, because: str) -> None:
        if self._sign is None:
            self._sign = Halt(reason, because)


class _Endings:
    """How the replays of one lane ended in the window."""

    def __init__(self) -> None:
        self._held: deque[tuple[float, bool]] = deque()
        self.failed = 0

    @property
    def all(self) -> int:
        return len(self._held)

    def add(self, failed: bool, *, now_s: float) -> None:  # noqa: FBT001 - the one fact
        self._held.append((now_s, failed))
        self.failed += failed
        while self._held[0][0] < now_s - WINDOW_S:
            self.failed -= self._held.popleft()[1]
