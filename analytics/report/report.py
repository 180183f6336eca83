"""What a report is made of: the decision, its worst pairs with their texts, and the curves that it draws.

Only records live here. Reading them from the store and writing them out live elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Curves:
    """Timings by lane: baseline, baseline_again, candidate. A lane that was not drawn is not there.

    Attributes:
        ttft_ms: Time to first token of the requests that got one, ms, in any order.
        failed: Requests without a first token; they count as slower than any other.
    """

    ttft_ms: Mapping[str, tuple[float, ...]]
    failed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """One decision and what is shown beside it.

    Attributes:
        made_at: When the report was made, aware UTC.
    """

    decision: Decision
    specimens: tuple[Specimen, ...]
    curves: Curves
    made_at: datetime
