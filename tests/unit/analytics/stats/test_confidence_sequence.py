import numpy as np
import pytest

from analytics.stats.confidence_sequence import confidence_sequence


@pytest.mark.parametrize(
    ("events", "n", "tightest_at", "expected"),
    [(700, 1000, 100, (0.651629, 0.745949)), (15, 50, 50, (0.129556, 0.511896))],
)
def test_it_gives_the_published_bounds(events: int, n: int, tightest_at: float, expected: tuple[float, float]) -> None:
    assert confidence_sequence(events, n=n, tightest_at=tightest_at) == pytest.approx(expected, abs=1e-6)


def test_without_data_it_knows_nothing() -> None:
    assert confidence_sequence(0, n=0, tightest_at=100) == (0.0, 1.0)


@pytest.mark.parametrize(("events", "end"), [(0, 0), (40, 1)])
def test_an_extreme_count_leaves_its_end_open(events: int, end: int) -> None:
    assert confidence_sequence(events, n=40, tightest_at=100)[end] == float(end)


def test_looking_after_every_trial_misses_the_truth_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(5)
    missed = 0
    for _ in range(200):
        events = np.cumsum(rng.random(400) < 0.3)
        bounds = [confidence_sequence(int(events[n - 1]), n=n, tightest_at=100) for n in range(10, 401, 10)]
        missed += any(not low <= 0.3 <= high for low, high in bounds)
    assert missed <= 16  # 5 % of 200 and two standard errors
