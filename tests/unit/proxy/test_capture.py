import asyncio
from collections import Counter
from collections.abc import Mapping

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.exchange import Door, Exchange
from proxy.log.memory import MemoryLog, MemoryProducer
from proxy.log.record import Producer
from proxy.log.topics import COVERAGE, EXCHANGES
from tests.records import raw_exchange

_KEY = b"0123456789abcdef"


def _capture(producer: Producer) -> Capture:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    return Capture(Admission(Anonymiser(_KEY), key=_KEY, naming=naming), producer=producer, ledger=Ledger("capture"))


def _counts(log: MemoryLog) -> Counter[str]:
    entries = [LedgerEntry.from_bytes(record.value) for record in log.records[COVERAGE.name]]
    held: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (entry.source_id, f"{entry.disposition}:{entry.reason}")
        held[key] = max(held.get(key, 0), entry.requests)
    total = Counter[str]()
    for (_, name), requests in held.items():
        total[name] += requests
    return total


class Refusing:
    """A broker that takes nothing for a while."""

    def __init__(self, log: MemoryLog) -> None:
        self.is_away = True
        self._producer = MemoryProducer(log)

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        if self.is_away:
            raise Unavailable("away")
        await self._producer.publish(topic, key=key, value=value, headers=headers)

    async def close(self) -> None:
        return


async def test_what_is_admitted_is_published_under_its_conversation_and_counted() -> None:
    log = MemoryLog()
    capture = _capture(log.producer())
    for number in range(300):
        await capture.receive(raw_exchange(exchange_id=f"{number}"))
    await capture.finish()
    published = [Exchange.from_bytes(record.value) for record in log.records[EXCHANGES.name]]
    assert [exchange.exchange_id for exchange in published] == [f"{number}" for number in range(300)]
    assert log.records[EXCHANGES.name][0].key == published[0].conversation_id.encode()
    assert _counts(log) == {"published:": 300}


async def test_what_cannot_be_admitted_is_counted_and_not_published() -> None:
    log = MemoryLog()
    capture = _capture(log.producer())
    await capture.receive(raw_exchange(body=b"{half"))
    await capture.finish()
    assert log.records[EXCHANGES.name] == []
    assert _counts(log) == {"dropped:bad_request": 1}


async def test_a_broker_that_is_away_loses_exchanges_but_never_their_count() -> None:
    log = MemoryLog()
    broker = Refusing(log)
    capture = _capture(broker)
    await capture.receive(raw_exchange())
    await capture.finish()
    assert _counts(log) == {}
    broker.is_away = False
    await capture.finish()
    assert _counts(log) == {"dropped:broker_unavailable": 1}


async def test_the_doors_counts_are_passed_on() -> None:
    log = MemoryLog()
    capture = _capture(log.producer())
    door = Ledger("gateway")
    for _ in range(2):
        door.count(Disposition.SEEN, at=0, door=Door.GATEWAY, route="chat")
        for entry in door.changed():
            await capture.receive(entry)
    keeping = asyncio.create_task(capture.keep_books())
    await capture.publish_ledger()
    keeping.cancel()
    assert _counts(log) == {"seen:": 2}
