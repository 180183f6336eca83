"""Websockets pass through the gateway: messages, subprotocols, closes and refusals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from tests.integration.gateways import Caught, gateway

_ENDS: web.AppKey[list[int | None]] = web.AppKey("ends", list)


async def _converse(request: web.Request) -> web.StreamResponse:
    """Echoes; `close` makes it close with its own code, `vanish` makes it break the connection."""
    if request.headers.get("authorization") == "Bearer wrong":
        return web.Response(status=401, headers={"www-authenticate": "Bearer"}, text="no")
    socket = web.WebSocketResponse(protocols=("realtime", "other"), max_msg_size=0)
    await socket.prepare(request)
    await socket.send_str(f"{request.path_qs} {request.headers.get('x-own', '')}")
    async for message in socket:
        if message.data == "close":
            await socket.close(code=4321, message=b"enough")
        elif message.data == "vanish":
            assert request.transport is not None
            request.transport.abort()
        elif message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        else:
            await socket.send_bytes(message.data)
    request.app[_ENDS].append(socket.close_code)
    return socket


@asynccontextmanager
async def _upstream() -> AsyncIterator[tuple[str, list[int | None]]]:
    app = web.Application()
    ends: list[int | None] = []
    app[_ENDS] = ends
    app.router.add_get("/{path:.*}", _converse)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", ends
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _through(folder: Path) -> AsyncIterator[tuple[Caught, aiohttp.ClientSession, list[int | None]]]:
    async with _upstream() as (url, ends), gateway(url, folder) as caught, aiohttp.ClientSession() as session:
        yield caught, session, ends


async def _wait_for(ends: list[int | None]) -> int | None:
    async with asyncio.timeout(5):
        while not ends:
            await asyncio.sleep(0.01)
    return ends[0]


async def test_text_bytes_path_headers_and_subprotocol_pass_both_ways(tmp_path: Path) -> None:
    async with _through(tmp_path) as (caught, session, ends):
        url = f"{caught.base_url}/v1/realtime?model=m%20n"
        async with session.ws_connect(url, protocols=("odd", "realtime"), headers={"x-own": "1"}) as socket:
            assert socket.protocol == "realtime"
            assert await socket.receive_str() == "/v1/realtime?model=m%20n 1"
            await socket.send_str("grüße")
            assert await socket.receive_str() == "grüße"
            await socket.send_bytes(b"\x00\xff")
            assert await socket.receive_bytes() == b"\x00\xff"
            await socket.close(code=4001)
        assert await _wait_for(ends) == 4001
        await caught.wait_for_count("dropped:other_route", 1)
        assert caught.raws == []
        assert caught.counts == {"seen": 1, "dropped:other_route": 1}


async def test_a_large_message_passes_whole(tmp_path: Path) -> None:
    large = b"0123456789abcdef" * 2**19
    async with _through(tmp_path) as (caught, session, _):
        async with session.ws_connect(f"{caught.base_url}/w", max_msg_size=0) as socket:
            await socket.receive_str()
            await socket.send_bytes(large)
            assert await socket.receive_bytes() == large


async def test_the_upstreams_close_code_and_reason_reach_the_client(tmp_path: Path) -> None:
    async with _through(tmp_path) as (caught, session, _):
        async with session.ws_connect(f"{caught.base_url}/w") as socket:
            await socket.receive_str()
            await socket.send_str("close")
            message = await socket.receive()
            assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 4321, "enough")


async def test_an_upstream_that_vanishes_closes_the_client_as_a_bad_gateway(tmp_path: Path) -> None:
    async with _through(tmp_path) as (caught, session, _):
        async with session.ws_connect(f"{caught.base_url}/w") as socket:
            await socket.receive_str()
            await socket.send_str("vanish")
            message = await socket.receive()
            assert (message.type, message.data) == (WSMsgType.CLOSE, 1014)


async def test_a_client_that_vanishes_closes_the_upstream(tmp_path: Path) -> None:
    async with _through(tmp_path) as (caught, session, ends):
        socket = await session.ws_connect(f"{caught.base_url}/w")
        await socket.receive_str()
        await session.close()
        assert await _wait_for(ends) == 1001


async def test_the_upstreams_refusal_is_the_clients(tmp_path: Path) -> None:
    async with _through(tmp_path) as (caught, session, _):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{caught.base_url}/w", headers={"authorization": "Bearer wrong"})
        assert refused.value.status == 401
        assert refused.value.headers is not None
        assert refused.value.headers["www-authenticate"] == "Bearer"


async def test_without_an_upstream_the_handshake_gets_a_502(tmp_path: Path) -> None:
    async with gateway("http://127.0.0.1:9", tmp_path) as caught, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{caught.base_url}/w")
        assert refused.value.status == 502


async def test_a_drain_tells_both_sides_that_the_service_restarts(tmp_path: Path) -> None:
    async with _upstream() as (url, ends), aiohttp.ClientSession() as session:
        async with gateway(url, tmp_path) as caught:
            socket = await session.ws_connect(f"{caught.base_url}/w")
            await socket.receive_str()
        assert (await socket.receive()).data == 1012
        assert await _wait_for(ends) == 1012
