"""Agents without a model, for proof: one that solves every task, and ones that fail in a known way."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from shadow.agentic.session import RENEW
from shadow.agentic.task import Step, Task

_PATIENCE: Final = 5
"""Errors after which the blind retrier gives up."""


class Manner(StrEnum):
    """How a scripted agent behaves."""

    RECOVERS = "recovers"
    """Follows the reference and does what an error asks for: solves everything."""
    RETRIES = "retries"
    """Follows the reference and answers every error with the same call again."""
    GIVES_UP = "gives_up"
    """Follows the reference until the first error."""
    LOOPS = "loops"
    """Makes its first call again and again."""
    WANDERS = "wanders"
    """Solves everything, but makes every call that only reads twice."""


def next_move(task: Task, *, results: Sequence[str], manner: Manner) -> Step | str:
    """The next call, or the final answer.

    Args:
        results: Every tool result so far, in order: all that the agent has seen.
    """
    if manner is Manner.LOOPS:
        return task.draft.reference[0]
    plan = _wandering(task) if manner is Manner.WANDERS else task.draft.reference
    done = errors = 0
    move: Step | None = plan[0]
    for result in results:
        failed = result.startswith("Error:")
        errors += failed
        if failed and (manner is Manner.GIVES_UP or (manner is Manner.RETRIES and errors >= _PATIENCE)):
            return "I could not do that."
        done += not failed and move is not None and move.tool != RENEW
        move = _after(plan, done, result if failed and manner is not Manner.RETRIES else "")
    return move if move is not None else _answer(task)


def _after(plan: Sequence[Step], done: int, error: str) -> Step | None:
    if RENEW in error:
        return Step(RENEW, {})
    return plan[done] if done < len(plan) else None


def _wandering(task: Task) -> tuple[Step, ...]:
    twice = (([step] if step.tool in task.world.changing else [step, step]) for step in task.draft.reference)
    return tuple(step for steps in twice for step in steps)


def _answer(task: Task) -> str:
    return f"Done. The answer is {', '.join(task.draft.says)}." if task.draft.says else "Done, as you asked."
