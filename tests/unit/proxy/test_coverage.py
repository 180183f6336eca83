from datetime import UTC, datetime

import pytest

from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import BadRecord
from proxy.exchange import Door

_AT = datetime(2026, 5, 4, 12, 30, 59, tzinfo=UTC).timestamp()


def _count(ledger: Ledger, disposition: Disposition = Disposition.SEEN, *, at: float = _AT, reason: str = "") -> None:
    ledger.count(disposition, at=at, door=Door.GATEWAY, route="chat", reason=reason)


def test_requests_are_counted_by_the_minute_of_their_arrival() -> None:
    ledger = Ledger("one")
    _count(ledger)
    _count(ledger, at=_AT + 1)
    assert [entry.minute.minute for entry in ledger.changed()] == [30, 31]


def test_counts_run_on_and_only_what_changed_is_told() -> None:
    ledger = Ledger("one")
    _count(ledger)
    _count(ledger, Disposition.DROPPED, reason="too_large")
    assert {entry.requests for entry in ledger.changed()} == {1}
    assert ledger.changed() == []
    _count(ledger)
    assert [(entry.disposition, entry.requests) for entry in ledger.changed()] == [(Disposition.SEEN, 2)]


def test_old_minutes_are_forgotten_after_they_were_told() -> None:
    ledger = Ledger("one")
    for minute in range(500):
        _count(ledger, at=_AT + 60 * minute)
        assert len(ledger.changed()) == 1
    assert len(ledger._counts) <= 121


def test_an_entry_survives_the_log() -> None:
    ledger = Ledger("one")
    _count(ledger, Disposition.DROPPED, reason="channel_full")
    entry = ledger.changed()[0]
    assert LedgerEntry.from_bytes(entry.to_bytes()) == entry


def test_other_bytes_are_a_bad_record_that_names_the_field() -> None:
    with pytest.raises(BadRecord, match="source_id"):
        LedgerEntry.from_bytes(b'{"requests": 1}')
