import pytest

from proxy.wire.reply import Reply, Usage
from shadow.replay import ReplayOutcome, Timings
from shadow.worker.spend import Spend, Work, output_tokens_of, spend_of
from tests.records import deployment, replay


def test_gpu_seconds_are_busy_seconds_times_gpus_and_cost_by_the_hour() -> None:
    served = deployment("d", gpus=4, price_usd_per_gpu_hour=9.0)
    spent = spend_of(Work(prompt_tokens=5, output_tokens=7, busy_s=100), served)
    assert (spent.output_tokens, spent.gpu_seconds) == (7, 400)
    assert spent.usd == pytest.approx(1.0)


def test_a_price_by_token_takes_prompt_and_output_alike() -> None:
    served = deployment("d", price_usd_per_million_tokens=2.0)
    assert spend_of(Work(prompt_tokens=400_000, output_tokens=100_000), served).usd == pytest.approx(1.0)


def test_without_a_price_nothing_is_told_in_dollars() -> None:
    assert spend_of(Work(output_tokens=7, busy_s=3), deployment("d")) == Spend(output_tokens=7, gpu_seconds=3)


def test_spends_add_up() -> None:
    assert Spend(1, 2.0, 3.0) + Spend(10, 20.0, 30.0) == Spend(11, 22.0, 33.0)


def test_a_reply_that_broke_off_before_its_count_spent_its_events_at_least() -> None:
    part = Timings(schedule_delay_ms=0, e2e_ms=9, ttft_ms=1, itl_ms=(1.0, 1.0))
    silent = Reply(usage=Usage())
    assert output_tokens_of(replay()) == 2
    assert output_tokens_of(replay(reply=silent, timings=part, outcome=ReplayOutcome.TIMED_OUT)) == 3
    assert output_tokens_of(replay(reply=silent, timings=Timings(schedule_delay_ms=0))) == 0
