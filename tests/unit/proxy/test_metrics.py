from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.exchange import Door
from proxy.metrics import CaptureMetrics, CaptureState, Increments, serving

_NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_IDLE = CaptureState(spool_parcels=0, spool_bytes=0, in_flight=0, is_broker_away=False, oldest_at=None)


def _entry(requests: int, *, minute: int = 0, **changes: Any) -> LedgerEntry:
    fields = {
        "source_id": "gateway-1",
        "minute": _NOON + timedelta(minutes=minute),
        "door": Door.GATEWAY,
        "route": "chat",
        "disposition": Disposition.SEEN,
        "requests": requests,
    }
    return LedgerEntry.model_validate(fields | changes)


class _Clock:
    """Stands still until it is moved; starts at noon."""

    def __init__(self) -> None:
        self.at = _NOON.timestamp()

    def __call__(self) -> float:
        return self.at


def _metrics() -> tuple[CaptureMetrics, _Clock]:
    clock = _Clock()
    return CaptureMetrics(clock=clock), clock


def _value(metrics: CaptureMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def _requests(metrics: CaptureMetrics, disposition: str = "seen", reason: str = "") -> float | None:
    labels = {"door": "gateway", "route": "chat", "disposition": disposition, "reason": reason}
    return _value(metrics, "understudy_requests_total", **labels)


def test_running_counts_become_one_counter_over_minutes_and_sources() -> None:
    metrics, _ = _metrics()
    for entry in (_entry(2), _entry(5), _entry(3, minute=1), _entry(4, source_id="gateway-2")):
        metrics.count(entry)
    assert _requests(metrics) == 12


def test_entries_that_come_again_or_too_late_change_nothing() -> None:
    metrics, _ = _metrics()
    for requests in (5, 5, 3):
        metrics.count(_entry(requests))
    assert _requests(metrics) == 5


def test_reasons_are_counted_apart() -> None:
    metrics, _ = _metrics()
    metrics.count(_entry(1, disposition=Disposition.DROPPED, reason="channel_full"))
    metrics.count(_entry(2, disposition=Disposition.DROPPED, reason="own_replay"))
    assert _requests(metrics, "dropped", "channel_full") == 1
    assert _requests(metrics, "dropped", "own_replay") == 2


def test_a_flood_of_reasons_shares_one_series() -> None:
    metrics, _ = _metrics()
    for number in range(2_000):
        metrics.count(_entry(1, disposition=Disposition.DROPPED, reason=f"reason-{number}"))
    samples = [
        sample
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "understudy_requests_total"
    ]
    assert len(samples) < 600
    assert sum(sample.value for sample in samples) == 2_000


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2)), max_size=300))
def test_the_counter_follows_a_ledger_through_forgotten_minutes(steps: list[tuple[int, int]]) -> None:
    """Requests come in any minute of the last hours, and some ledgers are read only now and then."""
    ledger, increments, total = Ledger("gateway-1"), Increments(), 0
    for minute, reads in steps:
        ledger.count(Disposition.SEEN, at=minute * 60.0, door=Door.GATEWAY, route="chat")
        for _ in range(reads):
            added = [increments.added_by(entry) for entry in ledger.changed()]
            assert all(one >= 0 for one in added)
            total += sum(added)
    total += sum(increments.added_by(entry) for entry in ledger.changed())
    assert total == len(steps)


def test_sources_that_are_long_gone_are_forgotten() -> None:
    increments = Increments(most_sources=2)
    assert [increments.added_by(_entry(7, source_id=f"{n}")) for n in range(3)] == [7, 7, 7]
    assert increments.added_by(_entry(7, source_id="2")) == 0


def test_what_was_seen_and_not_yet_accounted_for_is_shown_by_door() -> None:
    metrics, _ = _metrics()
    metrics.count(_entry(10))
    metrics.count(_entry(6, source_id="capture", disposition=Disposition.PUBLISHED))
    metrics.count(_entry(1, source_id="capture", disposition=Disposition.SAMPLED_OUT, reason="ratio"))
    metrics.count(_entry(1, disposition=Disposition.DROPPED, reason="own_replay"))
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") == 2
    metrics.count(_entry(8, source_id="capture", disposition=Disposition.PUBLISHED))
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") == 0


def test_too_much_in_one_minute_does_not_hide_a_lack_in_another() -> None:
    metrics, _ = _metrics()
    metrics.count(_entry(3, disposition=Disposition.PUBLISHED))
    metrics.count(_entry(3, minute=1))
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") == 3


def test_an_unaccounted_request_is_shown_for_an_hour() -> None:
    metrics, clock = _metrics()
    metrics.count(_entry(1))
    clock.at += 3_600
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") == 1
    clock.at += 1
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") == 0


def test_minutes_of_the_process_before_are_counted_and_not_balanced() -> None:
    metrics, _ = _metrics()
    metrics.count(_entry(500, minute=-1))
    metrics.show(_IDLE)
    assert _requests(metrics) == 500
    assert _value(metrics, "understudy_unaccounted_requests", door="gateway") is None


def test_the_state_is_shown_as_gauges() -> None:
    metrics, clock = _metrics()
    at = clock.at - 30
    metrics.show(CaptureState(spool_parcels=4, spool_bytes=4_096, in_flight=2, is_broker_away=True, oldest_at=at))
    expected = {
        "spool_parcels": 4,
        "spool_bytes": 4_096,
        "records_in_flight": 2,
        "broker_away": 1,
        "oldest_waiting_seconds": 30,
        "books_timestamp_seconds": clock.at,
    }
    assert {name: _value(metrics, f"understudy_{name}") for name in expected} == expected
    metrics.show(_IDLE)
    assert _value(metrics, "understudy_oldest_waiting_seconds") == 0


def test_times_land_in_their_histograms() -> None:
    metrics, _ = _metrics()
    metrics.admitted(0.0008)
    metrics.published(0.3)
    assert _value(metrics, "understudy_admission_seconds_bucket", le="0.001") == 1
    assert _value(metrics, "understudy_publication_seconds_bucket", le="0.25") == 0
    assert _value(metrics, "understudy_publication_seconds_sum") == pytest.approx(0.3)


def test_nothing_is_served_without_a_port() -> None:
    with serving(CollectorRegistry(), port=None) as port:
        assert port is None
