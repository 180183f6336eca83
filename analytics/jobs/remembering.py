"""Remembers vectors in ClickHouse, so that a text is embedded once however often it is judged.

The adapter around any `judges.similarity.Embedder`. Texts are keyed by their hash and never kept.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judges.similarity import Embedder
from shadow.store.clickhouse import Store

_ASKED_AT_A_TIME: Final = 1_000


class RememberingEmbedder:
    """An embedder that first looks up what it has embedded before.

    Args:
        embedder: Embeds what is not there.
        store: Where vectors are kept; its failure is the caller's.
    """

    def __init__(self, embedder: Embedder, *, store: Store) -> None:
        self._embedder = embedder
        self._store = store

    @property
    def name(self) -> str:
        """The model's name; part of the key."""
        return self._embedder.name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit row per text, float32, shape (n, dimensions); only texts without a vector go to the model."""
        hashes = [text_hash(text) for text in texts]
        known = self._known(list(dict.fromkeys(hashes)))
        missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        if missing:
            rows = self._embedder.encode(list(missing.values()))
            known |= dict(zip(missing, rows, strict=True))
            self._keep({key: known[key] for key in missing})
        return np.stack([known[key] for key in hashes]) if hashes else np.zeros((0, 1), np.float32)

    def _known(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        found: dict[str, NDArray[np.float32]] = {}
        for part in batched(hashes, _ASKED_AT_A_TIME, strict=False):
            for row in self._store.read("vectors_of", model=self.name, hashes=list(part)):
                found[_plain(row["text_hash"])] = np.asarray(row["vector"], dtype=np.float32)
        return found

    def _keep(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        now = datetime.now(UTC)
        self._store.insert(
            "embeddings",
            [
                {"model": self.name, "text_hash": key, "vector": vector.tolist(), "embedded_at": now}
                for key, vector in vectors.items()
            ],
        )


def text_hash(text: str) -> str:
    """First 32 hexadecimal characters of the text's SHA-256; lone surrogates count as `?`."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _plain(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else key
