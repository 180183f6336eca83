"""What the loaded server says of itself while a block runs: its cache, its queue, its own first-token times."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from shadow.deployment import Deployment
from shadow.load.level import ServerSide
from shadow.worker.histogram import Histogram
from shadow.worker.scraper import Scraper
from shadow.worker.server_metrics import ServerMetrics

SCRAPE_S: Final = 0.5
"""Between two readings: a peak of the cache lasts as long as requests do."""


class ServerWatch:
    """Readings of one server's /metrics, with when they were taken."""

    def __init__(self) -> None:
        self._begin_s = time.monotonic()
        self._readings: list[tuple[float, ServerMetrics]] = []

    def begin(self) -> None:
        """The block begins now; readings from before are forgotten."""
        self._begin_s = time.monotonic()
        self._readings.clear()

    async def note(self, _name: str, metrics: ServerMetrics) -> None:
        """Keep a reading."""
        self._readings.append((time.monotonic() - self._begin_s, metrics))

    def side(self, *, window_from_s: float, kv_size_tokens: int | None) -> ServerSide:
        """What the server said of the block.

        Args:
            window_from_s: Begin of the steady window; first tokens are counted from the first reading in it.
        """
        metrics = [one for _, one in self._readings]
        in_window = [one for at_s, one in self._readings if at_s >= window_from_s]
        preempted = [one.preemptions_total for one in metrics if one.preemptions_total is not None]
        return ServerSide(
            kv_peak_usage=_most([one.kv_usage for one in metrics]),
            kv_size_tokens=kv_size_tokens,
            ttft=_counted(in_window),
            waiting_peak=_most([one.waiting for one in metrics]),
            preemptions=preempted[-1] - preempted[0] if preempted else None,
        )


def _most(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _counted(readings: Sequence[ServerMetrics]) -> Histogram:
    if not readings:
        return Histogram()
    return readings[-1].ttft.since(readings[0].ttft) or Histogram()


@asynccontextmanager
async def watching(session: aiohttp.ClientSession, deployment: Deployment) -> AsyncIterator[ServerWatch]:
    """Read the server's metrics while the context is open, and once more at its end."""
    watch = ServerWatch()
    url = f"{deployment.base_url.rstrip('/')}/metrics"
    scraper = Scraper(
        session, {deployment.deployment_id: url}, every_s=SCRAPE_S, is_wanted=lambda: True, found=watch.note
    )
    task = asyncio.create_task(scraper.run())
    try:
        yield watch
        await asyncio.sleep(2 * SCRAPE_S)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def kv_size_tokens(deployment: Deployment) -> int | None:
    """Tokens that the KV cache holds, as the probe found them; None where the server does not say.

    Source: vLLM's `vllm:cache_config_info`: `kv_cache_size_tokens`, before 0.30 blocks and their size.
    """
    told = _count(deployment, "kv_cache_size_tokens")
    if told is not None:
        return told
    blocks, size = _count(deployment, "num_gpu_blocks"), _count(deployment, "block_size")
    return None if blocks is None or size is None else blocks * size


def _count(deployment: Deployment, name: str) -> int | None:
    found = str(deployment.probed.get(name, ""))
    return int(found) if found.isdigit() and int(found) > 0 else None
