"""Embeds by an OpenAI-compatible `/v1/embeddings` endpoint: any served embedding model instead of a local one.

The adapter of `judges.similarity.Embedder`. Only the host that the user names is asked; texts never enter a message.
"""

import asyncio
from collections.abc import Sequence
from itertools import batched
from typing import Any, Final

import aiohttp
import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from proxy.errors import Unavailable

_OK: Final = 200
_LEAST_NORM: Final = 1e-12


class EndpointEmbedder:
    """Embeds texts with the model that a server offers.

    Args:
        base_url: Up to and without /v1.
        batch: Texts of one request at most.
        in_flight: Requests under way at most.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        token: SecretStr,
        batch: int = 32,
        timeout_s: float = 60.0,
        in_flight: int = 4,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/v1/embeddings"
        self._model = model
        self._token = token
        self._batch = batch
        self._timeout_s = timeout_s
        self._in_flight = in_flight

    @property
    def name(self) -> str:
        """The model's name without its owner: part of the version of every judge that uses it."""
        return self._model.rpartition("/")[2]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit row per text, float32, shape (n, dimensions).

        Raises:
            Unavailable: the server did not answer with a vector for each text.
        """
        return asyncio.run(self._encode(texts)) if texts else np.zeros((0, 1), np.float32)

    async def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        gate = asyncio.Semaphore(self._in_flight)
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            parts = [list(part) for part in batched(texts, self._batch, strict=False)]
            rows = await asyncio.gather(*(self._one(part, session=session, gate=gate) for part in parts))
        found = np.asarray([vector for part in rows for vector in part], dtype=np.float32)
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _LEAST_NORM), np.float32)

    async def _one(
        self, texts: list[str], *, session: aiohttp.ClientSession, gate: asyncio.Semaphore
    ) -> list[list[float]]:
        token = self._token.get_secret_value()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            async with gate, session.post(self._url, json=body, headers=headers) as reply:
                if reply.status != _OK:
                    message = f"the embedding server answered {reply.status}; check UNDERSTUDY_JUDGES_EMBEDDING_URL"
                    raise Unavailable(message)
                said: dict[str, Any] = await reply.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            message = f"the embedding server gave no answer ({type(error).__name__})"
            raise Unavailable(message) from error
        return _vectors(said, wanted=len(texts))


def _vectors(said: dict[str, Any], *, wanted: int) -> list[list[float]]:
    """Vectors in the order of their texts."""
    try:
        rows = sorted(said["data"], key=lambda row: int(row["index"]))
        vectors = [[float(value) for value in row["embedding"]] for row in rows]
    except (KeyError, TypeError, ValueError):
        vectors = []
    if len(vectors) != wanted:
        message = f"the embedding server gave {len(vectors)} vectors for {wanted} texts"
        raise Unavailable(message)
    return vectors
