"""A served model with its fingerprint: what the two lanes of an experiment talk to."""

import hashlib
import json
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

_PRICES = {"price_usd_per_million_tokens", "price_usd_per_gpu_hour"}
_NO_IDENTITY = {"deployment_id", "base_url", "kv_bytes_per_token", "probed"} | _PRICES

_NO_FINDING = {"num_gpu_blocks", "num_cpu_blocks", "kv_cache_size_tokens", "kv_cache_max_concurrency"}
"""Findings that the same deployment tells otherwise after a restart: how much memory was free just then."""


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
    hardware: str = Field(default="", description="What it runs on, such as H100 SXM; declared by ops.")
    gpus: int = Field(default=1, ge=0, le=100_000, description="GPUs that it occupies, for GPU-seconds; 0 is CPU only.")
    flags: tuple[str, ...] = ()
    context_tokens: int | None = Field(default=None, gt=0, description="Longest context, tokens; probed.")
    parameters: int | None = Field(default=None, gt=0, description="Parameter count; cost profile prefers fewer.")
    weight_bytes: int | None = Field(default=None, gt=0, description="Bytes of the weights.")
    kv_bytes_per_token: int | None = Field(
        default=None,
        gt=0,
        description="Bytes of the KV cache for one token: 2 x layers x KV heads x head size x bytes.",
    )
    price_usd_per_million_tokens: float | None = Field(default=None, ge=0, description="Of prompt and output alike.")
    price_usd_per_gpu_hour: float | None = Field(default=None, ge=0, description="Of one GPU.")
    probed: dict[str, JsonValue] = Field(default_factory=dict, description="Raw findings of the probe.")

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if self.price_usd_per_million_tokens is not None and self.price_usd_per_gpu_hour is not None:
            message = "a deployment costs by token or by GPU-hour; give one price"
            raise ValueError(message)
        return self

    @property
    def is_priced(self) -> bool:
        """Whether what it does can be told in dollars."""
        return self.price_usd_per_million_tokens is not None or self.price_usd_per_gpu_hour is not None

    @property
    def takes_cache_salt(self) -> bool:
        """Whether the engine knows vLLM's `cache_salt`; strict servers refuse unknown fields."""
        return self.engine in {"vllm", "understudy-simulator"}

    @property
    def fingerprint(self) -> str:
        """Hash of all that makes two deployments comparable or not: neither address nor price, nor what only counts."""
        identity = self.model_dump(mode="json", exclude=_NO_IDENTITY)
        identity["probed"] = {name: value for name, value in self.probed.items() if name not in _NO_FINDING}
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
