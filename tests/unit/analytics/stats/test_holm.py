import pytest

from analytics.stats.holm import holm


def test_the_smallest_of_ten_is_multiplied_by_ten_and_the_next_by_nine() -> None:
    adjusted = holm([5.23656777e-5, 2.81405e-4, 1.49877e-2, *[0.5] * 7])
    assert adjusted[:2] == pytest.approx([5.23656777e-4, 2.53264556e-3], rel=1e-6)
    assert adjusted[2] == pytest.approx(8 * 1.49877e-2)


def test_order_is_kept_and_adjusted_values_never_fall() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_nothing_is_above_one_and_no_values_are_no_values() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
