from shadow.replay import ReplayOutcome, Timings
from shadow.worker.health import Health
from shadow.worker.watch import SelfCheck
from tests.records import replay


class Kept:
    def __init__(self) -> None:
        self.checks: list[SelfCheck] = []
        self.health = Health(null_ttft_error_ms=1.0, keep=self.keep)

    async def keep(self, check: SelfCheck) -> None:
        self.checks.append(check)


async def test_a_window_in_which_nothing_was_sent_is_not_kept() -> None:
    kept = Kept()
    await kept.health.close_window()
    kept.health.settle([replay(outcome=ReplayOutcome.NOT_SENT, timings=Timings(schedule_delay_ms=900))])
    await kept.health.close_window()
    assert kept.checks == []


async def test_delays_and_residuals_of_a_window_become_its_check() -> None:
    kept = Kept()
    timings = Timings(schedule_delay_ms=4, e2e_ms=500, ttft_ms=200, server_ttft_ms=100)
    kept.health.settle([replay(number, timings=timings) for number in range(20)])
    await kept.health.close_window()
    (check,) = kept.checks
    assert check.schedule_delay_median_ms == 4
    assert check.residual == 4
    assert "residual" in check.reason
    kept.health.settle([replay()])
    await kept.health.close_window()
    assert kept.checks[1].residual is None
