"""One run of an agent in a closed loop, reduced to what is counted: the part of the evidence that agency rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from judges.agents import Figures
from shadow.replay import Lane


@dataclass(frozen=True, slots=True)
class AgentRun:
    """What one lane did on one task in one trial. Holds no payload.

    Attributes:
        suite: name@hash.
        is_solved: By the world's end state and the answer; None when the lane gave no reply, so that nothing is known.
        reference_steps: Calls of the best agent, injected faults included; None without a reference.
        run_ms: First request to end, ms.
    """

    suite: str
    world: str
    task_id: str
    trial: int
    lane: Lane
    is_solved: bool | None
    reference_steps: int | None
    figures: Figures
    run_ms: float | None = None

    @property
    def cluster(self) -> str:
        """Runs of the same task are not independent."""
        return f"{self.suite} {self.task_id}"

    @property
    def economy(self) -> float | None:
        """The best agent's calls by this one's, in [0, 1]; None unless the task was solved."""
        if self.is_solved is not True or self.reference_steps is None:
            return None
        return min(1.0, self.reference_steps / self.figures.steps) if self.figures.steps else 1.0


def known_runs(runs: Iterable[AgentRun], *, lane: Lane) -> tuple[AgentRun, ...]:
    """Runs of a lane of which something is known, in one fixed order."""
    found = (run for run in runs if run.lane is lane and run.is_solved is not None)
    return tuple(sorted(found, key=lambda run: (run.suite, run.task_id, run.trial)))
