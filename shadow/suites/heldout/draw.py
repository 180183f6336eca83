"""Draws the held-out suite, so that a fresh, unseen set is always at hand.

Each template asks for something whose right answer is computed with the question, so every example is judged
mechanically and a perfect answerer scores 100 %. Most questions are one or two steps long, so that a model of 135
million parameters gets some of them right: a suite that nobody or everybody passes tells no candidate apart.
"""

from typing import Final

from shadow.suites.drawing import draw
from shadow.suites.heldout import (
    abroad,
    arithmetic,
    classification,
    code,
    context,
    extraction,
    rewriting,
    stories,
    summaries,
    tools,
    turns,
)
from shadow.suites.suite import Suite
from shadow.suites.template import Catalogue

CATALOGUE: Final[Catalogue] = {
    "arithmetic": arithmetic.TEMPLATES,
    "word_problems": stories.TEMPLATES,
    "extraction": extraction.TEMPLATES,
    "classification": classification.TEMPLATES,
    "summarising": summaries.TEMPLATES,
    "rewriting": rewriting.TEMPLATES,
    "context": context.TEMPLATES,
    "code": code.TEMPLATES,
    "multi_turn": turns.TEMPLATES,
    "tools": tools.TEMPLATES,
    "non_english": abroad.TEMPLATES,
}
SIZE: Final = 1_100
"""Examples that are drawn where no size is given: 100 of each category."""


def draw_heldout(*, seed: int, size: int = SIZE) -> Suite:
    """A held-out suite of `size` different questions; the same seed, the same suite.

    Raises:
        UsageError: `size` is below 1 or above what the templates can word differently.
    """
    return draw(CATALOGUE, name="heldout", seed=seed, size=size)
