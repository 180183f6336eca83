"""Agentic competence: tool calls, steps and recovery. Source: MEASURES section 3."""

from analytics.decide.evidence import PairFacts
from analytics.decide.factors.points import Material, Part, Plan, Points, mean_points, unmeasured
from analytics.decide.sample import take_rows, value_of


def _tool_calls(material: Material) -> Points:
    rows = take_rows(material.sample.checked, _tool_value)
    note, missing = "suite examples that are about tools", "no suite example is about tools"
    return mean_points(rows, material, purpose="tools", note=note, missing=missing)


def _tool_value(pair: PairFacts) -> float | None:
    is_about_tools = any(value_of(lane, "tool_calls") is not None for lane in (pair.baseline, pair.candidate))
    return value_of(pair.candidate, "suite_check") if is_about_tools else None


PLAN = Plan(
    key="agency",
    title="agentic competence",
    parts=(
        Part("tool calls", 0.5, _tool_calls),
        Part("step economy", 0.25, unmeasured("single calls are replayed, not whole agent runs")),
        Part("error recovery", 0.25, unmeasured("no tool errors are injected")),
    ),
)
