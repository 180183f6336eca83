"""Agentic competence: tool calls, steps and recovery. Source: MEASURES section 3."""

from analytics.decide.factors.points import Material, Part, Plan, Points, mean_points, unmeasured


def _tool_calls(material: Material) -> Points:
    baseline, candidate = material.sample.pairs.baseline, material.sample.pairs.candidate
    about_tools = baseline.value("tool_calls").known | candidate.value("tool_calls").known
    rows = material.sample.rows(candidate.value("suite_check").where(material.sample.is_checked & about_tools))
    note, missing = "suite examples that are about tools", "no suite example is about tools"
    return mean_points(rows, material, purpose="tools", note=note, missing=missing)


PLAN = Plan(
    key="agency",
    title="agentic competence",
    parts=(
        Part("tool calls", 0.5, _tool_calls),
        Part("step economy", 0.25, unmeasured("single calls are replayed, not whole agent runs")),
        Part("error recovery", 0.25, unmeasured("no tool errors are injected")),
    ),
)
