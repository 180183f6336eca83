"""What a load run does: which lanes at which loads, in which order, with how many requests."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from shadow.deployment import Deployment
from shadow.load.level import KEPT_PER_STREAM, Block, Load, Loop, Slo
from shadow.load.prompts import Prompts
from shadow.load.window import requests_for
from shadow.replay import Lane

STREAMS: Final = (50, 100, 200)
"""Closed loads of a run that names none.

Source: MEASURES section 1, load stage.
"""

_ABBA: Final = (0, 1, 1, 0)
_OPEN_SLACK: Final = 1.3


@dataclass(frozen=True, slots=True)
class Arm:
    """A lane and the deployment that answers in it."""

    lane: Lane
    deployment: Deployment


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """A run as it was asked for.

    Attributes:
        experiment_id: Empty when one URL is loaded.
        kept: Kept requests of a level at least, all its blocks together; never fewer than ten for each in flight.
        warm_up: Requests to each deployment before the first block; they are thrown away.
        clients: Client processes to begin with.
        most_clients: As many as they may become while the self-check says that the client was the bottleneck.
        null_run: Whether the client is proven against a simulator before each block.
    """

    experiment_id: str
    run_id: str
    arms: tuple[Arm, ...]
    loads: tuple[Load, ...]
    prompts: Prompts
    kept: int = 500
    timeout_s: float = 60.0
    warm_up: int = 4
    clients: int = 1
    most_clients: int = 1
    null_run: bool = True
    slo: Slo = field(default_factory=Slo)

    def blocks(self, load: Load) -> list[tuple[Arm, Block]]:
        """The blocks of one load in order: ABBA, so that a drift of the machine harms both lanes alike."""
        arms = [self.arms[place] for place in _ABBA] if len(self.arms) > 1 else [*self.arms, *self.arms]
        return [
            (arm, Block(self.experiment_id, self.run_id, load, arm.lane, number)) for number, arm in enumerate(arms)
        ]

    def only(self, arm: Arm) -> "LoadPlan":
        """The same for one lane alone."""
        return replace(self, arms=(arm,))

    def kept_of(self, streams: int) -> int:
        """Kept requests of one block, of two of the level's."""
        return -(-max(self.kept, KEPT_PER_STREAM * streams) // 2)

    def requests_of(self, load: Load, *, e2e_s: float) -> int:
        """Requests of one block.

        Args:
            e2e_s: How long a reply takes, about: how many an open loop has in flight is not known beforehand.
        """
        expected = load.amount if load.loop is Loop.CLOSED else max(load.amount * e2e_s * _OPEN_SLACK, 1.0)
        streams = math.ceil(expected)
        return requests_for(self.kept_of(streams), streams=streams)

    @property
    def plan_hash(self) -> str:
        """Hash of all that a block's figures depend on; of neither the order of blocks nor the number of processes."""
        told = {
            "arms": [(arm.lane, arm.deployment.fingerprint) for arm in self.arms],
            "prompts": self.prompts.digest,
            "kept": self.kept,
            "timeout_s": self.timeout_s,
            "slo": asdict(self.slo),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
