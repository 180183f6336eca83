from dataclasses import FrozenInstanceError

import pytest

from proxy.log.record import SCHEMA_HEADER, Record


def test_a_record_has_no_headers_unless_it_was_given_some() -> None:
    assert Record("t", 0, 1, None, b"v").headers == {}
    assert Record("t", 0, 1, None, b"v", {SCHEMA_HEADER: b"1"}).headers["understudy-schema"] == b"1"


def test_the_place_of_a_record_cannot_be_changed() -> None:
    record = Record("t", 0, 1, None, b"v")
    with pytest.raises(FrozenInstanceError):
        record.offset = 2  # type: ignore[misc]
