"""The records that capture emits: `RawExchange` stays in memory, `Exchange` is all that may be published."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from proxy.published import Published
from proxy.wire.reply import Reply

SCHEMA_VERSION: Literal[1] = 1


class Shape(StrEnum):
    """The API shape of a request, told from its path."""

    CHAT = "chat"
    COMPLETIONS = "completions"
    RESPONSES = "responses"
    MESSAGES = "messages"
    EMBEDDINGS = "embeddings"


class Door(StrEnum):
    """Where an exchange came in."""

    GATEWAY = "gateway"
    INTERCEPTOR = "interceptor"
    TAP = "tap"
    IMPORT = "import"
    SUITE = "suite"


class ExchangeOutcome(StrEnum):
    """How the live reply ended, seen from the door."""

    COMPLETE = "complete"
    CLIENT_LEFT = "client_left"
    UPSTREAM_FAILED = "upstream_failed"
    NO_REPLY = "no_reply"
    """No reply was seen (a tap mirrors requests only; a suite example has none)."""


class Chunk(NamedTuple):
    """Bytes of a body as they passed a door.

    Attributes:
        at_ns: Monotonic time of arrival, ns, of the same clock as the exchange's other stamps.
    """

    at_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RawExchange:
    """One request and its reply exactly as a door saw them. Holds personal data: memory only, never published.

    Attributes:
        started_at: Wall-clock UTC time of the request's arrival, seconds since the epoch.
        sent_ns: Monotonic time at which the request's last byte went upstream, ns.
        ended_ns: Monotonic time of the reply's last byte, ns; 0 when the times are not known (some imports).
        status: HTTP status, 0 when there was no reply.
        headers: Request headers, lower-case names, credentials already removed by the door.
    """

    exchange_id: str
    door: Door
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int
    reply_headers: tuple[tuple[str, str], ...]
    reply: tuple[Chunk, ...]
    started_at: float
    sent_ns: int
    ended_ns: int
    outcome: ExchangeOutcome


class LiveTiming(BaseModel):
    """Timings of the live reply, as MEASURES section 1 defines them; missing is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ttft_ms: float | None = Field(default=None, ge=0)
    e2e_ms: float | None = Field(default=None, ge=0)
    output_events: int = Field(default=0, ge=0)


class Exchange(Published):
    """One anonymised exchange: the only record that leaves the capture process."""

    schema_version: Literal[1] = SCHEMA_VERSION
    exchange_id: str = Field(min_length=1, max_length=64)
    conversation_id: str = Field(min_length=1, max_length=64, description="Keyed hash; also the Kafka key.")
    captured_at: AwareDatetime = Field(description="Arrival of the request, UTC.")
    door: Door
    shape: Shape
    path: str
    model: str = Field(description="Model name that the client asked for.")
    streamed: bool
    category: str = Field(
        description="Query category: from the header or the suite, else chat, multi_turn, structured or tools."
    )
    turn: int = Field(ge=1, description="User messages in the request, at least 1.")
    tenant: str = ""
    language: str = Field(default="", description="ISO 639-1 code, or empty when unknown.")
    request: dict[str, JsonValue] = Field(description="The anonymised JSON body.")
    reply: Reply | None = Field(default=None, description="The anonymised live reply, if one was seen.")
    status: int = Field(default=0, ge=0, le=999)
    outcome: ExchangeOutcome
    timing: LiveTiming = LiveTiming()
    masked: dict[str, int] = Field(default_factory=dict, description="Masked spans by entity type.")
    anonymiser: str = Field(default="", description="Anonymiser version and key id.")
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False, description="Inverse sampling probability.")
    draw: float | None = Field(
        default=None, gt=0, lt=1, description="The conversation's sampling number; None when capture did not sample."
    )
    by_floor: bool = Field(default=False, description="Kept whatever its draw; every experiment replays it.")
    suite: str = Field(default="", description="name@hash of the suite that the request belongs to, or empty.")
    example_id: str = Field(default="", description="Example within the suite, or empty.")
    experiment_id: str = Field(default="", description="The only experiment that may replay it, or empty for all.")
    cut: tuple[str, ...] = Field(
        default=(),
        max_length=8,
        exclude_if=lambda parts: not parts,
        description="Parts left out because the record was too large: reply.logprobs or reply. Not written when empty.",
    )
