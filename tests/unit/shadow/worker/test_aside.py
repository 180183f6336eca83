import asyncio
from collections.abc import Mapping

from proxy.errors import Unavailable
from proxy.log.dead_letters import REASON_HEADER, TOPIC_HEADER
from proxy.log.memory import MemoryLog
from proxy.log.record import Record, RecordRefused, Refusal
from proxy.log.topics import DEAD_LETTERS
from shadow.worker.aside import Aside

RECORD = Record("topic", 0, 7, b"key", b"value", {"traceparent": b"t"})


class Broken:
    """A broker that fails as it is told."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure
        self.tries = 0

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        assert (topic, key, value) == (DEAD_LETTERS.name, b"key", b"value")
        assert headers
        self.tries += 1
        raise self.failure

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_record_is_kept_as_it_was_with_its_topic_and_reason() -> None:
    log = MemoryLog()
    assert await Aside(log.producer()).keep(RECORD, reason="no exchange")
    (letter,) = log.records[DEAD_LETTERS.name]
    assert (letter.key, letter.value) == (b"key", b"value")
    assert letter.headers == {"traceparent": b"t", TOPIC_HEADER: b"topic", REASON_HEADER: b"no exchange"}


async def test_a_broker_that_is_away_is_waited_for_until_the_end() -> None:
    broker = Broken(Unavailable("no broker"))
    aside = Aside(broker)
    keeping = asyncio.create_task(aside.keep(RECORD, reason="no exchange"))
    while not broker.tries:
        await asyncio.sleep(0.01)
    assert not keeping.done()
    aside.stop()
    assert await keeping is False


async def test_what_the_broker_will_never_take_is_not_tried_again() -> None:
    broker = Broken(RecordRefused("too large", reason=Refusal.TOO_LARGE))
    assert await Aside(broker).keep(RECORD, reason="no exchange")
    assert broker.tries == 1
