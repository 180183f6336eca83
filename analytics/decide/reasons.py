"""A verdict in words: what decided, why, and what more would be needed. Decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.decide import gate_accuracy, gate_catastrophe, gate_latency, gates_further
from analytics.decide.decision import Component, GateResult, GateStatus, Score, ValidityCheck, Verdict
from analytics.decide.pace import tell_hours
from analytics.decide.score import missing_components

METRICS = {
    gate_latency.GATE: gate_latency.METRIC,
    gate_accuracy.GATE: gate_accuracy.METRIC,
    gate_catastrophe.GATE: gate_catastrophe.METRIC,
    **gates_further.METRICS,
}
"""Short name of the metric by gate."""
_UNITS = {
    gate_latency.GATE: "requests",
    gate_accuracy.GATE: "held-out examples",
    gate_catastrophe.GATE: "answers in the dangerous categories",
    gates_further.FORMAT: "answers that have to keep a format",
    gates_further.TOOLS: "held-out examples about tools",
    gates_further.REFUSALS: "answers",
    gates_further.LEAKS: "answers",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict with what led to it.

    Attributes:
        adjusted: Holm's p-values, one per gate.
        failed: Gates that fail after Holm's correction, in the order of the gates.
    """

    verdict: Verdict
    validity: tuple[ValidityCheck, ...]
    gates: tuple[GateResult, ...]
    adjusted: tuple[float, ...]
    failed: tuple[GateResult, ...]
    score: Score

    @property
    def broken(self) -> tuple[ValidityCheck, ...]:
        """Checks that failed."""
        return tuple(check for check in self.validity if not check.passed)

    @property
    def open_gates(self) -> tuple[GateResult, ...]:
        """Gates that neither pass nor surely fail."""
        return tuple(gate for gate in self.gates if gate.status is not GateStatus.PASS and gate not in self.failed)


def deciding_metric(outcome: Outcome) -> str:
    """The check, gate or component that decided; for GO the gate that passed with the least room."""
    if outcome.broken:
        return f"validity: {outcome.broken[0].name}"
    if outcome.verdict is Verdict.GO:
        return METRICS[min(outcome.gates, key=_room).gate]
    if gates := outcome.failed or outcome.open_gates:
        return METRICS[gates[0].gate]
    return f"score: {missing_components(outcome.score)[0].name}"


def reasons(outcome: Outcome) -> tuple[str, ...]:
    """Sentences, the deciding one first; every gate is among them, whatever decided."""
    first = deciding_metric(outcome)
    checks = [f"Validity: {check.name} does not hold. {check.detail}" for check in outcome.broken]
    gates = sorted(outcome.gates, key=lambda gate: (METRICS[gate.gate] != first, gate not in outcome.failed, gate.gate))
    missing = [f"Score: {part.name} is missing, {part.note}." for part in missing_components(outcome.score)]
    sentences = [_gate_sentence(gate, outcome) for gate in gates]
    return tuple([*missing, *sentences] if first.startswith("score:") else [*checks, *sentences, *missing])


def needs(outcome: Outcome) -> tuple[str, ...]:
    """What more evidence is needed; empty for GO and NO-GO."""
    return tuple(_needs(outcome)) if outcome.verdict is Verdict.INSUFFICIENT else ()


def _needs(outcome: Outcome) -> Iterator[str]:
    for check in outcome.broken:
        yield _check_need(check)
    for gate in outcome.open_gates:
        yield f"{METRICS[gate.gate]}: {_gate_need(gate)}"
    for part in missing_components(outcome.score):
        yield f"Score: {part.name}{_part_need(part)}, or declare it not applicable in the score card before the run."


def _check_need(check: ValidityCheck) -> str:
    if check.needed is None:
        return f"Mend and run again: {check.name}."
    return f"Validity, {check.name}: {check.needed} more pairs, {tell_hours(check.needed_hours)}."


def _gate_need(gate: GateResult) -> str:
    units = _UNITS[gate.gate]
    if gate.needed is not None:
        return f"about {gate.needed} more {units}, {tell_hours(gate.needed_hours)}, if all goes on as it did."
    if gate.status is GateStatus.FAIL:
        return f"more {units}, until it fails beyond doubt or no longer fails."
    return f"more of the same will not settle it. {gate.detail}"


def _part_need(part: Component) -> str:
    if part.needed is None:
        return f" ({part.note})"
    return f" ({part.note}): {part.needed} more, {tell_hours(part.needed_hours)}"


def _gate_sentence(gate: GateResult, outcome: Outcome) -> str:
    sentence = f"{METRICS[gate.gate]} is {gate.status}: {gate.detail}"
    adjusted = outcome.adjusted[outcome.gates.index(gate)]
    if gate in outcome.failed:
        return f"{sentence} After Holm's correction over the gates p is {adjusted:.4g}."
    if gate.status is GateStatus.FAIL:
        return f"{sentence} Alone it fails, but not after Holm's correction over the gates: p is {adjusted:.4g}."
    return sentence


def _room(gate: GateResult) -> float:
    """How far the bound that decided lies from the threshold, as a share of the threshold."""
    if gate.value is None:
        return 0.0
    if gate.gate == gate_accuracy.GATE:
        return (gate.value.low or 0.0) / gate.threshold - 1
    return 1 - (gate.value.high or 0.0) / gate.threshold
