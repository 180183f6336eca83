from itertools import combinations
from math import comb

import pytest

from analytics.stats.pass_k import mean_pass_hat, pass_hat_k


@pytest.mark.parametrize(("solved", "trials"), [(0, 4), (1, 4), (3, 4), (4, 4), (5, 8)])
def test_it_is_the_share_of_draws_of_k_trials_that_are_all_solved(solved: int, trials: int) -> None:
    outcomes = [place < solved for place in range(trials)]
    for k in range(1, trials + 1):
        draws = list(combinations(outcomes, k))
        assert pass_hat_k(solved, trials=trials, k=k) == pytest.approx(sum(map(all, draws)) / len(draws))
        assert pass_hat_k(solved, trials=trials, k=k) == pytest.approx(comb(solved, k) / comb(trials, k))


@pytest.mark.parametrize(("solved", "trials", "k"), [(1, 4, 0), (1, 4, 5), (5, 4, 1), (-1, 4, 1)])
def test_what_is_not_defined_is_refused(solved: int, trials: int, k: int) -> None:
    with pytest.raises(ValueError, match="not defined"):
        pass_hat_k(solved, trials=trials, k=k)


def test_the_mean_is_over_tasks_up_to_the_fewest_trials() -> None:
    assert mean_pass_hat([(2, 2), (1, 4)]) == pytest.approx((0.625, 0.5))
    assert mean_pass_hat([]) == ()
