"""What brokers say of our topics: Tansu of the embedded default and Apache Kafka, through the same code."""

import pytest

from proxy.log.kafka import create_topics
from proxy.log.topic_state import read_topics
from proxy.log.topics import ALL, COVERAGE, EXCHANGES, EXPERIMENTS, Topic
from proxy.settings import KafkaSettings


@pytest.fixture(params=["tansu", "apache_kafka"])
def kafka(request: pytest.FixtureRequest) -> KafkaSettings:
    settings: KafkaSettings = request.getfixturevalue(request.param)
    return settings


async def test_topics_are_as_they_were_created(kafka: KafkaSettings) -> None:
    await create_topics(kafka, ALL)
    states = await read_topics(kafka, ALL)
    assert {name: state.partitions for name, state in states.items()} == {
        topic.name: kafka.partitions if topic.spread else 1 for topic in ALL
    }
    for topic in (EXCHANGES, EXPERIMENTS, COVERAGE):
        config = states[topic.name].config
        assert config is not None
        assert {name: config[name] for name in topic.config} == topic.config


async def test_a_topic_that_does_not_exist_is_left_out(kafka: KafkaSettings) -> None:
    assert await read_topics(kafka, [Topic("understudy.nowhere", spread=False)]) == {}
