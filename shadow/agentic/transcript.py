"""What came of a whole conversation with tools: the record that driver and importers emit and judges read."""

import hashlib
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from proxy.published import Published
from proxy.wire.reply import ToolCall
from shadow.replay import Lane

TRANSCRIPT_VERSION: Literal[1] = 1


class Loop(StrEnum):
    """Whose history the lane answered to. Figures of the two kinds are never mixed."""

    CLOSED = "closed"
    """Its own: the lane drove, and saw what its own calls did."""
    OPEN = "open"
    """The one that was captured: each answer stands alone, and whatever followed was another's doing."""


class Ending(StrEnum):
    """How a transcript ended."""

    ANSWERED = "answered"
    """With a text to the user, or with a hand-over to a person."""
    STEP_LIMIT = "step_limit"
    TIME_LIMIT = "time_limit"
    TOKEN_LIMIT = "token_limit"  # noqa: S105 - an ending's word
    REFUSED = "refused"
    """The server refused the request, as one longer than its context."""
    FAILED = "failed"
    """The lane gave no whole reply; nothing is known of the agent."""
    CUT = "cut"
    """The record stops before the agent's last word."""


class Message(BaseModel):
    """One message; what only some roles have is None or empty for the others.

    Attributes:
        call_id: Of a tool's result: the call that it answers.
        is_error: Of a tool's result: whether the call failed; None when only the text can tell.
        injected: Of a tool's result: id of the fault that was injected, or empty.
        state: Hash of the world's state after the message, where it may have changed; empty when the world is not ours.
        ms: Of an answer: send to last byte.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    is_error: bool | None = None
    injected: str = ""
    state: str = ""
    prompt_tokens: int | None = Field(default=None, ge=0)
    completion_tokens: int | None = Field(default=None, ge=0)
    ms: float | None = Field(default=None, ge=0)


class Transcript(Published):
    """One lane on one task, or on one captured conversation, in one trial."""

    schema_version: Literal[1] = TRANSCRIPT_VERSION
    experiment_id: str = ""
    lane: Lane
    loop: Loop
    suite: str = Field(default="", description="name@hash of the suite, or empty for traffic.")
    world: str = Field(default="", description="World of the task, or the category of the traffic.")
    task_id: str = Field(description="Task of the suite, or id of the conversation.")
    trial: int = Field(default=0, ge=0)
    conversation_id: str = Field(default="", description="Conversation of the traffic, or empty.")
    deployment_id: str = ""
    fingerprint: str = ""
    tools: dict[str, dict[str, JsonValue]] = Field(
        default_factory=dict, description="JSON Schema of the arguments by tool that was offered; empty: not known."
    )
    changing: tuple[str, ...] | None = Field(
        default=None, description="Tools that change the state; None when only their names can tell."
    )
    messages: tuple[Message, ...]
    ending: Ending
    error: str = Field(default="", description="Kind of failure, never payload text.")
    solved: bool | None = Field(default=None, description="By the world's end state; None when nobody can know.")
    reference: tuple[ToolCall, ...] | None = Field(
        default=None, description="Calls that solve the task; None when there is no reference."
    )
    says: tuple[str, ...] = Field(default=(), description="Values that the agent must tell the user.")
    reference_steps: int | None = Field(default=None, ge=0, description="Calls of the best agent, faults included.")
    started_at: AwareDatetime | None = Field(default=None, description="When the run began.")
    ms: float | None = Field(default=None, ge=0, description="Of the whole run, tools included.")

    @property
    def transcript_id(self) -> str:
        """Key of the row: the same experiment, lane, loop, suite, task and trial give the same id."""
        parts = (self.experiment_id, self.lane, self.loop, self.suite, self.task_id, str(self.trial))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
