"""A tail reads what is appended after it was opened, and nothing else; on Tansu and on Apache Kafka."""

import asyncio
import itertools

import pytest

from proxy.errors import Unavailable
from proxy.log.kafka import create_topics, open_producer
from proxy.log.record import Record
from proxy.log.tail import open_tail
from proxy.log.topics import Topic
from proxy.settings import KafkaSettings

_NAMES = itertools.count(1)


@pytest.fixture(params=["tansu", "apache_kafka"])
def kafka(request: pytest.FixtureRequest) -> KafkaSettings:
    settings: KafkaSettings = request.getfixturevalue(request.param)
    return settings


@pytest.mark.parametrize("before", [0, 300])
async def test_a_tail_reads_from_its_opening_on(kafka: KafkaSettings, before: int) -> None:
    topic = Topic(f"test.tail.{next(_NAMES)}", spread=True)
    await create_topics(kafka, [topic])
    producer = await open_producer(kafka)
    for number in range(before):
        await producer.publish(topic.name, key=b"%d" % number, value=b"old" * 1_000)
    tail = await open_tail(kafka, topic.name)
    for number in range(20):
        await producer.publish(topic.name, key=b"%d" % number, value=b"new %d" % number)
    read: list[Record] = []
    async with asyncio.timeout(30):
        async for batch in tail.batches():
            read += batch
            if len(read) >= 20:
                break
    assert {record.value for record in read} == {b"new %d" % number for number in range(20)}
    assert len({record.partition for record in read}) > 1
    await tail.close()
    await producer.close()


async def test_a_broker_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        await open_tail(KafkaSettings(bootstrap="127.0.0.1:1"), "test")
