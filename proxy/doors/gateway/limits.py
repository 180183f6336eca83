"""The bounds that a gateway keeps. The defaults refuse nothing that production would have taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one gateway; None is no bound.

    Attributes:
        connect_s: Longest wait for an upstream's connection, and for the answer to a websocket's handshake.
        silence_s: Longest wait for the next byte of a reply, the first one included.
        request_bytes: Largest request body; a larger one gets a 413.
        open_requests: Requests and websockets open at once; one more gets a 503.
        continue_s: How long a body waits for the upstream's 100 before it is sent without it.
        down_s: How long an upstream that did not take a connection comes last.
    """

    connect_s: float = 10.0
    silence_s: float | None = None
    request_bytes: int | None = None
    open_requests: int | None = None
    continue_s: float = 1.0
    down_s: float = 10.0
