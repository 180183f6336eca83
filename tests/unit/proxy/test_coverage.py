from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.coverage import Disposition, Ledger, LedgerEntry
from proxy.errors import BadRecord
from proxy.exchange import Door
from proxy.journal import Journal

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


def _told(entries: Collection[LedgerEntry]) -> Counter[datetime]:
    """Requests by minute; the largest count of each key holds."""
    held: dict[tuple[str, datetime, str], int] = {}
    for entry in entries:
        key = (entry.source_id, entry.minute, f"{entry.disposition}:{entry.reason}")
        held[key] = max(held.get(key, 0), entry.requests)
    total = Counter[datetime]()
    for (_, minute, _), requests in held.items():
        total[minute] += requests
    return total


def test_a_minute_that_comes_back_after_it_was_forgotten_loses_no_count() -> None:
    ledger, told = Ledger("one"), []
    for minute in (0, *range(500), 0, 0, *range(500), 0):
        _count(ledger, at=_AT + 60 * minute)
        told += ledger.changed()
    counts = _told(told)
    assert counts.total() == 1_004
    assert counts[told[0].minute] == 6


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 3)), max_size=600))
def test_whatever_order_minutes_come_in_no_count_is_lost(steps: list[tuple[int, int]]) -> None:
    ledger, told = Ledger("one"), []
    for _, batch in groupby(enumerate(steps), key=lambda step: step[0] // 3):
        for _, (minute, requests) in batch:
            for _ in range(requests):
                _count(ledger, at=60.0 * minute)
        told += ledger.changed()
    expected = Counter[datetime]()
    for minute, requests in steps:
        expected[datetime.fromtimestamp(60 * minute, UTC)] += requests
    assert _told(told) == expected


def test_with_a_journal_a_minute_is_kept_until_its_last_request_is_over(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "one.door")
    ledger = Ledger("one", mirror=journal)
    _count(ledger, at=0)
    _count(ledger, at=0)
    for minute in range(1, 500):
        _count(ledger, at=60.0 * minute)
        ledger.settle(at=60.0 * minute)
        ledger.changed()
    assert min(key[0] for key in journal.counts()) == 0
    assert len(journal.counts()) <= 122
    ledger.settle(at=0)
    _count(ledger, Disposition.DROPPED, at=0, reason="too_large")
    assert [(entry.source_id, entry.requests) for entry in ledger.changed()] == [("one", 1)]
    for minute in range(500, 800):
        _count(ledger, at=60.0 * minute)
        ledger.settle(at=60.0 * minute)
        ledger.changed()
    assert min(key[0] for key in journal.counts()) > 0
    journal.close()


def test_a_minute_that_somebody_else_holds_is_not_forgotten() -> None:
    ledger = Ledger("one", held=lambda: {0})
    for minute in range(500):
        _count(ledger, at=60.0 * minute)
        ledger.changed()
    _count(ledger, at=0)
    assert [(entry.source_id, entry.requests) for entry in ledger.changed()] == [("one", 2)]


def test_what_another_ledger_counts_is_not_told() -> None:
    ledger = Ledger("one")
    ledger.count(None, at=_AT, door=Door.GATEWAY, route="chat")
    assert ledger.changed() == []


def test_everything_can_be_told_again() -> None:
    ledger = Ledger("one")
    _count(ledger)
    before = ledger.changed()
    ledger.retell()
    assert ledger.changed() == before


def test_a_ledger_goes_on_where_its_journal_ended(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "one.door")
    _count(Ledger("one", mirror=journal))
    journal.close()
    again = Journal.reopen(tmp_path / "one.door")
    ledger = Ledger("one", mirror=again)
    assert [entry.requests for entry in ledger.changed()] == [1]
    _count(ledger)
    assert [entry.requests for entry in ledger.changed()] == [2]
    again.close()


def test_an_entry_survives_the_log() -> None:
    ledger = Ledger("one")
    _count(ledger, Disposition.DROPPED, reason="channel_full")
    entry = ledger.changed()[0]
    assert LedgerEntry.from_bytes(entry.to_bytes()) == entry


def test_other_bytes_are_a_bad_record_that_names_the_field() -> None:
    with pytest.raises(BadRecord, match="source_id"):
        LedgerEntry.from_bytes(b'{"requests": 1}')
