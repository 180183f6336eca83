"""The experiments as the compacted topic holds them: read to its end, changed by appending a new version."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from pydantic import ValidationError

from proxy.errors import BadRecord, Refused, UsageError
from proxy.log.record import Producer, Record
from proxy.log.topics import EXPERIMENTS
from shadow.deployment import Deployment
from shadow.experiment import ARMS, Action, Experiment, Proposal, Split, State, Through

_LOG = logging.getLogger(__name__)

MAX_DAYS = 90
"""Days from now at which an experiment ends at the latest; whoever still needs it then extends it again."""

MAX_SPLITS = 20
"""Splits at which an experiment pauses: a deployment that keeps changing cannot be measured."""

_MS = timedelta(milliseconds=1)
_NEVER: Mapping[str, datetime] = MappingProxyType({})

type ReadAll = Callable[[str], Awaitable[list[Record]]]
type Values = dict[str, object]
type Decide = Callable[[Experiment], Values]
"""The values that a change gives to a version; none when there is nothing to change."""

_ALLOWED = {
    State.CREATED: {State.ENABLED, State.DISABLED},
    State.ENABLED: {State.PAUSED, State.DISABLED},
    State.PAUSED: {State.ENABLED, State.DISABLED},
    State.DISABLED: set[State](),
}
TARGETS = {Action.ENABLE: State.ENABLED, Action.PAUSE: State.PAUSED, Action.DISABLE: State.DISABLED}
"""The state to which each of people's decisions leads."""

_ACTIONS = {state: action for action, state in TARGETS.items()}


class UnknownExperiment(UsageError):
    """There is no experiment of that id."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A version and its place in the topic."""

    offset: int
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class _Author:
    """Who changes what, by which way."""

    by: str
    through: Through
    action: Action


class Registry:
    """Experiments by id; every change is a new version with its author, its time and the way by which it came.

    Kafka cannot write only if nothing was written meanwhile. So every change reads its own version back: where another
    version came in between, it is made again on top of that one, and nobody's pause is undone by somebody's extension.

    Args:
        read_all: Reads a topic to its present end.
        through: The way by which changes come here; automatic ones always come through a worker.
        clock: Gives the time now, aware UTC.
    """

    def __init__(
        self,
        *,
        producer: Producer,
        read_all: ReadAll,
        through: Through = Through.CLI,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._producer = producer
        self._read_all = read_all
        self._through = through
        self._clock = clock

    async def all(self) -> dict[str, Experiment]:
        """The last version of every experiment, by id."""
        return {held.experiment.experiment_id: held.experiment for held in await self._held()}

    async def get(self, experiment_id: str) -> Experiment:
        """One experiment.

        Raises:
            UnknownExperiment: there is none of that id.
        """
        return (await self._last(experiment_id)).experiment

    async def versions(self, experiment_id: str) -> tuple[Experiment, ...]:
        """The versions of one experiment that compaction has left in the topic, oldest first; the last one always."""
        return tuple(held.experiment for held in await self._held() if held.experiment.experiment_id == experiment_id)

    async def create(self, proposal: Proposal, *, by: str | None = None) -> Experiment:
        """Take on a new experiment; its owner is the author unless `by` names another.

        Raises:
            UsageError: `by` is no name.
            Refused: the id is taken, or it would end in the past or later than `MAX_DAYS` from now.
        """
        name = proposal.experiment_id
        taken = Refused(f"experiment {name} exists; choose another id")
        if name in await self.all():
            raise taken
        self._check_end(name, proposal.expires_at)
        author = _Author(by=proposal.owner if by is None else by, through=self._through, action=Action.CREATE)
        asked = {field: getattr(proposal, field) for field in Proposal.model_fields}
        made = _checked(asked | self._stamp(author, version=1))
        await self._put(made)
        _, first = await self._landed(made, after=-1)
        if first is not None:
            await self._restore(first, floor=made.updated_at)
            raise taken
        return made

    async def change_state(self, experiment_id: str, *, to: State, by: str) -> Experiment:
        """Enable, pause or disable.

        Raises:
            UsageError: there is none of that id, or `by` is no name.
            Refused: the experiment has expired, or cannot go from its state to that one.
        """

        def decide(one: Experiment) -> Values:
            if to not in _ALLOWED[one.state]:
                message = f"experiment {experiment_id} is {one.state} and cannot become {to}"
                raise Refused(message)
            if to is State.ENABLED and one.expires_at <= self._clock():
                message = f"experiment {experiment_id} expired at {one.expires_at:%Y-%m-%d %H:%M} UTC; extend it first"
                raise Refused(message)
            return {"state": to, "stopped_because": None}

        author = _Author(by=by, through=self._through, action=_ACTIONS[to])
        return await self._change(experiment_id, decide, author)

    async def extend(self, experiment_id: str, *, days: int, by: str) -> Experiment:
        """Let it end so many days later; one that has expired ends so many days from now, and runs if it is enabled.

        Raises:
            UsageError: there is none of that id, `by` is no name, or `days` is not in [1, MAX_DAYS].
            Refused: it is disabled, or would end later than `MAX_DAYS` from now.
        """
        if not 1 <= days <= MAX_DAYS:
            message = f"an experiment is extended by 1 to {MAX_DAYS} days"
            raise UsageError(message)

        def decide(one: Experiment) -> Values:
            if one.state is State.DISABLED:
                message = f"experiment {experiment_id} is disabled, which is the end; create another one"
                raise Refused(message)
            end = max(one.expires_at, self._clock()) + timedelta(days=days)
            self._check_end(experiment_id, end)
            return {"expires_at": end}

        return await self._change(experiment_id, decide, _Author(by=by, through=self._through, action=Action.EXTEND))

    async def stop(self, experiment_id: str, *, reason: str, by: str) -> Experiment:
        """Pause without a person's decision; an experiment that is not enabled stays as it is.

        Args:
            reason: One sentence of ours that ops read; never text of a payload.

        Raises:
            UsageError: there is none of that id, or `by` or `reason` is empty or too long.
        """

        def decide(one: Experiment) -> Values:
            return {"state": State.PAUSED, "stopped_because": reason} if one.state is State.ENABLED else {}

        return await self._change(experiment_id, decide, _Author(by=by, through=Through.WORKER, action=Action.STOP))

    async def split(
        self,
        experiment_id: str,
        *,
        deployments: Collection[Deployment],
        by: str,
        last_seen: Mapping[str, datetime] = _NEVER,
    ) -> Experiment:
        """Take on what deployments say of themselves now; a fingerprint that changed begins a new part of the run.

        Args:
            deployments: As probed now; those whose fingerprint is the known one change nothing.
            last_seen: When a probe last found a deployment, by its id, to be the known one; aware UTC.

        Raises:
            UsageError: there is none of that id, or `by` is no name.
        """
        now = {deployment.deployment_id: deployment for deployment in deployments}

        def decide(one: Experiment) -> Values:
            return {} if one.state is State.DISABLED else _split(one, now=now, at=self._clock(), last_seen=last_seen)

        return await self._change(experiment_id, decide, _Author(by=by, through=Through.WORKER, action=Action.SPLIT))

    def _check_end(self, experiment_id: str, end: datetime) -> None:
        if end <= self._clock():
            message = f"experiment {experiment_id} would expire in the past; give a later end"
            raise Refused(message)
        if end > self._clock() + timedelta(days=MAX_DAYS):
            message = (
                f"experiment {experiment_id} would end more than {MAX_DAYS} days from now; "
                "give an earlier end, and extend it when that comes near"
            )
            raise Refused(message)

    async def _change(self, experiment_id: str, decide: Decide, author: _Author) -> Experiment:
        held = await self._last(experiment_id)
        one, after, floor = held.experiment, held.offset, held.experiment.updated_at
        values = decide(one)
        if not values:
            return one
        while True:
            made = self._next(one, values, author, floor=floor)
            await self._put(made)
            after, overtaken = await self._landed(made, after=after)
            if overtaken is None:
                return made
            one, floor = overtaken, made.updated_at
            try:
                values = decide(one)
            except Refused:
                await self._restore(one, floor=floor)
                raise
            if not values:
                return await self._restore(one, floor=floor)

    def _next(self, one: Experiment, values: Values, author: _Author, *, floor: datetime) -> Experiment:
        stamp = self._stamp(author, version=one.version + 1, floor=max(floor, one.updated_at))
        return _checked(one.model_dump() | values | stamp)

    def _stamp(self, author: _Author, *, version: int, floor: datetime | None = None) -> Values:
        """Who, when, how. Time goes on between versions, by whatever clock: the store tells them apart by it, in ms."""
        now = self._clock()
        return {
            "version": version,
            "updated_at": now if floor is None else max(now, floor + _MS),
            "updated_by": author.by,
            "updated_through": author.through,
            "action": author.action,
        }

    async def _restore(self, one: Experiment, *, floor: datetime) -> Experiment:
        """Put a version back that was overwritten by a change which it does not allow or need."""
        later = max(self._clock(), max(one.updated_at, floor) + _MS)
        restored = _checked(one.model_dump() | {"version": one.version + 1, "updated_at": later})
        await self._put(restored)
        return restored

    async def _put(self, experiment: Experiment) -> None:
        await self._producer.publish(
            EXPERIMENTS.name, key=experiment.experiment_id.encode(), value=experiment.to_bytes()
        )

    async def _last(self, experiment_id: str) -> _Held:
        last = {held.experiment.experiment_id: held for held in await self._held()}
        if experiment_id not in last:
            names = ", ".join(sorted(last)) or "none yet"
            message = f"there is no experiment {experiment_id}; known are: {names}"
            raise UnknownExperiment(message)
        return last[experiment_id]

    async def _landed(self, made: Experiment, *, after: int) -> tuple[int, Experiment | None]:
        """Where a version came to stand, and the last one between it and the version that it was made of."""
        between: Experiment | None = None
        for held in await self._held():
            if held.experiment.experiment_id != made.experiment_id or held.offset <= after:
                continue
            if held.experiment == made:
                return held.offset, between
            between = held.experiment
        return after, None

    async def _held(self) -> Sequence[_Held]:
        """Every version that the topic holds, oldest first."""
        found: list[_Held] = []
        for record in await self._read_all(EXPERIMENTS.name):
            try:
                found.append(_Held(record.offset, Experiment.from_bytes(record.value)))
            except BadRecord as error:
                _LOG.warning("experiment record %s is ignored: %s", record.offset, error)
        return found


def _split(
    one: Experiment, *, now: Mapping[str, Deployment], at: datetime, last_seen: Mapping[str, datetime]
) -> Values:
    values: Values = {}
    splits = list(one.splits)
    for arm in ARMS:
        known = one.deployment(arm)
        found = now.get(known.deployment_id, known)
        if found.fingerprint != known.fingerprint:
            values[arm] = found
            split = Split(
                at=at,
                last_seen_at=last_seen.get(known.deployment_id),
                arm=arm,
                old_fingerprint=known.fingerprint,
                new_fingerprint=found.fingerprint,
            )
            splits.append(split)
    if not values:
        return {}
    if len(splits) >= MAX_SPLITS and one.state is State.ENABLED:
        reason = f"the deployments changed {len(splits)} times during the run, which cannot be measured"
        values |= {"state": State.PAUSED, "stopped_because": reason}
    return values | {"splits": tuple(splits)}


def _checked(fields: Values) -> Experiment:
    """An experiment of these fields: what cannot be read again must not be written.

    Raises:
        UsageError: they make none; the message names fields and never quotes them.
    """
    try:
        return Experiment.model_validate(fields)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        message = f"this makes no experiment: {wrong}"
        raise UsageError(message) from None
