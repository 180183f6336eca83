"""What one run of a plan did: its experiments, their verdicts, and what came of the deliveries. Only records."""

from dataclasses import asdict, dataclass
from datetime import datetime

from analytics.delivery.dispatch import Delivery


@dataclass(frozen=True, slots=True)
class Due:
    """A run that is due.

    Attributes:
        planned_at: The time that it is for: the last one that has come.
        missed: Earlier times at which nothing ran; this run makes up for all of them at once.
    """

    planned_at: datetime
    missed: tuple[datetime, ...] = ()

    @property
    def note(self) -> str:
        """A sentence about missed times, or empty."""
        if not self.missed:
            return ""
        first, last = (f"{time:%Y-%m-%d %H:%M %Z}" for time in (self.missed[0], self.missed[-1]))
        if len(self.missed) == 1:
            return f"The run of {first} was missed; this one makes up for it."
        return f"{len(self.missed):,} runs were missed, from {first} to {last}; this one makes up for all of them."


@dataclass(frozen=True, slots=True)
class ExperimentRun:
    """What came of one experiment.

    Attributes:
        verdict: Empty when it could not be decided.
        report: Path of the page, or empty.
        error: Name of the error that stopped it, or empty.
        exit_code: Of that error, or 0.
    """

    experiment_id: str
    verdict: str = ""
    verdict_changed: bool | None = None
    report: str = ""
    error: str = ""
    detail: str = ""
    exit_code: int = 0
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a plan."""

    plan: str
    due: Due
    experiments: tuple[ExperimentRun, ...]

    @property
    def exit_code(self) -> int:
        """0 when all was decided and delivered; the first error's code; 75 when only a delivery failed."""
        failed = [one.exit_code for one in self.experiments if one.error]
        undelivered = any(not it.is_delivered for one in self.experiments for it in one.deliveries)
        return failed[0] if failed else UNDELIVERED * undelivered

    def as_row(self) -> dict[str, object]:
        """For machines."""
        return {
            "plan": self.plan,
            "planned_at": self.due.planned_at.isoformat(),
            "missed": [time.isoformat() for time in self.due.missed],
            "note": self.due.note,
            "experiments": [asdict(one) for one in self.experiments],
        }


UNDELIVERED = 75
"""Exit code when a report could not be delivered; it is tried again.  Source: EX_TEMPFAIL of sysexits.h."""
