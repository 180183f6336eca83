"""Settings of replay, store and the local stack."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from proxy.settings import Port, Settings


class ClickHouseSettings(Settings):
    """Where pairs are stored."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_CLICKHOUSE_", frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Host of ClickHouse's HTTP interface.")
    port: Port = Field(default=8123, description="Port of ClickHouse's HTTP interface.")
    database: str = Field(default="understudy", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="Database name.")
    user: str = Field(default="default", description="User name.")
    password: SecretStr = Field(default=SecretStr(""), description="Password.")
    secure: bool = Field(default=False, description="Use TLS.")


class ShadowSettings(Settings):
    """Workers, control service and the local stack."""

    model_config = SettingsConfigDict(
        env_prefix="UNDERSTUDY_SHADOW_", env_parse_none_str="off", frozen=True, extra="forbid"
    )

    state_dir: Path = Field(default=Path(".understudy"), description="Folder of the local stack's state and logs.")
    control_host: str = Field(default="127.0.0.1", description="Address that the control service listens on.")
    control_port: Port = Field(default=8480, description="Port that the control service listens on.")
    control_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bearer token of the control service. Empty: one is made in the state folder.",
    )
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,::1",
        description="Hosts that deployments may be on, separated by commas; anything else is refused.",
    )
    metrics_port: Port | None = Field(
        default=8403, description="Loopback port of a worker's metrics; 0 takes a free one, off serves none."
    )
    batch_rows: int = Field(default=500, ge=1, le=100_000, description="Rows per insert at most.")
    batch_seconds: float = Field(default=1.0, gt=0, le=60, description="Age at which a part batch is inserted, s.")
    replay_behind_seconds: float | None = Field(
        default=3600.0, gt=0, description="Age at which an exchange is too old to be replayed, s; off has no bound."
    )
    scrape_seconds: float = Field(default=5.0, gt=0, le=600, description="Between two readings of /metrics, s.")
    probe_seconds: float = Field(default=300.0, gt=0, description="Between two probes of a deployment, s.")
    spend_seconds: float = Field(default=5.0, gt=0, le=600, description="Between two readings of what was spent, s.")
    stop_grace_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="How long a worker that stops waits for a store that is away, s."
    )
