import pytest
from scipy.stats import binomtest

from analytics.stats.proportion import lower_bound, p_at_most, upper_bound


@pytest.mark.parametrize(
    ("events", "n", "bound"),
    [
        (0, 598, 0.004997058694),
        (0, 500, 0.005973551517),
        (1, 947, 0.004999469534),
        (3, 1549, 0.004997912406),
    ],
)
def test_upper_bounds_are_the_published_ones(events: int, n: int, bound: float) -> None:
    assert upper_bound(events, n=n) == pytest.approx(bound, abs=1e-12)
    assert upper_bound(events, n=n) == pytest.approx(
        binomtest(events, n, alternative="less").proportion_ci(0.95).high, abs=1e-12
    )


def test_one_clean_example_fewer_than_598_does_not_bound_half_a_per_cent() -> None:
    assert upper_bound(0, n=597) > 0.005 > upper_bound(0, n=598)


@pytest.mark.parametrize("events", [1, 7, 30])
def test_lower_bounds_agree_with_an_independent_routine(events: int) -> None:
    expected = binomtest(events, 598, alternative="greater").proportion_ci(0.95).low
    assert lower_bound(events, n=598) == pytest.approx(expected, abs=1e-12)
    assert p_at_most(events, n=598, share=expected) == pytest.approx(0.05, abs=1e-9)


def test_without_data_nothing_is_excluded() -> None:
    assert (lower_bound(0, n=0), upper_bound(0, n=0), p_at_most(0, n=0, share=0.005)) == (0, 1, 1)


def test_when_all_are_events_the_upper_bound_is_one() -> None:
    assert upper_bound(5, n=5) == 1
