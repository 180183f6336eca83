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
