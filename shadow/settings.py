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

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_SHADOW_", frozen=True, extra="forbid")

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
    batch_rows: int = Field(default=500, ge=1, le=100_000, description="Rows per insert at most.")
    batch_seconds: float = Field(default=1.0, gt=0, le=60, description="Age at which a part batch is inserted, s.")
