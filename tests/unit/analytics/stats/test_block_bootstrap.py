import numpy as np

from analytics.stats.block_bootstrap import block_upper_bound


def bound(events: list[bool], times_s: list[float]) -> float | None:
    rng = np.random.default_rng(5)
    return block_upper_bound(events, times_s=times_s, block_s=10.0, rng=rng, resamples=1000)


TIMES = [float(second) for second in range(500)]
SPREAD = [index % 31 == 0 for index in range(500)]
BUNCHED = [index < 17 for index in range(500)]


def test_slow_requests_that_come_together_bound_less_than_the_same_number_spread_out() -> None:
    spread, bunched = bound(SPREAD, TIMES), bound(BUNCHED, TIMES)
    assert sum(SPREAD) == sum(BUNCHED)
    assert spread is not None
    assert bunched is not None
    assert spread < 0.05 < bunched


def test_requests_of_a_single_block_say_nothing_about_time() -> None:
    assert bound([True, False], [100.0, 109.0]) is None
    assert bound([], []) is None


def test_moving_the_clock_changes_nothing() -> None:
    assert bound(SPREAD, TIMES) == bound(SPREAD, [second + 1024.0 for second in TIMES])
