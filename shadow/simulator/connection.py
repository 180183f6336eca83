"""One HTTP request as ASGI hands it over: reading its body, and sending a reply that says it is simulated."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from proxy.wire.fields import Json
from shadow.simulator.wire_event import to_json

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

MOST_BODY_BYTES: Final = 33_554_432
_MARK: Final = (b"x-understudy-simulator", b"1")


class Connection:
    """A request and the reply to it.

    Attributes:
        started: Whether the reply's head was sent.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self.started = False
        self._receive = receive
        self._send = send

    async def read(self) -> bytes | None:
        """The request's body; None when the client left first, at most one byte more than `MOST_BODY_BYTES`."""
        body = bytearray()
        while len(body) <= MOST_BODY_BYTES:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return bytes(body[: MOST_BODY_BYTES + 1])

    async def wait_for_leaving(self) -> None:
        """Return when the client has closed its side, or when the reply is complete."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, *, content_type: str, headers: Mapping[str, str]) -> None:
        """Send the head."""
        self.started = True
        named = {"content-type": content_type, **headers}
        pairs = [_MARK, *((name.encode(), value.encode()) for name, value in named.items())]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def write(self, data: bytes, *, last: bool = False) -> None:
        """Send a piece of the body at once."""
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    async def reply(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a whole reply."""
        length = {"content-length": str(len(body))}
        await self.start(status, content_type=content_type, headers=length | dict(headers or {}))
        await self.write(body, last=True)

    async def refuse(self, status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None,
                     headers: Mapping[str, str] | None = None) -> None:  # fmt: skip
        """Send an error as OpenAI's servers word it; the messages API's clients read the same fields."""
        error: Json = {"message": message, "type": kind, "param": None, "code": code}
        await self.reply(status, to_json({"type": "error", "error": error}), headers=headers)
