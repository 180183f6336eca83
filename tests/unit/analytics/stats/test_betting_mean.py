import math

import numpy as np
import pytest

from analytics.stats.betting_mean import log_e_values
from analytics.stats.e_process import log_e_value

REFUTED = math.log(20)


def test_one_bet_on_clean_answers_is_the_likelihood_ratio_of_rates() -> None:
    failed = np.zeros(900)
    failed[[40, 700]] = 1
    found = log_e_values(1 - failed, limit=0.995, shares=(0.8,))
    expected = [log_e_value(int(failed[:n].sum()), n=n, limit=0.005) for n in range(1, 901)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_looking_after_every_conversation_refutes_a_true_limit_no_more_often_than_alpha() -> None:
    rng = np.random.default_rng(7)
    baseline = rng.random((1_000, 1_500)) < 0.8
    candidate = rng.random((1_000, 1_500)) < 0.7 * 0.8
    peaks = [log_e_values(row, limit=0.0, lowest=-0.7).max() for row in candidate - 0.7 * baseline]
    assert np.mean(np.array(peaks) >= REFUTED) <= 0.05


def test_a_candidate_as_good_as_the_baseline_is_known_within_200_conversations() -> None:
    rng = np.random.default_rng(3)
    right = (rng.random((200, 200)) < 0.8) * 1.0
    refuted = [log_e_values(0.3 * row, limit=0.0, lowest=-0.7)[-1] >= REFUTED for row in right]
    assert np.mean(refuted) >= 0.95


def test_order_moves_the_path_but_not_where_it_ends() -> None:
    rng = np.random.default_rng(5)
    values = rng.uniform(-0.7, 1, 300)
    ends = [log_e_values(one, limit=0.0, lowest=-0.7)[-1] for one in (values, values[::-1])]
    assert ends[0] == pytest.approx(ends[1])


def test_what_cannot_be_bet_on_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        log_e_values([0.1, -0.8], limit=0.0, lowest=-0.7)
    with pytest.raises(ValueError, match="above"):
        log_e_values([0.1], limit=0.0)
    with pytest.raises(ValueError, match="at least"):
        log_e_values([math.nan], limit=0.5)
