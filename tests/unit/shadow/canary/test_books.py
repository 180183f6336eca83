import asyncio

from proxy.coverage import Disposition, Ledger
from proxy.exchange import Door
from proxy.log.memory import MemoryLog
from proxy.log.topics import COVERAGE
from shadow.canary.books import Books

_AT = 1_800_000_030.0


async def _words(
    *counts: tuple[Disposition, str],
    at: float = _AT,
    door: Door = Door.GATEWAY,
    route: str = "chat",
    junk: bool = False,
) -> str:
    log, ledger = MemoryLog(), Ledger("gateway")
    for disposition, reason in counts:
        ledger.count(disposition, at=at, door=door, route=route, reason=reason)
    values = [entry.to_bytes() for entry in ledger.changed()]
    for value in [b"{half", *values] if junk else values:
        await log.producer().publish(COVERAGE.name, key=None, value=value)
    tail = log.consumer(COVERAGE.name, group=None)
    books = Books(tail, door=Door.GATEWAY)
    following = asyncio.create_task(books.follow())
    await asyncio.sleep(0.01)
    await tail.finish()
    await following
    return books.words(sent_at=_AT)


async def test_reasons_of_the_minute_are_named() -> None:
    words = await _words(
        (Disposition.SEEN, ""), (Disposition.DROPPED, "channel_full"), (Disposition.SAMPLED_OUT, "ratio")
    )
    assert words.endswith("dropped channel_full, sampled_out ratio")


async def test_a_published_minute_points_at_the_key() -> None:
    assert "PSEUDONYM_KEY" in await _words((Disposition.SEEN, ""), (Disposition.PUBLISHED, ""))


async def test_a_door_without_capture_behind_it_is_told_from_one_that_counted_nothing() -> None:
    assert "capture process" in await _words((Disposition.SEEN, ""))
    assert "understudy capture" in await _words()


async def test_other_doors_routes_and_older_minutes_say_nothing() -> None:
    nothing = await _words()
    assert await _words((Disposition.DROPPED, "other_route"), route="other") == nothing
    assert await _words((Disposition.DROPPED, "own_replay"), door=Door.TAP) == nothing
    assert await _words((Disposition.DROPPED, "own_replay"), at=_AT - 60) == nothing


async def test_a_record_that_is_no_entry_is_passed_over() -> None:
    assert "channel_full" in await _words((Disposition.DROPPED, "channel_full"), junk=True)
