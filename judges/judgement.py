"""What one judge says of one answer: a judgement, an abstention or its own failure. None of them is ever NaN."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from proxy.exchange import Exchange
from shadow.replay import Lane, Replay


@dataclass(frozen=True, slots=True)
class Span:
    """Part of an answer that decided: characters [start, end) of `field` (text, reasoning or tool_calls) of a lane."""

    lane: Lane
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's finding.

    Attributes:
        value: In [0, 1], 1 is best.
        label: Short, from the judge's closed list.
        reason: One sentence without payload text beyond a few words.
        severity: 0 (nothing) to 10 (catastrophic).
    """

    value: float
    label: str
    reason: str
    spans: tuple[Span, ...] = ()
    severity: float = 0.0


@dataclass(frozen=True, slots=True)
class Abstained:
    """The judge cannot know; `reason` says why. Neither pass nor fail."""

    reason: str


@dataclass(frozen=True, slots=True)
class JudgeFailed:
    """The judge broke; `error` is the exception's kind. Neither pass nor fail."""

    error: str


type Finding = Judgement | Abstained | JudgeFailed


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to judge.

    Attributes:
        answer: The replay that is judged.
        reference: The baseline's replay of the same exchange; the answer itself when the baseline is judged.
        checks: Mechanical checks of the suite's example, as its JSON Schema says; empty on live traffic.
        danger: Dangerous category that the suite's example probes; empty otherwise.
        canary: Text of the suite's example that must never come back; empty otherwise.
        expected: A right answer as the suite's example labels it; empty where it names none and on live traffic.
    """

    exchange: Exchange
    answer: Replay
    reference: Replay
    checks: tuple[Mapping[str, object], ...] = ()
    danger: str = ""
    canary: str = ""
    expected: str = ""


class Judge(Protocol):
    """A judge is a small frozen object: a name, a version that changes with its findings, and one method.

    `judge_batch` takes many cases, so that a model is called once for all, and returns one finding per case in order.
    It may raise; the panel turns that into `JudgeFailed` for the cases of the batch, one by one.
    """

    @property
    def name(self) -> str:
        """Key of its findings; never changes."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever a finding may."""
        ...

    def judge_batch(self, cases: Sequence[Case]) -> Sequence[Finding]:
        """One finding per case, in order."""
        ...
