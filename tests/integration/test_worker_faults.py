"""What goes wrong around a worker stays there: a store that is away costs nothing, a bad candidate its own lane."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from proxy.exchange import Exchange
from proxy.log.memory import MemoryLog
from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.simulator.faults import Fault
from shadow.stack.processes import Running, end, free_port
from shadow.store.clickhouse import Store
from shadow.store.schema import migrate
from tests.integration import workers
from tests.integration.gateways import served
from tests.integration.replays import Shelf, replay_all
from tests.integration.replays import publish as put
from tests.integration.workers import crew, exchanges, replayed, simulators, start_clickhouse, trial, until

_EXCHANGES = 200
_PER_S = 20.0
_AWAY_S = 60 if os.environ.get("UNDERSTUDY_TEST_FULL") == "1" else 15
"""The waits of the worker's retries reach their longest, 10 s, within the shorter one as well."""

_ASKED = 24
_LARGE_BYTES = 10_000_000

type App = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[dict[str, Any]], Awaitable[None]]], Any]


@pytest.mark.timeout(240)
async def test_a_store_that_is_killed_and_comes_back_costs_no_row_and_ends_no_worker(
    tmp_path: Path, tansu: KafkaSettings
) -> None:
    port = free_port()
    running = await start_clickhouse(tmp_path, port)
    settings = ClickHouseSettings(port=port)
    try:
        await _migrate(settings)
        async with simulators(baseline={}, candidate={}) as urls, crew(tmp_path, tansu, settings) as staff:
            await staff.hire()
            (worker,) = staff.workers
            asked = exchanges(_EXCHANGES, per_s=_PER_S)
            await workers.publish(tansu, trial=trial(urls, speed=1.0), of=asked)
            await until(lambda: _is_stored(settings, at_least=_EXCHANGES // 10), timeout_s=60)
            before = await _stored(settings)
            await _kill(running)
            await asyncio.sleep(_AWAY_S)
            assert worker.is_up
            running = await start_clickhouse(tmp_path, port)
            assert before < _EXCHANGES
            await until(lambda: _is_stored(settings, at_least=_EXCHANGES), timeout_s=90)
            assert worker.is_up
        for view, rows in (("replays FINAL", 2 * _EXCHANGES), ("pairs", _EXCHANGES)):
            assert await _count(settings, view, of=asked) == rows
    finally:
        await asyncio.to_thread(end, running)


def _streaming(*parts: bytes, content_type: bytes = b"text/event-stream", status: int = 200) -> App:
    """A server that answers every request with these bytes."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type)]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    return app


SERVERS: dict[str, tuple[App, str]] = {
    "a page instead of a stream": (_streaming(b"<html>welcome</html>", content_type=b"text/html"), "broken_stream"),
    "ten megabytes without a newline": (_streaming(*[b"x" * 100_000] * (_LARGE_BYTES // 100_000)), "broken_stream"),
    "half an event": (_streaming(b'data: {"choices": [{"delta": {"con'), "broken_stream"),
    "an error page": (_streaming(b"<html>bad gateway</html>", content_type=b"text/html", status=502), "http_error"),
}


@pytest.mark.parametrize("name", SERVERS)
async def test_a_candidate_that_answers_nonsense_spoils_its_own_lane_alone(name: str) -> None:
    app, outcome = SERVERS[name]
    async with simulators(baseline={}) as urls, served(app) as candidate:
        shelf = await _replay(urls | {"candidate": candidate})
    _assert_only_the_candidate_suffers(shelf, outcome)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Fault.HANG, "timed_out"), (Fault.HALF_EVENT, "broken_stream"), (Fault.HTTP_500, "http_error")],
)
async def test_a_candidate_with_a_fault_of_the_wire_spoils_its_own_lane_alone(fault: Fault, outcome: str) -> None:
    async with simulators(baseline={}, candidate={"faults": {fault: 1.0}}) as urls:
        shelf = await _replay(urls)
    _assert_only_the_candidate_suffers(shelf, outcome)
    if fault is Fault.HANG:
        hung = [row["e2e_ms"] for row in shelf.lane("candidate") if row["outcome"] == outcome]
        assert max(row["e2e_ms"] for row in shelf.lane("baseline")) < min(hung)


async def _replay(urls: dict[str, str]) -> Shelf:
    log, shelf = MemoryLog(), Shelf()
    await put(log, *exchanges(_ASKED))
    await replay_all(log, trial(urls, timeout_s=3.0, distress={"max_error_ratio": None}), shelf)
    return shelf


def _assert_only_the_candidate_suffers(shelf: Shelf, outcome: str) -> None:
    """Every row is there; the baseline's are whole, the candidate's failed or were held back by the breaker."""
    whole, failed = shelf.lane("baseline"), shelf.lane("candidate")
    assert len(whole) == len(failed) == _ASKED
    assert {(row["outcome"], row["error"], row["attempts"]) for row in whole} == {("completed", "", 1)}
    assert all(row["text"] and row["ttft_ms"] > 0 for row in whole)
    assert {row["outcome"] for row in failed} <= {outcome, "not_sent"}
    assert outcome in {row["outcome"] for row in failed}
    assert all(row["error"] for row in failed)
    assert {name for name, _ in shelf.dispositions.values()} == {"replayed"}
    assert len({row["exchange_id"] for row in failed}) == _ASKED


async def _kill(running: Running) -> None:
    process = psutil.Process(running.pid)
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(psutil.wait_procs, [process], timeout=10)


async def _migrate(settings: ClickHouseSettings) -> None:
    def run() -> None:
        store = Store.connect(settings)
        try:
            migrate(store)
        finally:
            store.close()

    await asyncio.to_thread(run)


async def _stored(settings: ClickHouseSettings) -> int:
    return await _asking(settings, replayed)


async def _is_stored(settings: ClickHouseSettings, *, at_least: int) -> bool:
    return await _stored(settings) >= at_least and await _count(settings, "exchanges FINAL") >= at_least


async def _count(settings: ClickHouseSettings, name: str, *, of: Sequence[Exchange] = ()) -> int:
    """Rows, or those of these exchanges: the broker is shared, and has exchanges of other tests."""
    sql = f"SELECT exchange_id FROM {{database}}.{name}"  # noqa: S608
    wanted = {one.exchange_id for one in of}
    return await _asking(
        settings, lambda store: sum(not wanted or row["exchange_id"] in wanted for row in store.rows(sql))
    )


async def _asking(settings: ClickHouseSettings, read: Callable[[Store], int]) -> int:
    """Ask over a connection of its own: the server that it leads to may have been another one before."""

    def run() -> int:
        store = Store.connect(settings)
        try:
            return read(store)
        finally:
            store.close()

    return await asyncio.to_thread(run)
