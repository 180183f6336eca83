import numpy as np

from analytics.stats.shared_draw import BUCKETS, buckets_of, draw_times, drawn_ratios, shared_quantiles

TIMES = draw_times(rng=np.random.default_rng(1), draws=400)


def test_a_name_has_its_bucket_whoever_else_is_there() -> None:
    alone, among = buckets_of(["b"]), buckets_of(["a", "b", "c"])
    assert alone[0] == among[1]
    assert all(0 <= bucket < BUCKETS for bucket in among.tolist())
    assert buckets_of(["half a pair \ud83d"]).shape == (1,)


def test_names_in_a_row_spread_over_the_buckets() -> None:
    found = np.bincount(buckets_of(f"conversation-{number}" for number in range(20_480)), minlength=BUCKETS)
    assert found.max() < 40


def test_intervals_of_a_mean_cover_it_as_often_as_they_say() -> None:
    """One-sided bounds at 95 %, over 400 samples of 200 groups of three alike rows."""
    rng, hits = np.random.default_rng(3), np.zeros(2)
    for trial in range(400):
        values = np.repeat(rng.exponential(size=200), 3)
        names = [f"{trial} {number}" for number in range(200) for _ in range(3)]
        drawn = drawn_ratios(values, np.ones(600), buckets=buckets_of(names), times=TIMES)
        low, high = np.quantile(drawn, (0.05, 0.95))
        hits += (low <= 1.0, high >= 1.0)
    assert all(0.91 <= share <= 0.98 for share in hits / 400)


def test_two_samples_of_the_same_groups_move_together() -> None:
    names = buckets_of(str(number) for number in range(300))
    values = np.random.default_rng(2).normal(size=300)
    drawn = [drawn_ratios(one, np.ones(300), buckets=names, times=TIMES) for one in (values, values + 0.1)]
    assert np.allclose(drawn[1] - drawn[0], 0.1)


def test_a_draw_without_any_row_counts_every_row_once() -> None:
    drawn = drawn_ratios(np.array([2.0]), np.array([4.0]), buckets=buckets_of(["alone"]), times=TIMES)
    assert set(drawn.tolist()) == {0.5}


def test_quantiles_of_few_and_of_many_rows_agree_with_those_of_numpy() -> None:
    for rows in (50, 20_000):
        values = np.random.default_rng(4).normal(size=rows)
        buckets = buckets_of(str(number) for number in range(rows))
        drawn = shared_quantiles(values, buckets=buckets, times=TIMES[:20], level=0.95)
        wanted = [np.quantile(np.repeat(values, one[buckets].astype(int)), 0.95) for one in TIMES[:20]]
        assert np.allclose(drawn, wanted, atol=0.02)
