"""A reader of what is appended from now on; beside `proxy.log.kafka`, whose consumers begin at the oldest record."""

import asyncio

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from proxy.errors import Unavailable
from proxy.log.kafka import KafkaConsumer, open_consumer
from proxy.settings import KafkaSettings


async def open_tail(settings: KafkaSettings, topic: str) -> KafkaConsumer:
    """Connect a consumer without a group; every record that is appended after this returns is read.

    Raises:
        Unavailable: no broker answers, or it does not say where the topic ends.
    """
    consumer = await open_consumer(settings, topic, group=None)
    try:
        async with asyncio.timeout(settings.request_timeout_ms / 1000):
            await _skip_to_end(consumer._consumer)  # noqa: SLF001 - one room with proxy.log.kafka
    except (KafkaError, TimeoutError) as error:
        await consumer.close()
        message = f"the end of topic {topic} is not known ({type(error).__name__}); is the broker up?"
        raise Unavailable(message) from error
    return consumer


async def _skip_to_end(consumer: AIOKafkaConsumer) -> None:
    places = consumer.assignment()
    for place in places:
        # The first position is looked up in the background: a seek before it is known would be undone.
        await consumer.position(place)
    for place, end in (await consumer.end_offsets(places)).items():
        consumer.seek(place, end)
