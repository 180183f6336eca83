"""One lane: sends a prepared request and stamps bytes as they arrive. Parsing waits until the reply has ended."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp

from proxy.exchange import Chunk
from proxy.wire.headers import REPLAY_HEADER
from shadow.deployment import Deployment
from shadow.replay import ReplayOutcome
from shadow.worker.breaker import BREAKER_OPEN, Breaker, is_servers_failure
from shadow.worker.preparation import Prepared

MAX_REPLY_BYTES = 16_777_216


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes and stamps of one reply, before anybody read them.

    Attributes:
        sent_ns: The request's last byte written, monotonic ns; the start of the try when none was written.
        ended_ns: The reply's last byte, or the failure, monotonic ns.
    """

    outcome: ReplayOutcome
    status: int
    chunks: tuple[Chunk, ...]
    sent_ns: int
    ended_ns: int
    attempts: int
    in_flight: int
    error: str = ""


class LaneClient:
    """Replays to one deployment, at most `concurrency` at a time.

    The connection pool is unbounded (aiohttp's own limit of 100 would queue replays inside the client and be
    measured as the server's latency); the semaphore is the only bound, and waiting for it is schedule delay.

    Args:
        breaker: Decides whether a replay is sent at all; one of its own when left out.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        deployment: Deployment,
        *,
        concurrency: int,
        timeout_s: float,
        breaker: Breaker | None = None,
    ) -> None:
        self.deployment = deployment
        self.breaker = breaker or Breaker()
        self._session = session
        self._slots = asyncio.Semaphore(concurrency)
        self._timeout_s = timeout_s
        self._in_flight = 0

    async def send(self, prepared: Prepared) -> Heard:
        """Send once a slot is free, unless the breaker is open; what fails before the first byte is tried once more."""
        async with self._slots:
            ticket = self.breaker.ask()
            if ticket is None:
                return _not_sent()
            self._in_flight += 1
            try:
                heard = await self._attempt(prepared, attempts=1)
                if heard.outcome is ReplayOutcome.CONNECTION_FAILED:
                    heard = await self._attempt(prepared, attempts=2)
            finally:
                self._in_flight -= 1
            self.breaker.note(ticket, failed=is_servers_failure(heard.outcome, heard.status))
            return heard

    async def _attempt(self, prepared: Prepared, *, attempts: int) -> Heard:
        reading = _Reading(sent_ns=time.perf_counter_ns())
        in_flight = self._in_flight
        error = ""
        try:
            async with asyncio.timeout(self._timeout_s):
                outcome = await self._read(prepared, reading)
        except TimeoutError:
            outcome, error = ReplayOutcome.TIMED_OUT, "timeout"
        except aiohttp.ClientError as failure:
            outcome = ReplayOutcome.BROKEN_STREAM if reading.status else ReplayOutcome.CONNECTION_FAILED
            error = type(failure).__name__
        if reading.size > MAX_REPLY_BYTES:
            outcome, error = ReplayOutcome.BROKEN_STREAM, "reply_too_large"
        return Heard(
            outcome=outcome,
            status=reading.status,
            chunks=tuple(reading.chunks),
            sent_ns=reading.sent_ns,
            ended_ns=time.perf_counter_ns(),
            attempts=attempts,
            in_flight=in_flight,
            error=error,
        )

    async def _read(self, prepared: Prepared, reading: "_Reading") -> ReplayOutcome:
        headers = {"content-type": "application/json", REPLAY_HEADER: "1"}
        url = self.deployment.base_url.rstrip("/") + prepared.path
        async with self._session.post(
            url, data=prepared.body, headers=headers, allow_redirects=False, trace_request_ctx=reading
        ) as response:
            reading.status = response.status
            async for data in response.content.iter_any():
                reading.take(data)
                if reading.size > MAX_REPLY_BYTES:
                    break
        return ReplayOutcome.COMPLETED if reading.status == 200 else ReplayOutcome.HTTP_ERROR  # noqa: PLR2004 - HTTP OK


def _not_sent() -> Heard:
    now_ns = time.perf_counter_ns()
    return Heard(
        outcome=ReplayOutcome.NOT_SENT,
        status=0,
        chunks=(),
        sent_ns=now_ns,
        ended_ns=now_ns,
        attempts=0,
        in_flight=0,
        error=BREAKER_OPEN,
    )


class _Reading:
    """What has arrived so far; survives a timeout, so that a part reply is kept."""

    def __init__(self, *, sent_ns: int) -> None:
        self.sent_ns = sent_ns
        self.status = 0
        self.size = 0
        self.chunks: list[Chunk] = []

    def take(self, data: bytes) -> None:
        self.chunks.append(Chunk(time.perf_counter_ns(), data))
        self.size += len(data)


async def _stamp_request(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestChunkSentParams
) -> None:
    reading = context.trace_request_ctx
    if isinstance(reading, _Reading):
        reading.sent_ns = time.perf_counter_ns()


def open_session(*, connect: Callable[..., aiohttp.TCPConnector] = aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """The one HTTP session that all lanes share: no connection limit, no total timeout, request writes stamped."""
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_stamp_request)
    settings: dict[str, Any] = {"limit": 0, "ttl_dns_cache": 300, "keepalive_timeout": 30}
    return aiohttp.ClientSession(
        connector=connect(**settings),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        trace_configs=[trace],
        trust_env=False,
        read_bufsize=2**18,
    )
