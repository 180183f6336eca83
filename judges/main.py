"""Wiring of the judges: the only place where the panel and its models are built from settings."""

from functools import partial

from judges.cross_encoder import CrossEncoderEntailer
from judges.embedding import SentenceEmbedder
from judges.entailment import Entailment, entailment_fault
from judges.judgement import Judge
from judges.llm import Asker, LlmJudge
from judges.panel import full_panel
from judges.settings import JudgeSettings
from judges.similarity import Embedder


def open_panel(settings: JudgeSettings, *, embedder: Embedder | None = None, asker: Asker | None = None) -> list[Judge]:
    """Every judge, ready to run; loads the models, which takes seconds.

    Args:
        embedder: Instead of the local model that the settings name.
        asker: Of the LLM judge; there is none without.

    Raises:
        UsageError: a model or its packages are not installed.
    """
    entailer = _entailer(settings)
    if embedder is None:
        embedder = open_embedder(settings)
    if entailer is not None:
        entailer.load()
    return _panel(embedder, entailer, asker)


def open_embedder(settings: JudgeSettings) -> SentenceEmbedder:
    """The local model, loaded.

    Raises:
        UsageError: the model or its packages are not installed.
    """
    embedder = _embedder(settings)
    embedder.load()
    return embedder


def list_panel(settings: JudgeSettings, *, asker: Asker | None = None) -> list[Judge]:
    """The same judges to look at, with no model loaded yet."""
    return _panel(_embedder(settings), _entailer(settings), asker)


def _panel(embedder: Embedder, entailer: CrossEncoderEntailer | None, asker: Asker | None) -> list[Judge]:
    nli = None if entailer is None else Entailment(entailer)
    return full_panel(
        embedder,
        nli=nli,
        llm=None if asker is None else LlmJudge(asker),
        faults=() if nli is None else (partial(entailment_fault, nli),),
    )


def _embedder(settings: JudgeSettings) -> SentenceEmbedder:
    return SentenceEmbedder(settings.embedding_model, batch=settings.embed_batch)


def _entailer(settings: JudgeSettings) -> CrossEncoderEntailer | None:
    return CrossEncoderEntailer(settings.nli_model, batch=settings.embed_batch) if settings.nli_model else None
