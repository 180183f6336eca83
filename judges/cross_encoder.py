"""The adapter to cross-encoders of sentence-transformers: premise and hypothesis to three probabilities, on the CPU.

torch is imported when the model is loaded, never before. A folder is read from disk; anything else that the user names
is left to the library, which may fetch it from a hub.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proxy.errors import UsageError

_KINDS: Final = ("contra", "neutral", "entail")
_THREE: Final = 3
_REMEMBERED: Final = 50_000
"""Pairs whose figures are kept, since the taxonomy asks again about what the judge has read."""


class CrossEncoderEntailer:
    """A CrossEncoder with three labels (named in its configuration), or with one, whose figure is taken for entailment.

    Args:
        model: Folder, or the name of a model of a hub.
        batch: Pairs that go through the model at a time.
    """

    def __init__(self, model: str, *, batch: int = 32) -> None:
        self._source = model
        self._batch = batch
        self._model: Any = None
        self._columns: tuple[int, ...] = ()
        self._known: dict[tuple[str, str], NDArray[np.float64]] = {}

    @property
    def name(self) -> str:
        """The model's name; part of the version of the judge that uses it."""
        return Path(self._source).name

    def load(self) -> None:
        """Load the model if it is not loaded yet.

        Raises:
            UsageError: it is not there, sentence-transformers is not installed, or its labels are none of inference.
        """
        if self._model is None:
            self._model = _load(self._source)
            self._columns = _columns(self._model, self._source)

    def predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Probabilities of contradiction, neither, entailment. Shape (n, 3); recent pairs are remembered."""
        new = list(dict.fromkeys(pair for pair in pairs if pair not in self._known))
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = list(dict.fromkeys(pairs))
        if new:
            self._known.update(zip(new, self._predict(new), strict=True))
        return np.array([self._known[pair] for pair in pairs]).reshape(len(pairs), _THREE)

    def _predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        self.load()
        clean = [(_clean(premise), _clean(hypothesis)) for premise, hypothesis in pairs]
        raw = self._model.predict(clean, batch_size=self._batch, show_progress_bar=False, convert_to_numpy=True)
        scores = np.asarray(raw, dtype=np.float64).reshape(len(clean), -1)
        if len(self._columns) == 1:
            entailed = np.clip(scores[:, 0], 0, 1)
            return np.stack([np.zeros_like(entailed), 1 - entailed, entailed], axis=1)
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (shifted / shifted.sum(axis=1, keepdims=True))[:, list(self._columns)]


def _clean(text: str) -> str:
    """Lone surrogates become `?`, which tokenizers can read."""
    return text.encode("utf-8", "replace").decode()


def _columns(model: Any, source: str) -> tuple[int, ...]:  # noqa: ANN401 - the library carries no types
    names = {int(place): str(label).casefold() for place, label in (model.config.id2label or {}).items()}
    if len(names) == 1:
        return (0,)
    columns = tuple(place for kind in _KINDS for place, label in names.items() if kind in label)
    if len(names) != _THREE or len(columns) != _THREE:
        message = (
            f"model {source} has labels {sorted(names.values())}: one is needed, or contradiction, neutral, entailment"
        )
        raise UsageError(message)
    return columns


def _load(source: str) -> Any:  # noqa: ANN401 - the library carries no types
    is_folder = Path(source).is_dir()
    if not is_folder and source.startswith(("/", ".")):
        message = f"there is no model at {source}: set UNDERSTUDY_JUDGES_NLI_MODEL to a folder or to a hub's model"
        raise UsageError(message)
    with warnings.catch_warnings():
        # The libraries deprecate parts of each other while they are imported; that is theirs to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        try:
            from sentence_transformers import CrossEncoder
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            message = f"sentence-transformers is not installed ({error.name}): install understudy[embed]"
            raise UsageError(message) from error
        disable_progress_bar()  # type: ignore[no-untyped-call]  # the library has no types
        try:
            return CrossEncoder(source, device="cpu", local_files_only=is_folder)
        except (OSError, ValueError) as error:
            message = f"model {source} cannot be loaded: {type(error).__name__}"
            raise UsageError(message) from error
