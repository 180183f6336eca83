from dataclasses import FrozenInstanceError

import pytest

from proxy.errors import Refused, Unavailable
from proxy.log.record import SCHEMA_HEADER, ProducerLost, Record, RecordRefused, Refusal


def test_a_record_has_no_headers_unless_it_was_given_some() -> None:
    assert Record("t", 0, 1, None, b"v").headers == {}
    assert Record("t", 0, 1, None, b"v", {SCHEMA_HEADER: b"1"}).headers["understudy-schema"] == b"1"


def test_the_place_of_a_record_cannot_be_changed() -> None:
    record = Record("t", 0, 1, None, b"v")
    with pytest.raises(FrozenInstanceError):
        record.offset = 2  # type: ignore[misc]


def test_a_refusal_says_why_in_a_word_of_the_ledger_and_is_not_worth_another_try() -> None:
    error = RecordRefused("too long", reason=Refusal.TOO_LARGE)
    assert isinstance(error, Refused)
    assert (error.reason, error.retryable) == ("too_large_for_log", False)


def test_a_lost_producer_is_a_broker_that_may_be_tried_again() -> None:
    assert isinstance(ProducerLost("fenced"), Unavailable)
    assert ProducerLost.retryable
