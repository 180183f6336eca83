"""One stop on the canary's way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hop:
    """Whether the canary was seen at one place.

    Attributes:
        ms: Time since it was sent, ms.
        words: What was seen; where it is missing, what is known and what to look at.
    """

    name: str
    is_there: bool
    ms: float
    words: str
