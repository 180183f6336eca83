"""What is delivered: the files of one report, and a message that says in short what they say."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analytics.decide.decision import Decision
from analytics.report.changes import Changes
from analytics.report.characters import reveal
from analytics.report.figures import write_range

FILES = ("report.html", "report.md", "decision.json")
"""Names of a report's files, the one for people first."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report on its way.

    Attributes:
        folder: Where its files are.
        made_at: When the report was made, aware UTC.
        changes: What is different from the report before, or None.
        note: What the schedule has to say, such as runs that were missed; or empty.
    """

    decision: Decision
    folder: Path
    made_at: datetime
    changes: Changes | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """The experiment and the time, as a path that sorts by time."""
        return f"{self.decision.experiment_id}/{self.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def read(self, name: str) -> bytes:
        """The bytes of one of its files."""
        return (self.folder / name).read_bytes()


def write_subject(parcel: Parcel) -> str:
    """One line: the verdict, whether it is new, and what it is about."""
    decision = parcel.decision
    new = " (was " + parcel.changes.answers[0].before + ")" if parcel.changes and parcel.changes.verdict_changed else ""
    return _line(
        f"{decision.verdict}{new}: {decision.candidate.deployment_id} in place of {decision.baseline.deployment_id}"
    )


def write_message(parcel: Parcel) -> str:
    """Some lines of plain text: what was decided, why, and what is different from the report before."""
    decision = parcel.decision
    score = write_range(decision.score.low, decision.score.high)
    lines = [
        write_subject(parcel),
        *decision.reasons[:1],
        f"Experiment {decision.experiment_id}; decided by {decision.deciding_metric}; score {score} of 10.",
        *decision.needs,
    ]
    if parcel.changes:
        lines += [f"Since the previous report: {cause}" for cause in parcel.changes.causes]
    return "\n".join(_line(line) for line in [*lines, parcel.note] if line)


def _line(text: str) -> str:
    return reveal(" ".join(text.split()))
