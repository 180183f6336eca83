"""One task: what the agent is asked, in which state of which world, and what must have come of it. Runs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from proxy.wire.fields import Json
from shadow.agentic.world import World


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the reference."""

    tool: str
    arguments: Json


@dataclass(frozen=True, slots=True)
class Draft:
    """A task as a world's template draws it, before faults and id.

    Attributes:
        state: Of the world's own type, before anything was done.
        reference: Calls that solve the task, in an order that works.
        says: Values that the final answer must give; a number stands alone, not within a longer one.
    """

    instruction: str
    state: Any
    reference: tuple[Step, ...]
    says: tuple[str, ...] = ()


class FaultKind(StrEnum):
    """How an injected fault behaves."""

    BUSY = "busy"
    """The first call fails and asks to try again: the same call then succeeds."""
    LAPSED = "lapsed"
    """Every call fails until the session is renewed: trying the same again is of no use."""

    @property
    def extra_steps(self) -> int:
        """Calls that the best agent needs in addition."""
        return {FaultKind.BUSY: 1, FaultKind.LAPSED: 2}[self]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that is injected at the first call of a tool."""

    tool: str
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the agentic suite.

    Attributes:
        end_hash: `state_hash` of the world once the reference was carried out.
        seed: Sent with every request of the task, the trial's number added, so that both lanes draw alike.
    """

    task_id: str
    world: World[Any]
    draft: Draft
    faults: tuple[Fault, ...]
    end_hash: str
    seed: int

    @property
    def reference_steps(self) -> int:
        """Calls of the best agent, those that the injected faults cost it included."""
        return len(self.draft.reference) + sum(fault.kind.extra_steps for fault in self.faults)


def one_of(rng: Random, wordings: Sequence[str], **values: object) -> str:
    """One of several wordings, its values filled in."""
    return rng.choice(wordings).format(**values)
