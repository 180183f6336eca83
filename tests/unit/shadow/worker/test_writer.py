import asyncio
from typing import Any

import pytest

from proxy.errors import Unavailable
from proxy.log.dead_letters import REASON_HEADER, TOPIC_HEADER
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import DEAD_LETTERS
from shadow.store.halving import RefusedRow, RowsRefused
from shadow.worker.aside import Aside
from shadow.worker.progress import Progress
from shadow.worker.writer import Entry, Writer


class Batches:
    """Remembers the size of each insert."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        assert table == "things"
        self.sizes.append(len(rows))
        return len(rows)


class Desk:
    """A writer with its log, and records to hand it."""

    def __init__(self, *, batch_rows: int, batch_seconds: float) -> None:
        self.log, self.sink, self.progress = MemoryLog(), Batches(), Progress()
        consumer = self.log.consumer("topic", group="group")
        self.writer = Writer(self.sink, consumer, self.progress, batch_rows=batch_rows, batch_seconds=batch_seconds)

    def begin(self, offset: int) -> Record:
        record = Record("topic", 0, offset, None, b"")
        self.progress.begin(record)
        return record

    @property
    def committed(self) -> int:
        return self.log.committed["group", "topic"]


async def test_a_full_batch_is_written_at_once_and_the_rest_at_the_end() -> None:
    desk = Desk(batch_rows=4, batch_seconds=60)
    for offset in range(10):
        await desk.writer.add(Entry({"things": [{"n": offset}]}, desk.begin(offset)))
    await desk.writer.finish()
    await desk.writer.run()
    assert desk.sink.sizes == [4, 4, 2]
    assert desk.committed == 10
    assert desk.writer.rows_written == 10


async def test_a_part_batch_is_written_once_it_is_old_enough() -> None:
    desk = Desk(batch_rows=100, batch_seconds=0.05)
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.writer.run())
        await desk.writer.add(Entry({"things": [{"n": 0}]}, desk.begin(0)))
        await asyncio.sleep(0.3)
        assert (desk.sink.sizes, desk.committed) == ([1], 1)
        await desk.writer.finish()


async def test_records_finished_out_of_order_are_committed_up_to_the_first_gap() -> None:
    desk = Desk(batch_rows=1, batch_seconds=60)
    first, second, third = (desk.begin(offset) for offset in range(3))
    for record in (third, first):
        await desk.writer.add(Entry({"things": [{}]}, record))
    await desk.writer.finish()
    await desk.writer.run()
    assert desk.committed == 1
    await desk.writer.add(Entry({"things": [{}]}, second))
    await desk.writer.finish()
    await desk.writer.run()
    assert desk.committed == 3


async def test_who_adds_waits_while_the_queue_is_full() -> None:
    desk = Desk(batch_rows=1, batch_seconds=60)
    for _ in range(4):
        await desk.writer.add(Entry({"things": [{}]}))
    waiting = asyncio.create_task(desk.writer.add(Entry({"things": [{}]})))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.writer.run())
        await waiting
        await desk.writer.finish()
    assert sum(desk.sink.sizes) == 5


class Away(Batches):
    """A store that is away until told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.is_away = True

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        self.tries += 1
        if self.is_away:
            raise Unavailable("no store")
        return super().insert(table, rows)


@pytest.mark.parametrize("records", [1, 20])
async def test_an_end_does_not_wait_for_ever_and_what_was_not_taken_is_read_again(records: int) -> None:
    desk = Desk(batch_rows=2, batch_seconds=0.01)
    away = Away()
    writer = Writer(away, desk.log.consumer("topic", group="group"), desk.progress, batch_rows=2, batch_seconds=0.01)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(writer.run())
        group.create_task(hand_over(desk, writer, records))
        await asyncio.sleep(0.1)
        writer.expect_end(grace_s=0.2)
    assert away.tries >= 1
    assert (away.sizes, desk.committed, desk.progress.under_way) == ([], 0, records)


async def hand_over(desk: Desk, writer: Writer, records: int) -> None:
    for offset in range(records):
        await writer.add(Entry({"things": [{"n": offset}]}, desk.begin(offset)))
    await writer.finish()


async def test_a_store_that_is_back_within_the_grace_gets_everything() -> None:
    desk = Desk(batch_rows=2, batch_seconds=0.01)
    away = Away()
    writer = Writer(away, desk.log.consumer("topic", group="group"), desk.progress, batch_rows=2, batch_seconds=0.01)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(writer.run())
        group.create_task(hand_over(desk, writer, 6))
        await asyncio.sleep(0.1)
        writer.expect_end(grace_s=50)
        away.is_away = False
    assert sum(away.sizes) == 6
    assert desk.committed == 6


async def test_an_entry_is_told_once_its_rows_are_stored() -> None:
    desk, told = Desk(batch_rows=2, batch_seconds=0.01), list[int]()
    await desk.writer.add(Entry({"things": [{"n": 0}]}, desk.begin(0), stored=lambda: told.append(0)))
    assert told == []
    await desk.writer.finish()
    await desk.writer.run()
    assert told == [0]


class Fussy(Batches):
    """A store that refuses things without a number for good, and says so."""

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        bad = [RefusedRow(place, "no number") for place, row in enumerate(rows) if row["n"] is None]
        super().insert(table, rows[: len(rows) - len(bad)])
        if bad:
            raise RowsRefused("some rows were not stored", rows=bad)
        return len(rows)


def fussy_writer(desk: Desk, *, aside: Aside, told: list[tuple[str, int]]) -> Writer:
    return Writer(
        desk.sink,
        desk.log.consumer("topic", group="group"),
        desk.progress,
        batch_rows=10,
        batch_seconds=0.01,
        aside=aside,
        refused=lambda table, count: told.append((table, count)),
    )


async def test_a_refused_row_is_counted_set_aside_and_amended_and_holds_up_no_other() -> None:
    desk, told = Desk(batch_rows=10, batch_seconds=0.01), list[tuple[str, int]]()
    desk.sink = Fussy()
    writer = fussy_writer(desk, aside=Aside(desk.log.producer()), told=told)
    for offset in range(4):
        row = {"n": None if offset == 1 else offset}
        await writer.add(Entry({"things": [row]}, desk.begin(offset), amended=lambda: {"things": [{"n": 99}]}))
    await writer.finish()
    await writer.run()
    assert desk.sink.sizes == [3, 1]
    assert (told, desk.committed, writer.rows_written) == ([("things", 1)], 4, 4)
    (letter,) = desk.log.records[DEAD_LETTERS.name]
    assert letter.headers[TOPIC_HEADER] == b"topic"
    assert letter.headers[REASON_HEADER] == b"row of things refused: no number"


async def test_a_refused_row_that_nobody_could_set_aside_is_read_again() -> None:
    desk, told = Desk(batch_rows=10, batch_seconds=0.01), list[tuple[str, int]]()
    desk.sink = Fussy()
    aside = Aside(desk.log.producer())
    aside.stop()
    writer = fussy_writer(desk, aside=aside, told=told)
    await writer.add(Entry({"things": [{"n": None}]}, desk.begin(0)))
    await writer.finish()
    await writer.run()
    assert (desk.committed, desk.progress.under_way) == (0, 1)


async def test_what_comes_while_the_store_takes_nothing_joins_the_batch() -> None:
    desk = Desk(batch_rows=100, batch_seconds=0.01)
    away = Away()
    writer = Writer(away, desk.log.consumer("topic", group="group"), desk.progress, batch_rows=9, batch_seconds=0.01)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(writer.run())
        await writer.add(Entry({"things": [{"n": 0}]}, desk.begin(0)))
        while not away.tries:
            await asyncio.sleep(0.01)
        for offset in range(1, 4):
            await writer.add(Entry({"things": [{"n": offset}]}, desk.begin(offset)))
        away.is_away = False
        await writer.finish()
    assert away.sizes == [4]
