import math

import numpy as np

from analytics.stats.e_process import log_e_value, trials_needed


def test_747_clean_answers_refute_half_a_percent() -> None:
    assert trials_needed(limit=0.005) == 747
    assert log_e_value(0, n=747, limit=0.005) >= math.log(20) > log_e_value(0, n=746, limit=0.005)


def test_every_failure_asks_for_more() -> None:
    needed = [trials_needed(limit=0.005, events=events) for events in range(4)]
    assert needed == sorted(set(needed))
    assert all(log_e_value(k, n=n, limit=0.005) >= math.log(20) for k, n in enumerate(needed))


def test_looking_after_every_answer_passes_a_bad_rate_no_more_often_than_alpha() -> None:
    rng = np.random.default_rng(11)
    failures = np.cumsum(rng.random((2_000, 3_000)) < 0.005, axis=1)
    trials = np.arange(1, 3_001)
    hoped, limit = 0.001, 0.005
    evidence = failures * math.log(hoped / limit) + (trials - failures) * (math.log1p(-hoped) - math.log1p(-limit))
    assert np.mean(evidence.max(axis=1) >= math.log(20)) <= 0.05
