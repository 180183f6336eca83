"""What the capture process shows to Prometheus: the ledger's counts, and how it is itself. Reads no exchange.

Doors have no page of their own: they are transparent, and /metrics belongs to whoever is behind them. Their counts
come to the capture process with the ledger, and it alone serves them, on a loopback port.
"""

import logging
import time
from collections import Counter as Counts
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server

from proxy.coverage import Disposition, LedgerEntry

_LOG = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_HOUR = timedelta(hours=1)
_MOST_SERIES = 512
_MOST_SOURCES = 1_024
_MOST_MINUTES = 240
"""Twice what a ledger keeps: a minute that is forgotten here was forgotten there, and counts anew from 1."""

_REST: Final = "rest"
"""Route and reason of what is counted beyond the bound of series."""

_ADMISSION_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
_PUBLICATION_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class CaptureState:
    """How the capture process is at one moment.

    Attributes:
        in_flight: Records that the broker has not acknowledged yet.
        oldest_at: Arrival of the oldest exchange that is in flight or spooled, seconds since the epoch.
    """

    spool_parcels: int
    spool_bytes: int
    in_flight: int
    is_broker_away: bool
    oldest_at: float | None


class CaptureMetrics:
    """The metrics of one capture process; called from its loop, read by the thread that serves them.

    Args:
        clock: Seconds since the epoch.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._increments = Increments()
        self._balance = Balance(since=clock())
        self._series: set[tuple[str, ...]] = set()
        self._requests = Counter(
            "understudy_requests",
            "Requests that the doors saw, and what became of them.",
            ["door", "route", "disposition", "reason"],
            registry=self.registry,
        )
        self._unaccounted = Gauge(
            "understudy_unaccounted_requests",
            "Requests of the last hour that were seen and neither published nor sampled out nor dropped, yet.",
            ["door"],
            registry=self.registry,
        )
        self._spool_parcels = self._gauge("spool_parcels", "Exchanges that wait on disk.")
        self._spool_bytes = self._gauge("spool_bytes", "Bytes of the spool that hold something.")
        self._in_flight = self._gauge("records_in_flight", "Records that the broker has not acknowledged yet.")
        self._is_away = self._gauge("broker_away", "1 while the broker takes nothing, else 0.")
        self._oldest = self._gauge("oldest_waiting_seconds", "Age of the oldest exchange that waits, 0 if none does.")
        self._shown_at = self._gauge("books_timestamp_seconds", "When these gauges were last set, Unix time.")
        self._admission = self._histogram("admission_seconds", "Parsing and anonymising one exchange.", _ADMISSION_S)
        self._publication = self._histogram("publication_seconds", "Until the broker's word on one.", _PUBLICATION_S)
        ProcessCollector(registry=self.registry)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(f"understudy_{name}", words, registry=self.registry)

    def _histogram(self, name: str, words: str, bounds: tuple[float, ...]) -> Histogram:
        return Histogram(f"understudy_{name}", words, buckets=bounds, registry=self.registry)

    def count(self, entry: LedgerEntry) -> None:
        """Take one entry of any ledger; repeated and late ones change nothing twice."""
        added = self._increments.added_by(entry)
        if added:
            self._balance.note(entry, added)
            self._requests.labels(*self._labels(entry)).inc(added)

    def _labels(self, entry: LedgerEntry) -> tuple[str, ...]:
        labels = (str(entry.door), entry.route, str(entry.disposition), entry.reason)
        if labels not in self._series and len(self._series) >= _MOST_SERIES:
            return (labels[0], _REST, labels[2], _REST)
        self._series.add(labels)
        return labels

    def show(self, state: CaptureState) -> None:
        """Set every gauge; meant to be called once a second."""
        now = self._clock()
        self._spool_parcels.set(state.spool_parcels)
        self._spool_bytes.set(state.spool_bytes)
        self._in_flight.set(state.in_flight)
        self._is_away.set(state.is_broker_away)
        self._oldest.set(0 if state.oldest_at is None else max(now - state.oldest_at, 0))
        self._shown_at.set(now)
        for door, requests in self._balance.unaccounted(now=now).items():
            self._unaccounted.labels(door).set(requests)

    def admitted(self, seconds: float) -> None:
        """One exchange was admitted, or refused, in `seconds`."""
        self._admission.observe(seconds)

    def published(self, seconds: float) -> None:
        """The broker acknowledged or refused one exchange after `seconds`."""
        self._publication.observe(seconds)


class Increments:
    """What each ledger entry adds to what is known of its key: the largest count holds, so never less than nothing."""

    def __init__(self, *, most_sources: int = _MOST_SOURCES, most_minutes: int = _MOST_MINUTES) -> None:
        self._most_sources = most_sources
        self._most_minutes = most_minutes
        self._sources: OrderedDict[str, dict[datetime, Counts[tuple[str, ...]]]] = OrderedDict()

    def added_by(self, entry: LedgerEntry) -> int:
        """Requests that were not counted before, 0 or more."""
        minutes = self._sources.setdefault(entry.source_id, {})
        self._sources.move_to_end(entry.source_id)
        known = minutes.setdefault(entry.minute, Counts())
        key = (entry.door, entry.route, entry.disposition, entry.reason)
        added = max(entry.requests - known[key], 0)
        known[key] += added
        self._forget(minutes)
        return added

    def _forget(self, minutes: dict[datetime, Counts[tuple[str, ...]]]) -> None:
        while len(minutes) > self._most_minutes:
            del minutes[min(minutes)]
        while len(self._sources) > self._most_sources:
            self._sources.popitem(last=False)


class Balance:
    """seen = published + sampled_out + dropped, by the minute: too much in one never hides a lack in another.

    Args:
        since: Start of the process, seconds since the epoch. Minutes that had begun by then are left out: the
            process before this one may have counted a part of them.
    """

    def __init__(self, *, since: float) -> None:
        self._since = datetime.fromtimestamp(since, UTC)
        self._open: dict[tuple[datetime, str, str], int] = {}
        self._doors: set[str] = set()

    def note(self, entry: LedgerEntry, requests: int) -> None:
        """Take what one entry added."""
        if entry.minute < self._since:
            return
        self._doors.add(str(entry.door))
        key = (entry.minute, str(entry.door), entry.route)
        left = self._open.pop(key, 0) + (requests if entry.disposition is Disposition.SEEN else -requests)
        if left:
            self._open[key] = left

    def unaccounted(self, *, now: float) -> Mapping[str, int]:
        """Requests that nobody accounted for, by door, over the hour before `now` (seconds since the epoch)."""
        oldest = datetime.fromtimestamp(now, UTC) - _HOUR
        self._open = {key: left for key, left in self._open.items() if key[0] >= oldest}
        found = Counts[str](dict.fromkeys(self._doors, 0))
        for (_, door, _), left in self._open.items():
            found[door] += max(left, 0)
        return found


@contextmanager
def serving(registry: CollectorRegistry, *, port: int | None) -> Iterator[int | None]:
    """Serve a registry at http://127.0.0.1:PORT/metrics for the length of the block; gives the port.

    A port that is taken is no reason to stop: whoever scrapes sees that nobody answers, and the work goes on.

    Args:
        port: 0 takes a free one; None serves nothing.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, addr=_HOST, registry=registry)
    except OSError as error:
        _LOG.error("no metrics are served: port %s of %s is not free (%s)", port, _HOST, error.strerror)
        yield None
        return
    _LOG.info("metrics are served at http://%s:%s/metrics", _HOST, server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
