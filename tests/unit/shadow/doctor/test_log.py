import pytest

from proxy.log.topic_state import TopicState
from proxy.log.topics import COVERAGE, EXCHANGES, EXPERIMENTS, Topic
from proxy.settings import KafkaSettings
from shadow.doctor.finding import Health
from shadow.doctor.log import examine_log, examine_topic
from shadow.stack.processes import free_port

_WEEK = "604800000"
_LARGE = "16777216"


@pytest.mark.parametrize(
    ("topic", "state", "health"),
    [
        (EXCHANGES, TopicState(4, {"retention.ms": _WEEK, "max.message.bytes": _LARGE}), Health.GOOD),
        (EXCHANGES, TopicState(4, {"retention.ms": "-1", "max.message.bytes": "33554432"}), Health.GOOD),
        (EXCHANGES, TopicState(4, None), Health.GOOD),
        (EXCHANGES, TopicState(1, None), Health.DOUBTFUL),
        (EXCHANGES, TopicState(4, {"retention.ms": "3600000", "max.message.bytes": _LARGE}), Health.BAD),
        (EXCHANGES, TopicState(4, {"retention.ms": _WEEK, "max.message.bytes": "1048588"}), Health.BAD),
        (EXPERIMENTS, TopicState(1, {"cleanup.policy": "compact"}), Health.GOOD),
        (EXPERIMENTS, TopicState(1, {"cleanup.policy": "delete"}), Health.BAD),
        (EXPERIMENTS, TopicState(4, {"cleanup.policy": "compact"}), Health.BAD),
        (COVERAGE, None, Health.BAD),
    ],
)
def test_a_topic_is_held_against_what_it_was_meant_to_be(
    topic: Topic, state: TopicState | None, health: Health
) -> None:
    found = examine_topic(topic, state, settings=KafkaSettings(partitions=4))
    assert (found.part, found.health) == (f"topic {topic.name}", health)
    assert bool(found.to_do) is (health is not Health.GOOD)


async def test_a_broker_that_is_away_is_all_there_is_to_say() -> None:
    nowhere = KafkaSettings(bootstrap=f"127.0.0.1:{free_port()}", request_timeout_ms=500)
    (found,) = await examine_log(nowhere)
    assert (found.part, found.health) == ("broker", Health.BAD)
