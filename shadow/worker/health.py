"""The worker's own health while one experiment runs: what each window of the self-check is about, stored as it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from shadow.replay import Replay, ReplayOutcome
from shadow.worker.watch import SelfCheck, Watch, residual_of

WINDOW_S: Final = 5.0

type Keep = Callable[[SelfCheck], Awaitable[None]]


class Health:
    """Collects what the replays of a window say of the client that measured them.

    Args:
        null_ttft_error_ms: Error of the null run before the worker started, ms.
        keep: Takes the check of each window in which something was sent; of the others there is nothing to say.
    """

    def __init__(self, *, null_ttft_error_ms: float | None, keep: Keep) -> None:
        self._watch = Watch()
        self._null_ttft_error_ms = null_ttft_error_ms
        self._keep = keep
        self._delays_ms: list[float] = []
        self._residuals: list[float] = []

    def settle(self, replays: Iterable[Replay]) -> None:
        """These replays ended; one that was not sent measures nothing."""
        for replay in replays:
            timings = replay.timings
            if replay.outcome is not ReplayOutcome.NOT_SENT:
                self._delays_ms.append(timings.schedule_delay_ms)
            if timings.ttft_ms is not None and timings.server_ttft_ms is not None:
                self._residuals.append(residual_of(ttft_ms=timings.ttft_ms, server_ttft_ms=timings.server_ttft_ms))

    async def run(self) -> None:
        """Watch, and close a window every few seconds, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch.run())
            while True:
                await asyncio.sleep(WINDOW_S)
                await self.close_window()

    async def close_window(self) -> None:
        """End the window now."""
        delays, self._delays_ms = self._delays_ms, []
        residuals, self._residuals = self._residuals, []
        check = self._watch.close_window(delays, null_ttft_error_ms=self._null_ttft_error_ms, residuals=residuals)
        if delays:
            await self._keep(check)
