import pytest

from analytics.report.report import Distribution

_TIMES = Distribution(upto_ms=(10.0, 20.0, 40.0), requests=(50, 40, 4), failed=6)


@pytest.mark.parametrize(("level", "edge_ms"), [(0.5, 10.0), (0.51, 20.0), (0.94, 40.0), (0.95, None)])
def test_a_quantile_is_the_edge_of_its_bin_and_failed_requests_are_slower_than_any(
    level: float, edge_ms: float | None
) -> None:
    assert _TIMES.quantile_ms(level) == edge_ms
    assert (_TIMES.timed, _TIMES.total) == (94, 100)
