"""Which pairs a figure rests on, in one fixed order, and the rows that are read from them. Estimates nothing."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analytics.decide.evidence import Answer, PairFacts


@dataclass(frozen=True, slots=True)
class Rows:
    """One value, weight and conversation per pair that has the value."""

    values: tuple[float, ...]
    weights: tuple[float, ...]
    clusters: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Sample:
    """The pairs of one experiment, ordered by exchange.

    Attributes:
        pairs: Those that were meant to bring tokens.
        silent: Live pairs that are left out, since both lanes completed without a single token: embeddings and the
            like, which have no first token and no text.
    """

    pairs: tuple[PairFacts, ...]
    silent: int

    @classmethod
    def of(cls, pairs: Iterable[PairFacts]) -> "Sample":
        """The sample; the order in which the pairs come is of no account."""
        ordered = sorted(pairs, key=lambda pair: pair.exchange_id)
        kept = tuple(pair for pair in ordered if not _is_silent(pair))
        return cls(kept, len(ordered) - len(kept))

    @property
    def live(self) -> tuple[PairFacts, ...]:
        """Production traffic."""
        return tuple(pair for pair in self.pairs if not pair.suite)

    @property
    def suite(self) -> tuple[PairFacts, ...]:
        """Examples of suites."""
        return tuple(pair for pair in self.pairs if pair.suite)

    @property
    def checked(self) -> tuple[PairFacts, ...]:
        """Examples of suites on which both lanes were checked."""
        return tuple(
            pair
            for pair in self.suite
            if value_of(pair.baseline, "suite_check") is not None
            and value_of(pair.candidate, "suite_check") is not None
        )


def take_rows(
    pairs: Sequence[PairFacts],
    value: Callable[[PairFacts], float | None],
    *,
    weights: Sequence[float] | None = None,
) -> Rows:
    """The rows of the pairs that have the value.

    Args:
        weights: One per pair; the inverse sampling probability when not given.
    """
    given = [pair.weight for pair in pairs] if weights is None else weights
    found = [
        (one, weight, pair.conversation_id)
        for pair, weight in zip(pairs, given, strict=True)
        if (one := value(pair)) is not None
    ]
    return Rows(tuple(row[0] for row in found), tuple(row[1] for row in found), tuple(row[2] for row in found))


def value_of(answer: Answer | None, judge: str) -> float | None:
    """What a judge found, in [0, 1]; None where the lane was not drawn or the judge did not find anything."""
    finding = answer.findings.get(judge) if answer is not None else None
    return None if finding is None else finding.value


def severity_of(answer: Answer | None) -> float | None:
    """Severity of the taxonomy's label, 0 to 10; None where there is none."""
    finding = answer.findings.get("taxonomy") if answer is not None else None
    return None if finding is None else finding.severity


def first_token_ms(answer: Answer) -> float:
    """Time to first token, ms; +infinity for a request that failed."""
    return answer.ttft_ms if answer.is_completed and answer.ttft_ms is not None else math.inf


def format_value(answer: Answer | None) -> float | None:
    """Mean of the format judges that had something to judge, in [0, 1]; None where nothing was asked for."""
    found = [value for judge in ("json_format", "tool_calls") if (value := value_of(answer, judge)) is not None]
    return sum(found) / len(found) if found else None


def _is_silent(pair: PairFacts) -> bool:
    lanes = (pair.baseline, pair.candidate)
    return not pair.suite and all(lane.is_completed and lane.ttft_ms is None for lane in lanes)
