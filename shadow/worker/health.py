"""The worker's own health while one experiment runs: what each window of the self-check is about, stored as it ends.

A replay is known to be measured well once the windows it ran in have ended, so its row waits for the last of them.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from shadow.replay import Replay, ReplayOutcome
from shadow.worker.watch import SelfCheck, Watch, residual_of

WINDOW_S: Final = 5.0
_REMEMBERED: Final = 1_000
"""Broken windows that are kept in mind: more than an hour of them, which is the longest timeout."""

type Keep = Callable[[SelfCheck], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Window:
    """A window and its end, seconds since the epoch; what broke in it is known once it has ended."""

    began_s: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    ended_s: float = math.inf
    reason: str = ""


class Health:
    """Collects what the replays of a window say of the client that measured them, and voids what it cannot vouch for.

    Args:
        null_ttft_error_ms: Error of the null run before the worker started, ms.
        keep: Takes the check of each window in which something was sent; of the others there is nothing to say.
        window_s: Length of a window, s.
        watch: Samples the event loop; one of its own when left out.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        null_ttft_error_ms: float | None,
        keep: Keep,
        window_s: float = WINDOW_S,
        watch: Watch | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._watch = watch or Watch()
        self._null_ttft_error_ms = null_ttft_error_ms
        self._keep = keep
        self._window_s = window_s
        self._clock = clock
        self._delays_ms: list[float] = []
        self._residuals: list[float] = []
        self._window = _Window(began_s=clock())
        self._broken: deque[_Window] = deque(maxlen=_REMEMBERED)

    async def judge(self, replays: Iterable[Replay]) -> list[Replay]:
        """The replays, void if a window broke in which they ran; waits for the end of the window that is open now."""
        found, window = list(replays), self._window
        self._settle(found)
        await window.ended.wait()
        return [
            one if one.outcome is ReplayOutcome.NOT_SENT else replace(one, void_reason=self._reason_of(one))
            for one in found
        ]

    def _settle(self, replays: Iterable[Replay]) -> None:
        """These replays ended; one that was not sent measures nothing."""
        for replay in replays:
            timings = replay.timings
            if replay.outcome is not ReplayOutcome.NOT_SENT:
                self._delays_ms.append(timings.schedule_delay_ms)
            if timings.ttft_ms is not None and timings.server_ttft_ms is not None:
                self._residuals.append(residual_of(ttft_ms=timings.ttft_ms, server_ttft_ms=timings.server_ttft_ms))

    def _reason_of(self, replay: Replay) -> str:
        """Why its timings may not be used: the first broken window between its send and its last byte, or empty."""
        began_s = replay.sent_at.timestamp()
        ended_s = began_s + (replay.timings.e2e_ms or 0) / 1000
        return next((one.reason for one in self._broken if one.began_s <= ended_s and began_s <= one.ended_s), "")

    async def run(self) -> None:
        """Watch, and close a window every few seconds, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch.run())
            while True:
                await asyncio.sleep(self._window_s)
                await self.close_window()

    async def close_window(self) -> None:
        """End the window now."""
        delays, self._delays_ms = self._delays_ms, []
        residuals, self._residuals = self._residuals, []
        check = self._watch.close_window(delays, null_ttft_error_ms=self._null_ttft_error_ms, residuals=residuals)
        window, self._window = self._window, _Window(began_s=self._clock())
        if check.reason:
            self._broken.append(replace(window, ended_s=self._clock(), reason=f"self-check: {check.reason}"))
        window.ended.set()
        if delays:
            await self._keep(check)
