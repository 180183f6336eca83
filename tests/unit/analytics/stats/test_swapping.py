import numpy as np

from analytics.stats.swapping import signs, swap_p


def test_as_many_rows_of_one_and_minus_one_as_are_asked_for() -> None:
    blocks = list(signs(3_000_000, swaps=3, rng=np.random.default_rng(1)))
    assert sum(len(block) for block in blocks) == 3
    assert all(set(np.unique(block)) == {-1, 1} for block in blocks)


def test_the_data_count_as_one_swap() -> None:
    assert swap_p(2.0, np.array([1.0, 1.5, 2.0])) == 0.5
    assert swap_p(3.0, np.array([1.0, 1.5, 2.0])) == 0.25
