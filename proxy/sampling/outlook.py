"""The outlook: which share of conversations is wanted until when, and the small file in which it survives a restart."""

import contextlib
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AwareDatetime, Field

from proxy.errors import BadRecord
from proxy.published import Published

_LOG = logging.getLogger(__name__)
_MOST_STEPS = 1_000
_MAX_FILE_BYTES = 262_144


class Step(NamedTuple):
    """Up to `until` the share `ratio` is wanted at least."""

    ratio: Annotated[float, Field(gt=0, le=1)]
    until: AwareDatetime


class Outlook(Published):
    """What experiments want from now on if none of them changes: a falling staircase."""

    version: Literal[1] = 1
    steps: tuple[Step, ...] = Field(default=(), max_length=_MOST_STEPS, description="Ratios fall, times rise.")

    def ratio(self, *, now: datetime) -> float:
        """The share that is wanted at `now` (aware UTC), [0, 1]."""
        return next((step.ratio for step in self.steps if now < step.until), 0.0)


def outlook_of(wishes: Iterable[tuple[float, datetime]]) -> Outlook:
    """The staircase of wishes (share, expiry); one that a larger and longer one covers is no step of it.

    Beyond 1,000 steps the last one stands for all that are left: it wants too much rather than too little.
    """
    steps: list[Step] = []
    for ratio, until in sorted(wishes, reverse=True):
        if not steps or until > steps[-1].until:
            steps.append(Step(ratio, until))
    if len(steps) > _MOST_STEPS:
        steps[_MOST_STEPS - 1 :] = [Step(steps[_MOST_STEPS - 1].ratio, steps[-1].until)]
    return Outlook(steps=tuple(steps))


class OutlookFile:
    """One outlook on disk, replaced as a whole; a file that cannot be read is as good as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_suffix(".new")

    def read(self) -> Outlook | None:
        """The outlook that was written last; None without one, or when it is damaged or of another release."""
        try:
            with self._path.open("rb") as file:
                return Outlook.from_bytes(file.read(_MAX_FILE_BYTES))
        except FileNotFoundError:
            return None
        except (BadRecord, OSError) as error:
            _LOG.warning("%s is not read, as if it were not there: %s", self._path, error)
            return None

    def write(self, outlook: Outlook) -> None:
        """Replace the outlook; where that fails the old one goes too, since it may be wrong by now."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(outlook.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            self._new.replace(self._path)
        except OSError as error:
            _LOG.warning("%s was not written (%s)", self._path, error.strerror)
            for file_path in (self._path, self._new):
                with contextlib.suppress(OSError):
                    file_path.unlink(missing_ok=True)
