"""How a simulator behaves: its name, seed, script, pace and faults. What the command line and tests may set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shadow.agentic.scripted import Manner
from shadow.simulator.faults import Fault

_ROUNDING = 1e-9


class Behaviour(BaseModel):
    """Everything that decides what a simulator answers and when; equal behaviours answer equal requests alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(min_length=1, description="Model name that requests must carry.")
    seed: int = Field(default=0, description="Two simulators that differ in the seed alone draw other variants.")
    script: Path | None = Field(default=None, description="Rules in TOML; without one, every reply is the fallback.")
    answers: Path | None = Field(
        default=None, description="Suite whose references are said to the conversations that ask for them."
    )
    agent: Manner | None = Field(
        default=None, description="How tasks of the agentic suite are acted out; the script words all else."
    )
    agent_seed: int = Field(default=1, description="Seed of the agentic suite whose tasks are known.")
    ttft_ms: float = Field(default=50.0, ge=0, le=600_000, description="Median time to the first token, ms.")
    ttft_sigma: float = Field(default=0.0, ge=0, le=3, description="Sigma of its lognormal spread; 0 is exact.")
    itl_ms: float = Field(default=5.0, ge=0, le=600_000, description="Median time between tokens, ms.")
    itl_sigma: float = Field(default=0.0, ge=0, le=3, description="Sigma of its lognormal spread; 0 is exact.")
    faults: Mapping[Fault, float] = Field(
        default_factory=dict, description="Rate of each fault, in [0, 1], of the replies that it can apply to."
    )
    context_tokens: int = Field(default=32_768, gt=0, description="Longest prompt and reply together, tokens.")
    max_num_seqs: int | None = Field(
        default=None, gt=0, description="Requests answered at once, the others wait in order; None sets no bound."
    )
    quantisation: str = Field(default="none", max_length=64, description="Label that /metrics reports.")
    stamps: bool = Field(
        default=False, description="Whether streams end with a comment that tells when each event was sent."
    )
    embedding_dimensions: int = Field(default=384, ge=1, le=4096)

    @model_validator(mode="after")
    def _rates_are_shares(self) -> Self:
        if any(not 0 <= rate <= 1 for rate in self.faults.values()) or sum(self.faults.values()) > 1 + _ROUNDING:
            raise ValueError(
                "fault rates must be in [0, 1] and together at most 1, since a reply has one fault at most"
            )
        return self
