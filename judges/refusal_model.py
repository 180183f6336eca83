"""The refusal model: two logistic regressions over the features of an opening, with weights from a file.

The first says whether the answer refuses at all, the second whether it cannot (capability) rather than will not. The
weights, the data behind them and the figures reached are in `refusal_model.json`, made by `tests/bench/refusal_fit.py`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_MOST_LOGIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression.

    Attributes:
        weights: Log odds per unit of each feature; a feature without a weight does not count.
        intercept: Log odds where nothing was found.
    """

    weights: Mapping[str, float]
    intercept: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Probability in (0, 1)."""
        weigh = self.weights.get
        logit = self.intercept + sum(weigh(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-_MOST_LOGIT, min(logit, _MOST_LOGIT))))


@dataclass(frozen=True, slots=True)
class RefusalModel:
    """Both regressions, and the version of the file."""

    version: str
    refuses: Logistic
    cannot: Logistic


@cache
def refusal_model() -> RefusalModel:
    """The model that ships with the package; read once."""
    raw = json.loads(files("judges").joinpath("refusal_model.json").read_text(encoding="utf-8"))
    refuses, cannot = (Logistic(raw[name]["weights"], raw[name]["intercept"]) for name in ("refuses", "cannot"))
    return RefusalModel(raw["version"], refuses, cannot)
