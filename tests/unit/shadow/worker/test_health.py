import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from shadow.replay import Replay, ReplayOutcome, Timings
from shadow.worker.health import Health
from shadow.worker.watch import SelfCheck, Watch
from tests.records import NOON, replay

GOOD, BROKEN = 1.0, 50.0
"""Errors of the null run, ms: one within its bound, one beyond it."""


class Kept:
    """A health check whose windows end when told, on a clock that is set."""

    def __init__(self, *, null_ttft_error_ms: float = GOOD) -> None:
        self.checks: list[SelfCheck] = []
        self.now_s = NOON.timestamp()
        idle = Watch(clock=lambda: self.now_s, cpu_clock=lambda: 0.0)
        self.health = Health(
            null_ttft_error_ms=null_ttft_error_ms, keep=self.keep, watch=idle, clock=lambda: self.now_s
        )

    async def keep(self, check: SelfCheck) -> None:
        self.checks.append(check)

    async def judge(self, replays: Sequence[Replay]) -> list[Replay]:
        """What the health check says once the window that they ended in is over."""
        judging = asyncio.create_task(self.health.judge(replays))
        await asyncio.sleep(0)
        await self.health.close_window()
        return await judging


async def test_a_window_in_which_nothing_was_sent_is_not_kept() -> None:
    kept = Kept()
    await kept.health.close_window()
    await kept.judge([replay(outcome=ReplayOutcome.NOT_SENT, timings=Timings(schedule_delay_ms=900))])
    assert kept.checks == []


async def test_delays_and_residuals_of_a_window_become_its_check() -> None:
    kept = Kept()
    timings = Timings(schedule_delay_ms=4, e2e_ms=500, ttft_ms=200, server_ttft_ms=100)
    await kept.judge([replay(number, timings=timings) for number in range(20)])
    (check,) = kept.checks
    assert check.schedule_delay_median_ms == 4
    assert check.residual == 4
    assert "residual" in check.reason
    await kept.judge([replay()])
    assert kept.checks[1].residual is None


async def test_what_ran_in_a_healthy_window_is_not_void() -> None:
    (found,) = await Kept().judge([replay()])
    assert found == replay()


@pytest.mark.parametrize(("sent_s", "e2e_ms"), [(4, 100), (-3, 4_000), (9, 500), (-3, 60_000)])
async def test_what_ran_in_a_broken_window_is_void_with_its_reason(sent_s: int, e2e_ms: float) -> None:
    kept = Kept(null_ttft_error_ms=BROKEN)
    kept.now_s += 10
    sent_at = NOON + timedelta(seconds=sent_s)
    (found,) = await kept.judge([replay(sent_at=sent_at, timings=Timings(schedule_delay_ms=0, e2e_ms=e2e_ms))])
    assert found.void_reason == "self-check: null run: off by 50.0 ms"


async def test_what_ended_before_a_broken_window_is_not_void() -> None:
    kept = Kept(null_ttft_error_ms=BROKEN)
    kept.now_s += 10
    early = replay(sent_at=NOON - timedelta(seconds=9), timings=Timings(schedule_delay_ms=0, e2e_ms=8_000))
    assert await kept.judge([early]) == [early]


async def test_a_replay_that_was_not_sent_measures_nothing_that_could_be_void() -> None:
    not_sent = replay(outcome=ReplayOutcome.NOT_SENT)
    assert await Kept(null_ttft_error_ms=BROKEN).judge([not_sent]) == [not_sent]
