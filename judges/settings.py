"""Settings of the judges."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from proxy.settings import Settings


class JudgeSettings(Settings):
    """Models that judge: one that embeds, and where named one for inference and one that is asked."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_JUDGES_", frozen=True, extra="forbid")

    embedding_model: str = Field(
        default="all-MiniLM-L6-v2",
        description="sentence-transformers model or folder; the default comes from a wheel, nothing is downloaded.",
    )
    embedding_url: str = Field(
        default="",
        description="Base URL without /v1 of a server that embeds by embedding_model. Empty: this process does.",
    )
    embedding_token: SecretStr = Field(default=SecretStr(""), description="Bearer token of that server.")
    embedding_cache: bool = Field(
        default=True, description="Keep vectors in ClickHouse, so that no text is embedded twice."
    )
    embed_batch: int = Field(default=32, ge=1, le=4_096, description="Texts embedded at a time.")
    nli_model: str = Field(
        default="",
        description="CrossEncoder of sentence-transformers for natural-language inference: a folder, or a hub's model. "
        "Empty: no judge nli.",
    )
    llm_url: str = Field(
        default="",
        description="Base URL without /v1 of the server of the LLM judge. Empty: no judge llm_judge.",
    )
    llm_model: str = Field(default="", description="Model that is asked; refused where it is an arm of the experiment.")
    llm_token: SecretStr = Field(default=SecretStr(""), description="Bearer token of that server.")
    llm_timeout_s: float = Field(default=60.0, gt=0, le=3_600, description="Of one question to it, s.")
    llm_in_flight: int = Field(default=8, ge=1, le=1_024, description="Questions to it under way at most.")
    llm_answer_tokens: int = Field(default=400, ge=64, le=8_192, description="Tokens of one of its answers at most.")
    llm_budget_tokens: int = Field(
        default=2_000_000, ge=0, description="Tokens of questions and answers that one run of the job may spend."
    )
