"""One client process of a block: reads its order, waits for the begin, loads the server, tells what it measured."""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Final

from proxy.wire.assemble import Assembly
from shadow.load.level import LoadRequest, Loop
from shadow.load.order import Done, Order, Ready, Said, Tick
from shadow.load.streams import never_opens, run_closed, run_open
from shadow.replay import Replay
from shadow.worker.lane import Heard, LaneClient, open_session
from shadow.worker.null_run import null_run
from shadow.worker.preparation import Prepared, prepare
from shadow.worker.reading import Desk, to_replay
from shadow.worker.watch import Watch, residual_of

_MOST_IN_FLIGHT: Final = 100_000
_TICK_S: Final = 0.25
_SWITCH_S: Final = 0.0005
"""How long the reading thread may hold up the loop, s; Python's own 5 ms would be seen in the stamps."""


class Client:
    """Sends the requests of one order and keeps what came of them.

    Args:
        client: The lane client, which stamps.
        order: What to send.
    """

    def __init__(self, client: LaneClient, order: Order) -> None:
        self._client = client
        self._order = order
        self._prepared = {number: self._prepare(number) for number in order.numbers}
        self._desk = Desk()
        self._begin_ns = 0
        self._in_flight = 0
        self._unread: set[asyncio.Task[None]] = set()
        self._news: list[LoadRequest] = []
        self.requests: list[LoadRequest] = []

    def _prepare(self, number: int) -> Prepared:
        """A prompt that is taken again within the block is salted anew: it never finds its own prefix cached."""
        exchanges = self._order.exchanges
        return prepare(
            exchanges[number % len(exchanges)],
            deployment=self._order.deployment,
            lane=self._order.lane,
            run=f"{self._order.salt}:{number // len(exchanges)}",
        )

    async def run(self, *, begin_ns: int) -> None:
        """Send everything, the first at `begin_ns` (monotonic); returns when the last reply has been read."""
        self._begin_ns = begin_ns
        order = self._order
        if order.loop is Loop.CLOSED:
            await run_closed(self._send, numbers=order.numbers, starts_s=order.due_s, begin_ns=begin_ns)
        else:
            await run_open(self._send, numbers=order.numbers, due_s=order.due_s, begin_ns=begin_ns)
        await asyncio.gather(*self._unread)

    def tick(self) -> Tick:
        """What happened since the last tick."""
        news, self._news = self._news, []
        completed = [one for one in news if one.is_completed]
        return Tick(
            done=len(news),
            failed=len(news) - len(completed),
            tokens=sum(one.completion_tokens or 0 for one in completed),
            in_flight=self._in_flight,
            ttft_ms=tuple(one.timings.ttft_ms for one in completed if one.timings.ttft_ms is not None),
        )

    async def _send(self, number: int, due_ns: int) -> None:
        self._in_flight += 1
        try:
            heard = await self._client.send(self._prepared[number])
        finally:
            self._in_flight -= 1
        # Not waited for: the stream asks again at once.
        self._unread.add(asyncio.create_task(self._keep(number, heard, due_ns)))

    async def _keep(self, number: int, heard: Heard, due_ns: int) -> None:
        assembly = await self._desk.read(heard, prepared=self._prepared[number])
        request = self._read(number, heard, assembly, due_ns)
        self.requests.append(request)
        self._news.append(request)

    def _read(self, number: int, heard: Heard, assembly: Assembly, due_ns: int) -> LoadRequest:
        exchange = self._order.exchanges[number % len(self._order.exchanges)]
        replay = to_replay(
            heard,
            exchange=exchange,
            prepared=self._prepared[number],
            experiment_id=self._order.salt,
            deployment=self._order.deployment,
            lane=self._order.lane,
            scheduled_ns=due_ns,
            sent_at=datetime.now(UTC),
            assembly=assembly,
        )
        return self._request(number, heard, replay, due_ns=due_ns)

    def _request(self, number: int, heard: Heard, replay: Replay, *, due_ns: int) -> LoadRequest:
        usage = replay.reply.usage
        return LoadRequest(
            number=number,
            exchange_id=replay.exchange_id,
            outcome=replay.outcome,
            status=replay.status,
            timings=replay.timings,
            scheduled_s=self._since_begin(due_ns),
            sent_s=self._since_begin(heard.sent_ns),
            ended_s=self._since_begin(heard.ended_ns),
            in_flight=heard.in_flight,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cached_tokens=usage.cached_tokens,
            attempts=heard.attempts,
            error=replay.error,
        )

    def _since_begin(self, at_ns: int) -> float:
        return (at_ns - self._begin_ns) / 1e9


async def _fulfil(order: Order) -> None:
    async with open_session() as session:
        error_ms = await null_run(session, concurrency=order.null_streams) if order.null_streams else None
        lane = LaneClient(
            session,
            order.deployment,
            concurrency=len(order.due_s) if order.loop is Loop.CLOSED else _MOST_IN_FLIGHT,
            timeout_s=order.timeout_s,
            breaker=never_opens(),
        )
        client = Client(lane, order)
        gc.collect()
        gc.freeze()
        _tell(Ready())
        begin_ns = int(await asyncio.to_thread(sys.stdin.readline))
        threading.Thread(target=_end_with_parent, daemon=True).start()
        await asyncio.sleep(max(begin_ns - time.perf_counter_ns(), 0) / 1e9)
        await _measure(client, begin_ns=begin_ns, null_ttft_error_ms=error_ms)


async def _measure(client: Client, *, begin_ns: int, null_ttft_error_ms: float | None) -> None:
    watch = Watch()
    chores = [asyncio.create_task(watch.run()), asyncio.create_task(_ticking(client))]
    await client.run(begin_ns=begin_ns)
    check = watch.close_window(
        [one.timings.schedule_delay_ms for one in client.requests],
        null_ttft_error_ms=null_ttft_error_ms,
        residuals=list(_residuals(client.requests)),
    )
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    _tell(client.tick())
    _tell(Done(requests=tuple(client.requests), check=check))


def _residuals(requests: list[LoadRequest]) -> list[float]:
    return [
        residual_of(ttft_ms=one.timings.ttft_ms, server_ttft_ms=one.timings.server_ttft_ms)
        for one in requests
        if one.timings.ttft_ms is not None and one.timings.server_ttft_ms is not None
    ]


async def _ticking(client: Client) -> None:
    while True:
        await asyncio.sleep(_TICK_S)
        _tell(client.tick())


def _tell(said: Said) -> None:
    print(said.model_dump_json(), flush=True)  # noqa: T201 - the parent reads it


def _end_with_parent() -> None:
    """Stop when the other end of standard input is closed: the parent closed it, or is gone."""
    while os.read(0, 4096):
        pass
    signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Fulfil the order on standard input, on uvloop: asyncio's own loop stamps late at hundreds of streams."""
    import uvloop

    sys.setswitchinterval(_SWITCH_S)
    order = Order.model_validate_json(sys.stdin.readline())
    asyncio.run(_fulfil(order), loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
