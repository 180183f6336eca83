import pytest

from analytics.stats.mcnemar import mcnemar_p


@pytest.mark.parametrize(
    ("first", "second", "p_value"), [(121, 59, 4.434e-06), (70, 59, 0.378688), (30, 60, 0.00206), (10, 10, 1.0)]
)
def test_p_values_are_the_published_ones(first: int, second: int, p_value: float) -> None:
    assert mcnemar_p(first, second) == pytest.approx(p_value, rel=2e-4)
    assert mcnemar_p(second, first) == mcnemar_p(first, second)


def test_lanes_that_never_differ_do_not_differ() -> None:
    assert mcnemar_p(0, 0) == 1.0


def test_seven_discordant_pairs_can_never_differ_at_one_per_cent() -> None:
    assert mcnemar_p(7, 0) > 0.01 > mcnemar_p(8, 0)
