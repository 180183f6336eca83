import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from proxy.exchange import Shape
from shadow.replay import ReplayOutcome
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.worker import lane
from shadow.worker.breaker import BREAKER_OPEN, Breaker, BreakerState, Tolerance
from shadow.worker.lane import Heard, LaneClient, open_session
from shadow.worker.preparation import Prepared
from tests.records import deployment

PREPARED = Prepared(
    shape=Shape.CHAT,
    path="/v1/chat/completions",
    body=b'{"model":"m","stream":true,"max_tokens":3,"messages":[{"role":"user","content":"hello"}]}',
    streamed=True,
    parameters_hash="",
    rewrites=(),
)
type Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """A server that reads a request's head, then answers as told and hangs up."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await answer(reader, writer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def send(base_url: str, *, timeout_s: float = 5) -> Heard:
    async with open_session() as session:
        client = LaneClient(session, deployment("d", base_url=base_url), concurrency=4, timeout_s=timeout_s)
        return await client.send(PREPARED)


async def test_a_connection_that_breaks_before_the_first_byte_is_tried_once_more() -> None:
    calls = list[int]()

    async def hang_up_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(1)
        if len(calls) > 1:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async with listening(hang_up_once) as url:
        heard = await send(url)
    assert (heard.outcome, heard.attempts, len(calls)) == (ReplayOutcome.COMPLETED, 2, 2)


async def test_a_stream_that_breaks_after_its_first_byte_is_not_tried_again() -> None:
    async def break_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")

    async with listening(break_off) as url:
        heard = await send(url)
    assert (heard.outcome, heard.attempts) == (ReplayOutcome.BROKEN_STREAM, 1)
    assert b"".join(chunk.data for chunk in heard.chunks) == b"half"


async def test_a_timeout_keeps_what_had_arrived() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await reader.read()

    async with listening(stall) as url:
        heard = await send(url, timeout_s=0.3)
    assert (heard.outcome, heard.status, heard.chunks[0].data) == (ReplayOutcome.TIMED_OUT, 200, b"half")
    assert 250 <= (heard.ended_ns - heard.sent_ns) / 1e6 < 1_000


async def test_a_redirect_is_not_followed() -> None:
    async def redirect(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:9/elsewhere\r\ncontent-length: 0\r\n\r\n")

    async with listening(redirect) as url:
        heard = await send(url)
    assert (heard.outcome, heard.status, heard.attempts) == (ReplayOutcome.HTTP_ERROR, 307, 1)


async def test_a_reply_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "MAX_REPLY_BYTES", 1_000)

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000)

    async with listening(flood) as url:
        heard = await send(url)
    assert (heard.outcome, heard.error) == (ReplayOutcome.BROKEN_STREAM, "reply_too_large")


async def test_an_address_that_is_no_url_is_a_failed_connection() -> None:
    heard = await send("http://")
    assert (heard.outcome, heard.status, heard.chunks) == (ReplayOutcome.CONNECTION_FAILED, 0, ())


async def test_more_requests_than_slots_wait_in_the_client_and_never_overlap_further() -> None:
    async with simulator_in_loop(Behaviour(model="m", ttft_ms=30, itl_ms=0)) as url, open_session() as session:
        client = LaneClient(session, deployment("d", base_url=url), concurrency=3, timeout_s=5)
        heard = await asyncio.gather(*(client.send(PREPARED) for _ in range(9)))
    assert max(one.in_flight for one in heard) == 3
    assert {one.outcome for one in heard} == {ReplayOutcome.COMPLETED}


async def test_a_reply_that_breaks_after_its_head_is_not_tried_again() -> None:
    async def break_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")

    async with listening(break_off) as url:
        heard = await send(url)
    assert (heard.outcome, heard.attempts, heard.chunks) == (ReplayOutcome.BROKEN_STREAM, 1, ())


async def test_a_lane_that_only_fails_is_left_alone_and_says_so() -> None:
    calls = list[int]()

    async def fail(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(1)
        writer.write(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")

    async with listening(fail) as url, open_session() as session:
        client = LaneClient(
            session,
            deployment("d", base_url=url),
            concurrency=1,
            timeout_s=5,
            breaker=Breaker(Tolerance(in_a_row=3, cool_down_s=600)),
        )
        heard = await asyncio.gather(*(client.send(PREPARED) for _ in range(6)))
    assert client.breaker.state is BreakerState.OPEN
    assert [one.outcome for one in heard] == [ReplayOutcome.HTTP_ERROR] * 3 + [ReplayOutcome.NOT_SENT] * 3
    assert (heard[-1].error, heard[-1].attempts, len(calls)) == (BREAKER_OPEN, 0, 3)
