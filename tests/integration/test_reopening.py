"""Capture starts without a broker, and goes on when its producer or its broker is gone: real brokers, nothing lost."""

import asyncio
import itertools
import os
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.coverage import Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.exchange import Exchange
from proxy.log.dead_letters import set_aside
from proxy.log.kafka import KafkaProducer, create_topics, open_consumer, open_producer, read_topic
from proxy.log.record import ProducerLost, RecordRefused, Refusal
from proxy.log.reopening import ReopeningConsumer, ReopeningProducer
from proxy.log.spool import Spool
from proxy.log.topics import ALL, COVERAGE, DEAD_LETTERS, EXCHANGES, EXPERIMENTS, Topic
from proxy.outbox import Patience
from proxy.sampling.demand import Demand
from proxy.sampling.outlook import OutlookFile
from proxy.sampling.sampler import Kept, SampledOut, Sampler
from proxy.settings import KafkaSettings
from shadow.experiment import State
from shadow.stack.brokers import Broker, BrokerKind, choose_broker
from shadow.stack.processes import Running, end, free_port, start
from tests.records import experiment, raw_exchange

_KEY = b"0123456789abcdef"
_CONVERSATIONS = 3
_NAMES = itertools.count(1)


@dataclass
class Tansu:
    """The embedded broker on one port; it keeps its log in memory, so that each start begins with an empty one."""

    broker: Broker
    folder: Path
    settings: KafkaSettings
    running: Running | None = None

    async def start(self) -> None:
        assert self.broker.service is not None
        self.running = await asyncio.to_thread(start, self.broker.service, folder=self.folder, environment={})
        await create_topics(self.settings, ALL)

    def kill(self) -> None:
        assert self.running is not None
        process = psutil.Process(self.running.pid)
        os.kill(self.running.pid, signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Tansu]:
    chosen = choose_broker(BrokerKind.TANSU, folder=tmp_path, port=free_port())
    bootstrap = chosen.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"]
    settings = KafkaSettings(bootstrap=bootstrap, idempotent=False, request_timeout_ms=5_000)
    tansu = Tansu(chosen, tmp_path, settings)
    yield tansu
    if tansu.running is not None:
        end(tansu.running)


@dataclass
class Captured:
    """A capture process in miniature: what `proxy.main` builds, in this process."""

    capture: Capture
    spool: Spool
    demand: Demand
    numbers: Iterator[int]

    async def receive(self, count: int) -> list[str]:
        """Exchanges of a few conversations in turn; their ids."""
        ids = [f"{next(self.numbers):06d}" for _ in range(count)]
        for one in ids:
            headers = (("x-conversation-id", f"{int(one) % _CONVERSATIONS}"),)
            await self.capture.receive(raw_exchange(exchange_id=one, headers=headers))
        return ids

    async def until_empty(self) -> None:
        await _until(lambda: self.spool.waiting == 0)


@asynccontextmanager
async def _capturing(settings: KafkaSettings, state: Path, *, first: int = 0) -> AsyncIterator[Captured]:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    async with AsyncExitStack() as stack:
        producer = ReopeningProducer(partial(open_producer, settings))
        stack.push_async_callback(producer.close)
        spool = Spool.open(state / "spool.db", max_bytes=67_108_864)
        stack.callback(spool.close)
        follower = ReopeningConsumer(partial(open_consumer, settings, EXPERIMENTS.name, group=None))
        stack.push_async_callback(follower.close)
        demand = Demand(
            follower,
            read_topic=partial(read_topic, settings, EXPERIMENTS.name),
            memory=OutlookFile(state / "demand.json"),
            retry_s=0.2,
        )
        sampler = Sampler(_KEY)

        def decide(exchange: Exchange) -> Kept | SampledOut:
            return sampler.decide(exchange, ratio=demand.ratio(now=datetime.now(UTC)), at=0)

        capture = Capture(
            Admission(Anonymiser(_KEY), key=_KEY, naming=naming),
            producer=producer,
            ledger=Ledger(f"capture-{next(_NAMES)}"),
            spool=spool,
            sampling=decide,
            patience=Patience(2, 0.1),
        )
        stack.push_async_callback(capture.finish)
        chores = [asyncio.create_task(demand.follow()), asyncio.create_task(capture.keep_books())]
        try:
            yield Captured(capture, spool, demand, itertools.count(first))
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.wait(chores)


async def _until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def _want(settings: KafkaSettings, *, state: State) -> None:
    one = experiment(state=state, expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    producer = await open_producer(settings)
    await producer.publish(EXPERIMENTS.name, key=one.experiment_id.encode(), value=one.to_bytes())
    await producer.close()


async def _published(settings: KafkaSettings) -> list[str]:
    """Ids of all exchanges, each once, in the order of their conversations."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for record in await read_topic(settings, EXCHANGES.name):
        exchange = Exchange.from_bytes(record.value)
        found[exchange.conversation_id][exchange.exchange_id] = None
    for ids in found.values():
        assert list(ids) == sorted(ids)
    return sorted(one for ids in found.values() for one in ids)


async def _counts(settings: KafkaSettings) -> Counter[str]:
    held: dict[str, LedgerEntry] = {}
    for record in await read_topic(settings, COVERAGE.name):
        entry = LedgerEntry.from_bytes(record.value)
        key = entry.model_dump_json(exclude={"requests"})
        if key not in held or held[key].requests < entry.requests:
            held[key] = entry
    counts = Counter[str]()
    for entry in held.values():
        counts[f"{entry.disposition}:{entry.reason}"] += entry.requests
    return counts


def _now(running: Captured) -> float:
    return running.demand.ratio(now=datetime.now(UTC))


@pytest.mark.timeout(180)
async def test_capture_that_is_started_before_its_broker_loses_nothing(broker: Tansu, tmp_path: Path) -> None:
    async with _capturing(broker.settings, tmp_path) as running:
        early = await running.receive(60)
        await _until(lambda: running.spool.waiting == 60)
        await broker.start()
        await _want(broker.settings, state=State.ENABLED)
        await running.until_empty()
        late = await running.receive(60)
    assert await _published(broker.settings) == sorted(early + late)
    assert await _counts(broker.settings) == {"published:": 120}


@pytest.mark.timeout(180)
async def test_what_was_wanted_holds_over_a_restart_without_a_broker(broker: Tansu, tmp_path: Path) -> None:
    await broker.start()
    for first, state, ratio in ((0, State.ENABLED, 1.0), (10, State.DISABLED, 0.0)):
        await _want(broker.settings, state=state)
        async with _capturing(broker.settings, tmp_path, first=first) as running:
            await _until(lambda running=running, ratio=ratio: _now(running) == ratio)
            await running.receive(10)
            await running.capture.settle()
    await asyncio.to_thread(broker.kill)
    async with _capturing(broker.settings, tmp_path, first=20) as running:
        await running.receive(10)
        await asyncio.sleep(1)
        assert (_now(running), running.spool.waiting) == (0, 0)
    await broker.start()
    async with _capturing(broker.settings, tmp_path, first=30) as running:
        await _until(lambda: not running.spool.entries())
        await asyncio.sleep(2)
    assert (await _counts(broker.settings))["sampled_out:no_experiment"] >= 10
    assert await _published(broker.settings) == []


@asynccontextmanager
async def _reopening(settings: KafkaSettings) -> AsyncIterator[ReopeningProducer]:
    producer = ReopeningProducer(partial(open_producer, settings))
    yield producer
    await producer.close()


async def _topic(settings: KafkaSettings, **config: str) -> str:
    topic = Topic(f"test.reopening.{next(_NAMES)}", spread=False, config=config)
    await create_topics(settings, [topic])
    return topic.name


async def _insist(producer: ReopeningProducer, topic: str, value: bytes) -> list[Exception]:
    """Publish until it is taken, as the spool does; what went wrong on the way."""
    errors: list[Exception] = []
    async with asyncio.timeout(60):
        while True:
            try:
                await producer.publish(topic, key=b"k", value=value)
            except Unavailable as error:
                errors.append(error)
                await asyncio.sleep(0.1)
            else:
                return errors


async def _values(settings: KafkaSettings, topic: str) -> list[bytes]:
    return [record.value for record in await read_topic(settings, topic)]


async def test_a_producer_that_the_broker_takes_nothing_more_of_is_replaced(apache_kafka: KafkaSettings) -> None:
    """Its sequence numbers are broken by hand, as a broker that lost its producer state would find them."""
    topic = await _topic(apache_kafka)
    async with _reopening(apache_kafka) as producer:
        assert await _insist(producer, topic, b"a") == []
        broken = producer._producer
        assert isinstance(broken, KafkaProducer)
        for place in list(broken._producer._txn_manager._sequence_numbers):
            broken._producer._txn_manager._sequence_numbers[place] += 7
        errors = await _insist(producer, topic, b"b")
        assert isinstance(errors[0], ProducerLost)
        assert await _insist(producer, topic, b"c") == []
        assert producer._producer is not broken
        with suppress(ProducerLost):
            await broken.publish(topic, key=b"k", value=b"never")
    assert await _values(apache_kafka, topic) == [b"a", b"b", b"c"]


async def test_a_record_that_the_broker_finds_too_large_stops_none_that_follows(apache_kafka: KafkaSettings) -> None:
    topic = await _topic(apache_kafka, **{"max.message.bytes": "2000"})
    async with _reopening(apache_kafka) as producer:
        await _insist(producer, topic, b"a")
        with pytest.raises(RecordRefused) as refused:
            await producer.publish(topic, key=b"k", value=os.urandom(8_000))
        assert refused.value.reason is Refusal.TOO_LARGE
        for value in (b"b", b"c"):
            await _insist(producer, topic, value)
    assert await _values(apache_kafka, topic) == [b"a", b"b", b"c"]


async def test_a_record_that_the_broker_finds_wrong_becomes_a_dead_letter_and_stops_none_that_follows(
    apache_kafka: KafkaSettings,
) -> None:
    """A compacted topic takes no record without a key."""
    await create_topics(apache_kafka, [DEAD_LETTERS])
    topic = await _topic(apache_kafka, **{"cleanup.policy": "compact"})
    value = f"wrong {topic}".encode()
    async with _reopening(apache_kafka) as producer:
        await _insist(producer, topic, b"a")
        with pytest.raises(RecordRefused) as refused:
            await producer.publish(topic, key=None, value=value)
        assert refused.value.reason is Refusal.REFUSED
        await set_aside(producer, topic=topic, key=None, value=value, headers={}, reason=str(refused.value))
        await _insist(producer, topic, b"b")
    assert await _values(apache_kafka, topic) == [b"a", b"b"]
    assert value in await _values(apache_kafka, DEAD_LETTERS.name)


async def test_a_topic_that_is_made_later_costs_no_record(apache_kafka: KafkaSettings) -> None:
    quick = apache_kafka.model_copy(update={"request_timeout_ms": 1_000})
    name = f"test.reopening.{next(_NAMES)}"
    async with _reopening(quick) as producer:
        waiting = asyncio.create_task(_insist(producer, name, b"a"))
        await asyncio.sleep(2)
        await create_topics(apache_kafka, [Topic(name, spread=False)])
        await waiting
    assert await _values(apache_kafka, name) == [b"a"]
