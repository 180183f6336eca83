from collections.abc import Callable

import pytest

from shadow.load.saturation import Tried, next_streams, saturation_of, tried_of
from tests.loads import load_level


def search(server: Callable[[int], Tried], *, first: int = 1, most: int = 512) -> list[Tried]:
    tried: list[Tried] = []
    while (streams := next_streams(tried, first=first, most=most)) is not None:
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
    assert [one.streams for one in tried] == [1, 2, 4, 8, 16, 32]
    assert saturation_of(tried).knee == 16


def test_a_level_that_is_not_steady_is_not_carried() -> None:
    sound, unsound = load_level(), load_level(unsteady_reason="drift")
    assert tried_of(4, [sound, sound]).is_carried
    assert not tried_of(4, [sound, unsound]).is_carried
    assert not tried_of(4, []).is_carried
