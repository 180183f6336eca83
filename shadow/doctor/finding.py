"""What the doctor found of one part."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a part is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """Nothing is lost yet, or the part may well be elsewhere."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Attributes:
        words: What is so.
        to_do: What to do about it; empty when all is good.
    """

    part: str
    health: Health
    words: str
    to_do: str = ""


def good(part: str, words: str) -> Finding:
    """A part that is as it should be."""
    return Finding(part, Health.GOOD, words)


def doubtful(part: str, words: str, *, to_do: str) -> Finding:
    """A part that may be as it should be."""
    return Finding(part, Health.DOUBTFUL, words, to_do)


def bad(part: str, words: str, *, to_do: str) -> Finding:
    """A part that keeps the whole from working, or loses something."""
    return Finding(part, Health.BAD, words, to_do)


def all_well(findings: Iterable[Finding]) -> bool:
    """Whether no part is bad."""
    return all(finding.health is not Health.BAD for finding in findings)
