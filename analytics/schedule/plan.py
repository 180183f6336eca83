"""A plan: which experiments are judged, decided and reported at which times, and who gets the reports."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from proxy.errors import UsageError

type ChannelName = Literal["folder", "object-store", "email", "slack", "webhook"]

_MOST_MISSED = 10_000
"""Missed times that are counted; a schedule that was away for longer missed at least so many."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = f"there is no time zone {name!r}; use a name such as Europe/Berlin or UTC"
        raise ValueError(message) from None
    return name


def _known_cron(expression: str) -> str:
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        message = f"{expression!r} is no cron expression with a time; five fields, such as 30 6 * * mon-fri"
        raise ValueError(message) from None
    return expression


class Plan(BaseModel):
    """One entry of a schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="Name of the plan, unique in its file.")
    cron: Annotated[str, AfterValidator(_known_cron)] = Field(description="Cron expression of five fields.")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="IANA name of the time zone in which the expression holds."
    )
    experiments: tuple[str, ...] = Field(min_length=1, description="Experiments to report on.")
    judge: bool = Field(default=True, description="Whether to judge what is unjudged first.")
    deliver: tuple[ChannelName, ...] = Field(default=(), description="Channels that get each report.")
    notify: Literal["always", "changed"] = Field(
        default="always", description="Whether every report is delivered, or only one whose verdict is another one."
    )


class PlanFile(BaseModel):
    """A schedule as its TOML file has it: tables `[[plan]]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: tuple[Plan, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique_names(self) -> "PlanFile":
        if len({one.name for one in self.plan}) != len(self.plan):
            message = "two plans have the same name; give each its own"
            raise ValueError(message)
        return self


def load_plans(path: Path) -> tuple[Plan, ...]:
    """The plans of a file.

    Raises:
        UsageError: there is no such file, or it is no schedule; the message says which field is wrong.
    """
    try:
        return PlanFile.model_validate(tomllib.loads(path.read_text("utf-8"))).plan
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"cannot read the schedule {path}: {error}"
        raise UsageError(message) from error
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        message = f"the schedule {path} is wrong: {'; '.join(wrong)}"
        raise UsageError(message) from None


def times_after(plan: Plan, moment: datetime) -> Iterator[datetime]:
    """The plan's times after a moment, in order, aware in the plan's time zone.

    At the change to summer time a time that the day does not have runs at the change; at the change back a time that
    the day has twice runs once.  Source: Debian's cron, which CronSim follows.
    """
    yield from CronSim(plan.cron, moment.astimezone(ZoneInfo(plan.time_zone)))


def due_times(plan: Plan, *, after: datetime, until: datetime) -> list[datetime]:
    """The plan's times in (after, until], at most 10,000 of them."""
    return list(islice(takewhile(lambda due: due <= until, times_after(plan, after)), _MOST_MISSED))
