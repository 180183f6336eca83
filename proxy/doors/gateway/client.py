"""The client of one relayed request: what it sends, and whether it is still there. Knows no upstream."""

import asyncio
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Self

from proxy.wire.asgi import Receive

_WATCH_AFTER_S = 0.02
"""A reply that has ended by then needs no watch, whose task would cost as much as all else that is ours."""


class Client:
    """One client for the length of a `with` block, in the task that relays its request.

    When the client leaves, that task is cancelled, and the block ends without an error. Watching costs the one task
    that ASGI makes necessary, and none before the request has been read, nor within 20 ms of that.

    Attributes:
        has_left: Whether it has gone.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._relaying: asyncio.Task[Any] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._until_watch: asyncio.TimerHandle | None = None
        self._coming: asyncio.Task[MutableMapping[str, Any]] | None = None
        self.has_left = False

    def __enter__(self) -> Self:
        self._relaying = asyncio.current_task()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> bool:
        self._let_go()
        relaying, self._relaying = self._relaying, None
        if not self.has_left or relaying is None:
            return False
        # As in asyncio.timeout: a cancellation by somebody else is still theirs.
        is_ours_alone = relaying.uncancel() == 0
        return is_ours_alone and kind is asyncio.CancelledError

    def has_whole_body(self) -> bool:
        """Whether all of the request's body is here already, as most bodies are; waits for nothing."""
        loop = asyncio.get_running_loop()
        self._coming = coming = asyncio.Task(_run(self._receive), loop=loop, eager_start=True)
        if not coming.done():
            return False
        message = coming.result()
        return bool(message.get("body")) and not message.get("more_body", False)

    async def receive(self) -> MutableMapping[str, Any]:
        """The next message of the request's body; the one that says that the client has gone ends the block."""
        coming, self._coming = self._coming, None
        message = await (coming or self._receive())
        if message["type"] == "http.disconnect":
            self._leave()
        return message

    def watch(self) -> None:
        """From now on, when the whole request has been read, notice that the client leaves."""
        self._until_watch = asyncio.get_running_loop().call_later(_WATCH_AFTER_S, self._begin_watch)

    def _begin_watch(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    def _let_go(self) -> None:
        """Held on to, a cancelled task would keep the whole request until the garbage collector stops all streams."""
        for waiting in (self._until_watch, self._watching, self._coming):
            if waiting is not None:
                waiting.cancel()
        self._until_watch = self._watching = self._coming = None

    async def _watch(self) -> None:
        while not self.has_left:
            await self.receive()

    def _leave(self) -> None:
        if self._relaying is not None:
            self.has_left = True
            self._relaying.cancel()


async def _run(receive: Receive) -> MutableMapping[str, Any]:
    return await receive()
