from hypothesis import given
from hypothesis import strategies as st

from proxy.coverage import Disposition, Ledger
from proxy.receipts import SPOOLED, End, Receipts
from tests.records import raw_exchange

_PUBLISHED = End(Disposition.PUBLISHED)


@given(st.permutations(range(6)))
def test_in_whatever_order_exchanges_end_they_are_counted_in_the_order_in_which_they_came(order: list[int]) -> None:
    ledger = Ledger("capture")
    receipts = Receipts(ledger, acknowledged=10)
    taken = [receipts.take(raw_exchange()) for _ in order]
    ended = set[int]()
    for number in order:
        taken[number].settle(_PUBLISHED)
        ended.add(number)
        done = next(count for count in range(7) if count not in ended)
        assert (receipts.acknowledged, receipts.under_way) == (10 + done, 6 - done)
        assert sum(ledger._counts.values()) == done
    assert [entry.requests for entry in ledger.changed()] == [6]


def test_the_first_end_counts() -> None:
    ledger = Ledger("capture")
    receipt = Receipts(ledger).take(raw_exchange())
    receipt.settle(End(Disposition.DROPPED, "too_large_for_log"))
    receipt.settle(_PUBLISHED)
    assert [(entry.disposition, entry.reason) for entry in ledger.changed()] == [("dropped", "too_large_for_log")]


def test_what_the_spool_has_is_acknowledged_and_left_to_the_spools_own_count() -> None:
    ledger = Ledger("capture")
    receipts = Receipts(ledger)
    receipts.take(raw_exchange()).settle(SPOOLED)
    assert receipts.acknowledged == 1
    assert receipts.advanced.is_set()
    assert ledger.changed() == []
