"""The client of one relayed request: what it sends, and whether it is still there. Knows no upstream."""

import asyncio
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Self

from proxy.wire.asgi import Receive


class Client:
    """One client for the length of a `with` block, in the task that relays its request.

    When the client leaves, that task is cancelled, and the block ends without an error. Watching costs the one task
    that ASGI makes necessary, and none before the request has been read.

    Attributes:
        has_left: Whether it has gone.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._relaying: asyncio.Task[Any] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.has_left = False

    def __enter__(self) -> Self:
        self._relaying = asyncio.current_task()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> bool:
        self._end_watch()
        relaying, self._relaying = self._relaying, None
        if not self.has_left or relaying is None:
            return False
        # As in asyncio.timeout: a cancellation by somebody else is still theirs.
        is_ours_alone = relaying.uncancel() == 0
        return is_ours_alone and kind is asyncio.CancelledError

    async def receive(self) -> MutableMapping[str, Any]:
        """The next message of the request's body; the one that says that the client has gone ends the block."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._leave()
        return message

    def watch(self) -> None:
        """From now on, when the whole request has been read, notice that the client leaves."""
        self._watching = asyncio.create_task(self._watch())

    def _end_watch(self) -> None:
        """Held on to, a cancelled task would keep the whole request until the garbage collector stops all streams."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()

    async def _watch(self) -> None:
        while not self.has_left:
            await self.receive()

    def _leave(self) -> None:
        if self._relaying is not None:
            self.has_left = True
            self._relaying.cancel()
