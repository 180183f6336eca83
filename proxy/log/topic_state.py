"""What the broker says of topics: whether they exist, in how many partitions, with which settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from proxy.errors import Unavailable
from proxy.log.kafka import _start
from proxy.log.topics import Topic
from proxy.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic as it is.

    Attributes:
        config: Settings by Kafka's names; None when the broker does not tell them.
    """

    partitions: int
    config: Mapping[str, str] | None


async def read_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> Mapping[str, TopicState]:
    """The state of those topics that exist, by name.

    Raises:
        Unavailable: no broker answers.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap, request_timeout_ms=settings.request_timeout_ms)
    await _start(admin, settings, stop="close")
    try:
        existing = set(await admin.list_topics())
        names = [topic.name for topic in topics if topic.name in existing]
        described = await admin.describe_topics(names) if names else []
        configs = await _configs(admin, names)
    except KafkaError as error:
        message = f"the broker at {settings.bootstrap} does not tell its topics ({type(error).__name__})"
        raise Unavailable(message) from error
    finally:
        await admin.close()
    return {one["topic"]: TopicState(len(one["partitions"]), configs.get(one["topic"])) for one in described}


async def _configs(admin: AIOKafkaAdminClient, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for code, _message, _kind, name, entries in answer.resources
        if code == 0
    }
