"""A broker that is killed under publishing costs no exchange and no count; a full disk costs no count."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.exchange import Exchange
from proxy.log.kafka import KafkaProducer, create_topics, open_producer, read_topic
from proxy.log.reopening import ReopeningProducer
from proxy.log.spool import Spool
from proxy.log.topics import COVERAGE, EXCHANGES
from proxy.outbox import Patience
from proxy.settings import KafkaSettings
from shadow.stack.brokers import BrokerKind, choose_broker
from shadow.stack.processes import Running, Service, end, free_port, start
from tests.records import raw_exchange

_KEY = b"0123456789abcdef"
_CONVERSATIONS = 7


@dataclass
class Killable:
    """Apache Kafka on one port and one folder, which this module starts, kills and starts again."""

    service: Service
    folder: Path
    settings: KafkaSettings
    running: Running

    def kill(self) -> None:
        process = psutil.Process(self.running.pid)
        os.kill(self.running.pid, signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)

    def start(self) -> None:
        running = start(self.service, folder=self.folder, environment={})
        assert running is not None
        self.running = running


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Killable]:
    chosen = choose_broker(BrokerKind.APACHE, folder=tmp_path, port=free_port())
    assert chosen.service is not None
    running = start(chosen.service, folder=tmp_path, environment={})
    assert running is not None
    settings = KafkaSettings(bootstrap=chosen.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"], request_timeout_ms=3_000)
    killable = Killable(chosen.service, tmp_path, settings, running)
    yield killable
    end(killable.running)


class Traffic:
    """Exchanges of a few conversations, 50 a second, counted as a door counts them."""

    def __init__(self) -> None:
        self.sent = 0
        self.ledger = Ledger("gateway")
        self._numbers = itertools.count()
        self._is_over = False

    async def run(self, capture: Capture) -> None:
        while not self._is_over:
            raw = self._raw(next(self._numbers))
            self.ledger.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
            self.sent += 1
            await capture.receive(raw)
            await asyncio.sleep(0.02)
        for entry in self.ledger.changed():
            await capture.receive(entry)

    def stop(self) -> None:
        self._is_over = True

    def _raw(self, number: int) -> Any:
        """Large enough that few fit into one batch of the producer."""
        body = b'{"model": "m", "messages": [{"role": "user", "content": "%s"}]}' % (b"hello " * 1_000)
        return raw_exchange(
            exchange_id=f"{number:06d}",
            headers=(("x-conversation-id", f"{number % _CONVERSATIONS}"),),
            body=body,
            started_at=raw_exchange().started_at + number,
        )


def _capture(producer: Any, spool: Spool, *, source_id: str) -> Capture:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    admission = Admission(Anonymiser(_KEY), key=_KEY, naming=naming)
    return Capture(admission, producer=producer, ledger=Ledger(source_id), spool=spool, patience=Patience(1, 0.2))


async def _opened(settings: KafkaSettings) -> ReopeningProducer:
    """A producer whose first connection stands before traffic begins; ADR 0008 says what may happen before that."""
    ready = [await open_producer(settings)]

    async def reopen() -> KafkaProducer:
        return ready.pop() if ready else await open_producer(settings)

    return ReopeningProducer(reopen)


async def _until(condition: Any, *, timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.05)


async def _conversations(settings: KafkaSettings) -> dict[str, list[str]]:
    """Exchange ids of each conversation in the order in which they first came."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for record in await read_topic(settings, EXCHANGES.name):
        exchange = Exchange.from_bytes(record.value)
        found[exchange.conversation_id][exchange.exchange_id] = None
    return {conversation: list(ids) for conversation, ids in found.items()}


async def _counts(settings: KafkaSettings) -> dict[str, Counter[str]]:
    """Requests by minute and disposition."""
    held: dict[str, LedgerEntry] = {}
    for record in await read_topic(settings, COVERAGE.name):
        entry = LedgerEntry.from_bytes(record.value)
        key = entry.model_dump_json(exclude={"requests"})
        if key not in held or held[key].requests < entry.requests:
            held[key] = entry
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in held.values():
        counts[str(entry.minute)][f"{entry.disposition}:{entry.reason}"] += entry.requests
    return counts


async def _check(settings: KafkaSettings, traffic: Traffic) -> None:
    conversations = await _conversations(settings)
    assert sum(len(ids) for ids in conversations.values()) == traffic.sent
    assert all(ids == sorted(ids) for ids in conversations.values())
    counts = await _counts(settings)
    assert all(one["seen:"] == one["published:"] for one in counts.values())
    assert sum(counts.values(), Counter()) == {"seen:": traffic.sent, "published:": traffic.sent}


@pytest.mark.timeout(240)
async def test_every_exchange_arrives_and_is_counted_once_when_the_broker_was_killed_for_a_while(
    broker: Killable, tmp_path: Path
) -> None:
    await create_topics(broker.settings, [EXCHANGES, COVERAGE])
    producer = await _opened(broker.settings)
    spool = Spool.open(tmp_path / "spool.db", max_bytes=67_108_864)
    capture = _capture(producer, spool, source_id="capture")
    traffic = Traffic()
    keeping = asyncio.create_task(capture.keep_books())
    sending = asyncio.create_task(traffic.run(capture))
    await asyncio.sleep(3)
    await asyncio.to_thread(broker.kill)
    await asyncio.sleep(5)
    assert spool.waiting > 50
    await asyncio.to_thread(broker.start)
    await _until(lambda: spool.waiting == 0)
    await asyncio.sleep(1)
    traffic.stop()
    await sending
    keeping.cancel()
    await capture.finish()
    await producer.close()
    spool.close()
    await _check(broker.settings, traffic)


@pytest.mark.timeout(240)
async def test_a_capture_that_ends_while_the_broker_is_away_leaves_all_to_the_next_one(
    broker: Killable, tmp_path: Path
) -> None:
    await create_topics(broker.settings, [EXCHANGES, COVERAGE])
    producer = await _opened(broker.settings)
    first = Spool.open(tmp_path / "spool.db", max_bytes=67_108_864)
    capture = _capture(producer, first, source_id="capture")
    traffic = Traffic()
    sending = asyncio.create_task(traffic.run(capture))
    await asyncio.sleep(1)
    await asyncio.to_thread(broker.kill)
    await asyncio.sleep(3)
    traffic.stop()
    await sending
    async with asyncio.timeout(5):
        await capture.finish()
    first.close()
    await producer.close()
    await asyncio.to_thread(broker.start)
    producer = await _opened(broker.settings)
    second = Spool.open(tmp_path / "spool.db", max_bytes=67_108_864)
    assert second.waiting > 50
    capture = _capture(producer, second, source_id="capture-again")
    keeping = asyncio.create_task(capture.keep_books())
    await _until(lambda: second.waiting == 0)
    keeping.cancel()
    await capture.finish()
    await producer.close()
    second.close()
    await _check(broker.settings, traffic)


_FILLS_THE_DISK = """
import asyncio
import json
import resource
import sys
from collections import Counter
from pathlib import Path

from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.exchange import Exchange
from proxy.log.memory import MemoryLog, MemoryProducer
from proxy.log.spool import Spool
from proxy.log.topics import COVERAGE, EXCHANGES
from tests.integration.test_spool import _capture
from tests.records import raw_exchange


class Broker(MemoryProducer):
    is_away = True

    async def publish(self, *args, **named):
        if self.is_away:
            raise Unavailable("away")
        await super().publish(*args, **named)


async def main(folder):
    log = MemoryLog()
    broker = Broker(log)
    spool = Spool.open(folder / "spool.db", max_bytes=1 << 30, min_free_bytes=0)
    capture = _capture(broker, spool, source_id="capture")
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, unlimited[1]))
    door = Ledger("gateway")
    for number in range(1_000):
        raw = raw_exchange(
            exchange_id=f"{number:06d}",
            headers=(("x-conversation-id", f"{number % 3}"),),
            body=b'{"model": "m", "messages": [{"role": "user", "content": "%s"}]}' % (b"hello " * 1_000),
        )
        door.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
        await capture.receive(raw)
    for entry in door.changed():
        await capture.receive(entry)
    await capture.publish_ledger()
    waiting = spool.waiting
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    broker.is_away = False
    keeping = asyncio.create_task(capture.keep_books())
    async with asyncio.timeout(60):
        while spool.waiting:
            await asyncio.sleep(0.01)
    keeping.cancel()
    await capture.finish()
    spool.close()
    counts = Counter()
    held = {}
    for record in log.records[COVERAGE.name]:
        entry = LedgerEntry.from_bytes(record.value)
        held[entry.source_id, entry.disposition, entry.reason] = entry.requests
    for (_, disposition, reason), requests in held.items():
        counts[f"{disposition}:{reason}"] += requests
    ids = [Exchange.from_bytes(record.value).exchange_id for record in log.records[EXCHANGES.name]]
    print(json.dumps({"waiting": waiting, "counts": counts, "ids": ids}))


asyncio.run(main(Path(sys.argv[1])))
"""


def test_what_a_full_disk_does_not_take_is_dropped_and_counted_and_the_rest_arrives(tmp_path: Path) -> None:
    """The disk is full in the eyes of one process: the system lets none of its files grow beyond 2 MB."""
    ran = subprocess.run(
        [sys.executable, "-c", _FILLS_THE_DISK, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
    found = json.loads(ran.stdout)
    assert 100 < found["waiting"] < 900
    assert found["counts"] == {
        "seen:": 1_000,
        "published:": found["waiting"],
        "dropped:disk_full": 1_000 - found["waiting"],
    }
    assert len(found["ids"]) == len(set(found["ids"]))
    for conversation in range(3):
        ids = [one for one in found["ids"] if int(one) % 3 == conversation]
        assert ids == sorted(ids)
    assert len(found["ids"]) == found["waiting"]
    assert ran.stderr.count("takes no more") == 1
