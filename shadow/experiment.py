"""One candidate shadowed against the baseline: what ops enable and disable."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from proxy.published import Published
from shadow.deployment import Deployment


class Profile(StrEnum):
    """The workload, which settles a virtual tie: see MEASURES section 3."""

    CHAT = "chat"
    HIGH_STAKES = "high-stakes"
    COST = "cost"


class State(StrEnum):
    """Whether workers replay for the experiment."""

    CREATED = "created"
    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class Experiment(Published):
    """One candidate shadowed against one baseline, with an owner and an end."""

    experiment_id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    owner: str = Field(min_length=1, max_length=200)
    expires_at: AwareDatetime
    state: State = State.CREATED
    replay_from: AwareDatetime | None = Field(
        default=None, description="Exchanges captured before this are not replayed; None replays all that is kept."
    )
    profile: Profile = Profile.CHAT
    score_card: str = Field(default="default", description="Name or path of the score card.")
    baseline: Deployment
    candidate: Deployment
    sample_ratio: float = Field(default=1.0, gt=0, le=1, description="Share of conversations that are replayed.")
    again_ratio: float = Field(
        default=0.2, ge=0, le=1, description="Share of conversations with a baseline_again lane."
    )
    speed: float = Field(default=1.0, gt=0, le=1000, description="Recorded arrival gaps are divided by this.")
    max_concurrency: int = Field(default=64, ge=1, le=10_000, description="Replays in flight per lane.")
    timeout_s: float = Field(default=60.0, gt=0, le=3600, description="Bound of one replay, s; longer is timed out.")
    token_budget: int | None = Field(default=None, gt=0, description="Output tokens over all lanes, then it stops.")
    dangerous_categories: tuple[str, ...] = Field(
        default=(), description="Query categories that gate G3 watches; empty leaves G3 UNRESOLVED."
    )
    updated_at: AwareDatetime
    updated_by: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _arms_differ(self) -> Self:
        if self.baseline.deployment_id == self.candidate.deployment_id:
            message = "baseline and candidate are the same deployment; register the second one under its own id"
            raise ValueError(message)
        return self

    def is_live(self, *, now: datetime) -> bool:
        """Whether workers may replay for it at `now` (aware UTC)."""
        return self.state is State.ENABLED and now < self.expires_at
