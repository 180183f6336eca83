"""Doors and capture processes that die, in one process: what a kill leaves is the journals and the spool."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.channel import Hello
from proxy.coverage import Disposition, Ledger
from proxy.errors import BadRecord
from proxy.exchange import Door, RawExchange
from proxy.journal import Journal, read_journal
from proxy.log.memory import MemoryLog
from proxy.log.spool import Spool
from proxy.reception import Reception, door_journal
from tests.records import raw_exchange
from tests.unit.proxy.test_capture import Refusing, _capture, _counts, _published

_DOOR = "gateway-1"


class DoorSide:
    """A door as far as its journal goes: it counts, keeps what is not acknowledged, and dies."""

    def __init__(self, folder: Path) -> None:
        self.path = door_journal(folder, _DOOR)
        self._journal = Journal.create(self.path)
        self.ledger = Ledger(_DOOR, mirror=self._journal)

    def see(self, number: int, *, dropped: str = "") -> RawExchange:
        raw = raw_exchange(exchange_id=f"{number}")
        self.ledger.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
        if dropped:
            self.ledger.count(Disposition.DROPPED, at=raw.started_at, door=raw.door, route="chat", reason=dropped)
        return raw

    def die(self) -> None:
        self._journal.close()


class CaptureSide:
    """A capture process, and its death: nothing more of it is written."""

    def __init__(self, folder: Path, broker: Refusing, *, name: str = "capture", spool: Spool | None = None) -> None:
        self.capture = _capture(broker, source_id=name, spool=spool)
        self.reception = Reception(folder, capture=self.capture)

    def die(self) -> None:
        for task in list(self.capture._outbox._flights):
            task.cancel()
        self.capture._outbox._flights.clear()
        for book in self.reception._books.values():
            if book.journal is not None:
                book.journal.close()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def broker(log: MemoryLog) -> Refusing:
    refusing = Refusing(log)
    refusing.is_away = False
    return refusing


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool.open(tmp_path / "spool.db", max_bytes=67_108_864)
    yield opened
    opened.close()


async def _visit(side: CaptureSide, raws: list[RawExchange], *, acknowledged: int = 0) -> int:
    """Send what the capture process does not have yet, and wait for its acknowledgements."""
    async with side.reception.welcome(Hello(_DOOR, acknowledged)) as visit:
        for raw in raws[visit.acknowledged :]:
            await visit.receive(raw)
        await asyncio.sleep(0.05)
        return visit.acknowledged


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_door_that_dies_leaves_what_it_had_in_its_hands_to_be_counted(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    raws = [door.see(number) for number in range(5)]
    door.see(5, dropped="too_large")
    await _visit(side, raws[:3])
    await side.reception.sweep()
    assert _files(tmp_path) == [f"{_DOOR}.capture", f"{_DOOR}.door"]
    door.die()
    await side.reception.sweep()
    assert _counts(log) == {"seen:": 6, "published:": 3, "dropped:too_large": 1, "dropped:door_killed": 2}
    assert _files(tmp_path) == []
    await side.capture.finish()


async def test_a_door_that_ended_well_leaves_nothing_to_be_counted(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    await _visit(side, [door.see(number) for number in range(3)])
    door.die()
    await side.reception.sweep()
    assert _counts(log) == {"seen:": 3, "published:": 3}
    assert _files(tmp_path) == []
    await side.capture.finish()


async def test_a_capture_process_that_dies_with_some_under_way_counts_none_of_them_twice(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    """The broker has the last five, and nobody heard of it; the door knows of none that is acknowledged."""
    door, first = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    raws = [door.see(number) for number in range(10)]
    assert await _visit(first, raws[:5]) == 5
    broker.acknowledges = False
    assert await _visit(first, raws) == 5
    first.die()
    broker.acknowledges = True
    second = CaptureSide(tmp_path, broker, name="capture-again")
    assert await _visit(second, raws) == 10
    door.die()
    await second.reception.sweep()
    assert _counts(log) == {"seen:": 10, "published:": 10}
    assert _published(log) == [*range(10), *range(5, 10)]
    await second.capture.finish()


async def test_when_both_die_the_next_capture_process_reckons_from_what_they_left(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, first = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    raws = [door.see(number) for number in range(10)]
    assert await _visit(first, raws[:6]) == 6
    first.die()
    door.die()
    assert _counts(log) == {}
    second = CaptureSide(tmp_path, broker, name="capture-again")
    await second.reception.sweep()
    assert _counts(log) == {"seen:": 10, "published:": 6, "dropped:door_killed": 4}
    assert _files(tmp_path) == []
    await second.capture.finish()


async def test_a_connection_that_breaks_under_exchanges_makes_none_of_them_twice(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    raws = [door.see(number) for number in range(6)]
    broker.hangs = True
    assert await _visit(side, raws[:4]) == 0
    again = asyncio.create_task(_visit(side, raws))
    await asyncio.sleep(0.02)
    broker.hangs = False
    assert await again == 6
    assert sorted(_published(log)) == list(range(6))
    door.die()
    await side.capture.finish()


async def test_a_dead_door_waits_for_what_is_still_under_way(tmp_path: Path, log: MemoryLog, broker: Refusing) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    raws = [door.see(0)]
    broker.hangs = True
    await _visit(side, raws)
    door.die()
    await side.reception.sweep()
    assert _files(tmp_path) != []
    broker.hangs = False
    await side.capture.settle()
    await side.reception.sweep()
    assert _counts(log) == {"seen:": 1, "published:": 1}
    await side.capture.finish()


async def test_the_books_of_a_dead_door_stay_until_its_counts_are_safe(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    door.see(0)
    door.die()
    broker.is_away = True
    await side.reception.sweep()
    assert _files(tmp_path) != []
    broker.is_away = False
    await side.reception.sweep()
    assert _files(tmp_path) == []
    assert _counts(log) == {"seen:": 1, "dropped:door_killed": 1}
    await side.capture.finish()


async def test_with_the_broker_away_exchanges_and_counts_are_safe_in_the_spool(
    tmp_path: Path, log: MemoryLog, broker: Refusing, spool: Spool
) -> None:
    folder = tmp_path / "books"
    door, side = DoorSide(folder), CaptureSide(folder, broker, spool=spool)
    broker.is_away = True
    raws = [door.see(number) for number in range(5)]
    assert await _visit(side, raws[:3]) == 3
    door.die()
    await side.reception.sweep()
    assert _files(folder) == []
    assert spool.waiting == 3
    broker.is_away = False
    async with asyncio.timeout(10):
        while spool.waiting:
            await asyncio.sleep(0.01)
    await side.capture.finish()
    assert _counts(log) == {"seen:": 5, "published:": 3, "dropped:door_killed": 2}


async def test_a_door_without_a_journal_is_received_and_its_word_on_what_it_has_is_taken(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    side = CaptureSide(tmp_path, broker)
    raws = [raw_exchange(exchange_id=f"{number}") for number in range(5)]
    assert await _visit(side, raws, acknowledged=2) == 5
    await side.capture.finish()
    assert _counts(log) == {"published:": 3}
    assert _files(tmp_path) == []


async def test_after_the_end_nothing_is_taken_any_more(tmp_path: Path, log: MemoryLog, broker: Refusing) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    side.reception.close()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await _visit(side, [door.see(0)])
    await side.capture.finish()
    assert _published(log) == []
    door.die()


@pytest.mark.parametrize("name", ["../elsewhere", "", "x" * 200])
async def test_a_name_that_is_no_source_id_is_refused(tmp_path: Path, broker: Refusing, name: str) -> None:
    side = CaptureSide(tmp_path, broker)
    with pytest.raises(BadRecord):
        async with side.reception.welcome(Hello(name, 0)):
            pass


async def test_a_damaged_journal_keeps_no_other_from_being_reckoned_with(
    tmp_path: Path, log: MemoryLog, broker: Refusing, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = door_journal(tmp_path, "gateway-0")
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    damaged.write_bytes(b"damaged")
    door.see(0)
    door.die()
    await side.reception.sweep()
    assert _counts(log) == {"seen:": 1, "dropped:door_killed": 1}
    assert damaged.exists()
    assert "gateway-0" in caplog.text
    await side.capture.finish()
    side.die()


async def test_counts_stay_in_the_capture_sides_journal_for_as_long_as_the_door_holds_their_minute(
    tmp_path: Path, log: MemoryLog, broker: Refusing
) -> None:
    door, side = DoorSide(tmp_path), CaptureSide(tmp_path, broker)
    start = raw_exchange().started_at
    door.ledger.count(Disposition.SEEN, at=start, door=Door.GATEWAY, route="chat")
    raws = []
    for minute in range(200):
        raw = raw_exchange(exchange_id=f"{minute}", started_at=start + 60 * minute)
        door.ledger.count(Disposition.SEEN, at=raw.started_at, door=raw.door, route="chat")
        raws.append(raw)
        await _visit_at_once(side, raws)
        door.ledger.settle(at=raw.started_at)
        door.ledger.changed()
        await side.capture.publish_ledger()
    assert len(read_journal(tmp_path / f"{_DOOR}.capture").counts) <= 122
    door.die()
    await side.reception.sweep()
    assert _counts(log)["dropped:door_killed"] == 1
    await side.capture.finish()


async def _visit_at_once(side: CaptureSide, raws: list[RawExchange]) -> None:
    async with side.reception.welcome(Hello(_DOOR, 0)) as visit:
        for raw in raws[visit.acknowledged :]:
            await visit.receive(raw)
    await side.capture.settle()
