"""Runs plans when they are due: judge, decide, report, deliver; a missed time is made up for once, and said so."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from analytics.delivery.dispatch import Delivery, Dispatcher
from analytics.delivery.parcel import Parcel
from analytics.schedule.plan import Plan, due_times, times_after
from analytics.schedule.run import Due, ExperimentRun, Run
from analytics.schedule.state import Pending, PlanState, ScheduleState, load_state, save_state
from proxy.errors import UnderstudyError

_LOG = logging.getLogger(__name__)


class Reporter(Protocol):
    """Makes the reports of a run."""

    def report(self, experiment_id: str, *, judge: bool) -> Parcel:
        """Judge what is unjudged if asked to, decide, write the report.

        Raises:
            UnderstudyError: any of ours, by which the experiment fails in this run and no other one does.
        """


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Plans with what runs them.

    Attributes:
        state_path: File of the state; one scheduler at a time may use it.
        clock: The time now, aware.
    """

    plans: Sequence[Plan]
    state_path: Path
    reporter: Reporter
    dispatcher: Dispatcher
    clock: Callable[[], datetime]

    def run_due(self) -> Iterator[Run]:
        """Run each plan that is due, and remember it before the next one; a plan's first look only starts its clock.

        Raises:
            BadRecord: the state cannot be read.
            Unavailable: the state cannot be written; the run is done, and is done again later.
        """
        for plan in self.plans:
            due = self._due(plan)
            if due is not None:
                yield self._serve(plan, due)

    def run_now(self) -> Iterator[Run]:
        """Run every plan whatever the time, as for a run that something else scheduled.

        Raises:
            As `run_due`.
        """
        for plan in self.plans:
            yield self._serve(plan, Due(self.clock()))

    def next_at(self) -> datetime:
        """The next time of any plan."""
        now = self.clock()
        return min(next(times_after(plan, now)) for plan in self.plans)

    def _due(self, plan: Plan) -> Due | None:
        state = load_state(self.state_path)
        now = self.clock()
        served = state.plans.get(plan.name)
        if served is None:
            self._remember(plan, PlanState(served_until=now))
            return None
        times = due_times(plan, after=served.served_until, until=now)
        return Due(times[-1], missed=tuple(times[:-1])) if times else None

    def _serve(self, plan: Plan, due: Due) -> Run:
        if due.missed:
            _LOG.warning("plan %s: %s", plan.name, due.note)
        before = load_state(self.state_path).plans.get(plan.name) or PlanState(served_until=due.planned_at)
        run = Run(plan.name, due, tuple(self._report(plan, one, due=due, before=before) for one in plan.experiments))
        self._remember(plan, _after(before, run, plan=plan))
        return run

    def _report(self, plan: Plan, experiment_id: str, *, due: Due, before: PlanState) -> ExperimentRun:
        try:
            parcel = replace(self.reporter.report(experiment_id, judge=plan.judge), note=due.note)
        except UnderstudyError as error:
            _LOG.warning("plan %s: %s was not decided: %s", plan.name, experiment_id, error)
            name = type(error).__name__
            return ExperimentRun(experiment_id, error=name, detail=str(error), exit_code=error.exit_code)
        changed = parcel.changes.verdict_changed if parcel.changes else None
        return ExperimentRun(
            experiment_id,
            verdict=parcel.decision.verdict,
            verdict_changed=changed,
            report=str(parcel.folder / "report.html"),
            deliveries=self._deliver(plan, parcel, owed=_owed(before, experiment_id), is_news=changed is not False),
        )

    def _deliver(self, plan: Plan, parcel: Parcel, *, owed: Sequence[str], is_news: bool) -> tuple[Delivery, ...]:
        wanted = plan.deliver if is_news or plan.notify == "always" else [one for one in plan.deliver if one in owed]
        return self.dispatcher.dispatch(parcel, names=wanted)

    def _remember(self, plan: Plan, state: PlanState) -> None:
        whole = load_state(self.state_path)
        save_state(ScheduleState(plans=whole.plans | {plan.name: state}), self.state_path)


def _owed(state: PlanState, experiment_id: str) -> list[str]:
    return [one.channel for one in state.pending if one.experiment_id == experiment_id]


def _after(before: PlanState, run: Run, *, plan: Plan) -> PlanState:
    """The state after a run: counts grown, and what is still owed."""
    delivered, failures = dict(before.delivered), dict(before.failures)
    pending = {one for one in before.pending if one.experiment_id in plan.experiments and one.channel in plan.deliver}
    for one in run.experiments:
        if one.error:
            _count(failures, f"{one.experiment_id}: {one.error}")
        for delivery in one.deliveries:
            owed = Pending(experiment_id=one.experiment_id, channel=delivery.channel)
            if delivery.is_delivered:
                _count(delivered, delivery.channel)
                pending.discard(owed)
            else:
                _count(failures, f"{delivery.channel}: {delivery.error}")
                pending.add(owed)
    return PlanState(
        served_until=max(before.served_until, run.due.planned_at),
        runs=before.runs + 1,
        missed=before.missed + len(run.due.missed),
        delivered=delivered,
        failures=failures,
        pending=tuple(sorted(pending, key=lambda one: (one.experiment_id, one.channel))),
    )


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
