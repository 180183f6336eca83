"""The newest records of a topic are read without those before them; on Tansu and on Apache Kafka."""

import itertools
from collections import Counter

import pytest

from proxy.log.kafka import create_topics, open_producer, read_topic
from proxy.log.topics import Topic
from proxy.settings import KafkaSettings

_NAMES = itertools.count(1)


@pytest.fixture(params=["tansu", "apache_kafka"])
def kafka(request: pytest.FixtureRequest) -> KafkaSettings:
    settings: KafkaSettings = request.getfixturevalue(request.param)
    return settings


async def test_the_last_records_of_each_partition_are_read_and_no_others(kafka: KafkaSettings) -> None:
    topic = Topic(f"test.last.{next(_NAMES)}", spread=True)
    await create_topics(kafka, [topic])
    producer = await open_producer(kafka)
    for number in range(200):
        await producer.publish(topic.name, key=b"%d" % number, value=b"%03d" % number)
    await producer.close()
    everything, found = await read_topic(kafka, topic.name), await read_topic(kafka, topic.name, last=7)
    assert len(everything) == 200
    assert len({record.partition for record in everything}) > 1
    assert max(Counter(record.partition for record in found).values()) == 7
    assert sorted(record.value for record in found)[-7:] == [b"%03d" % number for number in range(193, 200)]
    assert await read_topic(kafka, topic.name, last=1_000) == everything
