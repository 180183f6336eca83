import statistics
import time

import pytest

from shadow.simulator.chance import chance
from shadow.simulator.schedule import Schedule, plan_schedule, wait_until


def plan(*, tokens: int = 5, ttft_sigma: float = 0, itl_sigma: float = 0, seed: int = 0) -> Schedule:
    return plan_schedule(
        tokens=tokens, ttft_ms=100, ttft_sigma=ttft_sigma, itl_ms=10, itl_sigma=itl_sigma, rng=chance(seed)
    )


def test_without_spread_every_offset_is_exact() -> None:
    assert plan().offsets_ms == (100, 110, 120, 130, 140)
    assert plan(tokens=1).offsets_ms == (100,)


def test_a_spread_keeps_the_median_and_has_the_lognormal_sigma() -> None:
    drawn = sorted(plan(ttft_sigma=0.3, seed=seed).ttft_ms for seed in range(2000))
    assert statistics.median(drawn) == pytest.approx(100, rel=0.04)
    assert drawn[int(2000 * 0.8413)] == pytest.approx(100 * 2.71828**0.3, rel=0.05)


def test_offsets_ascend_and_later_steps_are_due_with_the_last() -> None:
    schedule = plan(itl_sigma=1)
    assert list(schedule.offsets_ms) == sorted(schedule.offsets_ms)
    assert schedule.at_ms(99) == schedule.offsets_ms[-1]


async def test_waiting_is_never_short() -> None:
    deadline = time.perf_counter() + 0.0123
    await wait_until(deadline)
    assert 0 <= time.perf_counter() - deadline < 0.05
