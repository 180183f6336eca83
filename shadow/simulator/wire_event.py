"""One server-sent event of a planned answer, and JSON bytes. What the events hold is the wire modules' business."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from proxy.wire.fields import Json
from shadow.simulator.answer import Answer

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class WireEvent:
    """An event and the token with which it is due.

    Attributes:
        step: Token of the schedule, from 0; None is due at once, before the first token.
    """

    step: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Wire:
    """How one API shape writes answers."""

    body: Callable[[Answer], Json]
    events: Callable[[Answer], Iterator[WireEvent]]


def to_json(value: Mapping[str, object]) -> bytes:
    """Compact UTF-8 JSON, fields in their order."""
    return _ENCODER.encode(value)


def sse(step: int | None, payload: Mapping[str, object], *, name: str = "") -> WireEvent:
    """An event that carries JSON."""
    head = f"event: {name}\n".encode() if name else b""
    return WireEvent(step, head + b"data: " + to_json(payload) + b"\n\n")
