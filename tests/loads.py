"""Load levels that tests build on: requests at known times, changed by keyword."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shadow.load.level import Block, Load, LoadLevel, LoadRequest, Loop, ServerSide, Slo
from shadow.load.window import mark_kept, window_of
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.worker.watch import SelfCheck
from tests.records import NOON

CHECK = SelfCheck(
    window_start=NOON, loop_lag_p99_ms=1.0, cpu_share=0.2, schedule_delay_median_ms=0.5, null_ttft_error_ms=1.0
)
"""A client that kept up."""


def load_request(number: int = 0, *, sent_s: float = 0.0, ttft_ms: float = 100.0, **changes: Any) -> LoadRequest:
    """A reply of five tokens, the first after `ttft_ms`, the others 10 ms apart."""
    e2e_ms = ttft_ms + 40.0
    fields: dict[str, Any] = {
        "number": number,
        "exchange_id": f"exchange-{number:05d}",
        "outcome": ReplayOutcome.COMPLETED,
        "status": 200,
        "timings": Timings(
            schedule_delay_ms=0.5,
            e2e_ms=e2e_ms,
            ttft_ms=ttft_ms,
            ttft_scheduled_ms=ttft_ms + 0.5,
            tpot_ms=10.0,
            itl_ms=(10.0,) * 4,
        ),
        "scheduled_s": sent_s - 0.0005,
        "sent_s": sent_s,
        "ended_s": sent_s + e2e_ms / 1000,
        "in_flight": 1,
        "completion_tokens": 5,
        "prompt_tokens": 20,
    }
    return LoadRequest(**(fields | changes))


def failed_request(number: int = 0, *, sent_s: float = 0.0, **changes: Any) -> LoadRequest:
    """A request that timed out after a second without output."""
    fields: dict[str, Any] = {
        "outcome": ReplayOutcome.TIMED_OUT,
        "status": 0,
        "timings": Timings(schedule_delay_ms=0.5, e2e_ms=1000.0),
        "ended_s": sent_s + 1.0,
        "completion_tokens": None,
        "error": "timeout",
    }
    return load_request(number, sent_s=sent_s, **(fields | changes))


def closed_requests(count: int, *, streams: int = 4, ttft_ms: float = 100.0) -> list[LoadRequest]:
    """A closed loop in which each stream sends again as soon as its reply has ended; streams start in turn."""
    e2e_s = (ttft_ms + 40.0) / 1000
    return [
        load_request(number, sent_s=number // streams * e2e_s + number % streams * e2e_s / streams, ttft_ms=ttft_ms)
        for number in range(count)
    ]


def load_level(
    requests: Iterable[LoadRequest] | None = None,
    *,
    lane: Lane = Lane.CANDIDATE,
    number: int = 0,
    load: Load | None = None,
    **changes: Any,
) -> LoadLevel:
    """A block whose window is cut as a run cuts it."""
    wanted = load or Load(Loop.CLOSED, 4)
    sent = closed_requests(80) if requests is None else list(requests)
    window = window_of(sent, streams=wanted.amount)
    fields: dict[str, Any] = {
        "block": Block("trial", "run", wanted, lane, number),
        "deployment_id": str(lane),
        "fingerprint": "0" * 16,
        "weight_bytes": 16_000_000_000 if lane is Lane.BASELINE else 8_000_000_000,
        "started_at": NOON + timedelta(minutes=number),
        "streams": wanted.amount,
        "clients": 1,
        "window_from_s": window.from_s,
        "window_to_s": window.to_s,
        "unsteady_reason": "",
        "check": replace(CHECK, window_start=NOON + timedelta(minutes=number)),
        "server": ServerSide(kv_peak_usage=0.25, kv_size_tokens=1_000),
        "slo": Slo(),
        "plan_hash": "p" * 16,
        "requests": mark_kept(sent, window, streams=wanted.amount),
    }
    return LoadLevel(**(fields | changes))
