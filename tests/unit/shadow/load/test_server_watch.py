from shadow.load.server_watch import ServerWatch, kv_size_tokens
from shadow.worker.histogram import Histogram
from shadow.worker.server_metrics import ServerMetrics
from tests.records import deployment


def reading(kv_usage: float | None, *counts: int) -> ServerMetrics:
    return ServerMetrics(waiting=3.0, kv_usage=kv_usage, ttft=Histogram((0.5, 1.0), counts), preemptions_total=2.0)


async def test_the_peak_of_the_block_counts_and_what_was_before_does_not() -> None:
    watch = ServerWatch()
    await watch.note("server", reading(0.9, 0, 0))
    watch.begin()
    for usage in (0.2, 0.6, None, 0.1):
        await watch.note("server", reading(usage, 1, 1))
    side = watch.side(window_from_s=0.0, kv_size_tokens=1000)
    assert side.kv_peak_usage == 0.6
    assert side.kv_peak_tokens == 600
    assert side.preemptions == 0


async def test_first_tokens_are_counted_within_the_steady_window() -> None:
    watch = ServerWatch()
    for counts in ((5, 5), (15, 16)):
        await watch.note("server", reading(0.1, *counts))
    assert watch.side(window_from_s=0.0, kv_size_tokens=None).ttft.counts == (10, 11)
    assert watch.side(window_from_s=60.0, kv_size_tokens=None).ttft == Histogram()


async def test_a_server_that_says_nothing_has_no_figures() -> None:
    side = ServerWatch().side(window_from_s=0.0, kv_size_tokens=1000)
    assert side.kv_peak_tokens is None
    assert side.preemptions is None


def test_the_cache_s_size_is_told_or_follows_from_its_blocks() -> None:
    assert kv_size_tokens(deployment("a", probed={"kv_cache_size_tokens": "4096"})) == 4096
    assert kv_size_tokens(deployment("a", probed={"num_gpu_blocks": "10", "block_size": "16"})) == 160
    assert kv_size_tokens(deployment("a", probed={"num_gpu_blocks": "None", "block_size": "16"})) is None
