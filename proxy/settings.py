"""Settings of the capture and log stages, and the rules that every package's settings keep.

Values come from the environment. A variable with one of our prefixes that no field knows is refused at
start: a misspelt setting must never be a silent default. Built once, in a package's `main.py`.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from proxy.anonymise.found import EntityType
from proxy.errors import UsageError

Port = Annotated[int, Field(ge=0, le=65535)]
"""A TCP port; 0 asks the system for a free one."""


class Settings(BaseSettings):
    """A frozen group of settings read from variables that share a prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - any field of any group
        """Read the environment; `values` stand above it.

        Raises:
            UsageError: a variable is unknown or out of bounds; the message names it and never repeats its value.
        """
        try:
            super().__init__(**values)
        except ValidationError as error:
            prefix = self.model_config.get("env_prefix", "")
            wrong = [
                f"{prefix}{'.'.join(map(str, one['loc']))}".upper() + f": {one['msg']}"
                for one in error.errors(include_input=False, include_context=False)
            ]
            message = f"wrong setting {'; '.join(wrong)}"
            raise UsageError(message) from None

    @model_validator(mode="after")
    def _refuse_unknown_variables(self) -> Self:
        prefix = self.model_config.get("env_prefix", "")
        known = {f"{prefix}{name}".upper() for name in type(self).model_fields}
        unknown = sorted(
            name for name in os.environ if prefix and name.upper().startswith(prefix) and name.upper() not in known
        )
        if unknown:
            message = (
                f"unknown setting {', '.join(unknown)}: known with this prefix are {', '.join(sorted(known))}; "
                "correct the name or unset it"
            )
            raise UsageError(message)
        return self


class KafkaSettings(Settings):
    """Where the log is and how it is written."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_KAFKA_", frozen=True, extra="forbid")

    bootstrap: str = Field(default="127.0.0.1:9092", description="Bootstrap servers, host:port separated by commas.")
    idempotent: bool = Field(
        default=True,
        description="Idempotent producer. Off only for brokers without InitProducerId (the embedded Tansu broker).",
    )
    partitions: int = Field(default=4, ge=1, le=1024, description="Partitions of topics that Understudy creates.")
    replication_factor: int = Field(default=1, ge=1, le=9, description="Replicas of topics that Understudy creates.")
    request_timeout_ms: int = Field(default=10_000, ge=100, le=600_000, description="Bound of one broker request, ms.")


class ProxySettings(Settings):
    """The capture doors and the anonymiser."""

    model_config = SettingsConfigDict(
        env_prefix="UNDERSTUDY_PROXY_", env_parse_none_str="off", frozen=True, extra="forbid"
    )

    host: str = Field(default="127.0.0.1", description="Address that the gateway listens on.")
    port: Port = Field(default=8400, description="Port that the gateway listens on.")
    tap_port: Port = Field(default=8401, description="Port that the tap listens on, for mirrored requests.")
    intercept_port: Port = Field(default=8404, description="Port that the interceptor listens on.")
    upstream: str = Field(
        default="http://127.0.0.1:8000",
        description="Base URL of production, without /v1; several, separated by commas, stand in for each other.",
    )
    routes: dict[str, list[str]] = Field(
        default_factory=dict, description="Base URLs by path prefix, as JSON, for paths that others serve."
    )
    model_routes: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Base URLs by model, as JSON, above the routes; bodies are held back until the model is read.",
    )
    workers: int = Field(default=1, ge=1, le=256, description="Processes of the gateway, or of the tap.")
    max_request_bytes: int | None = Field(
        default=None, ge=1, description="Largest request body that is forwarded; a larger one gets a 413."
    )
    max_open_requests: int | None = Field(
        default=None, ge=1, description="Requests open at once per process; one more gets a 503."
    )
    silence_s: float | None = Field(
        default=None, gt=0, description="Longest wait for the next byte of a reply, s, the first one included."
    )
    state_dir: Path = Field(default=Path(".understudy"), description="Folder of sockets, spool and logs.")
    queue_exchanges: int = Field(
        default=4_096, ge=1, le=1_000_000, description="Exchanges that may wait between door and capture process."
    )
    queue_bytes: int = Field(
        default=268_435_456,
        ge=1_048_576,
        le=17_179_869_184,
        description="Bytes that those exchanges may hold, together.",
    )
    max_capture_bytes: int = Field(
        default=8_388_608,
        ge=1_024,
        le=268_435_456,
        description="Largest request plus reply that is captured, bytes; larger ones pass and are counted.",
    )
    pseudonym_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of the pseudonyms, 16 bytes or more. Empty: a random key, kept in the state folder.",
    )
    surrogates: Literal["placeholder", "realistic"] = Field(
        default="placeholder", description="What stands for what is masked: typed placeholders, or values of its form."
    )
    media: Literal["drop", "keep"] = Field(
        default="drop", description="Whether images, sounds and files are published as they are."
    )
    allow_fields: tuple[str, ...] = Field(
        default=(), description="Paths that are never masked, as a JSON list, such as metadata.plan or tools.*.strict."
    )
    own_domains: frozenset[str] = Field(
        default=frozenset(), description="Domains, as a JSON list, whose addresses are no personal data."
    )
    keep_types: frozenset[EntityType] = Field(
        default=frozenset(), description="Entity types, as a JSON list, that are not masked."
    )
    ner: str = Field(
        default="",
        description="What finds bare names (extra ner): gazetteer, spacy:PIPELINE, or both with a comma.",
    )
    ner_types: frozenset[EntityType] = Field(
        default=frozenset({EntityType.PERSON}), description="Entity types that it looks for, as a JSON list."
    )
    spool_bytes: int = Field(
        default=1_073_741_824,
        ge=1_048_576,
        description="Bound of the file that keeps anonymised exchanges while the broker is away, bytes.",
    )
    max_record_bytes: int = Field(
        default=8_388_608, ge=1_024, le=16_000_000, description="Largest exchange that is published, bytes."
    )
    oversize: Literal["truncate", "drop"] = Field(
        default="truncate", description="Whether a larger one goes without its live reply, or not at all."
    )
    least_ratio: float = Field(
        default=0.0, ge=0, le=1, description="Share of conversations captured even when no experiment wants any."
    )
    sample_floor_exchanges: int = Field(
        default=5, ge=0, le=10_000, description="Exchanges of each stratum that are kept per window whatever the ratio."
    )
    sample_window_s: float = Field(default=60.0, gt=0, le=86_400, description="Length of that window, s.")
    metrics_port: Port | None = Field(
        default=8402, description="Loopback port of the capture process's metrics; 0 takes a free one, off serves none."
    )
    conversation_header: str = Field(
        default="x-conversation-id", description="Request header that names the conversation, lower case."
    )
    category_header: str = Field(
        default="x-understudy-category",
        description="Request header that names the query category, lower case; it is not forwarded.",
    )
    tenant_header: str = Field(default="x-tenant-id", description="Request header that names the tenant, lower case.")


class TracesSettings(Settings):
    """Traces by OpenTelemetry."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_TRACES_", frozen=True, extra="forbid")

    endpoint: str = Field(
        default="",
        description="URL of an OTLP/HTTP receiver, such as http://127.0.0.1:4318/v1/traces. Empty: no traces.",
    )
    ratio: float = Field(
        default=1.0, ge=0, le=1, description="Share of exchanges traced; where a client sent a trace, its flag decides."
    )
