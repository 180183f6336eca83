import math

import pytest

from shadow.worker.histogram import Histogram
from shadow.worker.server_metrics import ServerMetrics, read_metrics
from tests.records import NOON

PAGE = """\
# HELP vllm:num_requests_running Number of requests.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 4.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:num_requests_waiting{engine="1",model_name="m"} 0.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.5",model_name="m"} 5.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m"} 6.0
vllm:time_to_first_token_seconds_bucket{engine="1",le="0.5",model_name="m"} 1.0
vllm:time_to_first_token_seconds_bucket{engine="1",le="+Inf",model_name="m"} 1.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="m"} 9.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 100.0
vllm:generation_tokens_total{engine="0",model_name="m"} 50.0
vllm:num_preemptions_total{engine="0",model_name="m"} 2.0
"""


def test_engines_of_one_deployment_are_told_together() -> None:
    assert read_metrics(PAGE) == ServerMetrics(
        running=7,
        waiting=1,
        kv_usage=0.75,
        ttft=Histogram((0.5, math.inf), (6, 7)),
        prompt_tokens_total=100,
        generation_tokens_total=50,
        preemptions_total=2,
    )


def test_the_older_name_of_the_cache_is_read() -> None:
    assert read_metrics('vllm:gpu_cache_usage_perc{model_name="m"} 0.5\n').kv_usage == 0.5


@pytest.mark.parametrize(
    "page", ["", "<html>", "vllm:num_requests_waiting{ 1\n", "vllm:num_requests_waiting NaN\n", "other 1\n"]
)
def test_what_is_missing_or_broken_reads_as_not_said(page: str) -> None:
    assert read_metrics(page) == ServerMetrics()


def test_a_row_keeps_what_was_not_said_as_missing() -> None:
    row = ServerMetrics(waiting=2).row(experiment_id="e", deployment_id="d", worker_id="w", scraped_at=NOON)
    assert (row["waiting"], row["kv_usage"], row["ttft_counts"]) == (2, None, [])
