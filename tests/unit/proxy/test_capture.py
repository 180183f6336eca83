import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import Unavailable
from proxy.exchange import Door, Exchange
from proxy.log.memory import MemoryLog, MemoryProducer
from proxy.log.record import Producer, RecordRefused, Refusal
from proxy.log.spool import Spool
from proxy.log.topics import COVERAGE, DEAD_LETTERS, EXCHANGES
from proxy.outbox import Patience
from proxy.sampling.sampler import Kept
from tests.records import raw_exchange

_KEY = b"0123456789abcdef"


def _capture(producer: Producer, *, source_id: str = "capture", **changes: Any) -> Capture:
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    admission = Admission(Anonymiser(_KEY), key=_KEY, naming=naming)
    quick = {"patience": Patience(0.2, 0.01)}
    return Capture(admission, producer=producer, ledger=Ledger(source_id), **(quick | changes))


def _minutes(log: MemoryLog) -> dict[str, Counter[str]]:
    """Requests by minute (HH:MM) and disposition."""
    entries = [LedgerEntry.from_bytes(record.value) for record in log.records[COVERAGE.name]]
    held: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        key = (entry.source_id, f"{entry.minute:%H:%M}", f"{entry.disposition}:{entry.reason}")
        held[key] = max(held.get(key, 0), entry.requests)
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, minute, name), requests in held.items():
        total[minute][name] += requests
    return total


def _counts(log: MemoryLog) -> Counter[str]:
    total = Counter[str]()
    for counts in _minutes(log).values():
        total += counts
    return total


class Refusing:
    """A broker that takes nothing for a while: it says so, or it hangs."""

    def __init__(self, log: MemoryLog) -> None:
        self.is_away = True
        self.hangs = False
        self.acknowledges = True
        self.tries = 0
        self.most_at_once = 0
        self._at_once = 0
        self._producer = MemoryProducer(log)

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        self.tries += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            while self.hangs:
                await asyncio.sleep(0.01)
            if self.is_away:
                raise Unavailable("away")
            await self._producer.publish(topic, key=key, value=value, headers=headers)
            await asyncio.sleep(0)
            if not self.acknowledges:
                await asyncio.Event().wait()
        finally:
            self._at_once -= 1

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


@pytest.fixture
def spool_path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@pytest.fixture
def spool(spool_path: Path) -> Iterator[Spool]:
    opened = Spool.open(spool_path, max_bytes=67_108_864)
    yield opened
    opened.close()


def _raw(number: int) -> Any:
    """The number-th exchange, one a minute from noon, of one of three conversations in turn."""
    return raw_exchange(
        exchange_id=f"{number}",
        headers=(("x-conversation-id", f"{number % 3}"),),
        started_at=raw_exchange().started_at + 60 * number,
    )


def _published(log: MemoryLog) -> list[int]:
    return [int(Exchange.from_bytes(record.value).exchange_id) for record in log.records[EXCHANGES.name]]


async def _until_empty(spool: Spool) -> None:
    async with asyncio.timeout(10):
        while spool.waiting:
            await asyncio.sleep(0.005)


async def test_what_came_while_the_broker_was_away_is_published_in_order_and_counted_in_its_minute(
    spool: Spool,
) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    broker.is_away = False
    capture = _capture(broker, spool=spool)
    for number in range(150):
        broker.is_away = 10 <= number < 140
        await capture.receive(_raw(number))
        await asyncio.sleep(0.001 if number % 5 == 0 else 0)
    await _until_empty(spool)
    await capture.receive(_raw(150))
    await capture.finish()
    assert _published(log) == list(range(151))
    minutes = _minutes(log)
    assert len(minutes) == 151
    assert all(counts == {"published:": 1} for counts in minutes.values())


async def test_the_count_of_an_old_minute_stays_whole_however_many_minutes_the_process_has_seen(spool: Spool) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    capture = _capture(broker, spool=spool)
    for _ in range(600):
        await capture.receive(_raw(0))
    for number in range(1, 200):
        await capture.receive(raw_exchange(body=b"{half", started_at=_raw(number).started_at))
    await capture.publish_ledger()
    broker.is_away = False
    while spool.waiting:
        await asyncio.sleep(0)
        await capture.publish_ledger()
    await capture.finish()
    assert _minutes(log)["12:00"] == {"published:": 600}
    assert _counts(log) == {"published:": 600, "dropped:bad_request": 199}


async def test_what_comes_while_the_spool_drains_does_not_overtake_it(spool: Spool) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    capture = _capture(broker, spool=spool)
    for number in range(900):
        await capture.receive(_raw(number))
    broker.is_away = False
    number = 899
    while spool.waiting:
        await asyncio.sleep(0)
        if 0 < spool.waiting < 800 and number < 950:
            number += 1
            await capture.receive(_raw(number))
    await capture.finish()
    assert number == 950
    assert _published(log) == list(range(951))
    assert _counts(log) == {"published:": 951}


async def test_a_broker_that_is_away_is_asked_once_at_a_time_and_less_and_less_often(spool: Spool) -> None:
    broker = Refusing(MemoryLog())
    capture = _capture(broker, spool=spool)
    for number in range(50):
        await capture.receive(_raw(number))
        await asyncio.sleep(0)
    before = broker.tries
    broker.most_at_once = 0
    for number in range(50, 500):
        await capture.receive(_raw(number))
    await capture.publish_ledger()
    await asyncio.sleep(0.5)
    assert before < 10
    assert broker.tries - before < 8
    assert broker.most_at_once == 1
    assert spool.waiting == 500
    await capture.finish()


async def test_a_broker_that_hangs_holds_nothing_up_for_longer_than_the_patience(spool: Spool) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    broker.hangs = True
    broker.is_away = False
    capture = _capture(broker, spool=spool)
    async with asyncio.timeout(2):
        for number in range(600):
            await capture.receive(_raw(number))
    assert spool.waiting == 600
    assert broker.most_at_once <= 256
    broker.hangs = False
    await _until_empty(spool)
    await capture.finish()
    assert _published(log) == list(range(600))
    assert _counts(log) == {"published:": 600}
    assert broker.most_at_once <= 256


async def test_what_is_spooled_and_counted_outlives_the_process(spool_path: Path) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    first = Spool.open(spool_path, max_bytes=67_108_864)
    capture = _capture(broker, spool=first)
    door = Ledger("gateway")
    for number in range(20):
        raw = _raw(number)
        door.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
        await capture.receive(raw)
    for entry in door.changed():
        await capture.receive(entry)
    async with asyncio.timeout(2):
        await capture.finish()
    first.close()
    assert _counts(log) == {}
    broker.is_away = False
    second = Spool.open(spool_path, max_bytes=67_108_864)
    capture = _capture(broker, spool=second, source_id="capture-again")
    keeping = asyncio.create_task(capture.keep_books())
    await _until_empty(second)
    keeping.cancel()
    await capture.finish()
    second.close()
    assert _published(log) == list(range(20))
    assert all(counts == {"seen:": 1, "published:": 1} for counts in _minutes(log).values())
    assert len(_minutes(log)) == 20
    again = Spool.open(spool_path, max_bytes=67_108_864)
    assert again.entries() == {}
    again.close()


async def test_counts_outlive_the_process_when_no_exchange_is_spooled(spool_path: Path) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    first = Spool.open(spool_path, max_bytes=67_108_864)
    capture = _capture(broker, spool=first)
    await capture.receive(raw_exchange(body=b"{half"))
    await capture.finish()
    first.close()
    broker.is_away = False
    second = Spool.open(spool_path, max_bytes=67_108_864)
    await _capture(broker, spool=second, source_id="capture-again").finish()
    second.close()
    assert _counts(log) == {"dropped:bad_request": 1}


async def test_a_process_that_ends_without_a_word_loses_nothing_and_counts_nothing_twice(spool_path: Path) -> None:
    """The first process ends with some acknowledged and counted, some on the broker unacknowledged, some on disk."""
    log = MemoryLog()
    broker = Refusing(log)
    first = Spool.open(spool_path, max_bytes=67_108_864)
    capture = _capture(broker, spool=first)
    for number in range(600):
        await capture.receive(_raw(number))
    await capture.publish_ledger()
    broker.is_away = False
    while first.waiting > 450:
        await asyncio.sleep(0)
    broker.acknowledges = False
    await asyncio.sleep(0.05)
    left = first.waiting
    _stop(capture)
    first.close()
    assert 0 < left < 600
    broker.acknowledges = True
    second = Spool.open(spool_path, max_bytes=67_108_864)
    assert second.waiting == left
    capture = _capture(broker, spool=second, source_id="capture-again")
    keeping = asyncio.create_task(capture.keep_books())
    await _until_empty(second)
    keeping.cancel()
    await capture.finish()
    second.close()
    assert sorted(set(_published(log))) == list(range(600))
    assert list(dict.fromkeys(_published(log))) == list(range(600))
    assert all(counts == {"published:": 1} for counts in _minutes(log).values())
    assert _counts(log) == {"published:": 600}


def _stop(capture: Capture) -> None:
    """End a capture as a kill would: nothing more is written."""
    assert capture._outbox._draining is not None
    capture._outbox._draining.cancel()


async def test_what_comes_after_the_end_began_is_left_to_the_next_process(spool: Spool) -> None:
    log = MemoryLog()
    capture = _capture(log.producer(), spool=spool)
    await capture.receive(_raw(0))
    await capture.finish()
    await capture.receive(_raw(1))
    assert _published(log) == [0]
    assert spool.waiting == 1


async def test_a_full_spool_drops_the_newest_and_counts_them(spool_path: Path) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    small = Spool.open(spool_path, max_bytes=1_048_576)
    capture = _capture(broker, spool=small)
    for number in range(1_500):
        await capture.receive(_raw(number))
    kept = small.waiting
    assert 100 < kept < 1_500
    broker.is_away = False
    await _until_empty(small)
    await capture.finish()
    small.close()
    assert _published(log) == list(range(kept))
    assert _counts(log) == {"published:": kept, "dropped:spool_full": 1_500 - kept}


async def test_a_full_disk_drops_and_counts_and_the_broker_is_noticed_when_it_is_back(spool: Spool) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    capture = _capture(broker, spool=spool)
    spool._connection.execute("PRAGMA query_only = ON")
    for number in range(20):
        await capture.receive(_raw(number))
        await asyncio.sleep(0)
    await capture.publish_ledger()
    assert broker.tries < 10
    broker.is_away = False
    await capture.publish_ledger()
    await capture.receive(_raw(20))
    await capture.finish()
    assert _published(log) == [20]
    assert _counts(log) == {"dropped:disk_full": 20, "published:": 1}


async def test_a_record_above_the_limit_of_the_log_is_dropped_and_counted() -> None:
    log = MemoryLog()
    capture = _capture(log.producer(), max_record_bytes=500)
    await capture.receive(raw_exchange())
    await capture.finish()
    assert _published(log) == []
    assert _counts(log) == {"dropped:too_large_for_log": 1}


class Picky(Refusing):
    """A broker that will never take the exchange 3 where it belongs."""

    refusal = Refusal.TOO_LARGE

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        if topic == EXCHANGES.name and not self.is_away and b'"exchange_id":"3"' in value:
            raise RecordRefused("not this one", reason=self.refusal)
        await super().publish(topic, key=key, value=value, headers=headers)


@pytest.mark.parametrize("refusal", Refusal)
@pytest.mark.parametrize("is_away", [False, True])
async def test_a_record_that_the_broker_refuses_for_good_blocks_no_other(
    spool: Spool, *, is_away: bool, refusal: Refusal
) -> None:
    log = MemoryLog()
    broker = Picky(log)
    broker.refusal, broker.is_away = refusal, is_away
    capture = _capture(broker, spool=spool)
    for number in range(6):
        await capture.receive(_raw(number))
    await asyncio.sleep(0.05)
    broker.is_away = False
    await _until_empty(spool)
    await capture.finish()
    assert set(_published(log)) == {0, 1, 2, 4, 5}
    assert _counts(log) == {"published:": 5, f"dropped:{refusal}": 1}


async def test_what_the_broker_finds_wrong_is_kept_as_a_dead_letter(spool: Spool) -> None:
    log = MemoryLog()
    broker = Picky(log)
    broker.refusal, broker.is_away = Refusal.REFUSED, False
    capture = _capture(broker, spool=spool)
    for number in range(6):
        await capture.receive(_raw(number))
    await capture.settle()
    await _until_empty(spool)
    await capture.finish()
    (letter,) = log.records[DEAD_LETTERS.name]
    assert Exchange.from_bytes(letter.value).exchange_id == "3"
    assert letter.headers["understudy-topic"] == EXCHANGES.name.encode()


async def test_without_a_spool_a_broker_that_hangs_does_not_hold_up_the_end() -> None:
    log = MemoryLog()
    broker = Refusing(log)
    broker.hangs = True
    capture = _capture(broker)
    for number in range(5):
        await capture.receive(_raw(number))
    async with asyncio.timeout(2):
        await capture.finish()
    broker.hangs = broker.is_away = False
    await capture.finish()
    assert _counts(log) == {"dropped:broker_unavailable": 5}


async def test_an_exchange_on_which_capture_itself_fails_is_counted_and_keeps_no_other_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def sample(exchange: Exchange) -> Kept:
        if exchange.exchange_id == "1":
            raise ArithmeticError("secret")
        return Kept(weight=1.0, draw=0.5, by_floor=False)

    log = MemoryLog()
    capture = _capture(log.producer(), sampling=sample)
    for number in range(3):
        await capture.receive(_raw(number))
    await capture.finish()
    assert _published(log) == [0, 2]
    assert _counts(log) == {"published:": 2, "dropped:capture_failed": 1}
    assert "ArithmeticError" in caplog.text
    assert "secret" not in caplog.text


class Faulty(MemoryProducer):
    """A producer with a fault of its own on the exchange 1."""

    async def publish(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Mapping[str, bytes] | None = None
    ) -> None:
        if b'"exchange_id":"1"' in value:
            raise ArithmeticError
        await super().publish(topic, key=key, value=value, headers=headers)


async def test_a_publication_that_fails_without_a_reason_is_counted_and_keeps_no_other_back() -> None:
    log = MemoryLog()
    capture = _capture(Faulty(log))
    for number in range(3):
        await capture.receive(_raw(number))
    await capture.settle()
    await capture.finish()
    assert _published(log) == [0, 2]
    assert _counts(log) == {"published:": 2, "dropped:capture_failed": 1}


async def test_a_smaller_count_that_comes_late_replaces_no_larger_one(spool: Spool) -> None:
    log = MemoryLog()
    broker = Refusing(log)
    capture = _capture(broker, spool=spool)
    door = Ledger("gateway")
    door.count(Disposition.SEEN, at=0, door=Door.GATEWAY, route="chat")
    early = door.changed()
    door.count(Disposition.SEEN, at=0, door=Door.GATEWAY, route="chat")
    assert await capture.keep(door.changed())
    assert await capture.keep(early)
    assert [entry.requests for entry in spool.entries().values()] == [2]
    broker.is_away = False
    await capture.finish()
    assert _counts(log) == {"seen:": 2}


async def test_without_a_spool_counts_are_safe_only_on_the_broker() -> None:
    broker = Refusing(MemoryLog())
    capture = _capture(broker)
    door = Ledger("gateway")
    door.count(Disposition.SEEN, at=0, door=Door.GATEWAY, route="chat")
    entries = door.changed()
    assert not await capture.keep(entries)
    broker.is_away = False
    assert await capture.keep(entries)
