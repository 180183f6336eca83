"""The public harnesses and what they say: wrk for whole replies, hey for streams."""

import csv
import json
import re
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

QUESTION = "How long does delivery take? " * 16
WARM_UP_S = 1.0
"""Streams that begin earlier do not count: all connections are opened at once then, and all streams start together."""

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement, or the medians of several.

    Attributes:
        per_s: Replies that ended, per second.
        p50_ms: Median time to the reply's end.
        first_p50_ms: Median time from the request's last byte to the reply's first; None where the harness has none.
        first_p99_ms: Its 99th centile.
    """

    per_s: float
    p50_ms: float
    first_p50_ms: float | None = None
    first_p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: a number of connections, each with its next request as soon as a reply has ended."""

    name: str
    connections: int
    seconds: int
    is_streamed: bool = False

    def measure(self, base_url: str, folder: Path) -> Figures:
        """One run against the chat completions of a base URL.

        Raises:
            SystemExit: a request was not answered with 200.
        """
        body = json.dumps(
            {"model": "m", "stream": self.is_streamed, "messages": [{"role": "user", "content": QUESTION}]}
        )
        url = f"{base_url}/v1/chat/completions"
        return self._hey(url, body, folder) if self.is_streamed else self._wrk(url, body, folder)

    def _wrk(self, url: str, body: str, folder: Path) -> Figures:
        script = folder / "post.lua"
        script.write_text(
            f"wrk.method = 'POST'\nwrk.body = '{body}'\nwrk.headers['Content-Type'] = 'application/json'\n", "utf-8"
        )
        said = _said(
            "wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "--timeout", "10s", "--latency",
            "-s", str(script), url,
        )  # fmt: skip
        p50 = re.search(r"50%\s+([\d.]+)(us|ms|s)", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        if p50 is None or rate is None or "Non-2xx" in said or "Socket errors" in said:
            message = f"{url} did not answer every request:\n{said}"
            raise SystemExit(message)
        return Figures(per_s=float(rate.group(1)), p50_ms=float(p50.group(1)) * _UNITS[p50.group(2)])

    def _hey(self, url: str, body: str, folder: Path) -> Figures:
        file = folder / "body.json"
        file.write_text(body, "utf-8")
        said = _said(
            "hey", "-z", f"{self.seconds}s", "-c", str(self.connections), "-m", "POST", "-T", "application/json",
            "-D", str(file), "-disable-compression", "-o", "csv", url,
        )  # fmt: skip
        rows = [row for row in csv.DictReader(said.splitlines()) if float(row["offset"]) >= WARM_UP_S]
        if not rows or any(row["status-code"] != "200" for row in rows):
            message = f"{url} did not answer every request: {len(rows)} were answered, not all of them with 200"
            raise SystemExit(message)
        return _of_streams(rows)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _of_streams(rows: Sequence[dict[str, str]]) -> Figures:
    began = [float(row["offset"]) for row in rows]
    took = [float(row["response-time"]) for row in rows]
    first = [1000 * float(row["Response-delay"]) for row in rows]
    ended = max(offset + length for offset, length in zip(began, took, strict=True))
    return Figures(
        per_s=len(rows) / (ended - min(began)),
        p50_ms=1000 * statistics.median(took),
        first_p50_ms=statistics.median(first),
        first_p99_ms=statistics.quantiles(first, n=100)[98],
    )


def median_of(runs: Sequence[Figures]) -> Figures:
    """The median of each figure by itself."""
    return Figures(
        per_s=statistics.median(one.per_s for one in runs),
        p50_ms=statistics.median(one.p50_ms for one in runs),
        first_p50_ms=_median([one.first_p50_ms for one in runs]),
        first_p99_ms=_median([one.first_p99_ms for one in runs]),
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
