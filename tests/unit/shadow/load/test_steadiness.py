import random
from collections.abc import Callable

import pytest

from shadow.load.level import LoadRequest, Loop
from shadow.load.steadiness import drift_of, unsteady_reason
from shadow.load.window import Window, in_flight_of, mark_kept, window_of
from tests.loads import closed_requests, load_request


def reason_of(requests: list[LoadRequest], *, streams: float, loop: Loop = Loop.CLOSED) -> str:
    window = window_of(requests, streams=streams)
    return unsteady_reason(mark_kept(requests, window, streams=streams), window, loop=loop)


def answered(count: int, ttft_ms: Callable[[int], float]) -> list[LoadRequest]:
    """A closed loop of four streams whose first-token times are given by number."""
    at_s, requests = [0.03 * stream for stream in range(4)], []
    for number in range(count):
        requests.append(load_request(number, sent_s=at_s[number % 4], ttft_ms=ttft_ms(number)))
        at_s[number % 4] = requests[-1].ended_s
    return requests


def test_a_constant_server_is_steady() -> None:
    assert not reason_of(closed_requests(200), streams=4)


def noisy(seed: int) -> list[LoadRequest]:
    drawn = random.Random(seed)  # noqa: S311 - noise, no secret
    return answered(240, lambda _number: 100 * drawn.lognormvariate(0, 0.4))


def test_a_noisy_server_is_nearly_always_steady() -> None:
    assert sum(bool(reason_of(noisy(seed), streams=4)) for seed in range(200)) <= 6


def test_a_server_that_slows_down_is_not_steady() -> None:
    reason = reason_of(answered(240, lambda number: 100 + 200 * number / 240), streams=4)
    assert "first-token times drift: +" in reason


def test_a_server_that_still_warms_up_is_not_steady() -> None:
    reason = reason_of(answered(240, lambda number: 400 - 300 * number / 240), streams=4)
    assert "first-token times drift: -" in reason


def test_a_drift_too_small_to_matter_is_let_be() -> None:
    assert not reason_of(answered(240, lambda number: 100 + 8 * number / 240), streams=4)


def test_an_open_loop_faster_than_the_server_piles_up() -> None:
    requests = [load_request(number, sent_s=number / 10, ttft_ms=100 + number * 25) for number in range(400)]
    assert "requests pile up" in reason_of(requests, streams=in_flight_of(requests), loop=Loop.OPEN)


def test_an_open_loop_that_the_server_keeps_up_with_is_steady() -> None:
    requests = [load_request(number, sent_s=number / 10, ttft_ms=300) for number in range(400)]
    assert not reason_of(requests, streams=in_flight_of(requests), loop=Loop.OPEN)


def test_a_block_without_a_window_is_too_short() -> None:
    assert "too short" in unsteady_reason(closed_requests(4), Window(1.0, 1.0), loop=Loop.CLOSED)


@pytest.mark.parametrize(("values", "change"), [([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 9), ([3] * 10, 0)])
def test_a_drift_is_the_median_slope_over_the_window(values: list[float], change: float) -> None:
    assert drift_of(values).change == pytest.approx(change)


def test_a_straight_line_is_beyond_chance_and_a_constant_is_not() -> None:
    assert drift_of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).is_beyond_chance
    assert not drift_of([3.0] * 10).is_beyond_chance
