import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog, MemoryProducer
from proxy.log.record import Consumer, Producer, ProducerLost, Record, RecordRefused, Refusal
from proxy.log.reopening import ReopeningConsumer, ReopeningProducer


class Broker:
    """A log in memory that can be away, and whose producers can be lost, refuse, or keep their callers waiting."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.is_away = False
        self.opened: list[Fragile] = []
        self.tries = 0
        self.may_open = asyncio.Event()
        self.may_open.set()

    async def open_producer(self) -> Producer:
        self.tries += 1
        await self.may_open.wait()
        if self.is_away:
            raise Unavailable("no broker answers")
        assert all(producer.is_closed for producer in self.opened)
        self.opened.append(Fragile(self.log))
        return self.opened[-1]

    @property
    def values(self) -> list[bytes]:
        return [record.value for record in self.log.records["t"]]


class Fragile:
    """A producer of a `Broker`; once it is lost, whoever waits for it learns so when it is closed."""

    def __init__(self, log: MemoryLog) -> None:
        self._producer = MemoryProducer(log)
        self.fails: Exception | None = None
        self.hangs = False
        self.is_closed = False
        self._closing = asyncio.Event()

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        if self.fails is not None:
            raise self.fails
        if self.hangs:
            await self._closing.wait()
            raise ProducerLost("closed")
        await self._producer.publish(topic, key=key, value=value, headers=headers)

    async def close(self) -> None:
        self._closing.set()
        await asyncio.sleep(0.01)
        self.is_closed = True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def _publish(producer: ReopeningProducer, *values: bytes) -> None:
    for value in values:
        await producer.publish("t", key=b"k", value=value)


async def test_a_producer_is_opened_with_the_first_record_and_kept() -> None:
    broker = Broker()
    producer = ReopeningProducer(broker.open_producer)
    assert broker.tries == 0
    await _publish(producer, b"a", b"b")
    await producer.close()
    assert broker.values == [b"a", b"b"]
    assert [opened.is_closed for opened in broker.opened] == [True]


async def test_all_who_come_while_it_is_opened_wait_for_the_same_one_and_keep_their_order() -> None:
    broker = Broker()
    broker.may_open.clear()
    producer = ReopeningProducer(broker.open_producer)
    values = [b"%d" % number for number in range(100)]
    waiting = [asyncio.create_task(_publish(producer, value)) for value in values]
    await asyncio.sleep(0.01)
    broker.may_open.set()
    await asyncio.gather(*waiting)
    assert broker.values == values
    assert broker.tries == 1


@pytest.mark.parametrize("turns", range(8))
async def test_one_who_comes_at_the_instant_of_opening_stands_behind_those_who_wait(turns: int) -> None:
    broker = Broker()
    broker.may_open.clear()
    producer = ReopeningProducer(broker.open_producer)
    waiting = [asyncio.create_task(_publish(producer, value)) for value in (b"a", b"b")]
    await asyncio.sleep(0.01)
    broker.may_open.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    await asyncio.gather(*waiting, asyncio.create_task(_publish(producer, b"c")))
    assert broker.values == [b"a", b"b", b"c"]


@pytest.mark.parametrize("turns", range(8))
async def test_one_who_gives_up_at_the_instant_of_opening_is_overtaken_by_nobody_it_takes_along(turns: int) -> None:
    broker = Broker()
    broker.may_open.clear()
    producer = ReopeningProducer(broker.open_producer)
    behind: list[asyncio.Task[None]] = []

    async def give_up() -> None:
        try:
            await _publish(producer, b"a")
        except asyncio.CancelledError:
            for task in behind:
                task.cancel()

    first = asyncio.create_task(give_up())
    await asyncio.sleep(0)
    behind += [asyncio.create_task(_publish(producer, value)) for value in (b"b", b"c")]
    await asyncio.sleep(0.01)
    broker.may_open.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    late = asyncio.create_task(_publish(producer, b"d"))
    behind.append(late)
    first.cancel()
    await asyncio.wait([first, *behind])
    assert broker.values == [] or broker.values[0] == b"a"


async def test_without_a_broker_records_are_unavailable_and_tries_are_ever_further_apart() -> None:
    broker, clock = Broker(), Clock()
    broker.is_away = True
    producer = ReopeningProducer(broker.open_producer, clock=clock, first_pause_s=1, longest_pause_s=8)
    tried_at = []
    for tenth in range(400):
        clock.now = tenth / 10
        before = broker.tries
        with pytest.raises(Unavailable):
            await _publish(producer, b"a")
        if broker.tries > before:
            tried_at.append(clock.now)
    assert tried_at == [0, 1, 3, 7, 15, 23, 31, 39]
    broker.is_away, clock.now = False, 48
    await _publish(producer, b"a")
    assert broker.values == [b"a"]
    await producer.close()


async def test_a_lost_producer_is_closed_at_once_and_another_one_takes_over() -> None:
    broker, clock = Broker(), Clock()
    producer = ReopeningProducer(broker.open_producer, clock=clock, first_pause_s=1)
    await _publish(producer, b"a")
    broker.opened[0].fails = ProducerLost("fenced")
    with pytest.raises(ProducerLost):
        await _publish(producer, b"b")
    with pytest.raises(Unavailable, match="in a moment"):
        await _publish(producer, b"b")
    clock.now = 1
    await _publish(producer, b"b", b"c")
    await producer.close()
    assert broker.values == [b"a", b"b", b"c"]
    assert len(broker.opened) == 2


async def test_whoever_waits_for_a_lost_producer_is_told_without_another_record_coming() -> None:
    broker = Broker()
    producer = ReopeningProducer(broker.open_producer)
    await _publish(producer, b"a")
    broker.opened[0].hangs = True
    waiting = [asyncio.create_task(_publish(producer, b"b")) for _ in range(10)]
    await asyncio.sleep(0)
    broker.opened[0].fails = ProducerLost("fenced")
    with pytest.raises(ProducerLost):
        await _publish(producer, b"c")
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, ProducerLost) for answer in answers)
    await producer.close()


async def test_a_producer_that_is_lost_again_and_again_is_opened_ever_less_often() -> None:
    broker, clock = Broker(), Clock()
    producer = ReopeningProducer(broker.open_producer, clock=clock, first_pause_s=1, longest_pause_s=60)
    for second in range(60):
        clock.now = second
        for opened in broker.opened:
            opened.fails = ProducerLost("fenced")
        with pytest.raises(Unavailable):
            await _publish_unless_new(producer, broker)
    assert len(broker.opened) < 8
    await producer.close()


async def _publish_unless_new(producer: ReopeningProducer, broker: Broker) -> None:
    """Publish, with every producer lost before it takes its first record."""
    held = len(broker.opened)
    task = asyncio.create_task(producer.publish("t", key=b"k", value=b"v"))
    while not task.done():
        for opened in broker.opened[held:]:
            opened.fails = ProducerLost("fenced")
        await asyncio.sleep(0)
    await task


async def test_a_refused_record_is_no_reason_to_open_another_producer() -> None:
    broker = Broker()
    producer = ReopeningProducer(broker.open_producer)
    await _publish(producer, b"a")
    broker.opened[0].fails = RecordRefused("too large", reason=Refusal.TOO_LARGE)
    with pytest.raises(RecordRefused):
        await _publish(producer, b"b")
    broker.opened[0].fails = None
    await _publish(producer, b"c")
    await producer.close()
    assert broker.values == [b"a", b"c"]
    assert len(broker.opened) == 1


async def test_a_caller_that_gives_up_does_not_stop_the_opening_for_others() -> None:
    broker = Broker()
    broker.may_open.clear()
    producer = ReopeningProducer(broker.open_producer)
    impatient, patient = (asyncio.create_task(_publish(producer, value)) for value in (b"a", b"b"))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    broker.may_open.set()
    await patient
    assert broker.values == [b"b"]
    await producer.close()


async def test_closing_gives_up_an_opening_that_is_under_way() -> None:
    broker = Broker()
    broker.may_open.clear()
    producer = ReopeningProducer(broker.open_producer)
    waiting = asyncio.create_task(_publish(producer, b"a"))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await producer.close()
    await asyncio.wait([waiting])
    assert broker.opened == []


class Topic:
    """Consumers of one topic in memory, which can fail to open or be lost."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.is_away = False
        self.tries = 0
        self.opened: list[Losing] = []

    async def open_consumer(self) -> Consumer:
        self.tries += 1
        if self.is_away:
            raise Unavailable("no broker answers")
        self.opened.append(Losing(self.log))
        return self.opened[-1]


class Losing:
    """A consumer without a group that the broker can cut off."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._consumer = log.consumer("t", group=None)
        self.is_lost = False
        self.closed = 0
        self.done: list[str] = []

    async def batches(self) -> AsyncIterator[Sequence[Record]]:
        async for batch in self._consumer.batches():
            yield batch
        if self.is_lost:
            raise Unavailable("cut off")

    async def lose(self) -> None:
        self.is_lost = True
        await self._consumer.finish()

    async def commit(self, records: Sequence[Record]) -> None:
        self.done.append(f"commit {len(records)}")

    def pause(self, topic: str, partition: int) -> None:
        self.done.append(f"pause {topic} {partition}")

    def resume(self, topic: str, partition: int) -> None:
        self.done.append(f"resume {topic} {partition}")

    def on_reread(self, put_back: Callable[[], None]) -> None:
        self.put_back = put_back

    async def finish(self) -> None:
        await self._consumer.finish()

    async def close(self) -> None:
        self.closed += 1
        await self.finish()


async def _until(found: list[bytes], count: int) -> None:
    async with asyncio.timeout(10):
        while len(found) < count:
            await asyncio.sleep(0.005)


async def _read(consumer: ReopeningConsumer, found: list[bytes]) -> None:
    async for batch in consumer.batches():
        found.extend(record.value for record in batch)


async def test_a_consumer_is_opened_once_the_broker_is_there_and_again_when_it_is_cut_off() -> None:
    topic = Topic()
    topic.is_away = True
    consumer = ReopeningConsumer(topic.open_consumer, first_pause_s=0.01, longest_pause_s=0.02)
    found: list[bytes] = []
    reading = asyncio.create_task(_read(consumer, found))
    await topic.log.producer().publish("t", key=b"k", value=b"a")
    await asyncio.sleep(0.05)
    assert (found, topic.tries > 1) == ([], True)
    topic.is_away = False
    await _until(found, 1)
    await topic.opened[0].lose()
    await _until(found, 2)
    await consumer.close()
    async with asyncio.timeout(5):
        await reading
    assert found == [b"a", b"a"]
    assert [opened.closed for opened in topic.opened] == [1, 1]


async def test_a_consumer_passes_on_what_it_is_told_while_there_is_one() -> None:
    topic = Topic()
    consumer = ReopeningConsumer(topic.open_consumer)
    await consumer.commit([])
    consumer.pause("t", 0)
    consumer.resume("t", 0)
    found: list[bytes] = []
    reading = asyncio.create_task(_read(consumer, found))
    await topic.log.producer().publish("t", key=b"k", value=b"a")
    await _until(found, 1)
    await consumer.commit(topic.log.records["t"])
    consumer.pause("t", 0)
    consumer.resume("t", 0)
    assert topic.opened[0].done == ["commit 1", "pause t 0", "resume t 0"]
    await consumer.finish()
    async with asyncio.timeout(5):
        await reading
    await consumer.close()


async def test_whoever_reads_ahead_is_told_that_it_is_read_again_by_a_group_and_after_a_loss() -> None:
    topic = Topic()
    consumer = ReopeningConsumer(topic.open_consumer, first_pause_s=0.01)
    told: list[str] = []
    consumer.on_reread(lambda: told.append("again"))
    found: list[bytes] = []
    reading = asyncio.create_task(_read(consumer, found))
    await topic.log.producer().publish("t", key=b"k", value=b"a")
    await _until(found, 1)
    topic.opened[0].put_back()
    assert told == ["again"]
    await topic.opened[0].lose()
    await _until(found, 2)
    assert told == ["again", "again"]
    await consumer.close()
    async with asyncio.timeout(5):
        await reading


async def test_a_consumer_that_is_finished_between_two_tries_ends() -> None:
    topic = Topic()
    topic.is_away = True
    consumer = ReopeningConsumer(topic.open_consumer, first_pause_s=60, longest_pause_s=60)
    reading = asyncio.create_task(_read(consumer, []))
    await asyncio.sleep(0.01)
    await consumer.finish()
    async with asyncio.timeout(5):
        await reading


async def test_a_consumer_that_is_finished_while_it_is_opened_reads_nothing() -> None:
    topic = Topic()
    await topic.log.producer().publish("t", key=b"k", value=b"a")
    may_open = asyncio.Event()

    async def opened() -> Consumer:
        await may_open.wait()
        return await topic.open_consumer()

    consumer = ReopeningConsumer(opened)
    found: list[bytes] = []
    reading = asyncio.create_task(_read(consumer, found))
    await asyncio.sleep(0.01)
    await consumer.finish()
    may_open.set()
    async with asyncio.timeout(5):
        await reading
    await consumer.close()
    assert found == []
    assert [one.closed for one in topic.opened] == [1]
