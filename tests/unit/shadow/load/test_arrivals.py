import pytest

from shadow.load.arrivals import arrivals_s


def test_recorded_gaps_are_brought_to_the_rate_and_bursts_stay() -> None:
    times = arrivals_s(5, rate_per_s=2.0, gaps_s=(0.0, 0.0, 3.0), seed="x")
    assert times == pytest.approx((0.0, 0.0, 0.0, 1.5, 1.5))


@pytest.mark.parametrize("gaps_s", [(), (0.0, 0.0)])
def test_without_times_arrivals_are_drawn_at_the_rate(gaps_s: tuple[float, ...]) -> None:
    times = arrivals_s(4001, rate_per_s=50.0, gaps_s=gaps_s, seed="x")
    assert times[-1] == pytest.approx(80.0, rel=0.1)
    assert times == arrivals_s(4001, rate_per_s=50.0, gaps_s=gaps_s, seed="x")
    assert times != arrivals_s(4001, rate_per_s=50.0, gaps_s=gaps_s, seed="y")
