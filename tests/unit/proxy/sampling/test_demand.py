import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog
from proxy.log.record import Consumer, Record
from proxy.log.reopening import ReopeningConsumer
from proxy.log.topics import EXPERIMENTS
from proxy.sampling.demand import Demand
from proxy.sampling.outlook import OutlookFile, outlook_of
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


async def _away() -> Sequence[Record]:
    raise Unavailable("away")


async def test_what_was_known_survives_a_restart_without_a_broker_and_still_expires(tmp_path: Path) -> None:
    log = MemoryLog()
    memory = OutlookFile(tmp_path / "demand.json")
    await _publish(log, sample_ratio=0.25, expires_at=NOON + timedelta(hours=1))

    async def read() -> Sequence[Record]:
        return list(log.records[EXPERIMENTS.name])

    async with _following(Demand(log.consumer(EXPERIMENTS.name, group=None), read_topic=read, memory=memory)) as demand:
        await _until_ratio(demand, 0.25)
        await _publish(log, sample_ratio=0.5, expires_at=NOON + timedelta(hours=2))
        await _until_ratio(demand, 0.5)
        await asyncio.sleep(0.05)
    restarted = Demand(log.consumer(EXPERIMENTS.name, group=None), read_topic=_away, memory=memory)
    async with _following(restarted):
        assert restarted.ratio(now=NOON) == 0.5
        assert restarted.ratio(now=NOON + timedelta(hours=2)) == 0


async def test_that_nothing_was_wanted_survives_a_restart_without_a_broker(tmp_path: Path) -> None:
    log = MemoryLog()
    memory = OutlookFile(tmp_path / "demand.json")
    first = _demand(log)
    first._memory = memory
    async with _following(first):
        await asyncio.sleep(0.05)
    assert Demand(log.consumer(EXPERIMENTS.name, group=None), read_topic=_away, memory=memory).ratio(now=NOON) == 0


async def test_what_the_topic_says_replaces_what_was_remembered(tmp_path: Path) -> None:
    log = MemoryLog()
    memory = OutlookFile(tmp_path / "demand.json")
    memory.write(outlook_of([(1.0, NOON + timedelta(hours=1))]))
    demand = _demand(log)
    demand._memory = memory
    async with _following(demand):
        await _until_ratio(demand, 0)
        await asyncio.sleep(0.05)
    assert memory.read() == outlook_of([])


async def test_a_topic_that_starts_over_is_learned_anew() -> None:
    """As when an embedded broker that keeps its log in memory was restarted: offsets begin at 0 again."""
    logs = [MemoryLog(), MemoryLog()]
    for number in range(5):
        await _publish(logs[0], experiment_id=f"old-{number}", sample_ratio=0.9)
    await _publish(logs[1], experiment_id="new", sample_ratio=0.125)
    now = [0]

    async def opened() -> Consumer:
        return logs[now[0]].consumer(EXPERIMENTS.name, group=None)

    async def read() -> Sequence[Record]:
        return list(logs[now[0]].records[EXPERIMENTS.name])

    follower = ReopeningConsumer(opened)
    async with _following(Demand(follower, read_topic=read)) as demand:
        await _until_ratio(demand, 0.9)
        await asyncio.sleep(0.05)
        now[0] = 1
        held = follower._consumer
        assert held is not None
        await held.finish()
        await _until_ratio(demand, 0.125)
    await follower.close()
