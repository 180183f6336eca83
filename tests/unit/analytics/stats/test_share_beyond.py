import pytest

from analytics.stats.share_beyond import share_p_values

ALPHA = 0.05


@pytest.mark.parametrize(("n", "most"), [(500, 16), (1000, 38), (59, 0)])
def test_the_most_violations_that_pass(n: int, most: int) -> None:
    assert share_p_values(most, n=n, allowed=0.05).below <= ALPHA < share_p_values(most + 1, n=n, allowed=0.05).below


@pytest.mark.parametrize(("n", "least"), [(500, 34), (1000, 63)])
def test_the_fewest_violations_that_fail(n: int, least: int) -> None:
    assert share_p_values(least, n=n, allowed=0.05).above <= ALPHA < share_p_values(least - 1, n=n, allowed=0.05).above


def test_sixteen_of_five_hundred_have_the_published_p_value() -> None:
    assert share_p_values(16, n=500, allowed=0.05).below == pytest.approx(0.0342902, abs=5e-8)


def test_58_clean_requests_are_too_few() -> None:
    assert share_p_values(0, n=58, allowed=0.05).below > ALPHA


def test_without_requests_neither_side_is_shown() -> None:
    found = share_p_values(0, n=0, allowed=0.05)
    assert (found.below, found.above) == (1, 1)


@pytest.mark.parametrize(("beyond", "within", "level"), [(0, 459, 0.99), (0, 44, 0.90), (1, 661, 0.99)])
def test_the_least_passing_run_is_that_of_mlperf_s_early_stopping(beyond: int, within: int, level: float) -> None:
    """So many within the limit, beside those beyond it, are just enough at 99 % confidence."""
    enough = share_p_values(beyond, n=within + beyond, allowed=1 - level)
    one_less = share_p_values(beyond, n=within + beyond - 1, allowed=1 - level)
    assert enough.below <= 0.01 < one_less.below
