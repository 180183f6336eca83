"""What /metrics tells, in the names that vLLM uses, so that the same probes read both. Counts only, never content."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from shadow.simulator.behaviour import Behaviour
from shadow.simulator.prefix_cache import BLOCK_TOKENS, BLOCKS

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0)


class Metrics:
    """The metrics of one simulator, in a registry of their own.

    Attributes:
        ttft_s: Measured times from a request's last byte to its first token, s.
        faults: Replies by the fault that they were given.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._registry = CollectorRegistry()
        labels = {"model_name": behaviour.model}
        names = tuple(labels)

        def gauge(name: str, words: str) -> Gauge:
            return Gauge(name, words, names, registry=self._registry).labels(**labels)

        def counter(name: str, words: str) -> Counter:
            return Counter(name, words, names, registry=self._registry).labels(**labels)

        self._running = gauge("vllm:num_requests_running", "Requests being answered.")
        self._waiting = gauge("vllm:num_requests_waiting", "Requests waiting for a place among those being answered.")
        self._held_blocks = 0
        kv_usage = gauge("vllm:kv_cache_usage_perc", "Share of the KV cache that requests being answered hold, 0 to 1.")
        kv_usage.set_function(lambda: min(self._held_blocks / BLOCKS, 1.0))
        self.prompt_tokens = counter("vllm:prompt_tokens", "Prompt tokens read.")
        self.generation_tokens = counter("vllm:generation_tokens", "Tokens planned to be sent.")
        self.ttft_s: Histogram = Histogram(
            "vllm:time_to_first_token_seconds", "Time to first token.", names, registry=self._registry, buckets=_SECONDS
        ).labels(**labels)
        self.faults = Counter(
            "understudy_simulator_faults", "Replies with a planned fault.", ("fault",), registry=self._registry
        )
        self._describe(behaviour)

    def waiting(self) -> AbstractContextManager[None]:
        """While the block lasts, a request waits to be answered."""
        return self._waiting.track_inprogress()

    @contextmanager
    def serving(self, tokens: int) -> Iterator[None]:
        """While the block lasts, a request of so many tokens, prompt and reply together, is being answered.

        Source: vLLM 0.32, `BlockPool.get_usage`: blocks that only remember a prefix count as free.
        """
        blocks = -(-tokens // BLOCK_TOKENS)
        self._held_blocks += blocks
        try:
            with self._running.track_inprogress():
                yield
        finally:
            self._held_blocks -= blocks

    def text(self) -> bytes:
        """The metrics in Prometheus's text format."""
        return generate_latest(self._registry)

    def _describe(self, behaviour: Behaviour) -> None:
        cache = {
            "block_size": str(BLOCK_TOKENS),
            "num_gpu_blocks": str(BLOCKS),
            "enable_prefix_caching": "True",
            "quantisation": behaviour.quantisation,
            "engine": "understudy-simulator",
        }
        about = Gauge(
            "vllm:cache_config_info", "The cache, and that it is simulated.", tuple(cache), registry=self._registry
        )
        about.labels(**cache).set(1)
