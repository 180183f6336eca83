"""The client processes of a block: started together, begun at one time, their answers put together."""

import asyncio
import math
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from proxy.errors import Unavailable
from shadow.load.level import LoadRequest
from shadow.load.order import SAID, Done, Order, Ready, Said, Tick
from shadow.worker.watch import SelfCheck

_LONGEST_LINE: Final = 2**30
_READY_S: Final = 60.0
_HEAD_START_S: Final = 0.1
_END_S: Final = 5.0

type Watcher = Callable[[Tick], None]
"""Is told what happens while a block runs."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What all processes of a block measured together.

    Attributes:
        requests: By number.
        check: The worst of each process's figures.
    """

    started_at: datetime
    requests: tuple[LoadRequest, ...]
    check: SelfCheck
    clients: int


async def measure(order: Order, *, clients: int, watch: Watcher, began: Callable[[], None] = lambda: None) -> Measured:
    """Run a block with so many client processes.

    Args:
        began: Called when the first request is about to be sent.

    Raises:
        Unavailable: a client process did not start, or ended before it was done.
    """
    shares = _shares(order, clients=clients)
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_client()) for _ in shares]
        await asyncio.gather(*(_prepare(one, share) for one, share in zip(processes, shares, strict=True)))
        begin_ns = time.perf_counter_ns() + int(_HEAD_START_S * 1e9)
        started_at = datetime.now(UTC) + timedelta(seconds=_HEAD_START_S)
        began()
        answers = await asyncio.gather(*(_run(one, begin_ns=begin_ns, watch=watch) for one in processes))
    requests = sorted((one for answer in answers for one in answer.requests), key=lambda one: one.number)
    return Measured(started_at, tuple(requests), _worst([answer.check for answer in answers]), len(shares))


def _shares(order: Order, *, clients: int) -> list[Order]:
    """The order dealt out: each process gets every n-th stream and every n-th request."""
    count = max(1, min(clients, len(order.due_s), len(order.numbers)))
    return [
        order.model_copy(
            update={
                "numbers": order.numbers[place::count],
                "due_s": order.due_s[place::count],
                "null_streams": math.ceil(order.null_streams / count),
            }
        )
        for place in range(count)
    ]


@asynccontextmanager
async def _client() -> AsyncIterator[Process]:
    """A client process; it ends with the block, and with this process whatever happens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shadow.load.client", stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE, start_new_session=True
    )
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.close()
        try:
            async with asyncio.timeout(_END_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _prepare(process: Process, order: Order) -> None:
    await _write(process, order.model_dump_json())
    try:
        async with asyncio.timeout(_READY_S):
            said = await _hear(process)
    except TimeoutError:
        said = None
    if not isinstance(said, Ready):
        raise Unavailable("a client process of the load was not ready in time; is the machine overloaded?")


async def _run(process: Process, *, begin_ns: int, watch: Watcher) -> Done:
    await _write(process, str(begin_ns))
    while True:
        said = await _hear(process)
        match said:
            case Tick():
                watch(said)
            case Done():
                return said
            case Ready() | None:
                raise Unavailable("a client process of the load ended before it was done; its messages say why")


async def _write(process: Process, line: str) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    process.stdin.write(line.encode() + b"\n")
    try:
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        raise Unavailable("a client process of the load has ended; its messages say why") from None


async def _hear(process: Process) -> Said | None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    line = await process.stdout.readline()
    try:
        return SAID.validate_json(line) if line else None
    except ValidationError:
        return None


def _worst(checks: Sequence[SelfCheck]) -> SelfCheck:
    nulls = [one.null_ttft_error_ms for one in checks if one.null_ttft_error_ms is not None]
    residuals = [one.residual for one in checks if one.residual is not None]
    return SelfCheck(
        window_start=min(one.window_start for one in checks),
        loop_lag_p99_ms=max(one.loop_lag_p99_ms for one in checks),
        cpu_share=max(one.cpu_share for one in checks),
        schedule_delay_median_ms=max(one.schedule_delay_median_ms for one in checks),
        null_ttft_error_ms=max(nulls, default=None),
        residual=max(residuals, default=None),
    )
