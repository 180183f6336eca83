"""What one client process is told and what it tells: JSON lines over its standard input and output."""

from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from proxy.exchange import Exchange
from shadow.deployment import Deployment
from shadow.load.level import LoadRequest, Loop
from shadow.replay import Lane
from shadow.worker.watch import SelfCheck


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Order(_Line):
    """One process's share of a block."""

    deployment: Deployment
    lane: Lane
    salt: str = Field(description="Name of the block; salts the prefix cache.")
    loop: Loop
    numbers: tuple[int, ...] = Field(min_length=1, description="Places of its requests in the block, ascending.")
    due_s: tuple[float, ...] = Field(
        min_length=1, description="Start of each stream of a closed loop, time of each request of an open one, s."
    )
    exchanges: tuple[Exchange, ...] = Field(min_length=1, description="The block's prompts, taken in turn by number.")
    timeout_s: float = Field(gt=0)
    null_streams: int = Field(ge=0, description="Streams of the null run before the block; 0 makes none.")

    @model_validator(mode="after")
    def _open_loop_has_a_time_for_each(self) -> Self:
        if self.loop is Loop.OPEN and len(self.due_s) != len(self.numbers):
            message = "an open loop needs a time for each request"
            raise ValueError(message)
        return self


class Ready(_Line):
    """Everything is prepared; the block begins at the time that comes back as a line."""

    kind: Literal["ready"] = "ready"


class Tick(_Line):
    """What happened since the last tick, and what is under way."""

    kind: Literal["tick"] = "tick"
    done: int
    failed: int
    tokens: int
    in_flight: int
    ttft_ms: tuple[float, ...] = ()


class Done(_Line):
    """The share is complete."""

    kind: Literal["done"] = "done"
    requests: tuple[LoadRequest, ...]
    check: SelfCheck


Said = Ready | Tick | Done
"""A line of a client process."""

SAID: Final[TypeAdapter[Said]] = TypeAdapter(Said)
