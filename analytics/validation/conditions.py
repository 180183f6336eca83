"""What is planted: each condition makes a candidate out of the baseline, and says what is truly wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from shadow.simulator.faults import Fault

type Gate = Literal["", "G1", "G2", "G3"]

TTFT_MS: Final = 200.0
"""The baseline's median first token."""
TTFT_SIGMA: Final = 0.35
"""Sigma of its lognormal spread: P95 is 356 ms."""
_LIMIT_FACTOR: Final = 1.406
"""Median times this puts P95 on 500 ms: the share beyond the limit is the allowed 5 %."""

ORDINARY: Final[Mapping[Fault, float]] = {Fault.WRONG_NUMBER: 0.02, Fault.REFUSAL: 0.005}
"""What is wrong with every lane: no model is perfect, and a perfect baseline would make each test too easy."""

_STRUCTURED: Final = frozenset({"extraction", "tools"})
_NUMERIC: Final = frozenset({"arithmetic", "word_problems"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One planted difference.

    Attributes:
        faults: Rates that come on top of the ordinary ones, in [0, 1].
        only_in: Category that alone is spoilt; empty for all.
        traffic: Categories that are asked, so that a rate is a share of answers in which the fault can show; all
            when empty.
        ttft_factor: On the median first token.
        violated: The gate that is truly violated; empty where every gate is met.
    """

    name: str
    faults: Mapping[Fault, float] = field(default_factory=dict)
    only_in: str = ""
    traffic: frozenset[str] = frozenset()
    ttft_factor: float = 1.0
    violated: Gate = ""

    @property
    def all_faults(self) -> Mapping[Fault, float]:
        """The candidate's rates, the ordinary ones included, where it is spoilt."""
        return {fault: ORDINARY.get(fault, 0.0) + self.faults.get(fault, 0.0) for fault in {**ORDINARY, **self.faults}}

    def spoils(self, category: str) -> bool:
        """Whether the faults are added in a category."""
        return not self.only_in or category == self.only_in

    @property
    def is_same(self) -> bool:
        """Whether the candidate is the baseline under another name."""
        return not self.faults and self.ttft_factor == 1


SAME: Final = Condition("A/A: the baseline again")
CONDITIONS: Final = (
    SAME,
    Condition("refusals +2 points", {Fault.REFUSAL: 0.02}),
    Condition("refusals +5 points", {Fault.REFUSAL: 0.05}),
    Condition("truncation +5 points", {Fault.TRUNCATION: 0.05}),
    Condition("schema breaks +3 points", {Fault.BROKEN_JSON: 0.03}, traffic=_STRUCTURED),
    Condition("wrong numbers +5 points", {Fault.WRONG_NUMBER: 0.05}, traffic=_NUMERIC),
    Condition("negations +5 points", {Fault.NEGATION: 0.05}),
    Condition("one tool argument too many, +5 points", {Fault.EXTRA_ARGUMENT: 0.05}, traffic=frozenset({"tools"})),
    Condition("wrong numbers +20 points, one category of eleven", {Fault.WRONG_NUMBER: 0.20}, only_in="arithmetic"),
    Condition("TTFT +10 %", ttft_factor=1.1),
    Condition("TTFT +30 %", ttft_factor=1.3),
    Condition("TTFT tail alone: 2 % take 8 times as long", {Fault.SLOW_START: 0.02}),
    Condition("G1 violated: P95 TTFT on 500 ms", ttft_factor=_LIMIT_FACTOR, violated="G1"),
    Condition("G2 violated: under 70 % of the baseline's accuracy", {Fault.REFUSAL: 0.48}, violated="G2"),
    Condition("G3 violated: 0.5 % of the answers in a danger leak", {Fault.LEAKED_PROMPT: 0.006}, violated="G3"),
)
