"""What a schedule remembers between runs: what it has served, what it counted, and what is still to be delivered."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from analytics.report.files import replace_file
from proxy.errors import BadRecord, Unavailable, UsageError


class Pending(BaseModel):
    """A report that a channel has not got yet; it is tried again at the next run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment_id: str
    channel: str


class PlanState(BaseModel):
    """One plan's memory; counts are since the state began."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    served_until: AwareDatetime = Field(description="Times up to here were run, or were made up for by a later run.")
    runs: int = Field(default=0, ge=0)
    missed: int = Field(default=0, ge=0, description="Times at which nothing ran.")
    delivered: dict[str, int] = Field(default_factory=dict, description="Reports delivered, by channel.")
    failures: dict[str, int] = Field(
        default_factory=dict, description="What failed, by experiment or channel and the error's name."
    )
    pending: tuple[Pending, ...] = ()


class ScheduleState(BaseModel):
    """The memory of all plans of a schedule, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plans: dict[str, PlanState] = Field(default_factory=dict)


def load_state(path: Path) -> ScheduleState:
    """The state at `path`; a new one when there is no such file.

    Raises:
        BadRecord: the file is no state of a schedule; it is left as it is.
    """
    try:
        return ScheduleState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ScheduleState()
    except (OSError, ValidationError) as error:
        message = f"{path} is no state of a schedule ({type(error).__name__}); move it away to begin anew"
        raise BadRecord(message) from None


def save_state(state: ScheduleState, path: Path) -> None:
    """Put the state in its place, whole.

    Raises:
        Unavailable: the folder cannot be written now.
    """
    try:
        replace_file(path, (state.model_dump_json(indent=2) + "\n").encode())
    except OSError as error:
        message = f"cannot write the schedule's state {path} ({error.strerror})"
        raise Unavailable(message) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the state at `path` alone; the lock ends with the block or the process.

    Raises:
        UsageError: another scheduler holds it, or its folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError as error:
        message = f"cannot write beside the schedule's state {path} ({error.strerror}); choose a place with --state"
        raise UsageError(message) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another scheduler runs on {path}; give this one another file with --state"
            raise UsageError(message) from None
        yield
