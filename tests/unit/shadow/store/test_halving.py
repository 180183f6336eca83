from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.errors import BadRecord, Unavailable
from shadow.store.halving import Refusal, refused_rows

CERTAIN = Refusal(BadRecord("not a number"), is_certain=True)
DOUBTFUL = Refusal(Unavailable("code 1000"), is_certain=False)


@dataclass
class Server:
    """Takes batches without these rows; remembers what it took."""

    bad: AbstractSet[int]
    refusal: Refusal = CERTAIN
    taken: list[int] = field(default_factory=list)
    asked: int = 0

    def attempt(self, start: int, end: int) -> Refusal | None:
        self.asked += 1
        if self.bad & set(range(start, end)):
            return self.refusal
        self.taken += range(start, end)
        return None


@given(st.integers(1, 60), st.sets(st.integers(0, 59)))
def test_all_but_the_bad_rows_are_taken_once_and_the_bad_ones_named(count: int, bad: set[int]) -> None:
    server = Server(bad)
    refused = refused_rows(count, server.attempt)
    assert [one.place for one in refused] == sorted(bad & set(range(count)))
    assert server.taken == [place for place in range(count) if place not in bad]


def test_a_doubtful_row_is_refused_once_the_store_took_another() -> None:
    server = Server({5}, DOUBTFUL)
    assert [one.place for one in refused_rows(9, server.attempt)] == [5]
    assert len(server.taken) == 8


def test_a_row_that_is_alone_in_its_doubt_is_the_store_s_fault() -> None:
    with pytest.raises(Unavailable, match="code 1000"):
        refused_rows(1, Server({0}, DOUBTFUL).attempt)


def test_a_store_that_takes_nothing_is_not_asked_for_every_row() -> None:
    server = Server(set(range(10_000)), DOUBTFUL)
    with pytest.raises(Unavailable):
        refused_rows(10_000, server.attempt)
    assert server.asked < 50


def test_a_batch_that_is_too_large_as_a_whole_is_taken_in_parts() -> None:
    def attempt(start: int, end: int) -> Refusal | None:
        return DOUBTFUL if end - start > 3 else None

    assert refused_rows(100, attempt) == []
