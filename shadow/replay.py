"""One lane's answer to one exchange, and the pair that decides."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from proxy.exchange import Exchange
from proxy.wire.reply import Reply


class Lane(StrEnum):
    """Who answered."""

    LIVE = "live"
    BASELINE = "baseline"
    BASELINE_AGAIN = "baseline_again"
    CANDIDATE = "candidate"


class ReplayOutcome(StrEnum):
    """How a replay ended. Only COMPLETED has a whole reply; all others count as +infinity in latency quantiles."""

    COMPLETED = "completed"
    TIMED_OUT = "timed_out"
    HTTP_ERROR = "http_error"
    CONNECTION_FAILED = "connection_failed"
    BROKEN_STREAM = "broken_stream"
    NOT_SENT = "not_sent"
    """The circuit breaker was open or the budget spent; counted, never sent."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Client-side timings of one replay, ms, as MEASURES section 1 defines them; None where there is none.

    Attributes:
        ttft_ms: Last request byte written to first byte of the first event with non-empty output.
        ttft_scheduled_ms: The same from the time at which the request should have been sent.
        itl_ms: Gaps between consecutive output events.
        schedule_delay_ms: Sent minus scheduled.
        server_ttft_ms: Queue plus first-token time as the server reported it.
    """

    schedule_delay_ms: float
    e2e_ms: float | None = None
    ttft_ms: float | None = None
    ttft_scheduled_ms: float | None = None
    tpot_ms: float | None = None
    itl_ms: tuple[float, ...] = ()
    server_ttft_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """One lane's answer to one exchange.

    Attributes:
        in_flight: Replays of the same lane under way when this one was sent, itself included.
        parameters_hash: Hash of the request body without `model` and `cache_salt`: equal over the lanes of a pair.
        rewrites: What was changed in the captured request before sending, in plain words.
        void_reason: Why the timings may not be used, or empty.
        attempts: Tries, all before the first byte.
        error: Kind of failure, never payload text.
    """

    experiment_id: str
    exchange_id: str
    conversation_id: str
    lane: Lane
    deployment_id: str
    fingerprint: str
    outcome: ReplayOutcome
    status: int
    reply: Reply
    timings: Timings
    sent_at: datetime
    in_flight: int
    parameters_hash: str
    rewrites: tuple[str, ...] = ()
    void_reason: str = ""
    attempts: int = 1
    error: str = ""

    @property
    def replay_id(self) -> str:
        """Key of the row: the same exchange, experiment and lane give the same id, so a repeat is no second row."""
        key = f"{self.experiment_id}\x1f{self.exchange_id}\x1f{self.lane}"
        return hashlib.sha256(key.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Replays of the same anonymised exchange by baseline and candidate, sent under the same load."""

    exchange: Exchange
    baseline: Replay
    candidate: Replay
    baseline_again: Replay | None = None

    @property
    def pair_id(self) -> str:
        """Key of the pair within its experiment: experiment and exchange."""
        return f"{self.candidate.experiment_id}:{self.exchange.exchange_id}"
