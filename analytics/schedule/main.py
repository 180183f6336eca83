"""Wiring of the schedule: its plans, its state, and the verbs' own judging and deciding."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from analytics.delivery.main import open_dispatcher
from analytics.delivery.parcel import Parcel
from analytics.main import decide_and_index, list_judges, opened_jury, run_judges
from analytics.schedule.plan import load_plans, times_after
from analytics.schedule.run import Run
from analytics.schedule.scheduler import Scheduler
from analytics.schedule.state import locked
from analytics.schedule.stopping import stop_event
from analytics.settings import AnalyticsSettings, DeliverySettings


@dataclass(frozen=True, slots=True)
class _Reporter:
    """Makes the reports of a schedule."""

    folder: Path | None

    def report(self, experiment_id: str, *, judge: bool) -> Parcel:
        if judge:
            with opened_jury() as jury:
                run_judges(experiment_id, judges=list_judges(), run=lambda cases, names: jury.run(cases, names=names))
        written = decide_and_index(experiment_id, folder=self.folder)
        now = datetime.now(UTC)
        return Parcel(written.decision, folder=written.report.parent, made_at=now, changes=written.changes)


@contextmanager
def open_schedule(file: Path, *, state: Path | None = None, folder: Path | None = None) -> Iterator[Scheduler]:
    """A scheduler of the plans in a file, alone on its state for the length of the block.

    Args:
        state: File of the state; by default beside the reports.

    Raises:
        UsageError: the file is no schedule, a channel is not set up, or another scheduler holds the state.
    """
    plans = load_plans(file)
    names = sorted({name for plan in plans for name in plan.deliver})
    state_path = state or AnalyticsSettings().report_dir / "schedule.json"
    with locked(state_path):
        yield Scheduler(
            plans,
            state_path=state_path,
            reporter=_Reporter(folder),
            dispatcher=open_dispatcher(DeliverySettings(), names=names),
            clock=lambda: datetime.now(UTC),
        )


def run_schedule(scheduler: Scheduler, *, once: bool, now: bool) -> Iterator[Run]:
    """The runs as they are done: what is due, every plan now, or whatever becomes due until SIGTERM."""
    if now:
        yield from scheduler.run_now()
        return
    if once:
        yield from scheduler.run_due()
        return
    stopped = stop_event()
    yield from scheduler.run_due()
    while not stopped.wait(max(0.0, (scheduler.next_at() - datetime.now(UTC)).total_seconds())):
        yield from scheduler.run_due()


def list_times(file: Path, *, count: int) -> dict[str, list[str]]:
    """The next times of each plan of a file, ISO 8601."""
    now = datetime.now(UTC)
    return {plan.name: [at.isoformat() for at in islice(times_after(plan, now), count)] for plan in load_plans(file)}
