"""What a deployment's /metrics says of its load, in vLLM's names. Only the lines that are wanted are parsed."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shadow.worker.histogram import Histogram

_RUNNING: Final = "vllm:num_requests_running"
_WAITING: Final = "vllm:num_requests_waiting"
_KV_USAGE: Final = ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
"""Name of today, and of vLLM before 0.10."""

_TTFT: Final = "vllm:time_to_first_token_seconds_bucket"
_PROMPT: Final = "vllm:prompt_tokens_total"
_GENERATION: Final = "vllm:generation_tokens_total"
_PREEMPTIONS: Final = "vllm:num_preemptions_total"
_WANTED: Final = (_RUNNING, _WAITING, *_KV_USAGE, _TTFT, _PROMPT, _GENERATION, _PREEMPTIONS)
_MOST: Final = 2**53


@dataclass(frozen=True, slots=True)
class ServerMetrics:
    """One reading of /metrics, all engines of the deployment together; None where the server does not say.

    Attributes:
        running: Requests being served.
        waiting: Requests in the queue.
        kv_usage: Share of the KV cache in use, [0, 1], of the engine that uses most.
        ttft: First-token times since the server started, s.
    """

    running: float | None = None
    waiting: float | None = None
    kv_usage: float | None = None
    ttft: Histogram = field(default_factory=Histogram)
    prompt_tokens_total: float | None = None
    generation_tokens_total: float | None = None
    preemptions_total: float | None = None

    def row(self, *, experiment_id: str, deployment_id: str, worker_id: str, scraped_at: datetime) -> dict[str, Any]:
        """Row of `server_metrics`."""
        return {
            "experiment_id": experiment_id,
            "deployment_id": deployment_id,
            "worker_id": worker_id,
            "scraped_at": scraped_at,
            "running": self.running,
            "waiting": self.waiting,
            "kv_usage": self.kv_usage,
            "ttft_seconds_le": list(self.ttft.le),
            "ttft_counts": list(self.ttft.counts),
            "prompt_tokens_total": self.prompt_tokens_total,
            "generation_tokens_total": self.generation_tokens_total,
            "preemptions_total": self.preemptions_total,
        }


def read_metrics(text: str) -> ServerMetrics:
    """Read Prometheus text; what is missing or broken reads as not said.

    A page of vLLM has thousands of lines, and parsing them all would hold up the event loop.
    """
    lines = [line for line in text.splitlines() if line.startswith(_WANTED)]
    try:
        samples = _samples(text_string_to_metric_families("\n".join(lines) + "\n"))
    except ValueError:
        return ServerMetrics()
    usage = [*samples.get(_KV_USAGE[0], ()), *samples.get(_KV_USAGE[1], ())]
    return ServerMetrics(
        running=_folded(samples.get(_RUNNING, ()), sum),
        waiting=_folded(samples.get(_WAITING, ()), sum),
        kv_usage=_folded(usage, max),
        ttft=_histogram(samples.get(_TTFT, ())),
        prompt_tokens_total=_folded(samples.get(_PROMPT, ()), sum),
        generation_tokens_total=_folded(samples.get(_GENERATION, ()), sum),
        preemptions_total=_folded(samples.get(_PREEMPTIONS, ()), sum),
    )


def _samples(families: Iterable[Metric]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def _folded(samples: Iterable[Sample], fold: Callable[[list[float]], float]) -> float | None:
    values = [sample.value for sample in samples if math.isfinite(sample.value)]
    return fold(values) if values else None


def _histogram(samples: Iterable[Sample]) -> Histogram:
    """Buckets by their bound, summed over engines."""
    buckets: dict[float, float] = {}
    for sample in samples:
        bound = _bound(sample.labels.get("le", ""))
        if bound is not None and 0 <= sample.value < _MOST:
            buckets[bound] = buckets.get(bound, 0.0) + sample.value
    bounds = tuple(sorted(buckets))
    return Histogram(bounds, tuple(int(buckets[bound]) for bound in bounds))


def _bound(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value
