"""The interceptor as a real mitmdump process: invisible to clients, complete in what it sees."""

import asyncio
import datetime as dt
import gzip
import io
import ipaddress
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import openai
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from tests.integration.gateways import gateway, served
from tests.integration.intercepting import Intercepted, interceptor

_CHAT = "/v1/chat/completions"
_ASK: list[Any] = [{"role": "user", "content": "Where is order 7?"}]
_TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
        },
    }
]
_PRODUCTION = Behaviour(model="m", ttft_ms=1, itl_ms=0)


async def _whole(response: Any) -> tuple[int, dict[str, str], bytes]:
    raw = response.http_response
    body = b"".join([part async for part in raw.aiter_raw()]) if not raw.is_stream_consumed else raw.content
    return raw.status_code, dict(raw.headers), body


async def _talk(client: openai.AsyncOpenAI) -> list[tuple[int, dict[str, str], bytes]]:
    """Four calls, one of them streamed; what each was answered, to the byte."""
    chat, responses, embeddings = client.chat.completions, client.responses, client.embeddings
    return [
        await _whole(await chat.with_raw_response.create(model="m", messages=_ASK)),
        await _whole(await chat.with_raw_response.create(model="m", messages=_ASK, tools=_TOOLS, stream=True)),
        await _whole(await responses.with_raw_response.create(model="m", input="Where is order 7?")),
        await _whole(await embeddings.with_raw_response.create(model="m", input="Where is order 7?")),
    ]


async def test_the_openai_client_gets_equal_bytes_directly_and_through_it(tmp_path: Path) -> None:
    """Two simulators of equal seed answer equal requests alike, one of them behind mitmdump."""
    async with (
        simulator_in_loop(_PRODUCTION) as direct,
        simulator_in_loop(_PRODUCTION) as behind,
        interceptor(tmp_path, upstream=behind) as caught,
        openai.AsyncOpenAI(base_url=f"{direct}/v1", api_key="sk-secret") as plain,
        openai.AsyncOpenAI(base_url=f"{caught.base_url}/v1", api_key="sk-secret") as shadowed,
    ):
        assert await _talk(plain) == await _talk(shadowed)
        raws = await caught.wait_for(4)
    assert {(raw.door, raw.outcome, raw.status) for raw in raws} == {(Door.INTERCEPTOR, ExchangeOutcome.COMPLETE, 200)}
    assert b"sk-secret" not in repr(raws).encode()
    assert set(caught.counts) == {"seen"}


@dataclass(frozen=True)
class _Secure:
    """An https upstream and who signed its certificate."""

    base_url: str
    authority: Path


def _certificate(folder: Path) -> Path:
    """A self-made certificate of 127.0.0.1 that is its own authority, key and all in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "production")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "production.pem"
    encoding = serialization.Encoding.PEM
    file.write_bytes(
        certificate.public_bytes(encoding)
        + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@asynccontextmanager
async def _secure(app: Any, folder: Path) -> AsyncIterator[_Secure]:
    file = _certificate(folder)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, ssl_certfile=str(file), ssl_keyfile=str(file), lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield _Secure(f"https://127.0.0.1:{listener.getsockname()[1]}", file)
        server.should_exit = True
        await serving


async def test_a_forward_proxy_with_its_own_authority_sees_what_the_openai_client_says_in_tls(tmp_path: Path) -> None:
    async with (
        simulator_in_loop(_PRODUCTION) as direct,
        _secure(Simulator(_PRODUCTION), tmp_path) as behind,
        interceptor(tmp_path, hosts=["127.0.0.1"], upstream_ca=behind.authority) as caught,
        openai.AsyncOpenAI(base_url=f"{direct}/v1", api_key="sk-secret") as plain,
        httpx2.AsyncClient(
            proxy=caught.base_url, verify=ssl.create_default_context(cafile=caught.authority)
        ) as through,
        openai.AsyncOpenAI(base_url=f"{behind.base_url}/v1", api_key="sk-secret", http_client=through) as shadowed,
    ):
        expected = [(status, body) for status, _, body in await _talk(plain)]
        assert [(status, body) for status, _, body in await _talk(shadowed)] == expected
        raws = await caught.wait_for(4)
    assert {(raw.outcome, raw.status) for raw in raws} == {(ExchangeOutcome.COMPLETE, 200)}
    assert b"".join(chunk.data for chunk in raws[1].reply) == expected[1][1]
    assert b"sk-secret" not in repr(raws).encode()


async def test_a_client_that_takes_proxy_and_authority_from_its_environment_needs_no_change(tmp_path: Path) -> None:
    """What docs/how-to/intercept-clients.md tells users to set is all that is set."""
    async with (
        _secure(Simulator(_PRODUCTION), tmp_path) as behind,
        interceptor(tmp_path, hosts=["127.0.0.1"], upstream_ca=behind.authority) as caught,
    ):
        client = (
            "import openai, sys; client = openai.OpenAI(base_url=sys.argv[1], api_key='sk-secret');"
            "client.embeddings.create(model='m', input='Where is order 7?')"
        )
        environment = {"HTTPS_PROXY": caught.base_url, "SSL_CERT_FILE": str(caught.authority)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", client, f"{behind.base_url}/v1", env=os.environ | environment
        )
        assert await process.wait() == 0
        (raw,) = await caught.wait_for(1)
    assert (raw.path, raw.outcome, raw.status) == ("/v1/embeddings", ExchangeOutcome.COMPLETE, 200)


async def _answer(send: Any, body: bytes = b"{}", *, status: int = 200, headers: Any = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Any) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _mirror(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what it was asked, compressed, under an odd status and odd headers; websockets get an echo."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
    elif scope["type"] == "http":
        told = {
            "target": scope["raw_path"].decode() + "?" + scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "body": (await _body(receive)).decode("latin-1"),
        }
        headers = [(b"content-encoding", b"gzip"), (b"x-twice", b"1"), (b"x-twice", b"2"), (b"set-cookie", b"a=b")]
        await _answer(send, gzip.compress(json.dumps(told).encode(), mtime=0), status=299, headers=headers)


async def test_hosts_that_were_not_named_stay_encrypted_and_their_plain_requests_are_only_counted(
    tmp_path: Path,
) -> None:
    async with (
        _secure(_mirror, tmp_path) as other,
        served(_mirror) as plain,
        interceptor(tmp_path, hosts=["*.models.example"]) as caught,
        aiohttp.ClientSession() as session,
    ):
        # The client trusts the upstream's own certificate alone, so mitmproxy's would fail it.
        trusting = ssl.create_default_context(cafile=other.authority)
        async with session.post(other.base_url + _CHAT, json={}, proxy=caught.base_url, ssl=trusting) as answer:
            assert answer.status == 299
        async with session.post(plain + _CHAT, json={}, proxy=caught.base_url) as answer:
            assert answer.status == 299
        await caught.wait_for_count("dropped:other_host", 1)
    assert caught.raws == []
    assert caught.counts == {"seen": 1, "dropped:other_host": 1}


async def test_headers_target_and_body_pass_and_what_is_for_understudy_stays(tmp_path: Path) -> None:
    headers = {"X-Own": "1", "X-Understudy-Category": "faq"}
    async with (
        served(_mirror) as upstream,
        interceptor(tmp_path, upstream=upstream) as caught,
        aiohttp.ClientSession() as session,
        session.post(f"{caught.base_url}/a%2Fb{_CHAT}?d=%20e&d", data=b"\x00\xffbody", headers=headers) as answer,
    ):
        told = await answer.json(content_type=None)
        assert (answer.status, answer.headers.getall("x-twice")) == (299, ["1", "2"])
        assert answer.headers["set-cookie"] == "a=b"
        assert told["target"] == f"/a%2Fb{_CHAT}?d=%20e&d"
        assert told["body"].encode("latin-1") == b"\x00\xffbody"
        names = {name for name, _ in told["headers"]}
        assert "x-own" in names
        assert "x-understudy-category" not in names
        (raw,) = await caught.wait_for(1)
    assert dict(raw.headers)["x-understudy-category"] == "faq"
    assert "set-cookie" not in dict(raw.reply_headers)


class _InTurns:
    """An upstream that speaks only when the client has shown that it heard what came before."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        assert message["body"] == b"first"
        self.heard.set()
        while message["more_body"]:
            message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await self.may_end.wait()
        await send({"type": "http.response.body", "body": b"two"})


async def test_both_bodies_pass_as_they_come(tmp_path: Path) -> None:
    """Each side goes on only once the other has what was sent: a body held to its end would stop the test."""
    upstream = _InTurns()

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        await upstream.heard.wait()
        yield b"second"

    async with (
        asyncio.timeout(60),
        served(upstream) as url,
        interceptor(tmp_path, upstream=url) as caught,
        aiohttp.ClientSession() as session,
        session.post(caught.base_url + _CHAT, data=parts()) as answer,
    ):
        assert await answer.content.readany() == b"one"
        upstream.may_end.set()
        assert await answer.content.read() == b"two"
        (raw,) = await caught.wait_for(1)
    assert raw.body == b"firstsecond"
    assert [chunk.data for chunk in raw.reply] == [b"one", b"two"]
    assert raw.sent_ns < raw.reply[0].at_ns < raw.reply[1].at_ns <= raw.ended_ns


def _told(raw: RawExchange) -> RawExchange:
    """A record without what differs by its nature: the door, the id, every stamp, the cuts of the reply, and Host."""
    return replace(
        raw,
        door=Door.GATEWAY,
        exchange_id="",
        started_at=0,
        sent_ns=0,
        ended_ns=0,
        reply=(Chunk(0, b"".join(chunk.data for chunk in raw.reply)),),
        headers=tuple(sorted(pair for pair in raw.headers if pair[0] != "host")),
    )


async def _ask_both(base_url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for body in ({"model": "m", "messages": _ASK}, {"model": "m", "messages": _ASK, "stream": True}):
            async with session.post(base_url + _CHAT, json=body, headers={"X-Conversation-Id": "c-1"}) as answer:
                await answer.read()


async def test_its_records_are_the_gateways(tmp_path: Path) -> None:
    inline, intercepted = tmp_path / "a", tmp_path / "b"
    async with (
        simulator_in_loop(_PRODUCTION) as first,
        simulator_in_loop(_PRODUCTION) as second,
        gateway(first, inline) as gateways,
        interceptor(intercepted, upstream=second) as caught,
    ):
        await _ask_both(gateways.base_url)
        await _ask_both(caught.base_url)
        expected = [_told(raw) for raw in await gateways.wait_for(2)]
        assert [_told(raw) for raw in await caught.wait_for(2)] == expected


async def _fails(scope: Any, receive: Any, send: Any) -> None:
    """By path: breaks off inside its reply, or never answers."""
    if scope["type"] != "http":
        return
    if scope["path"].startswith("/hang"):
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def _break_off(session: aiohttp.ClientSession, caught: Intercepted) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        async with session.post(f"{caught.base_url}{_CHAT}", json={}) as answer:
            await answer.read()


async def _leave(session: aiohttp.ClientSession, caught: Intercepted) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await session.post(f"{caught.base_url}/hang{_CHAT}", json={})


async def test_who_broke_off_is_told_apart(tmp_path: Path) -> None:
    async with (
        served(_fails) as upstream,
        interceptor(tmp_path, upstream=upstream) as caught,
        aiohttp.ClientSession() as session,
    ):
        await _break_off(session, caught)
        broken = (await caught.wait_for(1))[0]
        await _leave(session, caught)
        left = (await caught.wait_for(2))[1]
    assert (broken.outcome, broken.status) == (ExchangeOutcome.UPSTREAM_FAILED, 200)
    assert broken.reply[0].data == b"half"
    assert (left.outcome, left.status, left.body) == (ExchangeOutcome.CLIENT_LEFT, 0, b"{}")


async def test_an_upstream_that_is_away_gives_a_502_and_is_recorded(tmp_path: Path) -> None:
    async with (
        interceptor(tmp_path, upstream="http://127.0.0.1:9") as caught,
        aiohttp.ClientSession() as session,
        session.post(caught.base_url + _CHAT, json={}) as answer,
    ):
        assert answer.status == 502
        (raw,) = await caught.wait_for(1)
    assert (raw.outcome, raw.status) == (ExchangeOutcome.UPSTREAM_FAILED, 0)


async def test_what_is_not_captured_passes_and_is_counted(tmp_path: Path) -> None:
    async with (
        served(_mirror) as upstream,
        interceptor(tmp_path, upstream=upstream) as caught,
        aiohttp.ClientSession() as session,
    ):
        async with session.get(f"{caught.base_url}/v1/models") as answer:
            assert answer.status == 299
        async with session.post(caught.base_url + _CHAT, json={}, headers={"X-Understudy-Replay": "1"}) as answer:
            assert answer.status == 299
        async with session.post(caught.base_url + _CHAT, data=io.BytesIO(b"x" * 2_000_000)) as answer:
            assert len((await answer.json(content_type=None))["body"]) == 2_000_000
        async with session.ws_connect(f"{caught.base_url}/v1/realtime") as socket_:
            for word in ("one", "two"):
                await socket_.send_str(word)
                assert (await socket_.receive()).data == word
        for reason in ("other_route", "own_replay", "too_large"):
            await caught.wait_for_count(f"dropped:{reason}", 1)
    assert caught.raws == []


async def test_without_a_capture_process_replies_are_unchanged(tmp_path: Path) -> None:
    async with (
        served(_mirror) as upstream,
        interceptor(tmp_path, upstream=upstream, has_capture=False) as caught,
        aiohttp.ClientSession() as session,
    ):
        for _ in range(5):
            async with session.post(caught.base_url + _CHAT, json={"a": 1}) as answer:
                assert answer.status == 299


_MIB = 2**20


async def _swallow(scope: Any, receive: Any, send: Any) -> None:
    """Takes a body of any size and answers with one of 96 MiB."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(96):
        await send({"type": "http.response.body", "body": b"x" * _MIB, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _large() -> AsyncIterator[bytes]:
    for _ in range(96):
        yield b"x" * _MIB


async def test_large_bodies_are_not_held(tmp_path: Path) -> None:
    async with (
        served(_swallow) as upstream,
        interceptor(tmp_path, upstream=upstream) as caught,
        aiohttp.ClientSession() as session,
    ):
        before = caught.memory_bytes
        async with session.post(caught.base_url + _CHAT, data=_large()) as answer:
            size = sum([len(part) async for part in answer.content.iter_any()])
        grown = caught.memory_bytes - before
    assert size == 96 * _MIB
    assert grown < 48 * _MIB
    assert caught.counts == {"seen": 1, "dropped:too_large": 1}


async def test_sigterm_lets_the_reply_under_way_end(tmp_path: Path) -> None:
    upstream = _InTurns()
    async with (
        asyncio.timeout(90),
        served(upstream) as url,
        interceptor(tmp_path, upstream=url) as caught,
        aiohttp.ClientSession() as session,
        session.post(caught.base_url + _CHAT, data=b"first") as answer,
    ):
        assert await answer.content.readany() == b"one"
        assert caught.process is not None
        caught.process.send_signal(signal.SIGTERM)
        await _until_refused(caught.address)
        upstream.may_end.set()
        assert await answer.content.read() == b"two"
        (raw,) = await caught.wait_for(1)
        assert await caught.process.wait() == 0
    assert raw.outcome is ExchangeOutcome.COMPLETE
    assert caught.counts == {"seen": 1}


async def _until_refused(address: tuple[str, int]) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(*address)
        except ConnectionRefusedError:
            return
        writer.close()
        await asyncio.sleep(0.05)
