"""The record of one request on its way through the gateway."""

from proxy.exchange import Door
from proxy.tee import Tee
from proxy.wire.asgi import Scope

GATEWAY_LIMIT = "gateway_limit"


class RelayTee(Tee):
    """The tee of one ASGI scope.

    Attributes:
        started: Whether the reply's head is on its way to the client.
    """

    def __init__(self, scope: Scope, *, max_bytes: int) -> None:
        # A websocket's scope names no method; its handshake is a GET.
        method = scope.get("method", "GET")
        super().__init__(
            door=Door.GATEWAY, method=method, path=scope["path"], headers=scope["headers"], max_bytes=max_bytes
        )
        self.started = False
