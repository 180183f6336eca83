"""Settings of the jobs, the decision and the report."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from proxy.settings import Port, Settings


class AnalyticsSettings(Settings):
    """Jobs, decision and report."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_ANALYTICS_", frozen=True, extra="forbid")

    report_dir: Path = Field(default=Path("reports"), description="Folder that reports are written to.")
    seed: int = Field(default=1, ge=0, description="Seed of every bootstrap; same evidence and seed, same bytes.")
    resamples: int = Field(default=2000, ge=200, le=100_000, description="Bootstrap resamples.")
    kept_pairs: int = Field(
        default=200_000, ge=0, description="Pairs up to which a decision's inputs are kept, for `decide --as-of`."
    )
    judge_batch: int = Field(default=256, ge=1, le=10_000, description="Exchanges judged at a time.")
    judge_deadline_s: float = Field(
        default=120.0, gt=0, le=86_400, description="Time that one judge may take for a batch before it is ended, s."
    )
    follow_s: float = Field(default=10.0, gt=0, le=3_600, description="Between two looks for new pairs, s.")


class DeliverySettings(Settings):
    """Delivery of reports."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_DELIVERY_", frozen=True, extra="forbid")

    folder: Path | None = Field(default=None, description="Folder that reports are delivered to.")
    bucket: str = Field(default="", description="Bucket of an S3-compatible object store.")
    bucket_prefix: str = Field(default="", description="What the keys in it begin with, without a slash at the end.")
    bucket_endpoint: str = Field(default="", description="URL of the object store; empty for Amazon's.")
    bucket_region: str = Field(default="us-east-1", description="Region of the bucket.")
    bucket_access_key: SecretStr = Field(
        default=SecretStr(""), description="Id of the key; empty to take it from the machine's role."
    )
    bucket_secret_key: SecretStr = Field(default=SecretStr(""), description="The key itself.")
    smtp_host: str = Field(default="", description="Mail server.")
    smtp_port: Port = Field(default=587, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is kept private; none only on the same machine."
    )
    smtp_user: str = Field(default="", description="User of the mail server; empty when it asks for none.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="That user's password.")
    email_from: str = Field(default="", description="Sender of the e-mails.")
    email_to: tuple[str, ...] = Field(default=(), description="Recipients, as a JSON list.")
    slack_url: SecretStr = Field(default=SecretStr(""), description="Slack's incoming webhook, a secret.")
    webhook_url: str = Field(default="", description="Webhook of your own that gets the decision's record.")
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="Key of the webhook's signatures.")
    allowed_urls: tuple[str, ...] = Field(
        default=("https://hooks.slack.com/services/",),
        description="Prefixes of the addresses that Slack's and your webhook may have, as a JSON list.",
    )
    attempts: int = Field(default=4, ge=1, le=20, description="Tries of each delivery, the first one included.")
    first_wait_s: float = Field(
        default=2.0, gt=0, le=300, description="Wait before the second try, s; it doubles each time, up to a minute."
    )
    timeout_s: float = Field(default=15.0, gt=0, le=300, description="Longest wait for a receiver's answer, s.")
