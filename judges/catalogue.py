"""What the judges are, for readers: names, versions and measured quality. Builds no model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from judges.embedding import embedder_name
from judges.panel import default_panel
from judges.quality import Quality
from judges.refusal import Refusal
from judges.settings import JudgeSettings


@dataclass(frozen=True, slots=True)
class Entry:
    """One judge as the list shows it; quality is None where none was measured."""

    name: str
    version: str
    purpose: str
    quality: Quality | None

    @property
    def quality_text(self) -> str:
        """Quality in words."""
        if self.quality is None:
            return "quality not measured"
        found = self.quality
        return (
            f"sensitivity {found.sensitivity:.3f} (n {found.positives}), "
            f"specificity {found.specificity:.3f} (n {found.negatives}), {found.source}"
        )

    def as_json(self) -> dict[str, object]:
        """The entry as JSON-ready values."""
        quality = None if self.quality is None else asdict(self.quality)
        return {"name": self.name, "version": self.version, "purpose": self.purpose, "quality": quality}


@dataclass(frozen=True, slots=True)
class _NamedModel:
    """Stands for the embedder where only its name is asked; it embeds nothing."""

    name: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        message = f"{self.name} is only named here, not loaded ({len(texts)} texts)"
        raise NotImplementedError(message)


def catalogue() -> tuple[Entry, ...]:
    """Every judge of the default panel, as the settings name its model."""
    named = _NamedModel(embedder_name(JudgeSettings().embedding_model))
    entries = []
    for judge in default_panel(embedder=named):
        quality = judge.quality if isinstance(judge, Refusal) else None
        purpose = (type(judge).__doc__ or "").strip().splitlines()[0]
        entries.append(Entry(judge.name, judge.version, purpose, quality))
    return tuple(entries)
