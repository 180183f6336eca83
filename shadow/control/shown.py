"""An experiment as ops see it: its record, with what follows from it."""

from datetime import datetime
from typing import Self

from shadow.experiment import ARMS, Arm, Experiment


class Shown(Experiment):
    """An experiment with the fingerprints of its deployments and whether workers replay for it."""

    fingerprints: dict[Arm, str]
    live: bool

    @classmethod
    def of(cls, experiment: Experiment, *, now: datetime) -> Self:
        """What `now` (aware UTC) shows of it."""
        return cls.model_validate(
            experiment.model_dump()
            | {
                "fingerprints": {arm: experiment.deployment(arm).fingerprint for arm in ARMS},
                "live": experiment.is_live(now=now),
            }
        )
