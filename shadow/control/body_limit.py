"""The bound of a request's body, kept while it arrives: a larger one is refused before it is read to its end.

FastAPI's own bound answers in plain text; here the refusal is an exception, which the application tells as a problem.
"""

from http import HTTPStatus

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Middleware that refuses bodies of more than `max_bytes`, whatever their headers say."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; whoever reads the body meets the bound."""
        read_bytes = 0

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._max_bytes:
                detail = f"the body is larger than {self._max_bytes} bytes"
                raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE, detail)
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)
