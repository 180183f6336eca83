import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from shadow.load.saturation import WITHIN, Tried, next_streams, saturation_of, tried_of
from tests.loads import load_level


def search(server: Callable[[int], Tried], *, first: int = 1, most: int = 512, within: float = WITHIN) -> list[Tried]:
    tried: list[Tried] = []
    while (streams := next_streams(tried, first=first, most=most, within=within)) is not None:
        tried.append(server(streams))
        assert len(tried) < 40
    return tried


def limited(limit: int, *, tokens_limit: int = 10_000) -> Callable[[int], Tried]:
    """A server whose waits stay within the bounds up to a limit, and whose tokens grow up to another."""
    return lambda streams: Tried(
        streams, tokens_per_s=min(streams, tokens_limit) * 10.0, good_share=float(streams <= limit), is_sound=True
    )


@pytest.mark.parametrize("limit", [1, 3, 10, 37, 100, 200, 500])
def test_the_limit_is_found_to_fifteen_percent(limit: int) -> None:
    found = saturation_of(search(limited(limit)))
    assert found.carried is not None
    assert found.carried <= limit
    assert found.refused is not None
    assert limit < found.refused <= max(found.carried * 1.15, found.carried + 1)


def test_a_server_that_carries_nothing_is_tried_once() -> None:
    tried = search(limited(0))
    assert [one.streams for one in tried] == [1]
    assert saturation_of(tried).carried is None


def test_a_server_without_end_is_tried_up_to_the_most() -> None:
    tried = search(limited(10_000), first=8, most=100)
    assert [one.streams for one in tried] == [8, 16, 32, 64, 100]
    assert saturation_of(tried).refused is None


def test_more_load_that_brings_no_tokens_ends_the_search() -> None:
    tried = search(limited(10_000, tokens_limit=16))
    assert [one.streams for one in tried][:6] == [1, 2, 4, 8, 16, 32]
    assert saturation_of(tried).refused is None


@pytest.mark.parametrize("capacity", range(1, 20))
def test_the_knee_is_the_capacity_even_where_the_bounds_allow_more(capacity: int) -> None:
    tried = search(limited(10_000, tokens_limit=capacity), within=0)
    assert saturation_of(tried).knee == capacity


@pytest.mark.parametrize("capacity", [1, 6, 23, 64, 100, 333])
def test_the_very_limit_is_found_when_it_is_asked_for(capacity: int) -> None:
    found = saturation_of(search(limited(capacity, tokens_limit=capacity), within=0))
    assert (found.carried, found.refused) == (capacity, capacity + 1)
    assert found.knee == math.ceil(0.95 * capacity)


def test_a_load_without_a_result_does_not_keep_the_search_from_ending() -> None:
    server = limited(10_000, tokens_limit=12)
    tried = search(lambda streams: replace(server(streams), is_sound=streams not in {10, 11}), within=0)
    assert saturation_of(tried).knee == 12


def test_a_level_that_is_not_steady_is_not_carried() -> None:
    sound, unsound = load_level(), load_level(unsteady_reason="drift")
    assert tried_of(4, [sound, sound]).is_carried
    assert not tried_of(4, [sound, unsound]).is_carried
    assert not tried_of(4, []).is_carried
