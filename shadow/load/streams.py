"""The two loops: who sends the next request when. Sending and stamping are the worker's own lane client."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from shadow.worker.breaker import Breaker, Tolerance

type Send = Callable[[int, int], Awaitable[None]]
"""Sends the request of that number, which was due at that monotonic ns, and keeps what came."""

_NS: Final = 1_000_000_000


def never_opens() -> Breaker:
    """A breaker that lets everything through: under load, failures are what is measured."""
    return Breaker(Tolerance(in_a_row=2**62, ratio=2.0, recent=1))


async def run_closed(send: Send, *, numbers: Sequence[int], starts_s: Sequence[float], begin_ns: int) -> None:
    """Keep one request in flight per stream until all are sent; streams start one after the other.

    A request is due when its stream is free, so that what the client itself takes until it sends is schedule delay.

    Args:
        starts_s: When each stream starts, s after the begin.
    """
    waiting = iter(numbers)
    async with asyncio.TaskGroup() as group:
        for start_s in starts_s:
            group.create_task(_stream(send, waiting, start_ns=begin_ns + int(start_s * _NS)))


async def _stream(send: Send, waiting: Iterator[int], *, start_ns: int) -> None:
    await _until(start_ns)
    due_ns = start_ns
    for number in waiting:
        await send(number, due_ns)
        due_ns = time.perf_counter_ns()


async def run_open(send: Send, *, numbers: Sequence[int], due_s: Sequence[float], begin_ns: int) -> None:
    """Send each request at its time, whatever became of those before it.

    Args:
        due_s: Time of each request, s after the begin, ascending.
    """
    async with asyncio.TaskGroup() as group:
        for number, at_s in zip(numbers, due_s, strict=True):
            due_ns = begin_ns + int(at_s * _NS)
            await _until(due_ns)
            group.create_task(_sent(send, number, due_ns))


async def _sent(send: Send, number: int, due_ns: int) -> None:
    await send(number, due_ns)


async def _until(at_ns: int) -> None:
    """Sleep until a monotonic time; at once when it has passed."""
    await asyncio.sleep(max(at_ns - time.perf_counter_ns(), 0) / _NS)
