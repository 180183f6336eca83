"""The broker and its topics."""

from collections.abc import Iterator

from proxy.errors import Unavailable
from proxy.log.topic_state import TopicState, read_topics
from proxy.log.topics import ALL, Topic
from proxy.settings import KafkaSettings
from shadow.doctor.finding import Finding, bad, doubtful, good

_PART = "broker"
_BOUNDS = frozenset({"retention.ms", "max.message.bytes"})
"""Settings of which more is as good; -1 is without end."""


async def examine_log(settings: KafkaSettings) -> list[Finding]:
    """Whether a broker answers, and whether each topic is as it was meant."""
    try:
        states = await read_topics(settings, ALL)
    except Unavailable as error:
        return [bad(_PART, str(error), to_do="start it, or set UNDERSTUDY_KAFKA_BOOTSTRAP")]
    found = [good(_PART, f"answers at {settings.bootstrap}")]
    return found + [examine_topic(topic, states.get(topic.name), settings=settings) for topic in ALL]


def examine_topic(topic: Topic, state: TopicState | None, *, settings: KafkaSettings) -> Finding:
    """Whether one topic is as it was meant; None is a topic that does not exist."""
    part = f"topic {topic.name}"
    if state is None:
        return bad(part, "is not there", to_do="understudy topics create")
    wrong = list(_differences(topic, state))
    if not topic.spread and state.partitions != 1:
        return bad(
            part, f"has {state.partitions} partitions", to_do="it must have 1: its last value holds; make it anew"
        )
    if wrong:
        return bad(part, "; ".join(wrong), to_do="set it with kafka-configs.sh --alter --add-config")
    if topic.spread and state.partitions < settings.partitions:
        words = f"{state.partitions} partitions, wanted {settings.partitions}"
        return doubtful(part, words, to_do="fewer partitions serve fewer workers; more make conversations change place")
    return good(part, f"{state.partitions} partition{'s' if state.partitions > 1 else ''}")


def _differences(topic: Topic, state: TopicState) -> Iterator[str]:
    for name, wanted in topic.config.items():
        value = (state.config or {}).get(name)
        if value is None or value == wanted:
            continue
        if name in _BOUNDS and (int(value) == -1 or int(value) >= int(wanted)):
            continue
        yield f"{name} is {value}, wanted {wanted}"
