from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.schedule.plan import Plan, due_times, load_plans, times_after
from proxy.errors import UsageError

_BERLIN = ZoneInfo("Europe/Berlin")


def _plan(**changes: Any) -> Plan:
    fields = {"name": "nightly", "cron": "30 2 * * *", "time_zone": "Europe/Berlin", "experiments": ("llama-awq",)}
    return Plan.model_validate(fields | changes)


def test_times_are_of_the_plan_s_time_zone() -> None:
    first = next(times_after(_plan(cron="0 6 * * mon-fri"), datetime(2026, 11, 27, 6, tzinfo=UTC)))
    assert first == datetime(2026, 11, 30, 5, tzinfo=UTC)
    assert first.tzinfo == _BERLIN


def test_a_time_that_the_day_of_summer_time_lacks_runs_at_the_change() -> None:
    days = list(islice(times_after(_plan(), datetime(2026, 3, 28, 12, tzinfo=UTC)), 2))
    assert days == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]


def test_a_time_that_a_day_has_twice_runs_once() -> None:
    days = due_times(
        _plan(), after=datetime(2026, 10, 24, 12, tzinfo=UTC), until=datetime(2026, 10, 25, 12, tzinfo=UTC)
    )
    assert len(days) == 1


def test_what_is_due_excludes_the_start_and_includes_the_end() -> None:
    start, end = datetime(2026, 11, 1, 1, 30, tzinfo=UTC), datetime(2026, 11, 3, 1, 30, tzinfo=UTC)
    assert [day.day for day in due_times(_plan(), after=start, until=end)] == [2, 3]
    assert due_times(_plan(), after=start, until=start) == []


def test_years_of_missed_minutes_are_counted_to_a_bound() -> None:
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    assert len(due_times(_plan(cron="* * * * *"), after=start, until=end)) == 10_000


def test_a_file_s_plans_are_read(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_text('[[plan]]\nname = "nightly"\ncron = "0 6 * * *"\nexperiments = ["a", "b"]\ndeliver = ["folder"]\n')
    (plan,) = load_plans(path)
    assert (plan.time_zone, plan.judge, plan.deliver, plan.notify) == ("UTC", True, ("folder",), "always")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('cron = "61 * * * *"', "no cron expression"),
        ('cron = "0 0 31 2 *"', "no cron expression"),
        ('cron = "0 6 * * *"\ntime_zone = "Mars/Olympus"', "no time zone"),
        ('cron = "0 6 * * *"\ntime_zone = "../../etc/passwd"', "no time zone"),
        ('cron = "0 6 * * *"\ndeliver = ["pigeon"]', "deliver"),
        ('cron = "0 6 * * *"\ncolour = "red"', "colour"),
        ('cron = "0 6 * * *"\n[[plan]]\nname = "nightly"\ncron = "0 7 * * *"\nexperiments = ["a"]', "same name"),
        ("cron = 6 6", "cannot read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "plans.toml"
    path.write_text(f'[[plan]]\nname = "nightly"\nexperiments = ["a"]\n{line}\n')
    with pytest.raises(UsageError, match=words):
        load_plans(path)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_plans(tmp_path / "nowhere.toml")
