import asyncio
import gc
import weakref
from collections.abc import MutableMapping
from typing import Any

import pytest

from proxy.doors.gateway.client import Client

_WATCHED_S = 0.05
_LAST = {"type": "http.request", "body": b"", "more_body": False}
_GONE = {"type": "http.disconnect"}


class _Messages:
    """What an ASGI server says, one message after the other."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self._waiting.put_nowait(message)

    def say(self, message: dict[str, Any]) -> None:
        self._waiting.put_nowait(message)

    async def receive(self) -> MutableMapping[str, Any]:
        return await self._waiting.get()


async def test_a_client_that_leaves_while_it_is_watched_ends_the_block_and_nothing_more() -> None:
    messages = _Messages()
    with Client(messages.receive) as client:
        client.watch()
        messages.say(_GONE)
        await asyncio.sleep(60)
    assert client.has_left
    await asyncio.sleep(0)


async def test_a_client_that_leaves_inside_its_body_ends_the_block_at_the_next_wait() -> None:
    with Client(_Messages(_GONE).receive) as client:
        assert (await client.receive())["type"] == "http.disconnect"
        await asyncio.sleep(60)
    assert client.has_left


async def test_a_client_that_stays_is_left_alone() -> None:
    messages = _Messages(_LAST)
    with Client(messages.receive) as client:
        await client.receive()
        client.watch()
        await asyncio.sleep(0)
    messages.say(_GONE)
    await asyncio.sleep(0.01)
    assert not client.has_left


async def test_a_cancellation_by_somebody_else_stays_theirs() -> None:
    messages = _Messages()

    async def relay() -> None:
        with Client(messages.receive) as client:
            client.watch()
            await asyncio.sleep(60)

    relaying = asyncio.create_task(relay())
    await asyncio.sleep(0)
    messages.say(_GONE)
    relaying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await relaying


async def test_an_error_inside_the_block_is_not_hidden() -> None:
    with pytest.raises(LookupError), Client(_Messages().receive):
        raise LookupError


async def test_a_request_that_has_ended_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    messages = _Messages(_LAST)
    with Client(messages.receive) as client:
        await client.receive()
        client.watch()
        await asyncio.sleep(_WATCHED_S)
    await asyncio.sleep(0)
    ended = weakref.ref(client)
    del client
    await asyncio.sleep(0)
    assert ended() is None


async def test_a_body_that_is_all_here_is_seen_without_waiting_and_is_received_once() -> None:
    whole = {"type": "http.request", "body": b"{}", "more_body": False}
    messages = _Messages(whole)
    with Client(messages.receive) as client:
        assert client.has_whole_body()
        assert await client.receive() is whole
        client.watch()
        messages.say(_GONE)
        await asyncio.sleep(60)
    assert client.has_left


@pytest.mark.parametrize("first", [{**_LAST, "body": b"{", "more_body": True}, _LAST, _GONE])
async def test_a_body_that_is_not_whole_is_received_as_it_comes(first: dict[str, Any]) -> None:
    with Client(_Messages(first).receive) as client:
        assert not client.has_whole_body()
        assert await client.receive() is first


async def test_a_body_that_is_still_to_come_is_waited_for_by_whoever_receives_it() -> None:
    messages = _Messages()
    with Client(messages.receive) as client:
        assert not client.has_whole_body()
        messages.say(_LAST)
        assert await client.receive() is _LAST
