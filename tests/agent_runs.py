"""Runs of agents that tests build on: solved in the best way, and changed by keyword."""

from typing import Any

from analytics.decide.agent_run import AgentRun
from judges.agents import Figures, Recovery
from judges.call_matching import Matching
from shadow.replay import Lane


def figures(**changes: Any) -> Figures:
    """Figures of a run of four calls, all of them right."""
    fields: dict[str, Any] = {
        "steps": 4, "redundant": 0, "cycles": 0, "invented": 0, "invalid": 0, "recovery": Recovery(),
        "matching": Matching(1), "is_exact": True, "is_told": True, "prompt_tokens": 100, "completion_tokens": 20,
    }  # fmt: skip
    return Figures(**(fields | changes))


def agent_run(number: int = 0, *, lane: Lane = Lane.CANDIDATE, **changes: Any) -> AgentRun:
    """A solved run of the `number`th task."""
    fields: dict[str, Any] = {
        "suite": "agentic@1", "world": "files", "task_id": f"files-{number:03d}", "trial": 0, "lane": lane,
        "is_solved": True, "reference_steps": 4, "figures": figures(), "run_ms": 1000.0,
    }  # fmt: skip
    return AgentRun(**(fields | changes))
