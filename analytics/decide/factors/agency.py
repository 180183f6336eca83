"""Agentic competence: right tool calls, economy of steps, recovery from errors. Source: MEASURES section 3.

Only closed loops count here: in an open one the history is another's, and so is whatever followed the answer. Held-out
examples about tools count as tool calls, since what they ask for is checked.
"""

from dataclasses import replace

import numpy as np

from analytics.decide.agent_run import AgentRun, known_runs
from analytics.decide.agents import economy_rows, rows_of
from analytics.decide.factors.points import Material, Part, Plan, Points, mean_points
from analytics.decide.sample import Rows
from shadow.replay import Lane

_NOT_RUN = "the agentic suite was not run; `understudy agent run` runs it"


def _runs(material: Material) -> tuple[AgentRun, ...]:
    return known_runs(material.evidence.agent_runs, lane=Lane.CANDIDATE)


def _tool_calls(material: Material) -> Points:
    exact = rows_of([(run, _exact(run)) for run in _runs(material)])
    checked = _checked(material)
    note = f"exactly the right changes in {exact.n} agent runs; {checked.n} suite examples about tools"
    missing = "no suite example is about tools, and no agent was run"
    return mean_points(_joined(exact, checked), material, purpose="tools", note=note, missing=missing)


def _step_economy(material: Material) -> Points:
    runs = _runs(material)
    rows, note = economy_rows(runs), "the best agent's calls by the candidate's, over solved runs"
    if runs and not rows.n:
        rows, note = rows_of([(run, 0.0) for run in runs]), "no task was solved"
    return mean_points(rows, material, purpose="steps", note=note, missing=_NOT_RUN)


def _error_recovery(material: Material) -> Points:
    runs = _runs(material)
    met = [run for run in runs if run.figures.recovery.injected]
    if runs and not met:
        return Points(None, 0, "no injected fault was met: the candidate did not call the tools that fail")
    shares = rows_of([(run, run.figures.recovery.mended / run.figures.recovery.injected) for run in met])
    rows = replace(shares, weights=np.array([float(run.figures.recovery.injected) for run in met]))
    return mean_points(rows, material, purpose="recovery", note="injected faults overcome", missing=_NOT_RUN)


def _exact(run: AgentRun) -> float | None:
    return None if run.figures.is_exact is None else float(run.figures.is_exact)


def _checked(material: Material) -> Rows:
    """Whether the candidate was right on each suite example that is about tools."""
    baseline, candidate = material.sample.pairs.baseline, material.sample.pairs.candidate
    about_tools = baseline.value("tool_calls").known | candidate.value("tool_calls").known
    return material.sample.rows(candidate.value("suite_check").where(material.sample.is_checked & about_tools))


def _joined(one: Rows, other: Rows) -> Rows:
    """Both, no cluster of the one being one of the other."""
    offset = int(one.clusters.max()) + 1 if one.n else 0
    return Rows(
        np.concatenate([one.values, other.values]),
        np.concatenate([one.weights, other.weights]),
        np.concatenate([one.clusters, other.clusters + offset]),
        np.concatenate([one.buckets, other.buckets]),
    )


PLAN = Plan(
    key="agency",
    title="agentic competence",
    parts=(
        Part("tool calls", 0.5, _tool_calls),
        Part("step economy", 0.25, _step_economy),
        Part("error recovery", 0.25, _error_recovery),
    ),
)
