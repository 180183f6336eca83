from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow.worker.watch import SelfCheck, Watch, lag_ms, residual_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def check(**changes: float) -> SelfCheck:
    fields = {"loop_lag_p99_ms": 1.0, "cpu_share": 0.1, "schedule_delay_median_ms": 1.0, "null_ttft_error_ms": 1.0}
    return SelfCheck(NOW, **(fields | changes))


def test_a_healthy_window_has_no_reason() -> None:
    assert check().reason == ""


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("loop_lag_p99_ms", 10.1, "event-loop lag"),
        ("cpu_share", 0.8, "of a core"),
        ("schedule_delay_median_ms", 10.0, "schedule delay"),
        ("null_ttft_error_ms", 10.1, "null run"),
        ("residual", 1.01, "residual: P95"),
    ],
)
def test_each_bound_of_measures_voids_the_window(field: str, value: float, words: str) -> None:
    assert words in check(**{field: value}).reason


def test_a_window_sums_up_and_starts_anew() -> None:
    watch = Watch()
    assert watch.close_window([1.0, 3.0, 2.0]).schedule_delay_median_ms == 2.0
    assert watch.close_window([]).schedule_delay_median_ms == 0.0


@pytest.mark.parametrize(
    ("client_ms", "server_ms", "share"), [(125, 100, 1.0), (75, 100, 1.0), (2_100, 2_000, 1.0), (2_000, 2_000, 0.0)]
)
def test_a_residual_may_be_25_ms_or_5_percent_of_what_the_server_says(
    client_ms: float, server_ms: float, share: float
) -> None:
    assert residual_of(ttft_ms=client_ms, server_ttft_ms=server_ms) == pytest.approx(share)


def test_few_residuals_wait_for_more_since_their_p95_is_one_value() -> None:
    watch = Watch()
    assert watch.close_window([1.0], residuals=[0.1] * 18).residual is None
    assert watch.close_window([1.0], residuals=[0.9, 5.0]).residual == 5.0
    assert watch.close_window([1.0], residuals=[0.2] * 99 + [5.0]).residual == 0.2


@pytest.mark.parametrize(
    ("stalls_ms", "lag"),
    [
        ([], 0.0),
        ([0.1] * 500, 0.0),
        ([100.0] + [0.0] * 499, 50.0),
        ([6.0] * 10 + [0.0] * 490, 1.0),
        ([30.0, 30.0], 5.0),
        ([50.0], 0.0),
    ],
)
def test_lag_is_what_bytes_wait_that_arrive_at_any_time(stalls_ms: list[float], lag: float) -> None:
    assert lag_ms(stalls_ms, elapsed_ms=5_000, share=0.01) == pytest.approx(lag)


@given(st.lists(st.floats(0, 400), max_size=30), st.floats(0.001, 0.5))
def test_arrivals_that_wait_longer_than_the_lag_make_up_the_share(stalls_ms: list[float], share: float) -> None:
    elapsed_ms = 5_000
    lag = lag_ms(stalls_ms, elapsed_ms=elapsed_ms, share=share)
    longer = sum(max(stall - lag, 0) for stall in stalls_ms)
    assert longer == pytest.approx(share * elapsed_ms) if lag > 0 else longer <= share * elapsed_ms + 1e-6
