"""A served model with its fingerprint: what the two lanes of an experiment talk to."""

import hashlib

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Deployment(BaseModel):
    """One served model as ops declare it and as probing found it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deployment_id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    base_url: str = Field(description="Base URL without /v1; its host must be on the allow list.")
    model: str = Field(min_length=1, description="Model name that requests to it carry.")
    revision: str = ""
    engine: str = Field(default="", description="vllm, understudy-simulator, ...; probed.")
    engine_version: str = Field(default="", description="As /version says; probed.")
    quantisation: str = Field(default="", description="fp32, bf16, fp8, awq, int8, ...; declared by ops.")
    hardware: str = ""
    flags: tuple[str, ...] = ()
    context_tokens: int | None = Field(default=None, gt=0, description="Longest context, tokens; probed.")
    parameters: int | None = Field(default=None, gt=0, description="Parameter count; cost profile prefers fewer.")
    weight_bytes: int | None = Field(default=None, gt=0, description="Bytes of the weights.")
    price_usd_per_million_tokens: float | None = Field(default=None, ge=0)
    probed: dict[str, JsonValue] = Field(default_factory=dict, description="Raw findings of the probe.")

    @property
    def takes_cache_salt(self) -> bool:
        """Whether the engine knows vLLM's `cache_salt`; strict servers refuse unknown fields."""
        return self.engine in {"vllm", "understudy-simulator"}

    @property
    def fingerprint(self) -> str:
        """Hash of all that makes two deployments comparable or not; the address is no part of it."""
        identity = self.model_dump_json(exclude={"deployment_id", "base_url", "price_usd_per_million_tokens"})
        return hashlib.sha256(identity.encode()).hexdigest()[:16]
