"""One candidate shadowed against the baseline: what ops enable and disable."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from proxy.published import Published
from shadow.deployment import Deployment

type Arm = Literal["baseline", "candidate"]
"""The two roles that a deployment can have in an experiment."""

ARMS: tuple[Arm, ...] = ("baseline", "candidate")


_EVER = datetime.min.replace(tzinfo=UTC)


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


class Action(StrEnum):
    """What a change of an experiment was."""

    CREATE = "create"
    ENABLE = "enable"
    PAUSE = "pause"
    DISABLE = "disable"
    EXTEND = "extend"
    STOP = "stop"
    """A pause that no person decided."""
    SPLIT = "split"


class Through(StrEnum):
    """The way by which a change came."""

    CLI = "cli"
    API = "api"
    WORKER = "worker"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Budget(_Part):
    """What all lanes and workers of an experiment may spend; once one of it is spent, the experiment pauses."""

    output_tokens: int | None = Field(default=None, gt=0, description="Output tokens over all lanes.")
    gpu_seconds: float | None = Field(default=None, gt=0, description="Seconds with replays in flight, times GPUs.")
    usd: float | None = Field(default=None, gt=0, description="US dollars, by the deployments' prices.")


class Target(_Part):
    """The load that the candidate has to stand."""

    concurrency: int | None = Field(default=None, ge=1, le=10_000, description="Replays in flight per lane.")
    requests_per_second: float | None = Field(default=None, gt=0, le=1e6, description="Replays sent per second.")


class Distress(_Part):
    """The signs at which an experiment pauses by itself; None watches for no such sign."""

    max_error_ratio: float | None = Field(default=0.2, gt=0, le=1, description="Share of a lane's replays that fail.")
    max_waiting: int | None = Field(default=None, ge=0, description="Requests waiting in a deployment's queue.")
    max_kv_usage: float | None = Field(default=0.95, gt=0, le=1, description="Share of the KV cache in use.")
    production_metrics_url: str | None = Field(
        default=None, description="Prometheus text of production; its host must be on the allow list."
    )
    production_ttft_p95_ms: float | None = Field(default=None, gt=0, description="Production's TTFT P95, ms.")

    @model_validator(mode="after")
    def _production_is_whole(self) -> Self:
        if (self.production_metrics_url is None) is not (self.production_ttft_p95_ms is None):
            message = "production_metrics_url and production_ttft_p95_ms go together; give both or none"
            raise ValueError(message)
        return self


class Split(_Part):
    """A deployment became another one during the run: what was measured before it is of the old one."""

    at: AwareDatetime
    last_seen_at: AwareDatetime | None = Field(
        default=None,
        description="When a probe last found the old one; what was sent from then to `at` may be of either.",
    )
    arm: Arm
    old_fingerprint: str
    new_fingerprint: str


class Proposal(Published):
    """What ops ask for: one candidate shadowed against one baseline, with an owner and an end."""

    experiment_id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    owner: str = Field(min_length=1, max_length=200)
    expires_at: AwareDatetime
    replay_from: AwareDatetime | None = Field(
        default=None,
        description="Exchanges captured before this are not replayed; None bounds their age by the worker's setting.",
    )
    profile: Profile = Profile.CHAT
    score_card: str = Field(default="default", max_length=1000, description="Name or path of the score card.")
    baseline: Deployment
    candidate: Deployment
    sample_ratio: float = Field(default=1.0, gt=0, le=1, description="Share of conversations that are replayed.")
    again_ratio: float = Field(
        default=0.2, ge=0, le=1, description="Share of conversations with a baseline_again lane; 0 switches it off."
    )
    speed: float = Field(default=1.0, gt=0, le=1000, description="Recorded arrival gaps are divided by this.")
    max_concurrency: int = Field(default=64, ge=1, le=10_000, description="Replays in flight per lane.")
    timeout_s: float = Field(default=60.0, gt=0, le=3600, description="Bound of one replay, s; longer is timed out.")
    budget: Budget = Budget()
    target: Target = Target()
    distress: Distress = Distress()
    dangerous_categories: tuple[str, ...] = Field(
        default=(), description="Query categories that gate G3 watches; empty leaves G3 UNRESOLVED."
    )

    @model_validator(mode="before")
    @classmethod
    def _fold_token_budget(cls, fields: object) -> object:
        """Read `token_budget`, which records of before had in place of `budget.output_tokens`."""
        if not isinstance(fields, Mapping) or "token_budget" not in fields:
            return fields
        kept = {name: value for name, value in fields.items() if name != "token_budget"}
        if fields["token_budget"] is None:
            return kept
        if "budget" in kept:
            message = "token_budget is budget.output_tokens; give budget alone"
            raise ValueError(message)
        return kept | {"budget": {"output_tokens": fields["token_budget"]}}

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.baseline.deployment_id == self.candidate.deployment_id:
            message = "baseline and candidate are the same deployment; register the second one under its own id"
            raise ValueError(message)
        unpriced = [one.deployment_id for one in (self.baseline, self.candidate) if not one.is_priced]
        if self.budget.usd is not None and unpriced:
            message = f"budget.usd needs a price of every deployment; none has {', '.join(unpriced)}"
            raise ValueError(message)
        if self.target.concurrency is not None and self.target.concurrency > self.max_concurrency:
            message = f"target.concurrency cannot be reached with max_concurrency {self.max_concurrency}; raise that"
            raise ValueError(message)
        return self

    @property
    def token_budget(self) -> int | None:
        """The budget of output tokens, by its name of before."""
        return self.budget.output_tokens

    def deployment(self, arm: Arm) -> Deployment:
        """The deployment of an arm."""
        return self.baseline if arm == "baseline" else self.candidate


class Experiment(Proposal):
    """A proposal that was taken on: what became of it since, and who made its last change."""

    state: State = State.CREATED
    stopped_because: str | None = Field(
        default=None, min_length=1, max_length=1000, description="Why it paused by itself; None when people decided."
    )
    splits: tuple[Split, ...] = Field(default=(), description="Changes of a deployment during the run, oldest first.")
    version: int = Field(default=1, ge=1, description="Counts the changes; the first version is 1.")
    updated_at: AwareDatetime
    updated_by: str = Field(min_length=1, max_length=200)
    updated_through: Through | None = Field(default=None, description="None: from before this was kept.")
    action: Action | None = Field(default=None, description="What the last change was; None as above.")

    def is_live(self, *, now: datetime) -> bool:
        """Whether workers may replay for it at `now` (aware UTC)."""
        return self.state is State.ENABLED and now < self.expires_at

    def is_of_now(self, arm: Arm, *, fingerprint: str, sent_at: datetime) -> bool:
        """Whether a replay surely measured the deployment that the arm names now.

        It did not when it carries another fingerprint, or was sent while that deployment was being replaced.

        Args:
            fingerprint: As the replay's row has it.
            sent_at: As the replay's row has it, aware UTC.
        """
        is_unsure = any(start <= sent_at < end for start, end in self.unsure_spans(arm))
        return fingerprint == self.deployment(arm).fingerprint and not is_unsure

    def unsure_spans(self, arm: Arm) -> tuple[tuple[datetime, datetime], ...]:
        """When replays with the arm's fingerprint of now may be of another deployment, which stood in for a while.

        Such a span begins with the last probe that found it (or ever, if none did) and ends with the one that did not.
        """
        fingerprint = self.deployment(arm).fingerprint
        return tuple(
            (split.last_seen_at or _EVER, split.at)
            for split in self.splits
            if split.arm == arm and split.old_fingerprint == fingerprint
        )
