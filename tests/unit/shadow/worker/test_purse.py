from collections.abc import Mapping
from typing import Any

import pytest

from proxy.errors import Unavailable
from shadow.experiment import Experiment
from shadow.worker.halt import HaltReason
from shadow.worker.purse import Purse, ReadWork
from shadow.worker.spend import Work
from tests.records import deployment, experiment, replay


def bounded(**budget: Any) -> Experiment:
    served: dict[str, Any] = {"gpus": 2, "price_usd_per_million_tokens": 1.0}
    return experiment(
        budget=budget, baseline=deployment("baseline", **served), candidate=deployment("candidate", **served)
    )


def reading(found: Mapping[str, Work]) -> ReadWork:
    async def read() -> Mapping[str, Work]:
        return found

    return read


def test_what_this_worker_did_counts_at_once() -> None:
    purse = Purse(bounded(output_tokens=5))
    purse.settle([replay(0), replay(1)])
    assert purse.halt() is None
    purse.settle([replay(2)])
    halt = purse.halt()
    assert halt is not None
    assert halt.reason is HaltReason.OUTPUT_TOKENS
    assert "budget of 5 output tokens is spent" in halt.because


async def test_rows_in_the_store_are_not_counted_twice_and_the_others_not_lost() -> None:
    purse = Purse(bounded(output_tokens=100))
    stored, waiting = replay(0), replay(1)
    purse.settle([stored, waiting])
    purse.store([stored])
    await purse.refresh(reading({"candidate": Work(output_tokens=10 + 2)}))
    assert purse.spent.output_tokens == 10 + 2 + 2
    purse.store([waiting])
    assert purse.spent.output_tokens == 14
    await purse.refresh(reading({"candidate": Work(output_tokens=14)}))
    assert purse.spent.output_tokens == 14


async def test_other_workers_spend_halts_this_one() -> None:
    purse = Purse(bounded(usd=1.0))
    await purse.refresh(reading({"baseline": Work(prompt_tokens=700_000, output_tokens=300_000)}))
    halt = purse.halt()
    assert halt is not None
    assert halt.reason is HaltReason.USD


async def test_gpu_seconds_pass_while_a_replay_hangs() -> None:
    now_s = [1_000.0]
    purse = Purse(bounded(gpu_seconds=60), clock=lambda: now_s[0])
    await purse.refresh(reading({"candidate": Work(busy_s=10, busy_until_s=1_000)}))
    with purse.running(deployment("candidate")):
        now_s[0] += 19
        assert purse.halt() is None
        assert purse.spent.gpu_seconds == pytest.approx(58)
        now_s[0] += 1
        halt = purse.halt()
    assert halt is not None
    assert halt.reason is HaltReason.GPU_SECONDS


async def test_a_store_that_does_not_answer_leaves_the_last_sum() -> None:
    async def away() -> Mapping[str, Work]:
        raise Unavailable("no store")

    purse = Purse(bounded(output_tokens=100))
    await purse.refresh(reading({"candidate": Work(output_tokens=40)}))
    with pytest.raises(Unavailable):
        await purse.refresh(away)
    assert purse.spent.output_tokens == 40


def test_without_a_budget_nothing_halts() -> None:
    purse = Purse(experiment())
    purse.settle([replay(number) for number in range(1_000)])
    assert not purse.has_budget
    assert purse.halt() is None
