"""What is different from the previous report: the answer, and what it was made from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.decide.decision import Decision, GateResult
from analytics.report.figures import MISSING, write_count, write_interval, write_range
from analytics.report.report import Dated
from shadow.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Change:
    """One figure or word of both reports, as it is written."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether it is written differently."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Changes:
    """What the previous report said beside what this one says.

    Attributes:
        answers: Verdict, gates and score, changed or not.
        causes: Sentences that say what they were made from changed; at least one.
    """

    decided_at: datetime
    answers: tuple[Change, ...]
    causes: tuple[str, ...]

    @property
    def verdict_changed(self) -> bool:
        """Whether the answer is another one."""
        return self.answers[0].differs


def compare_reports(previous: Dated, decision: Decision) -> Changes:
    """The previous decision beside the present one, of the same experiment."""
    before = previous.decision
    return Changes(
        decided_at=previous.decided_at,
        answers=(
            Change("verdict", before.verdict, decision.verdict),
            Change("decided by", before.deciding_metric or MISSING, decision.deciding_metric or MISSING),
            *_compare_gates(before.gates, decision.gates),
            Change("score", _write_score(before), _write_score(decision)),
            *_compare_factors(before, decision),
            Change("pairs", write_count(before.pairs), write_count(decision.pairs)),
        ),
        causes=tuple(_causes(before, decision)) or ("Nothing: both rest on the same evidence.",),
    )


def _compare_gates(before: Sequence[GateResult], after: Sequence[GateResult]) -> Iterator[Change]:
    olds, news = ({gate.gate: gate for gate in gates} for gates in (before, after))
    for name in dict.fromkeys([*news, *olds]):
        title = (news.get(name) or olds[name]).title
        yield Change(f"{name} {title}", _write_gate(olds.get(name)), _write_gate(news.get(name)))


def _compare_factors(before: Decision, after: Decision) -> Iterator[Change]:
    olds, news = ({one.name: write_range(one.low, one.high) for one in of.score.factors} for of in (before, after))
    for name in dict.fromkeys([*news, *olds]):
        yield Change(name, olds.get(name, MISSING), news.get(name, MISSING))


def _write_gate(gate: GateResult | None) -> str:
    if gate is None:
        return MISSING
    return f"{gate.status}, {write_interval(gate.value, unit=gate.unit, threshold=gate.threshold)}"


def _write_score(decision: Decision) -> str:
    return write_range(decision.score.low, decision.score.high)


def _causes(before: Decision, after: Decision) -> Iterator[str]:
    yield from _deployment_causes("baseline", before.baseline, after.baseline)
    yield from _deployment_causes("candidate", before.candidate, after.candidate)
    yield from _map_causes(before.hashes, after.hashes, what="hash of")
    yield from _map_causes(before.judge_versions, after.judge_versions, what="version of the judge")
    if before.profile != after.profile:
        yield f"The profile was {before.profile} and is {after.profile}."
    if before.seed != after.seed:
        yield f"The seed of the resampling was {before.seed} and is {after.seed}."
    if (more := after.pairs - before.pairs) != 0:
        yield f"The evidence has {write_count(abs(more))} {'more' if more > 0 else 'fewer'} pairs."
    elif (before.last_at, before.coverage) != (after.last_at, after.coverage):
        yield "The evidence has as many pairs, from another span of traffic."


def _deployment_causes(role: str, before: Deployment, after: Deployment) -> Iterator[str]:
    if before.fingerprint == after.fingerprint:
        return
    olds, news = before.model_dump(exclude={"probed"}), after.model_dump(exclude={"probed"})
    fields = [name.replace("_", " ") for name in olds if olds[name] != news[name]]
    what = ", ".join(fields) or "what probing found"
    yield f"The {role} is another deployment ({before.fingerprint}, now {after.fingerprint}): {what}."


def _map_causes(before: Mapping[str, str], after: Mapping[str, str], *, what: str) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, MISSING), after.get(name, MISSING)
        if old != new:
            yield f"The {what} {name} was {old or MISSING} and is {new or MISSING}."
