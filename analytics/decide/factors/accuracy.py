"""Task accuracy: held-out examples, instructions followed, formats kept. Source: MEASURES section 3."""

from analytics.decide.factors.points import Material, Part, Plan, Points, mean_points
from analytics.decide.gate_accuracy import accuracy_rows
from analytics.decide.sample import format_value


def _accuracy(material: Material) -> Points:
    rows, is_production = accuracy_rows(material.sample)
    note = "weighted as in live traffic" if is_production else "weighted as the suite says"
    missing = "no held-out example was checked in both lanes"
    return mean_points(rows, material, purpose="accuracy", note=note, missing=missing)


def _format(material: Material) -> Points:
    rows = material.sample.rows(format_value(material.sample.pairs.candidate))
    note, missing = "JSON and tool calls that were asked for", "no request asked for JSON or a tool call"
    return mean_points(rows, material, purpose="format", note=note, missing=missing)


def _instructions(material: Material) -> Points:
    rows = material.sample.rows(material.sample.pairs.candidate.value("instructions"))
    note, missing = "verifiable instructions that were followed, strictly", "no request gives a verifiable instruction"
    return mean_points(rows, material, purpose="instructions", note=note, missing=missing)


PLAN = Plan(
    key="accuracy",
    title="task accuracy",
    parts=(
        Part("stratified accuracy", 0.6, _accuracy),
        Part("instruction following", 0.2, _instructions),
        Part("format compliance", 0.2, _format),
    ),
)
