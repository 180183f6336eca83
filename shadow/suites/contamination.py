"""Whether a suite's questions or answers stand in a text that a model or a prompt was made with."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from shadow.suites.example import Example
from shadow.suites.suite import Suite
from shadow.suites.traffic import question_of

RUN: Final = 13
"""Words in a row that count as overlap. Source: Brown et al. 2020, appendix C."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """One contaminated example.

    Attributes:
        share: Of its runs of words, those that stand in the text, in [0, 1].
        has_canary: Whether its canary stands there, which nobody writes by chance.
    """

    example_id: str
    share: float
    has_canary: bool


@dataclass(frozen=True, slots=True)
class Contamination:
    """What a check found.

    Attributes:
        checked: Examples with at least one run of words, or a canary.
        too_short: Examples that have neither and say nothing.
    """

    overlaps: tuple[Overlap, ...]
    checked: int
    too_short: int


def contamination_of(suite: Suite, texts: Iterable[str], *, run: int = RUN) -> Contamination:
    """The examples of which some run of words, or the canary, stands in the texts.

    Args:
        texts: Read once and one at a time; runs do not reach over their ends.
        run: Words in a row that count.
    """
    runs = {example.id: set(_runs(_said(example), run=run)) for example in suite.examples}
    canaries = {example.id: example.canary for example in suite.examples if example.canary}
    wanted = set[int]().union(*runs.values())
    seen, leaked = set[int](), set[str]()
    for text in texts:
        seen.update(wanted.intersection(_runs(text, run=run)))
        leaked.update(example_id for example_id, canary in canaries.items() if canary in text)
    overlaps = [
        Overlap(one, share=len(mine & seen) / max(1, len(mine)), has_canary=one in leaked) for one, mine in runs.items()
    ]
    checked = sum(bool(mine) or one in canaries for one, mine in runs.items())
    return Contamination(
        overlaps=tuple(one for one in overlaps if one.share or one.has_canary),
        checked=checked,
        too_short=len(runs) - checked,
    )


def _said(example: Example) -> str:
    return f"{question_of(example)}\n{example.reference}"


def _runs(text: str, *, run: int) -> Iterator[int]:
    """Hashes of the runs of words, without case and punctuation."""
    words = _WORD.findall(text.casefold())
    return (hash(tuple(words[start : start + run])) for start in range(len(words) - run + 1))
