"""Wiring of the judges: the only place where the panel and its embedder are built from settings."""

from judges.embedding import SentenceEmbedder
from judges.judgement import Judge
from judges.panel import default_panel
from judges.settings import JudgeSettings


def build_embedder(settings: JudgeSettings) -> SentenceEmbedder:
    """The embedder that the settings name; loads torch.

    Raises:
        UsageError: the model or its packages are not installed.
    """
    return SentenceEmbedder(settings.embedding_model, batch=settings.embed_batch)


def build_panel(settings: JudgeSettings) -> tuple[Judge, ...]:
    """Every judge, ready to run; loads torch.

    Raises:
        UsageError: the embedding model or its packages are not installed.
    """
    return default_panel(embedder=build_embedder(settings))
