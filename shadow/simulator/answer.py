"""A planned answer: what the wire modules write and the server sends, with the truth that its headers tell."""

from dataclasses import dataclass
from typing import Final

from shadow.simulator.faults import Fault
from shadow.simulator.said import Said
from shadow.simulator.schedule import Schedule

CREATED: Final = 1_767_225_600
"""The time that every reply names as its own, s since the epoch: 2026-01-01, so that equal replies have equal bytes."""

FINGERPRINT: Final = "understudy-simulator"


@dataclass(frozen=True, slots=True)
class TokenProbability:
    """Natural log-probability of a text token and of those that might have stood in its place, the likeliest first."""

    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerUsage:
    """Token counts of one answer, all choices together; the prompt includes what was cached."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        answer_id: 24 hex digits; the same for the same asking.
        probabilities: Of each choice's text tokens; None where the request wants none.
        schedule: One offset per token of the longest choice.
        fault: The fault that the answer has, or None.
    """

    answer_id: str
    model: str
    choices: tuple[Said, ...]
    probabilities: tuple[tuple[TokenProbability, ...] | None, ...]
    usage: AnswerUsage
    schedule: Schedule
    include_usage: bool
    fault: Fault | None

    @property
    def steps(self) -> int:
        """Tokens of the longest choice, at least 1."""
        return max(1, *(len(said.tokens) for said in self.choices))

    def call_id(self, choice: int, index: int) -> str:
        """Id of a tool call."""
        return f"call_{self.answer_id[:20]}{choice:02x}{index:02x}"
