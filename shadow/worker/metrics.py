"""What a worker shows to Prometheus: what became of each record, how each lane answered, how far behind it is."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from shadow.replay import Lane, Replay
from shadow.worker.breaker import BreakerState
from shadow.worker.server_metrics import ServerMetrics
from shadow.worker.spend import Spend


class WorkerMetrics:
    """The metrics of one worker process; its runners share them.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._records = Counter(
            "understudy_lane_records",
            "Records of the log that an experiment took, and what became of them.",
            ["experiment", "disposition", "reason"],
            registry=self.registry,
        )
        self._replays = Counter(
            "understudy_replays",
            "Answers of a lane, by how they ended.",
            ["experiment", "lane", "outcome"],
            registry=self.registry,
        )
        self._behind = Gauge(
            "understudy_replay_behind_seconds",
            "Age of the exchange that the experiment took last, since its arrival in production.",
            ["experiment"],
            registry=self.registry,
        )
        self._halts = Counter(
            "understudy_halts",
            "Times that an experiment stopped by itself.",
            ["experiment", "reason"],
            registry=self.registry,
        )
        self._refused = Counter(
            "understudy_rows_refused",
            "Rows that the store will never take; the records that they came of are dead letters.",
            ["table"],
            registry=self.registry,
        )
        self._put_back = Counter(
            "understudy_records_put_back",
            "Records that were read ahead and left to whoever holds their partition now.",
            ["experiment"],
            registry=self.registry,
        )
        self._breaker = self._gauge(
            "breaker_state", "A lane's circuit breaker: 0 closed, 1 on trial, 2 open.", "experiment", "lane"
        )
        self._output_tokens = self._gauge("spent_output_tokens", "Output tokens of all workers.", "experiment")
        self._gpu_seconds = self._gauge("spent_gpu_seconds", "GPU-seconds of all workers.", "experiment")
        self._usd = self._gauge("spent_usd", "US dollars of all workers.", "experiment")
        self._waiting = self._gauge(
            "server_waiting_requests", "Requests in a deployment's queue.", "experiment", "deployment"
        )
        self._kv_usage = self._gauge(
            "server_kv_usage_ratio", "Share of a deployment's KV cache in use.", "experiment", "deployment"
        )
        ProcessCollector(registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"understudy_{name}", words, labels, registry=self.registry)

    def took(self, experiment_id: str, captured_at: datetime) -> None:
        """An experiment took an exchange off the log."""
        self._behind.labels(experiment_id).set(max(self._clock() - captured_at.timestamp(), 0))

    def settled(self, experiment_id: str, *, disposition: str, reason: str, replays: Sequence[Replay]) -> None:
        """A record of the log came to its end."""
        self._records.labels(experiment_id, disposition, reason).inc()
        for replay in replays:
            self._replays.labels(experiment_id, str(replay.lane), str(replay.outcome)).inc()

    def refused(self, table: str, rows: int) -> None:
        """The store will never take these rows of a table."""
        self._refused.labels(table).inc(rows)

    def put_back(self, experiment_id: str, count: int) -> None:
        """Partitions were dealt anew while so many records of an experiment waited for their turn."""
        self._put_back.labels(experiment_id).inc(count)

    def halted(self, experiment_id: str, reason: str) -> None:
        """An experiment stopped by itself."""
        self._halts.labels(experiment_id, reason).inc()

    def stands(self, experiment_id: str, *, spend: Spend, breakers: Mapping[Lane, BreakerState]) -> None:
        """What an experiment spent so far, and which of its lanes are left alone."""
        self._output_tokens.labels(experiment_id).set(spend.output_tokens)
        self._gpu_seconds.labels(experiment_id).set(spend.gpu_seconds)
        self._usd.labels(experiment_id).set(spend.usd)
        for lane, state in breakers.items():
            self._breaker.labels(experiment_id, str(lane)).set(state)

    def scraped(self, experiment_id: str, deployment_id: str, metrics: ServerMetrics) -> None:
        """A deployment said this of itself."""
        for gauge, value in ((self._waiting, metrics.waiting), (self._kv_usage, metrics.kv_usage)):
            if value is not None:
                gauge.labels(experiment_id, deployment_id).set(value)
