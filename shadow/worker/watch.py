"""The worker watches itself: event-loop lag, share of a core, schedule delay, and what servers say of first tokens.

Beyond a bound, timings are void.
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LAG_BOUND_MS = 10.0
CPU_BOUND = 0.8
DELAY_BOUND_MS = 10.0
NULL_BOUND_MS = 10.0
RESIDUAL_BOUND_MS = 25.0
RESIDUAL_BOUND_SHARE = 0.05
_FEWEST_RESIDUALS = 20
"""Below, a P95 is the largest value; residuals are kept until there are so many."""

_TICK_S = 0.01


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """One window of the worker's own health.

    Attributes:
        residual: Client's minus server's first-token time in shares of its bound, P95; None where servers say nothing.

    Source of the bounds: MEASURES section 1, self-check.
    """

    window_start: datetime
    loop_lag_p99_ms: float
    cpu_share: float
    schedule_delay_median_ms: float
    null_ttft_error_ms: float | None = None
    residual: float | None = None

    @property
    def reason(self) -> str:
        """Which bounds broke, as `kind: figure` joined by semicolons; empty when all held."""
        broken = []
        if self.loop_lag_p99_ms > LAG_BOUND_MS:
            broken.append(f"event-loop lag: P99 {self.loop_lag_p99_ms:.1f} ms")
        if self.cpu_share >= CPU_BOUND:
            broken.append(f"share of a core: {self.cpu_share:.0%}")
        if self.schedule_delay_median_ms >= DELAY_BOUND_MS:
            broken.append(f"schedule delay: median {self.schedule_delay_median_ms:.1f} ms")
        if self.null_ttft_error_ms is not None and self.null_ttft_error_ms > NULL_BOUND_MS:
            broken.append(f"null run: off by {self.null_ttft_error_ms:.1f} ms")
        if self.residual is not None and self.residual > 1:
            broken.append(f"residual: P95 {self.residual:.1f} x the bound of {RESIDUAL_BOUND_MS:g} ms or 5 %")
        return "; ".join(broken)


def residual_of(*, ttft_ms: float, server_ttft_ms: float) -> float:
    """How far the client's first-token time is from the server's, in shares of what it may be.

    Source: MEASURES section 1: within max(25 ms, 5 %). The two spans differ by network, HTTP and tokenising.
    """
    bound_ms = max(RESIDUAL_BOUND_MS, RESIDUAL_BOUND_SHARE * server_ttft_ms)
    return abs(ttft_ms - server_ttft_ms) / bound_ms


def lag_ms(stalls_ms: Sequence[float], *, elapsed_ms: float, share: float) -> float:
    """The lag beyond which bytes that arrive at any time wait, with a probability of `share`, ms.

    A stall of L ms is one late tick, but whatever arrives during it waits for its rest: waits longer than x make up the
    sum of max(L - x, 0) of the time. Ticks counted alone would hide a few long stalls, as any closed loop does.

    Args:
        stalls_ms: How late each tick came, ms.
        elapsed_ms: Time over which the ticks were taken, ms.

    Source: Tene, "How NOT to measure latency", on coordinated omission.
    """
    allowed, longer, count = share * elapsed_ms, 0.0, 0
    for stall in sorted(stalls_ms, reverse=True):
        if longer - count * stall >= allowed:
            break
        longer, count = longer + stall, count + 1
    return max((longer - allowed) / count, 0.0) if count else 0.0


class Watch:
    """Samples the event loop every 10 ms; `close_window` sums up since the last call.

    Args:
        clock: Monotonic seconds.
        cpu_clock: Seconds of processor time of this process.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.perf_counter,
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._lags_ms: list[float] = []
        self._residuals: list[float] = []
        self._start = (clock(), cpu_clock(), datetime.now(UTC))

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            before = self._clock()
            await asyncio.sleep(_TICK_S)
            self._lags_ms.append(max(self._clock() - before - _TICK_S, 0.0) * 1000)

    def close_window(
        self, delays_ms: list[float], *, null_ttft_error_ms: float | None = None, residuals: Sequence[float] = ()
    ) -> SelfCheck:
        """The window's figures; a new one begins.

        Args:
            delays_ms: Schedule delays of the replays sent in the window, ms.
            residuals: As `residual_of` gives them, of replays that ended in the window.
        """
        self._residuals += residuals
        wall, cpu, started = self._start
        lags, self._lags_ms = self._lags_ms, []
        self._start = (self._clock(), self._cpu_clock(), datetime.now(UTC))
        elapsed = max(self._start[0] - wall, 1e-9)
        return SelfCheck(
            window_start=started,
            loop_lag_p99_ms=lag_ms(lags, elapsed_ms=elapsed * 1000, share=0.01),
            cpu_share=(self._start[1] - cpu) / elapsed,
            schedule_delay_median_ms=statistics.median(delays_ms) if delays_ms else 0.0,
            null_ttft_error_ms=null_ttft_error_ms,
            residual=self._take_residual(),
        )

    def _take_residual(self) -> float | None:
        if len(self._residuals) < _FEWEST_RESIDUALS:
            return None
        found, self._residuals = sorted(self._residuals), []
        return _quantile(found, 0.95)


def _quantile(ascending: Sequence[float], share: float) -> float:
    return ascending[min(int(len(ascending) * share), len(ascending) - 1)]
