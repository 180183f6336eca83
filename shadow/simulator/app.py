"""The simulator as an ASGI application: routes, replies at their times, and the faults of the wire."""

import asyncio
import sys
import time
from collections.abc import Coroutine, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from proxy.errors import BadRecord
from proxy.exchange import Shape
from proxy.wire.fields import Json, decode, text
from proxy.wire.routes import PATHS
from shadow.simulator.answer import CREATED
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.connection import MOST_BODY_BYTES, Connection, Receive, Scope, Send
from shadow.simulator.faults import Fault
from shadow.simulator.metrics import CONTENT_TYPE, Metrics
from shadow.simulator.planning import Planned, Planner
from shadow.simulator.schedule import wait_until
from shadow.simulator.stamps import stamps_comment
from shadow.simulator.wire_event import WireEvent, to_json

ENGINE: Final = "understudy-simulator"
_SHAPES: Final[Mapping[str, Shape]] = {path: shape for shape, path in PATHS.items()}
_GETS: Final = frozenset({"/version", "/health", "/metrics", "/v1/models"})
_SSE: Final = "text/event-stream; charset=utf-8"


class Simulator:
    """Answers as its behaviour says. One per server: it remembers what it was asked."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._planner = Planner(behaviour)
        self._metrics = Metrics(behaviour)
        self._places = asyncio.Semaphore(behaviour.max_num_seqs or sys.maxsize)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End every reply that is under way, hanging ones too."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        connection = Connection(receive, send)
        body = await connection.read()
        arrived_s = time.perf_counter()
        if body is None:
            return
        path, method = scope["path"], scope["method"]
        if path in _SHAPES and method == "POST":
            await self._generate(connection, _SHAPES[path], body, arrived_s=arrived_s)
        elif path in _GETS and method in {"GET", "HEAD"}:
            await self._tell(connection, path)
        elif path in _SHAPES or path in _GETS:
            await connection.refuse(405, "this path takes another method")
        else:
            await connection.refuse(404, "no such path", code="not_found")

    async def _tell(self, connection: Connection, path: str) -> None:
        match path:
            case "/version":
                await connection.reply(200, to_json({"version": _version(), "engine": ENGINE}))
            case "/v1/models":
                await connection.reply(200, to_json({"object": "list", "data": [self._card()]}))
            case "/metrics":
                await connection.reply(200, self._metrics.text(), content_type=CONTENT_TYPE)
            case _:
                await connection.reply(200, to_json({"status": "ok"}))

    def _card(self) -> Json:
        behaviour = self._behaviour
        return {
            "id": behaviour.model,
            "object": "model",
            "created": CREATED,
            "owned_by": ENGINE,
            "root": behaviour.model,
            "parent": None,
            "max_model_len": behaviour.context_tokens,
        }

    async def _generate(self, connection: Connection, shape: Shape, data: bytes, *, arrived_s: float) -> None:
        if len(data) > MOST_BODY_BYTES:
            await connection.refuse(413, "the body is too large")
            return
        try:
            body = _object(data)
            if text(body, "model") not in {"", self._behaviour.model}:
                message = f"that model is not served here; {self._behaviour.model} is"
                await connection.refuse(404, message, kind="not_found_error", code="model_not_found")
                return
            planned = self._planner.plan(shape, body)
        except BadRecord as error:
            await connection.refuse(400, str(error))
            return
        self._count(planned)
        await self._until_over(connection, self._answer(connection, planned, arrived_s=arrived_s))

    def _count(self, planned: Planned) -> None:
        self._metrics.prompt_tokens.inc(planned.prompt_tokens)
        self._metrics.generation_tokens.inc(planned.completion_tokens)
        if planned.fault is not None:
            self._metrics.faults.labels(fault=planned.fault.value).inc()

    async def _until_over(self, connection: Connection, reply: Coroutine[None, None, None]) -> None:
        """Send a reply until it is complete, the client has left, or the server stops."""
        replying = asyncio.create_task(reply)
        others = [asyncio.create_task(connection.wait_for_leaving()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait([replying, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (replying, *others):
                task.cancel()
            await asyncio.gather(replying, *others, return_exceptions=True)
        if not replying.cancelled():
            replying.result()
        elif self._stopping.is_set() and not connection.started:
            await connection.refuse(503, "the simulator is stopping", kind="server_error")

    async def _answer(self, connection: Connection, planned: Planned, *, arrived_s: float) -> None:
        """Send a reply when there is a place for it; its times begin then.

        Source: vLLM's `--max-num-seqs`, first come, first served.
        """
        begun_s = arrived_s
        if self._places.locked():
            with self._metrics.waiting():
                await self._places.acquire()
            begun_s = time.perf_counter()
        else:
            await self._places.acquire()
        try:
            with self._metrics.serving(planned.prompt_tokens + planned.completion_tokens):
                await self._send(connection, planned, arrived_s=arrived_s, begun_s=begun_s)
        finally:
            self._places.release()

    async def _send(self, connection: Connection, planned: Planned, *, arrived_s: float, begun_s: float) -> None:
        headers = {
            "x-understudy-simulator-ttft-ms": f"{planned.schedule.ttft_ms:.3f}",
            "x-understudy-simulator-fault": planned.fault or "",
        }
        if planned.fault is Fault.HANG:
            await asyncio.Event().wait()
        elif planned.fault is Fault.HTTP_500:
            await connection.refuse(500, "a planned fault", kind="server_error", headers=headers)
        elif planned.events is not None:
            await connection.start(200, content_type=_SSE, headers={"cache-control": "no-cache"} | headers)
            await self._stream(connection, planned, planned.events, arrived_s=arrived_s, begun_s=begun_s)
        else:
            await self._send_body(connection, planned, headers=headers, arrived_s=arrived_s, begun_s=begun_s)

    async def _send_body(
        self, connection: Connection, planned: Planned, *, headers: Mapping[str, str], arrived_s: float, begun_s: float
    ) -> None:
        await wait_until(begun_s + planned.schedule.offsets_ms[-1] / 1000)
        self._metrics.ttft_s.observe(begun_s - arrived_s + planned.schedule.ttft_ms / 1000)
        if planned.fault is not Fault.HALF_EVENT:
            await connection.reply(200, planned.body, headers=headers)
            return
        length = {"content-length": str(len(planned.body))}
        await connection.start(200, content_type="application/json", headers=length | dict(headers))
        await connection.write(planned.body[: len(planned.body) // 2])

    async def _stream(
        self,
        connection: Connection,
        planned: Planned,
        events: tuple[WireEvent, ...],
        *,
        arrived_s: float,
        begun_s: float,
    ) -> None:
        """Send the events at their times; a half event ends without the body's end, so that the server hangs up."""
        breaks_at = len(events) // 2 if planned.fault is Fault.HALF_EVENT else None
        begun = False
        sent_ns: list[int] = []
        for place, event in enumerate(events):
            if event.step is not None:
                await wait_until(begun_s + planned.schedule.at_ms(event.step) / 1000)
                if not begun:
                    self._metrics.ttft_s.observe(time.perf_counter() - arrived_s)
                    begun = True
            if place == breaks_at:
                await connection.write(event.data[: len(event.data) // 2])
                return
            is_last = place == len(events) - 1
            if is_last and self._behaviour.stamps:
                await connection.write(stamps_comment(arrived_ns=round(arrived_s * 1e9), sent_ns=sent_ns))
            sent_ns.append(time.perf_counter_ns())
            await connection.write(event.data, last=is_last)


def _object(data: bytes) -> Json:
    body = decode(data)
    if not isinstance(body, dict):
        raise BadRecord("the body must be a JSON object")
    return body


def _version() -> str:
    try:
        return version("understudy")
    except PackageNotFoundError:
        return "unknown"
