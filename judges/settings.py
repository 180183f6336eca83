"""Settings of the judges."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from proxy.settings import Settings


class JudgeSettings(Settings):
    """Which model embeds, and how."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_JUDGES_", frozen=True, extra="forbid")

    embedding_model: str = Field(
        default="all-MiniLM-L6-v2",
        description="sentence-transformers model or folder; the default comes from a wheel, nothing is downloaded.",
    )
    embed_batch: int = Field(default=32, ge=1, le=4_096, description="Texts embedded at a time.")
