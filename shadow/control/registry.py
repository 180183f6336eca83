"""The experiments as the compacted topic holds them: read to its end, changed by appending a new version."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from proxy.errors import BadRecord, Refused, UsageError
from proxy.log.record import Producer, Record
from proxy.log.topics import EXPERIMENTS
from shadow.experiment import Experiment, State

_LOG = logging.getLogger(__name__)

type ReadAll = Callable[[str], Awaitable[list[Record]]]

_ALLOWED = {
    State.CREATED: {State.ENABLED, State.DISABLED},
    State.ENABLED: {State.PAUSED, State.DISABLED},
    State.PAUSED: {State.ENABLED, State.DISABLED},
    State.DISABLED: set[State](),
}


class Registry:
    """Experiments by id. Every change is a new record with its author and time: the topic's history is the audit log.

    Args:
        read_all: Reads a topic to its present end.
        clock: Gives the time now, aware UTC.
    """

    def __init__(
        self, *, producer: Producer, read_all: ReadAll, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._producer = producer
        self._read_all = read_all
        self._clock = clock

    async def all(self) -> dict[str, Experiment]:
        """The last version of every experiment, by id."""
        found: dict[str, Experiment] = {}
        for record in await self._read_all(EXPERIMENTS.name):
            try:
                experiment = Experiment.from_bytes(record.value)
            except BadRecord as error:
                _LOG.warning("experiment record %s is ignored: %s", record.offset, error)
                continue
            found[experiment.experiment_id] = experiment
        return found

    async def get(self, experiment_id: str) -> Experiment:
        """One experiment.

        Raises:
            UsageError: there is none of that id.
        """
        known = await self.all()
        if experiment_id not in known:
            names = ", ".join(sorted(known)) or "none yet"
            message = f"there is no experiment {experiment_id}; known are: {names}"
            raise UsageError(message)
        return known[experiment_id]

    async def create(self, experiment: Experiment) -> Experiment:
        """Add a new experiment.

        Raises:
            Refused: the id is taken, or it has expired already.
        """
        if experiment.experiment_id in await self.all():
            message = f"experiment {experiment.experiment_id} exists; choose another id or disable it first"
            raise Refused(message)
        if experiment.expires_at <= self._clock():
            message = f"experiment {experiment.experiment_id} would expire in the past; give a later --expires"
            raise Refused(message)
        return await self._put(experiment)

    async def change_state(self, experiment_id: str, *, to: State, by: str) -> Experiment:
        """Enable, pause or disable.

        Raises:
            UsageError: there is none of that id.
            Refused: the experiment has expired, or cannot go from its state to that one.
        """
        experiment = await self.get(experiment_id)
        if to is State.ENABLED and experiment.expires_at <= self._clock():
            message = f"experiment {experiment_id} expired at {experiment.expires_at:%Y-%m-%d %H:%M} UTC"
            raise Refused(message)
        if to not in _ALLOWED[experiment.state]:
            message = f"experiment {experiment_id} is {experiment.state} and cannot become {to}"
            raise Refused(message)
        return await self._put(
            experiment.model_copy(update={"state": to, "updated_at": self._clock(), "updated_by": by})
        )

    async def _put(self, experiment: Experiment) -> Experiment:
        await self._producer.publish(
            EXPERIMENTS.name, key=experiment.experiment_id.encode(), value=experiment.to_bytes()
        )
        return experiment
