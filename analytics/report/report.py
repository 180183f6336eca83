"""What a report is made of: the decision, its worst pairs with their texts, and the figures that only the page draws.

Only records live here. Reading them from the store and writing them out live elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analytics.decide.decision import Decision


@dataclass(frozen=True, slots=True)
class Specimen:
    """A worst pair with its anonymised texts. The texts come from users and models and are never trusted.

    Attributes:
        severity: As the judge gave it, 0 to 10.
    """

    exchange_id: str
    metric: str
    category: str
    label: str
    reason: str
    severity: float
    request_text: str
    baseline_text: str
    candidate_text: str


class Measure(StrEnum):
    """What is timed of a request; `docs/reference/timings.md` defines each."""

    TTFT = "ttft"
    TPOT = "tpot"
    E2E = "e2e"


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long one lane's requests took, as counts within rising bounds.

    Attributes:
        upto_ms: Upper edge of each bin that holds a request, rising, ms.
        requests: Requests in each of those bins.
        failed: Requests without such a time; they count as slower than any other.
    """

    upto_ms: tuple[float, ...]
    requests: tuple[int, ...]
    failed: int = 0

    @property
    def timed(self) -> int:
        """Requests that have a time."""
        return sum(self.requests)

    @property
    def total(self) -> int:
        """All requests, those without a time included."""
        return self.timed + self.failed

    def quantile_ms(self, level: float) -> float | None:
        """The upper edge of the bin in which a share `level` of all requests is reached; None among the failed."""
        seen = 0
        for edge, count in zip(self.upto_ms, self.requests, strict=True):
            seen += count
            if seen >= level * self.total:
                return edge
        return None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one deployment did for the experiment, over all lanes that it answered.

    Attributes:
        gpu_seconds: Seconds in which it was busy, times its GPUs.
        usd: None when no price was declared.
    """

    deployment_id: str
    prompt_tokens: int
    output_tokens: int
    busy_s: float
    gpu_seconds: float
    usd: float | None


@dataclass(frozen=True, slots=True)
class Exhibits:
    """What the page shows beside the decision, as the store held it when the report was made.

    Attributes:
        timings: Distributions by measure and lane; a lane that was not drawn is not there.
        severities: Judged answers by lane and severity, 0 to 10; 0 is no failure.
        costs: One entry per deployment that answered.
    """

    timings: Mapping[Measure, Mapping[str, Distribution]] = field(default_factory=dict)
    severities: Mapping[str, Mapping[float, int]] = field(default_factory=dict)
    costs: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True)
class Dated:
    """A decision and when it was made, aware UTC."""

    decision: Decision
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One decision and what is shown beside it.

    Attributes:
        made_at: When the report was made, aware UTC.
        previous: The decision that the experiment had before, or None.
    """

    decision: Decision
    specimens: tuple[Specimen, ...]
    exhibits: Exhibits
    made_at: datetime
    previous: Dated | None = None
