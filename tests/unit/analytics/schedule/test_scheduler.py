from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.delivery.dispatch import Dispatcher
from analytics.delivery.folder import FolderChannel
from analytics.delivery.parcel import Parcel
from analytics.schedule.plan import Plan
from analytics.schedule.run import Run
from analytics.schedule.scheduler import Scheduler
from analytics.schedule.showing import line_of
from analytics.schedule.state import PlanState, load_state
from proxy.errors import UnderstudyError, UsageError
from tests.unit.analytics.delivery.parcels import parcel

_MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class World:
    """A clock to turn, reports to make, a folder to deliver to; in place of a store, which other tests have.

    Attributes:
        failures: What an experiment fails with, by its id.
        asked: Experiments that were reported, and whether they were judged.
    """

    folder: Path
    now: datetime = _MIDNIGHT
    failures: dict[str, UnderstudyError] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)

    def report(self, experiment_id: str, *, judge: bool) -> Parcel:
        self.asked.append((experiment_id, judge))
        if experiment_id in self.failures:
            raise self.failures[experiment_id]
        return parcel(self.folder / "reports", experiment_id=experiment_id, **self.changes)

    def scheduler(self, *plans: Plan) -> Scheduler:
        channel = FolderChannel(self.folder / "out")
        dispatcher = Dispatcher([channel], attempts=2, first_wait_s=0.01, sleep=lambda _wait_s: None)
        return Scheduler(
            plans, state_path=self.folder / "state.json", reporter=self, dispatcher=dispatcher, clock=lambda: self.now
        )

    def state(self, name: str = "nightly") -> PlanState:
        return load_state(self.folder / "state.json").plans[name]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _plan(**changes: Any) -> Plan:
    fields = {"name": "nightly", "cron": "0 6 * * *", "experiments": ("a",), "deliver": ("folder",)}
    return Plan.model_validate(fields | changes)


def _run(world: World, *plans: Plan, after: timedelta) -> list[Run]:
    scheduler = world.scheduler(*plans)
    list(scheduler.run_due())
    world.now += after
    return list(scheduler.run_due())


def test_the_first_look_only_starts_the_clock(world: World) -> None:
    world.now = _MIDNIGHT.replace(hour=7)
    assert list(world.scheduler(_plan()).run_due()) == []
    assert world.asked == []


def test_a_plan_runs_once_when_its_time_has_come(world: World) -> None:
    (run,) = _run(world, _plan(judge=False), after=timedelta(hours=6, seconds=5))
    assert run.due.planned_at == _MIDNIGHT.replace(hour=6)
    assert (run.due.missed, run.due.note, run.exit_code) == ((), "", 0)
    assert world.asked == [("a", False)]
    assert list(world.scheduler(_plan()).run_due()) == []
    assert (world.folder / "out/a/latest/report.html").exists()
    assert world.state().delivered == {"folder": 1}


def test_missed_runs_are_made_up_for_once_and_it_is_said(world: World) -> None:
    (run,) = _run(world, _plan(), after=timedelta(days=3, hours=7))
    assert [time.day for time in run.due.missed] == [1, 2, 3]
    assert run.due.note.startswith("3 runs were missed, from 2026-11-01 06:00 UTC to 2026-11-03 06:00 UTC")
    assert run.due.note in line_of(run)
    assert world.asked == [("a", True)]
    assert (world.state().runs, world.state().missed) == (1, 3)


def test_a_restart_goes_on_where_the_state_is(world: World) -> None:
    list(world.scheduler(_plan()).run_due())
    world.now += timedelta(hours=7)
    (run,) = list(world.scheduler(_plan()).run_due())
    assert run.due.planned_at.hour == 6


def test_an_experiment_that_fails_keeps_no_other_from_its_report(world: World) -> None:
    world.failures = {"a": UsageError("the store knows no experiment a")}
    (run,) = _run(world, _plan(experiments=("a", "b")), after=timedelta(hours=7))
    assert [(one.experiment_id, one.error) for one in run.experiments] == [("a", "UsageError"), ("b", "")]
    assert run.exit_code == 64
    assert world.state().failures == {"a: UsageError": 1}
    assert "a: not decided, UsageError" in line_of(run)


def test_a_report_that_was_not_delivered_stays_and_is_delivered_with_the_next_run(world: World) -> None:
    (world.folder / "out").write_text("in the way")
    plan = _plan(notify="changed")
    (run,) = _run(world, plan, after=timedelta(hours=7))
    assert run.exit_code == 75
    assert world.state().failures == {"folder: Unavailable": 1}
    assert [one.channel for one in world.state().pending] == ["folder"]
    assert (world.folder / "reports/a/report.html").exists()
    (world.folder / "out").unlink()
    world.now += timedelta(days=1)
    world.changes = {"verdict": "NO-GO"}
    (run,) = list(world.scheduler(plan).run_due())
    assert run.experiments[0].verdict_changed is False
    assert (world.folder / "out/a/latest/report.html").exists()
    assert (world.state().pending, world.state().delivered) == ((), {"folder": 1})


def test_a_verdict_that_is_the_same_is_not_told_where_only_news_is_wanted(world: World) -> None:
    world.changes = {"verdict": "NO-GO"}
    (run,) = _run(world, _plan(notify="changed"), after=timedelta(hours=7))
    assert run.experiments[0].deliveries == ()
    assert not (world.folder / "out").exists()


def test_run_now_asks_for_no_time(world: World) -> None:
    runs = list(world.scheduler(_plan(), _plan(name="weekly", cron="0 6 * * 0")).run_now())
    assert [run.plan for run in runs] == ["nightly", "weekly"]
    assert runs[0].as_row()["planned_at"] == _MIDNIGHT.isoformat()


def test_the_next_time_is_the_earliest_of_any_plan(world: World) -> None:
    scheduler = world.scheduler(_plan(), _plan(name="hourly", cron="0 * * * *"))
    assert scheduler.next_at() == _MIDNIGHT + timedelta(hours=1)
