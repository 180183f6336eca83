"""What one lane did at one load in one block of a run: `LoadLevel` with its `LoadRequest`s. Estimates nothing."""

import hashlib
import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.worker.histogram import Histogram
from shadow.worker.watch import SelfCheck

KEPT_PER_STREAM = 10
"""Kept requests of a level, all its blocks together, for each request that is in flight.

Source: MEASURES section 1, load stage.
"""


class Loop(StrEnum):
    """Who decides when the next request is sent."""

    CLOSED = "closed"
    """The reply before it: a fixed number of requests is in flight."""
    OPEN = "open"
    """A schedule, whatever the server does."""


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """How much is asked of a server.

    Attributes:
        amount: Requests in flight when the loop is closed, requests per second when it is open; positive.
    """

    loop: Loop
    amount: float

    def __str__(self) -> str:
        return f"{self.amount:g} in flight" if self.loop is Loop.CLOSED else f"{self.amount:g} requests/s"


@dataclass(frozen=True, slots=True)
class Block:
    """The key of a level's record: a run measures each lane at each load in several blocks.

    Attributes:
        experiment_id: Empty when one URL was loaded.
        number: Place of the block among all blocks of its load, from 0; ABBA is baseline 0 and 3, candidate 1 and 2.
    """

    experiment_id: str
    run_id: str
    load: Load
    lane: Lane
    number: int

    @property
    def salt(self) -> str:
        """Name that no other block has: prefix caches are salted with it."""
        return f"{self.experiment_id}:{self.run_id}:{self.load}:{self.lane}:{self.number}"

    @property
    def block_id(self) -> str:
        """Digest of the key."""
        return hashlib.sha256(self.salt.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One request of a block. Holds no payload.

    Attributes:
        number: Place in the block, from 0.
        scheduled_s: When it should have been sent, s since the block began; so are the two below.
        in_flight: Requests of its client process under way when it was sent, itself included.
        kept: Whether it was sent in the steady window.
    """

    number: int
    exchange_id: str
    outcome: ReplayOutcome
    status: int
    timings: Timings
    scheduled_s: float
    sent_s: float
    ended_s: float
    in_flight: int
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    attempts: int = 1
    error: str = ""
    kept: bool = False

    @property
    def is_completed(self) -> bool:
        """Whether the whole reply came."""
        return self.outcome is ReplayOutcome.COMPLETED

    def first_token_ms(self, loop: Loop) -> float:
        """Time to first token, ms: from sending, in an open loop from the schedule; +infinity for one that failed.

        Source: MEASURES section 1: a client that falls behind its schedule must not hide what a user would have waited.
        """
        found = self.timings.ttft_scheduled_ms if loop is Loop.OPEN else self.timings.ttft_ms
        return found if self.is_completed and found is not None else math.inf

    @property
    def e2e_ms(self) -> float:
        """Send to last byte, ms; +infinity for one that failed."""
        found = self.timings.e2e_ms
        return found if self.is_completed and found is not None else math.inf

    @property
    def tpot_ms(self) -> float | None:
        """Time per output token after the first, ms; +infinity for one that failed, None for a reply of one token."""
        return self.timings.tpot_ms if self.is_completed else math.inf

    def output_s(self) -> list[float]:
        """When each output event came, s since the block began."""
        if self.timings.ttft_ms is None:
            return []
        at_s = self.sent_s + self.timings.ttft_ms / 1000
        times = [at_s]
        for gap_ms in self.timings.itl_ms:
            at_s += gap_ms / 1000
            times.append(at_s)
        return times


@dataclass(frozen=True, slots=True)
class Slo:
    """What a request must meet to count as goodput, ms; None asks nothing."""

    ttft_ms: float | None = 500.0
    tpot_ms: float | None = None
    e2e_ms: float | None = None

    def is_met(self, request: LoadRequest, *, loop: Loop) -> bool:
        """Whether the request completed within every bound."""
        return (
            request.is_completed
            and request.first_token_ms(loop) < _bound(self.ttft_ms)
            and (request.tpot_ms or 0.0) < _bound(self.tpot_ms)
            and request.e2e_ms < _bound(self.e2e_ms)
        )


def _bound(limit_ms: float | None) -> float:
    return math.inf if limit_ms is None else limit_ms


@dataclass(frozen=True, slots=True)
class ServerSide:
    """What /metrics said of the server while the block ran; None where it did not say.

    Attributes:
        kv_peak_usage: Largest share of the KV cache in use, [0, 1].
        kv_size_tokens: Tokens that the KV cache holds.
        ttft: First tokens that the server itself timed from the steady window's begin to the block's end, s.
        waiting_peak: Most requests in its queue.
    """

    kv_peak_usage: float | None = None
    kv_size_tokens: int | None = None
    ttft: Histogram = field(default_factory=Histogram)
    waiting_peak: float | None = None
    preemptions: float | None = None

    @property
    def kv_peak_tokens(self) -> float | None:
        """Most tokens that the KV cache held at once."""
        if self.kv_peak_usage is None or self.kv_size_tokens is None:
            return None
        return self.kv_peak_usage * self.kv_size_tokens


@dataclass(frozen=True, slots=True)
class LoadLevel:
    """One block, complete.

    Attributes:
        streams: Requests in flight that the cuts rest on: as planned when the loop is closed, else as measured.
        clients: Processes that sent.
        window_from_s: Begin of the steady window, s since the block began; equal to the end when there is none.
        unsteady_reason: Why the level was not in steady state, or empty.
        void_reason: Why its timings may not be used (the client's self-check), or empty.
        plan_hash: Hash of what was asked for; a run is taken up again only with the same one.
    """

    block: Block
    deployment_id: str
    fingerprint: str
    weight_bytes: int | None
    started_at: datetime
    streams: float
    clients: int
    window_from_s: float
    window_to_s: float
    unsteady_reason: str
    check: SelfCheck
    server: ServerSide
    slo: Slo
    plan_hash: str
    requests: tuple[LoadRequest, ...]

    @property
    def lane(self) -> Lane:
        """Who answered."""
        return self.block.lane

    @property
    def load(self) -> Load:
        """How much was asked."""
        return self.block.load

    @property
    def void_reason(self) -> str:
        """Why its timings may not be used, or empty."""
        return self.check.reason

    @property
    def kept(self) -> tuple[LoadRequest, ...]:
        """The requests that were sent in the steady window, failed ones included."""
        return tuple(request for request in self.requests if request.kept)
