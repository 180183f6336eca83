"""The gateway is invisible to clients and complete in what it sees."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from proxy.exchange import ExchangeOutcome
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from tests.integration.gateways import gateway, served

_TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Find an order.",
            "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
        },
    }
]
_ASK: list[Any] = [{"role": "user", "content": "Where is order 7?"}]

type Call = Callable[[openai.AsyncOpenAI], Awaitable[tuple[int, dict[str, str], bytes]]]


async def _whole(response: Any) -> tuple[int, dict[str, str], bytes]:
    raw = response.http_response
    body = b"".join([part async for part in raw.aiter_raw()]) if not raw.is_stream_consumed else raw.content
    return raw.status_code, dict(raw.headers), body


async def _chat(client: openai.AsyncOpenAI) -> tuple[int, dict[str, str], bytes]:
    return await _whole(await client.chat.completions.with_raw_response.create(model="m", messages=_ASK))


async def _chat_stream(client: openai.AsyncOpenAI) -> tuple[int, dict[str, str], bytes]:
    return await _whole(
        await client.chat.completions.with_raw_response.create(
            model="m", messages=_ASK, tools=_TOOLS, stream=True, stream_options={"include_usage": True}
        )
    )


async def _responses(client: openai.AsyncOpenAI) -> tuple[int, dict[str, str], bytes]:
    return await _whole(await client.responses.with_raw_response.create(model="m", input="Where is order 7?"))


async def _embeddings(client: openai.AsyncOpenAI) -> tuple[int, dict[str, str], bytes]:
    return await _whole(await client.embeddings.with_raw_response.create(model="m", input="Where is order 7?"))


@pytest.mark.parametrize("call", [_chat, _chat_stream, _responses, _embeddings])
async def test_the_openai_client_gets_equal_bytes_directly_and_through_the_gateway(call: Call, tmp_path: Path) -> None:
    """Two simulators of equal seed answer equal requests alike, one of them behind the gateway."""
    behaviour = Behaviour(model="m", ttft_ms=5, itl_ms=1)
    async with (
        simulator_process(behaviour) as direct,
        simulator_process(behaviour) as behind,
        gateway(behind, tmp_path) as caught,
        openai.AsyncOpenAI(base_url=f"{direct}/v1", api_key="sk-secret") as plain,
        openai.AsyncOpenAI(base_url=f"{caught.base_url}/v1", api_key="sk-secret") as shadowed,
    ):
        assert await call(plain) == await call(shadowed)
        raw = (await caught.wait_for(1))[0]
    assert raw.outcome is ExchangeOutcome.COMPLETE
    assert raw.status == 200
    assert b"sk-secret" not in repr(raw).encode()


async def _send(send: Any, *, status: int = 200, headers: Any = (), parts: tuple[bytes, ...] = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    for part in parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _mirror(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what it was asked, compressed, under an odd status and odd headers."""
    if scope["type"] == "lifespan":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    told = {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "body": body.decode("latin-1"),
    }
    headers = [(b"content-encoding", b"gzip"), (b"x-twice", b"1"), (b"x-twice", b"2"), (b"set-cookie", b"a=b")]
    await _send(send, status=299, headers=headers, parts=(gzip.compress(json.dumps(told).encode()),))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_method_path_query_headers_and_body_pass_unchanged(method: str, tmp_path: Path) -> None:
    body = None if method in {"GET", "OPTIONS"} else b"\x00\xffbody"
    headers = {"X-Own": "1", "Connection": "x-dropped", "X-Dropped": "1", "X-Understudy-Category": "faq"}
    async with (
        served(_mirror) as upstream,
        gateway(upstream, tmp_path) as caught,
        aiohttp.ClientSession() as session,
        session.request(method, f"{caught.base_url}/a%2Fb/c?d=%20e&d", data=body, headers=headers) as answer,
    ):
        told = await answer.json(content_type=None)
        names = {name for name, _ in told["headers"]}
        assert answer.status == 299
        assert answer.headers.getall("x-twice") == ["1", "2"]
        assert answer.headers["set-cookie"] == "a=b"
        assert told["method"] == method
        assert (told["path"], told["query"]) == ("/a%2Fb/c", "d=%20e&d")
        assert told["body"].encode("latin-1") == (body or b"")
        assert "x-own" in names
        assert not names & {"x-dropped", "x-understudy-category"}
        assert ["host", upstream.removeprefix("http://")] in told["headers"]


async def test_other_routes_and_own_replays_pass_and_are_counted_as_such(tmp_path: Path) -> None:
    async with served(_mirror) as upstream, gateway(upstream, tmp_path) as caught:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{caught.base_url}/v1/models") as answer:
                assert answer.status == 299
            chat = f"{caught.base_url}/v1/chat/completions"
            async with session.post(chat, json={}, headers={"x-understudy-replay": "1"}) as answer:
                assert answer.status == 299
        await asyncio.sleep(1.2)
        assert caught.raws == []
        assert caught.counts == {"seen": 1, "dropped:other_route": 1, "dropped:own_replay": 1}


async def test_what_is_too_large_passes_and_is_counted(tmp_path: Path) -> None:
    async with served(_mirror) as upstream, gateway(upstream, tmp_path, max_capture_bytes=1_000) as caught:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{caught.base_url}/v1/chat/completions", data=b"x" * 100_000) as answer:
                assert len((await answer.json(content_type=None))["body"]) == 100_000
        await asyncio.sleep(1.2)
        assert caught.raws == []
        assert caught.counts["dropped:too_large"] == 1


async def test_without_a_capture_process_replies_are_unchanged_and_drops_are_counted(tmp_path: Path) -> None:
    async with served(_mirror) as upstream, gateway(upstream, tmp_path, has_capture=False, max_messages=2) as caught:
        async with aiohttp.ClientSession() as session:
            for _ in range(5):
                async with session.post(f"{caught.base_url}/v1/chat/completions", json={"a": 1}) as answer:
                    assert answer.status == 299


async def test_an_upstream_that_is_away_gives_a_502_that_says_so(tmp_path: Path) -> None:
    async with gateway("http://127.0.0.1:9", tmp_path) as caught:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{caught.base_url}/v1/chat/completions", json={}) as answer,
        ):
            assert answer.status == 502
            assert (await answer.json())["error"]["code"] == "understudy_upstream_failed"
        raw = (await caught.wait_for(1))[0]
        assert raw.outcome is ExchangeOutcome.UPSTREAM_FAILED
        assert raw.status == 0


async def _breaks_off(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def test_an_upstream_that_breaks_off_breaks_the_reply_off(tmp_path: Path) -> None:
    async with served(_breaks_off) as upstream, gateway(upstream, tmp_path) as caught:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientPayloadError):
                async with session.post(f"{caught.base_url}/v1/chat/completions", json={}) as answer:
                    await answer.read()
        raw = (await caught.wait_for(1))[0]
        assert raw.outcome is ExchangeOutcome.UPSTREAM_FAILED
        assert raw.reply[0].data == b"half"


class _Hangs:
    """An upstream that answers never, and notes that its client left."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, _send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()


async def test_a_client_that_leaves_cancels_the_upstream_request(tmp_path: Path) -> None:
    hangs = _Hangs()
    async with served(hangs) as upstream, gateway(upstream, tmp_path) as caught:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await session.post(f"{caught.base_url}/v1/chat/completions", json={})
        async with asyncio.timeout(5):
            await hangs.left.wait()
        raw = (await caught.wait_for(1))[0]
        assert raw.outcome is ExchangeOutcome.CLIENT_LEFT


async def _streams(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(5):
        await send({"type": "http.response.body", "body": b"%d" % number, "more_body": True})
        await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": b""})


async def test_a_stream_passes_as_it_comes_and_is_stamped(tmp_path: Path) -> None:
    async with served(_streams) as upstream, gateway(upstream, tmp_path) as caught:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{caught.base_url}/v1/chat/completions", json={}) as answer,
        ):
            parts = [part async for part in answer.content.iter_any()]
        raw = (await caught.wait_for(1))[0]
    assert len(parts) == 5
    gaps = [(b.at_ns - a.at_ns) / 1e6 for a, b in zip(raw.reply, raw.reply[1:], strict=False)]
    assert all(gap > 50 for gap in gaps)
