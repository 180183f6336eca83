"""Wiring of the judges: the only place where the panel and its embedder are built from settings."""

from judges.embedding import SentenceEmbedder
from judges.judgement import Judge
from judges.panel import default_panel
from judges.settings import JudgeSettings


def open_panel(settings: JudgeSettings) -> list[Judge]:
    """Every judge, ready to run; loads the embedding model, which takes seconds.

    Raises:
        UsageError: the embedding model or its packages are not installed.
    """
    embedder = _embedder(settings)
    embedder.load()
    return default_panel(embedder)


def list_panel(settings: JudgeSettings) -> list[Judge]:
    """The same judges to look at, with no model loaded yet."""
    return default_panel(_embedder(settings))


def _embedder(settings: JudgeSettings) -> SentenceEmbedder:
    return SentenceEmbedder(settings.embedding_model, batch=settings.embed_batch)
