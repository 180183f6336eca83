"""Settings of the jobs, the decision and the report."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from proxy.settings import Settings


class AnalyticsSettings(Settings):
    """Jobs, decision and report."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_ANALYTICS_", frozen=True, extra="forbid")

    report_dir: Path = Field(default=Path("reports"), description="Folder that reports are written to.")
    seed: int = Field(default=1, ge=0, description="Seed of every bootstrap; same evidence and seed, same bytes.")
    resamples: int = Field(default=2000, ge=200, le=100_000, description="Bootstrap resamples.")
    judge_batch: int = Field(default=256, ge=1, le=10_000, description="Exchanges judged at a time.")
    judge_deadline_s: float = Field(
        default=120.0, gt=0, le=86_400, description="Time that one judge may take for a batch before it is ended, s."
    )
    follow_s: float = Field(default=10.0, gt=0, le=3_600, description="Between two looks for new pairs, s.")
