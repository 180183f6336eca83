"""One suite for every door: the same traffic gives the same exchanges, whichever way it came in."""

import gzip
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.capture import Capture
from proxy.channel import Message
from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.doors.imported.job import ImportJob
from proxy.doors.imported.reading import origin_of
from proxy.exchange import Door, Exchange, ExchangeOutcome, LiveTiming
from proxy.log.memory import MemoryLog
from proxy.log.topics import COVERAGE, EXCHANGES
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from tests.integration.gateways import Caught, gateway, served
from tests.integration.intercepting import interceptor
from tests.integration.test_mirrors import Kind, _nginx, _proxy, _tap

_KEY = b"sixteen bytes or more"
_NAMING = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
_SCRIPT = """
[[rule]]
match = 'order (?P<number>\\d+)'
tool = { name = "find_order", arguments = '{"order": "{{ number }}"}' }
"""
_SAID = "I am xaver@example.org. Where is order 7?"
_TOOL = {
    "name": "find_order",
    "description": "Find an order.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
}


@dataclass(frozen=True)
class _Request:
    """One request of the traffic.

    Attributes:
        body: The JSON object, or bytes that are none.
        is_compressed: Whether it travels as gzip; a log holds it plain.
    """

    path: str
    body: dict[str, Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_compressed: bool = False

    @property
    def wire_headers(self) -> dict[str, str]:
        encoding = {"content-encoding": "gzip"} if self.is_compressed else {}
        return {"content-type": "application/json", "authorization": "Bearer sk-secret", **self.headers, **encoding}

    @property
    def wire_body(self) -> bytes:
        plain = self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()
        return gzip.compress(plain, mtime=0) if self.is_compressed else plain


def _chat(text: str = _SAID, **options: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **options}


_TRAFFIC: Mapping[str, _Request] = {
    "chat": _Request("/v1/chat/completions", _chat(temperature=0.2)),
    "streamed chat with tools": _Request(
        "/v1/chat/completions",
        _chat(stream=True, stream_options={"include_usage": True}, tools=[{"type": "function", "function": _TOOL}]),
    ),
    "completions": _Request("/v1/completions", {"model": "m", "prompt": _SAID}),
    "responses": _Request("/v1/responses", {"model": "m", "input": _SAID, "instructions": "Be brief."}),
    "messages": _Request("/v1/messages", {**_chat(), "max_tokens": 64, "system": "Be brief."}),
    "embeddings": _Request("/v1/embeddings", {"model": "m", "input": [_SAID, "order 8"]}),
    "gzip": _Request("/v1/chat/completions", _chat("compressed: " + _SAID), is_compressed=True),
    "unicode": _Request("/v1/chat/completions", _chat("Größe 👩‍👩‍👧 東京 — où est la commande 7 ?")),
    "conversation": _Request(
        "/v1/chat/completions",
        _chat(),
        {"X-Conversation-Id": "c-1", "X-Tenant-Id": "shop", "X-Understudy-Category": "faq"},
    ),
    "error": _Request("/v1/chat/completions", _chat("fail: " + _SAID), {"X-Fail": "1"}),
    "no JSON": _Request("/v1/chat/completions", b'{"model": "m", "messages": ['),
}
"""What every door is sent, one after the other."""

_ADMITTED = len(_TRAFFIC) - 1

_UNSEEN: Mapping[Door, Mapping[str, Any]] = {
    Door.GATEWAY: {},
    Door.INTERCEPTOR: {},
    # A mirror copies requests; nobody shows the tap a reply.
    Door.TAP: {"reply": None, "status": 0, "outcome": ExchangeOutcome.NO_REPLY},
    Door.IMPORT: {},
}
"""What a door cannot see, and what its exchanges hold instead; in all else they are the gateway's."""

_TIMED: Mapping[Door, bool] = {Door.GATEWAY: True, Door.INTERCEPTOR: True, Door.TAP: False, Door.IMPORT: False}
"""Whether a door knows when a reply began and ended; a log may, and this one does not say."""

_NOT_JSON: Mapping[Door, str] = {
    Door.GATEWAY: "bad_request",
    Door.INTERCEPTOR: "bad_request",
    Door.TAP: "bad_request",
    # A log of JSON lines cannot even hold it as a request.
    Door.IMPORT: "other_format",
}
"""The reason under which the request that is no JSON is counted."""


class _Production:
    """The simulator, which also reads gzip and fails where it is told to; a new one answers as any other new one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        script = folder / "script.toml"
        script.write_text(_SCRIPT, "utf-8")
        self._simulator = Simulator(Behaviour(model="m", script=script, ttft_ms=1, itl_ms=0))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        if b"x-fail" in headers:
            body = b'{"error": {"message": "no", "type": "server_error", "code": null}}'
            head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            while (await receive()).get("more_body"):
                pass
            await send({"type": "http.response.start", "status": 500, "headers": head})
            await send({"type": "http.response.body", "body": body})
        elif headers.get(b"content-encoding") == b"gzip":
            await self._simulator(scope, await _unzipped(receive), send)
        else:
            await self._simulator(scope, receive, send)


async def _unzipped(receive: Any) -> Callable[[], Awaitable[Any]]:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    waiting = [{"type": "http.request", "body": gzip.decompress(body), "more_body": False}]

    async def receive_plain() -> Any:
        return waiting.pop() if waiting else await receive()

    return receive_plain


async def _send_all(base_url: str, caught: Caught) -> Sequence[Message]:
    """Send the traffic in order, each request once the one before was seen; gives what came out of the channel."""
    async with aiohttp.ClientSession() as session:
        for number, request in enumerate(_TRAFFIC.values(), start=1):
            url = base_url + request.path
            async with session.post(url, data=request.wire_body, headers=request.wire_headers) as answer:
                await answer.read()
            await caught.wait_for(number)
    return caught.messages


async def _by_gateway(folder: Path) -> Sequence[Message]:
    async with served(_Production(folder)) as production, gateway(production, folder) as caught:
        await _send_all(caught.base_url, caught)
    return caught.messages


async def _by_interceptor(folder: Path) -> Sequence[Message]:
    async with served(_Production(folder)) as production, interceptor(folder, upstream=production) as caught:
        await _send_all(caught.base_url, caught)
    return caught.messages


async def _by_nginx_and_tap(folder: Path) -> Sequence[Message]:
    async with served(_Production(folder)) as production, _tap(folder) as caught:
        async with _proxy(
            Kind("nginx", _nginx), folder / "nginx", production=production, tap=caught.base_url
        ) as base_url:
            await _send_all(base_url, caught)
    return caught.messages


async def _by_import(folder: Path) -> Sequence[Message]:
    messages: list[Message] = []

    async def deliver(message: Message) -> None:
        messages.append(message)

    log = folder / "exchanges.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in await _logged(folder)), "utf-8")
    job = ImportJob(
        log,
        origin=origin_of(log),
        format_name="openai",
        bookmark=folder / "bookmark",
        ledger=Ledger("import"),
        deliver=deliver,
    )
    await job.run()
    return messages


async def _logged(folder: Path) -> list[dict[str, Any]]:
    """The traffic as an application logs it: plain bodies, and the whole reply, put together if it was streamed."""
    async with served(_Production(folder)) as production, aiohttp.ClientSession() as session:
        return [await _line(session, production, request) for request in _TRAFFIC.values()]


async def _line(session: aiohttp.ClientSession, production: str, request: _Request) -> dict[str, Any]:
    if isinstance(request.body, bytes):
        return {"request": request.body.decode()}
    asked = {name: value for name, value in request.body.items() if name not in {"stream", "stream_options"}}
    async with session.post(production + request.path, json=asked, headers=dict(request.headers)) as answer:
        reply, status = await answer.json(), answer.status
    headers = {name.lower(): value for name, value in request.wire_headers.items()}
    return {"request": request.body, "response": reply, "path": request.path, "headers": headers, "status": status}


@dataclass(frozen=True)
class _Published:
    """What stands in the log after a door's messages went through the capture side."""

    exchanges: list[Exchange]
    counts: Mapping[tuple[Disposition, str], int]


async def _publish(messages: Sequence[Message]) -> _Published:
    log = MemoryLog()
    admission = Admission(Anonymiser(_KEY), key=_KEY, naming=_NAMING)
    capture = Capture(admission, producer=log.producer(), ledger=Ledger("capture"))
    for message in messages:
        await capture.receive(message)
    await capture.finish()
    latest: dict[Any, LedgerEntry] = {}
    for record in log.records[COVERAGE.name]:
        latest[record.key] = LedgerEntry.from_bytes(record.value)
    counts: dict[tuple[Disposition, str], int] = {}
    for entry in latest.values():
        key = (entry.disposition, entry.reason)
        counts[key] = counts.get(key, 0) + entry.requests
    return _Published([Exchange.from_bytes(record.value) for record in log.records[EXCHANGES.name]], counts)


def _told(exchange: Exchange, door: Door = Door.GATEWAY) -> dict[str, Any]:
    """What an exchange says but for its id, its door and its times; with what `door` cannot see left out."""
    own = {"exchange_id": "-", "door": door, "captured_at": None, "timing": LiveTiming()}
    return dict(exchange) | own | dict(_UNSEEN[door])


_WAYS: Mapping[Door, Callable[[Path], Awaitable[Sequence[Message]]]] = {
    Door.INTERCEPTOR: _by_interceptor,
    Door.TAP: _by_nginx_and_tap,
    Door.IMPORT: _by_import,
}


@pytest.mark.parametrize("door", _WAYS, ids=str)
async def test_a_door_gives_the_gateways_exchanges(door: Door, tmp_path: Path) -> None:
    expected = await _publish(await _by_gateway(tmp_path / "gateway"))
    found = await _publish(await _WAYS[door](tmp_path / "other"))
    assert len(expected.exchanges) == _ADMITTED
    assert any(choice.tool_calls for one in expected.exchanges if one.reply for choice in one.reply.choices)
    assert {exchange.door for exchange in found.exchanges} == {door}
    for name, one, other in zip(_TRAFFIC, expected.exchanges, found.exchanges, strict=False):
        assert (name, _told(other, door)) == (name, _told(one, door))
    assert len(found.exchanges) == _ADMITTED


@pytest.mark.parametrize("door", [Door.GATEWAY, *_WAYS], ids=str)
async def test_a_door_counts_every_request_and_times_what_it_saw(door: Door, tmp_path: Path) -> None:
    way = _by_gateway if door is Door.GATEWAY else _WAYS[door]
    found = await _publish(await way(tmp_path))
    assert found.counts == {
        (Disposition.SEEN, ""): len(_TRAFFIC),
        (Disposition.PUBLISHED, ""): _ADMITTED,
        (Disposition.DROPPED, _NOT_JSON[door]): 1,
    }
    assert {exchange.timing.e2e_ms is not None for exchange in found.exchanges} == {_TIMED[door]}
    assert b"xaver" not in b"".join(exchange.to_bytes() for exchange in found.exchanges)


async def test_gateway_and_interceptor_hear_as_many_pieces_of_each_reply(tmp_path: Path) -> None:
    inline = await _publish(await _by_gateway(tmp_path / "a"))
    intercepted = await _publish(await _by_interceptor(tmp_path / "b"))
    pieces = [exchange.timing.output_events for exchange in inline.exchanges]
    assert [exchange.timing.output_events for exchange in intercepted.exchanges] == pieces
    assert max(pieces) > 1
