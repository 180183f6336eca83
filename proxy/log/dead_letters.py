"""Dead letters: records that the log or a reader could not take, kept aside with the reason."""

from collections.abc import Mapping

from proxy.log.record import Producer
from proxy.log.topics import DEAD_LETTERS

REASON_HEADER = "understudy-reason"
"""Header with what was wrong; never payload text."""

TOPIC_HEADER = "understudy-topic"
"""Header with the topic that the record was meant for."""


async def set_aside(
    producer: Producer, *, topic: str, key: bytes | None, value: bytes, headers: Mapping[str, bytes], reason: str
) -> None:
    """Publish a record on the dead-letter topic; its own headers stay.

    Raises:
        Unavailable: the broker did not take it in time.
        RecordRefused: the dead-letter topic does not take it either.
    """
    said = {**headers, TOPIC_HEADER: topic.encode(), REASON_HEADER: reason.encode()}
    await producer.publish(DEAD_LETTERS.name, key=key, value=value, headers=said)
