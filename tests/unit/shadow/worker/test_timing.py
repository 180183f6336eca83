import pytest

from shadow.worker.timing import timings

MS = 1_000_000


def test_definitions_of_measures_section_1() -> None:
    found = timings(
        scheduled_ns=0, sent_ns=2 * MS, ended_ns=52 * MS, output_ns=[12 * MS, 22 * MS, 42 * MS], output_tokens=4
    )
    assert found.schedule_delay_ms == pytest.approx(2)
    assert found.ttft_ms == pytest.approx(10)
    assert found.ttft_scheduled_ms == pytest.approx(12)
    assert found.itl_ms == pytest.approx((10, 20))
    assert found.tpot_ms == pytest.approx(10)
    assert found.e2e_ms == pytest.approx(50)


def test_no_output_has_no_first_token() -> None:
    found = timings(scheduled_ns=0, sent_ns=0, ended_ns=MS, output_ns=[], output_tokens=None)
    assert found.ttft_ms is None
    assert found.tpot_ms is None
    assert found.itl_ms == ()


def test_one_token_has_no_time_per_further_token() -> None:
    assert timings(scheduled_ns=0, sent_ns=0, ended_ns=MS, output_ns=[MS], output_tokens=1).tpot_ms is None
