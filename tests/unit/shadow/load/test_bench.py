import json
import math
from typing import Any

import pytest

from proxy.errors import UsageError
from shadow.load.bench import bench_arguments, bench_lines, read_bench
from shadow.load.comparison import Sides, bench_object, comparison_object
from shadow.load.level import Loop, Slo
from shadow.load.prompts import Prompts
from tests.loads import closed_requests, load_level
from tests.records import deployment, exchange


def saved(count: int = 80, *, failed: tuple[int, ...] = (), **changes: Any) -> str:
    """A detailed result of four in flight as the benchmark writes it: 0.0 and no tokens for a failed row."""
    rows = closed_requests(count)
    fields: dict[str, Any] = {
        "max_concurrency": 4,
        "request_rate": "inf",
        "input_lens": [20] * count,
        "output_lens": [0 if n in failed else 5 for n in range(count)],
        "ttfts": [0.0 if n in failed else 0.1 for n in range(count)],
        "itls": [[] if n in failed else [0.01] * 4 for n in range(count)],
        "latencies": [0.0 if n in failed else 0.14 for n in range(count)],
        "start_times": [1000.0 + one.sent_s for one in rows],
        "errors": ["Connection reset" if n in failed else "" for n in range(count)],
        "generated_texts": ["secret words"] * count,
    }
    return json.dumps(fields | changes)


def test_a_result_is_read_and_cut_as_a_block_of_ours() -> None:
    run, level = read_bench(saved(), name="r.json"), load_level()
    assert run.loop is Loop.CLOSED
    assert abs(sum(one.kept for one in run.requests) - len(level.kept)) <= 1
    assert run.window.from_s == pytest.approx(level.window_from_s)
    figures = run.figures(Slo())
    assert figures.ttft_ms.p95 == pytest.approx(100)
    assert figures.tpot_ms.p50 == pytest.approx(10)


def test_one_failed_row_raises_the_95th_percentile() -> None:
    """The benchmark itself leaves the row out, and its own P95 stays where it was."""
    clean = read_bench(saved(34), name="r.json").figures(Slo())
    spoilt = read_bench(saved(34, failed=(20,)), name="r.json").figures(Slo())
    assert clean.ttft_ms.p95 == pytest.approx(100)
    assert spoilt.kept == clean.kept
    assert spoilt.failed == 1
    assert spoilt.ttft_ms.p95 == math.inf
    assert bench_object(read_bench(saved(34, failed=(20,)), name="r"), Slo())["ttft_ms"]["p95"] == "inf"


@pytest.mark.parametrize("name", ["ttfts", "start_times", "errors", "latencies"])
def test_a_result_without_rows_is_refused_without_its_texts(name: str) -> None:
    fields = json.loads(saved())
    del fields[name]
    with pytest.raises(UsageError, match=f"{name}.*--save-detailed") as raised:
        read_bench(json.dumps(fields), name="r.json")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "[]", "{", saved(ttfts=[0.1])])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no detailed result"):
        read_bench(text, name="r.json")


def test_an_open_loop_is_known_by_its_rate() -> None:
    assert read_bench(saved(request_rate=10.0, max_concurrency=None), name="r.json").loop is Loop.OPEN


def prompts(count: int, **body: Any) -> Prompts:
    messages = [{"role": "user", "content": "x"}]
    return Prompts(
        "p", tuple(exchange(n, request={"messages": messages, "max_tokens": 9} | body) for n in range(count))
    )


def test_prompts_become_its_dataset() -> None:
    assert bench_lines(prompts(3), count=2) == ['{"prompt": "x", "output_tokens": 9}'] * 2


def test_too_few_prompts_and_what_it_cannot_send_are_refused() -> None:
    with pytest.raises(UsageError, match="3 different prompts are needed"):
        bench_lines(prompts(2), count=3)
    with pytest.raises(UsageError, match="prompt 1"):
        bench_lines(prompts(2, messages=[]), count=1)


def test_its_prefix_cache_is_salted_where_the_server_knows_that(tmp_path: Any) -> None:
    def told(engine: str) -> str:
        given = bench_arguments(
            deployment("candidate", engine=engine),
            tokenizer="t",
            dataset=tmp_path / "d",
            result=tmp_path / "r",
            count=3,
            streams=2,
            salt="s",
        )
        return given[given.index("--extra-body") + 1]

    assert told("vllm") == '{"cache_salt": "s"}'
    assert told("other") == "{}"


def test_figures_within_five_percent_agree() -> None:
    same = Sides((load_level(),), (read_bench(saved(), name="r"),))
    assert same.agree
    slower = Sides((load_level(closed_requests(80, ttft_ms=110)),), (read_bench(saved(), name="r"),))
    assert not slower.agree
    assert comparison_object(slower)["figures"]["TTFT p50 ms"]["apart"] == pytest.approx(0.1)
