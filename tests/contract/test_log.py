"""What every log must do: one suite against memory, Tansu and Apache Kafka."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from proxy.log.kafka import create_topics, open_consumer, open_producer, read_topic
from proxy.log.memory import MemoryLog
from proxy.log.record import Consumer, Producer, ProducerLost, Record
from proxy.log.topics import Topic
from proxy.settings import KafkaSettings

_NAMES = itertools.count(1)


@dataclass
class Log:
    """One backend behind the calls that the tests make."""

    topic: str
    producer: Producer
    open_consumer: Callable[[str | None], Any]
    read_all: Callable[[], Any]
    is_alone: bool = False

    async def consumer(self, group: str | None) -> Consumer:
        opened: Consumer = await self.open_consumer(group)
        return opened


@pytest.fixture(params=["memory", "tansu", "apache_kafka"])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[Log]:
    topic = Topic(f"test.{next(_NAMES)}", spread=True)
    if request.param == "memory":
        memory = MemoryLog()

        async def opened(group: str | None) -> Consumer:
            return memory.consumer(topic.name, group=group)

        async def everything() -> list[Record]:
            return memory.records[topic.name]

        yield Log(topic.name, memory.producer(), opened, everything, is_alone=True)
        return
    settings: KafkaSettings = request.getfixturevalue(request.param)
    await create_topics(settings, [topic])
    producer = await open_producer(settings)
    yield Log(
        topic.name,
        producer,
        lambda group: open_consumer(settings, topic.name, group=group),
        lambda: read_topic(settings, topic.name),
    )
    await producer.close()


async def _take(consumer: Consumer, count: int) -> list[Record]:
    found: list[Record] = []
    async with asyncio.timeout(30):
        async for batch in consumer.batches():
            found.extend(batch)
            if len(found) >= count:
                break
    return found


async def _publish(log: Log, values: Sequence[bytes], *, key: bytes = b"conversation") -> None:
    for value in values:
        await log.producer.publish(log.topic, key=key, value=value, headers={"schema": b"1"})


async def test_a_key_keeps_its_order_and_headers_survive(log: Log) -> None:
    values = [b"%d" % number for number in range(50)]
    await _publish(log, values)
    consumer = await log.consumer("order")
    found = await _take(consumer, 50)
    await consumer.close()
    assert [record.value for record in found] == values
    assert {record.partition for record in found} == {found[0].partition}
    assert found[0].key == b"conversation"
    assert found[0].headers["schema"] == b"1"


async def test_a_key_keeps_its_order_when_many_publish_at_once(log: Log) -> None:
    """From the first record on, when the topic's metadata is not there yet, and while full batches wait to leave."""
    room = asyncio.Semaphore(200)

    async def publish(number: int) -> None:
        value = b"%06d" % number + b"x" * 1_000
        await log.producer.publish(log.topic, key=b"%d" % (number % 3), value=value)
        room.release()

    async with asyncio.timeout(100), asyncio.TaskGroup() as publishing:
        for number in range(2_000):
            await room.acquire()
            publishing.create_task(publish(number))
    found = await log.read_all()
    assert len(found) == 2_000
    for key in (b"0", b"1", b"2"):
        of_key = [record.value for record in found if record.key == key]
        assert of_key == sorted(of_key)


async def test_a_producer_that_was_closed_says_that_another_one_is_needed(log: Log) -> None:
    await _publish(log, [b"a"])
    await log.producer.close()
    with pytest.raises(ProducerLost):
        await _publish(log, [b"b"])


async def test_what_is_committed_is_not_read_again_and_the_rest_is(log: Log) -> None:
    await _publish(log, [b"a", b"b", b"c"])
    first = await log.consumer("commit")
    found = await _take(first, 3)
    await first.commit(found[:2])
    await first.close()
    second = await log.consumer("commit")
    again = await _take(second, 1)
    await second.close()
    assert [record.value for record in again] == [b"c"]


async def test_groups_do_not_disturb_each_other(log: Log) -> None:
    await _publish(log, [b"a", b"b"])
    for group in ("one", "two"):
        consumer = await log.consumer(group)
        found = await _take(consumer, 2)
        await consumer.commit(found)
        await consumer.close()
        assert [record.value for record in found] == [b"a", b"b"]


async def test_a_follower_without_a_group_reads_all_and_commits_nothing(log: Log) -> None:
    await _publish(log, [b"a", b"b"])
    for _ in range(2):
        follower = await log.consumer(None)
        assert [record.value for record in await _take(follower, 2)] == [b"a", b"b"]
        await follower.close()


async def test_finish_ends_the_batches(log: Log) -> None:
    consumer = await log.consumer("finish")

    async def read() -> list[Sequence[Record]]:
        return [batch async for batch in consumer.batches()]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.3)
    await consumer.finish()
    async with asyncio.timeout(10):
        assert await reading == []
    await consumer.close()


async def test_the_whole_topic_can_be_read(log: Log) -> None:
    await _publish(log, [b"a", b"b"], key=b"one")
    await _publish(log, [b"c"], key=b"two")
    assert sorted(record.value for record in await log.read_all()) == [b"a", b"b", b"c"]


async def test_a_member_is_told_before_what_it_read_ahead_goes_to_another_one(log: Log) -> None:
    if log.is_alone:
        pytest.skip("memory has one partition, which nobody else takes")
    for key in range(40):
        await _publish(log, [b"%d" % key], key=b"%d" % key)
    first = await log.consumer("dealt")
    told: list[bool] = []
    first.on_reread(lambda: told.append(True))
    ahead = await _take(first, 40)
    assert told == []
    read: tuple[list[Record], list[Record]] = ([], [])
    members = [first, await log.consumer("dealt")]
    reading = [asyncio.create_task(_read(one, found)) for one, found in zip(members, read, strict=True)]
    async with asyncio.timeout(40):
        while not all(read) or len(read[0]) + len(read[1]) < 40:
            await asyncio.sleep(0.05)
    assert told
    assert sorted(one.value for found in read for one in found) == sorted(one.value for one in ahead)
    assert {one.partition for one in read[0]}.isdisjoint(one.partition for one in read[1])
    for one in members:
        await one.close()
    await asyncio.gather(*reading)


async def _read(consumer: Consumer, found: list[Record]) -> None:
    async for batch in consumer.batches():
        found.extend(batch)
