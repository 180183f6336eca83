"""What a model answered, whatever the API shape: the record that captures, replays and judges share."""

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolCall(_Frozen):
    """One tool call that the model asked for; recorded, never executed."""

    name: str
    arguments: str = Field(description="JSON text as the model wrote it; may be broken.")
    call_id: str = ""


class Usage(_Frozen):
    """Token counts as the server reported them; None where it did not."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


class TokenLogprob(_Frozen):
    """One output token and its natural log-probability (at most 0)."""

    token: str
    logprob: float


class Choice(_Frozen):
    """One answer of the model; a request with n > 1 has several."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = Field(default="", description="As the server said it; empty when the reply broke off.")
    logprobs: tuple[TokenLogprob, ...] = ()


class Reply(_Frozen):
    """All that a server answered to one request."""

    choices: tuple[Choice, ...] = ()
    usage: Usage = Usage()
    model: str = ""
    error: str = Field(default="", description="Kind of error that the body or stream reported, or empty.")

    @property
    def first(self) -> Choice:
        """The first choice; an empty one when the server gave none."""
        return self.choices[0] if self.choices else Choice()
