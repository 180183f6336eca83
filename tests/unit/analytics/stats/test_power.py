import numpy as np
import pytest

from analytics.stats.power import allowed_events, pairs_for_loss, pairs_for_mean, rate_power, trials_for_rate


@pytest.mark.parametrize(
    ("n", "events"), [(597, None), (598, 0), (947, 1), (1258, 2), (1549, 3), (1829, 4), (2000, 4), (2100, 5)]
)
def test_failures_that_still_show_less_than_half_a_per_cent(n: int, events: int | None) -> None:
    assert allowed_events(n, limit=0.005) == events


@pytest.mark.parametrize(("n", "events"), [(58, None), (59, 0), (500, 16), (1000, 38)])
def test_slow_requests_that_still_show_less_than_a_twentieth(n: int, events: int | None) -> None:
    assert allowed_events(n, limit=0.05) == events


def test_a_candidate_that_never_fails_is_shown_with_598_answers_and_no_fewer() -> None:
    assert trials_for_rate(rate=0.0, limit=0.005, power=0.8) == 598
    assert rate_power(598, rate=0.0, limit=0.005) == 1.0
    assert rate_power(597, rate=0.0, limit=0.005) == 0.0


def test_one_failure_in_a_thousand_needs_thousands() -> None:
    needed = trials_for_rate(rate=0.001, limit=0.005, power=0.8)
    assert needed is not None
    assert rate_power(needed, rate=0.001, limit=0.005) >= 0.8 > rate_power(needed - 1, rate=0.001, limit=0.005)
    assert 1_200 < needed < 2_000


def test_a_rate_on_its_limit_is_never_shown_to_lie_below_it() -> None:
    assert trials_for_rate(rate=0.005, limit=0.005, power=0.8) is None
    assert trials_for_rate(rate=0.0499, limit=0.05, power=0.99) is None
    assert rate_power(2_000, rate=0.005, limit=0.005) <= 0.05


def test_pairs_for_a_mean_are_confirmed_by_simulation() -> None:
    n = pairs_for_mean(mean=0.1, deviation=0.5, power=0.8)
    assert n is not None
    drawn = np.random.default_rng(1).normal(0.1, 0.5, (4_000, n))
    z = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(n))
    assert np.mean(z > 1.6449) == pytest.approx(0.8, abs=0.03)
    assert pairs_for_mean(mean=0.0, deviation=0.5, power=0.8) is None


def test_pairs_for_a_loss_are_confirmed_by_simulation() -> None:
    n = pairs_for_loss(loss=0.05, discordant=0.15, power=0.8)
    assert n is not None
    rng = np.random.default_rng(1)
    lost, won, _ = rng.multinomial(n, [0.10, 0.05, 0.85], size=4_000).T
    z = (lost - won) / np.sqrt(lost + won)
    assert np.mean(z > 1.6449) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(("loss", "discordant"), [(0.0, 0.1), (-0.1, 0.1), (0.2, 0.1)])
def test_what_cannot_be_a_loss_needs_no_number(loss: float, discordant: float) -> None:
    assert pairs_for_loss(loss=loss, discordant=discordant, power=0.8) is None
