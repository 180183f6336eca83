import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import EXPERIMENTS
from proxy.sampling.demand import Demand
from shadow.experiment import State
from tests.records import NOON, experiment


async def _publish(log: MemoryLog, **changes: Any) -> None:
    one = experiment(**changes)
    await log.producer().publish(EXPERIMENTS.name, key=one.experiment_id.encode(), value=one.to_bytes())


async def _publish_bytes(log: MemoryLog, value: bytes, *, key: bytes = b"trial") -> None:
    await log.producer().publish(EXPERIMENTS.name, key=key, value=value)


def _demand(log: MemoryLog) -> Demand:
    async def read() -> Sequence[Record]:
        return list(log.records[EXPERIMENTS.name])

    return Demand(log.consumer(EXPERIMENTS.name, group=None), read_topic=read)


@asynccontextmanager
async def _following(demand: Demand) -> AsyncIterator[Demand]:
    task = asyncio.create_task(demand.follow())
    await asyncio.sleep(0.01)
    yield demand
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _until_ratio(demand: Demand, ratio: float) -> None:
    async with asyncio.timeout(2):
        while demand.ratio(now=NOON) != ratio:
            await asyncio.sleep(0.01)


async def test_before_the_topic_was_read_everything_is_wanted() -> None:
    assert _demand(MemoryLog()).ratio(now=NOON) == 1


async def test_nothing_is_wanted_of_an_empty_topic_that_was_read() -> None:
    async with _following(_demand(MemoryLog())) as demand:
        assert demand.ratio(now=NOON) == 0


async def test_the_largest_ratio_of_the_enabled_experiments_is_wanted() -> None:
    log = MemoryLog()
    await _publish(log, experiment_id="small", sample_ratio=0.1)
    await _publish(log, experiment_id="large", sample_ratio=0.25)
    await _publish(log, experiment_id="paused", state=State.PAUSED)
    async with _following(_demand(log)) as demand:
        assert demand.ratio(now=NOON) == 0.25


async def test_an_experiment_counts_until_it_expires() -> None:
    log = MemoryLog()
    await _publish(log, sample_ratio=0.5, expires_at=NOON + timedelta(seconds=1))
    async with _following(_demand(log)) as demand:
        assert demand.ratio(now=NOON) == 0.5
        assert demand.ratio(now=NOON + timedelta(seconds=1)) == 0


async def test_a_changed_record_holds_within_two_seconds() -> None:
    log = MemoryLog()
    await _publish(log, sample_ratio=0.5)
    async with _following(_demand(log)) as demand:
        await _publish(log, sample_ratio=0.75)
        await _until_ratio(demand, 0.75)
        await _publish(log, state=State.DISABLED)
        await _until_ratio(demand, 0)


async def test_a_deleted_record_ends_the_experiment() -> None:
    log = MemoryLog()
    await _publish(log)
    async with _following(_demand(log)) as demand:
        await _publish_bytes(log, b"")
        await _until_ratio(demand, 0)


async def test_old_versions_do_not_hold_again_while_the_follower_catches_up() -> None:
    log = MemoryLog()
    await _publish(log, sample_ratio=0.2)
    demand = _demand(log)
    await _publish(log, state=State.DISABLED)
    await _publish(log, sample_ratio=0.4)
    held: list[float] = []

    async def watch() -> None:
        while True:
            held.append(demand.ratio(now=NOON))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    async with _following(demand):
        await _publish(log, sample_ratio=0.6)
        await _until_ratio(demand, 0.6)
    watching.cancel()
    assert set(held) <= {1, 0.4, 0.6}


@pytest.mark.parametrize(
    "value",
    [
        b"\xff secret",
        b'"secret"',
        b'{"secret": 1}',
        json.dumps({"experiment_id": "trial", "state": "enabled", "expires_at": "secret"}).encode(),
        json.dumps({"experiment_id": "trial", "state": "enabled", "expires_at": "2026-11-02T00:00:00"}).encode(),
        experiment().to_bytes().replace(b'"sample_ratio":1.0', b'"sample_ratio":7.0'),
    ],
)
async def test_a_bad_record_is_ignored_with_a_warning_that_holds_no_payload(
    value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    log = MemoryLog()
    await _publish(log, sample_ratio=0.3)
    await _publish_bytes(log, value)
    with caplog.at_level(logging.WARNING):
        async with _following(_demand(log)) as demand:
            assert demand.ratio(now=NOON) == 0.3
    (warning,) = caplog.messages
    assert "record 1 is ignored" in warning
    assert "secret" not in warning


async def test_fields_that_capture_does_not_know_are_no_fault_and_the_ratio_may_be_left_out() -> None:
    log = MemoryLog()
    fields = {"experiment_id": "trial", "state": "enabled", "expires_at": "2026-11-02T00:00:00Z", "news": [1]}
    await _publish_bytes(log, json.dumps(fields).encode())
    await _publish_bytes(log, json.dumps(fields | {"experiment_id": "b", "state": "resting"}).encode())
    async with _following(_demand(log)) as demand:
        assert demand.ratio(now=NOON) == 1


async def test_everything_is_wanted_while_the_broker_is_away_and_again_once_nobody_follows() -> None:
    log = MemoryLog()
    tries: list[int] = []

    async def read() -> Sequence[Record]:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("away")
        return []

    demand = Demand(log.consumer(EXPERIMENTS.name, group=None), read_topic=read, retry_s=0.05)
    async with _following(demand):
        assert demand.ratio(now=NOON) == 1
        await _until_ratio(demand, 0)
    assert demand.ratio(now=NOON) == 1
    assert len(tries) == 3


async def test_following_ends_when_the_follower_is_finished() -> None:
    log = MemoryLog()
    follower = log.consumer(EXPERIMENTS.name, group=None)

    async def read() -> Sequence[Record]:
        return []

    task = asyncio.create_task(Demand(follower, read_topic=read).follow())
    await asyncio.sleep(0.01)
    await follower.finish()
    async with asyncio.timeout(2):
        await task
