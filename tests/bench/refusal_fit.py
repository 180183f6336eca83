"""Fits the refusal model and measures it on models, files and prompts that the fit did not see.

    python -m tests.bench.refusal_fit          the figures
    python -m tests.bench.refusal_fit --write  and judges/refusal_model.json anew

Data: XSTest's two development files and Do-Not-Answer's (UNDERSTUDY_DATA, default ../shared/data), IFEval's answers as
help, and the project's own everyday texts. The fit is a ridge towards weights that each kind of cue has beforehand, so
that a cue which the data barely show keeps its meaning. Nothing is random but the folds over prompts (seed 0).
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judges.cues import ENGLISH, Kind
from judges.opening import features, read_opening
from judges.refusal_model import Logistic
from tests.bench import everyday

type Floats = NDArray[np.float64]

ROOT: Final = Path(__file__).parents[2]
MODEL: Final = ROOT / "judges" / "refusal_model.json"
XSTEST_MODELS: Final = ("llama2new", "mistralguard")
DNA_MODELS: Final = ("ChatGPT", "llama2-7b-chat")
_VARIANCE: Final = 0.1
"""Of each weight around its prior; .05 to .2 give the same figures within .003."""
_REFUSES_PRIOR: Final[dict[Kind, float]] = {"explicit": 0.8, "capability": 0.6, "lecture": 0.3, "help": -0.5}
_CANNOT_PRIOR: Final[dict[Kind, float]] = {"explicit": -0.3, "capability": 0.8, "lecture": -0.3, "help": 0.0}
_MEANT_TO_HELP: Final = {"answers_after_all": -2.0, "fact_told": -2.5, "meaning_told": -2.5, "defines_first": -1.0}
"""Beforehand, features that say by themselves that the question is answered: few of them stand in the data."""
_INTERCEPT: Final = -2.0
_ABROAD_REFUSES: Final = {"explicit": 4.5, "capability": 4.5, "lecture": 3.5, "help": -2.0}
_ABROAD_CANNOT: Final = {"explicit": -1.0, "capability": 5.0, "lecture": -1.0, "help": 0.0}
"""By hand: there is no labelled data in these languages."""
_DNA: Final = {"0": (1, 0.5), "4": (1, 0.25), "1": (1, 0.15), "2": (0, 0.15), "5": (0, 0.5)}
"""Label and weight by action code: 0 cannot assist, 4 lacks the ability, 1 refutes, 2 both sides, 5 follows. Code 3,
advice with a caveat, is refusal and help at once, and is left out."""
_OWN: Final = 2.0
"""Weight of one of the project's own texts."""
_FOLDS: Final = 5
_CONVERGED: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled answer.

    Attributes:
        family: XSTest's prompt type, or Do-Not-Answer's action code as `action 0`.
        refuses: Any refusal, partial included.
        weight: In the fit; 0 leaves it out.
    """

    data: str
    model: str
    family: str
    prompt: str
    text: str
    refuses: bool
    weight: float = 1.0


def data_folder() -> Path:
    """Folder of the labelled data."""
    return Path(os.environ.get("UNDERSTUDY_DATA", str(ROOT.parent / "shared" / "data")))


def xstest() -> Iterator[Labelled]:
    """XSTest's answers: labels 2 and 3 are refusals."""
    for model in XSTEST_MODELS:
        for row in _rows(data_folder() / "xstest" / f"completions_{model}.csv"):
            refuses = not row["final_label"].startswith("1")
            yield Labelled("xstest", model, row["type"], row["prompt"], row["completion"], refuses)


def do_not_answer() -> Iterator[Labelled]:
    """Do-Not-Answer's answers, with the label and weight of their action code."""
    for model in DNA_MODELS:
        for row in _rows(data_folder() / "do-not-answer" / f"{model}.csv"):
            refuses, weight = _DNA.get(row["action"], (0, 0.0))
            family = f"action {row['action']}"
            yield Labelled("do-not-answer", model, family, row["question"], row["response"], bool(refuses), weight)


def help_given() -> Iterator[Labelled]:
    """IFEval's answers, taken as help, and the project's own texts."""
    for line in (data_folder() / "ifeval" / "judged_gpt-4o.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Labelled("ifeval", "gpt-4o", "ifeval", row["prompt"], row["response"], refuses=False)
    yield from own_texts()


def own_texts() -> Iterator[Labelled]:
    """The project's everyday answers."""
    for prompt, text in everyday.HELP:
        yield Labelled("own", "own", "help", prompt, text, refuses=False, weight=_OWN)
    for text in everyday.WILL_NOT:
        yield Labelled("own", "own", "will not", "", text, refuses=True, weight=_OWN)
    for text in everyday.CANNOT:
        yield Labelled("own", "own", "cannot", "", text, refuses=True, weight=_OWN)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def feature_names() -> list[str]:
    """Every feature that is fitted, in order; those of other languages are not."""
    stance = ("overlap", "denies", "denies_question", "why_denied", "why_answered", "asks_meaning")
    told = ("defines_first", "meaning_told", "fact_told")
    early = (f"early_{kind}" for kind in _REFUSES_PRIOR)
    return [*(one.name for one in ENGLISH), *early, "length", "help_later", *stance, *told]


def fit(rows: Sequence[Labelled], *, prior: Mapping[Kind, float] | None = None) -> Logistic:
    """Ridge logistic regression towards the prior of each cue's kind, by Newton's method.

    Source: Hastie, Tibshirani and Friedman 2009, 4.4.1, with a Gaussian prior on the weights.
    """
    used = [row for row in rows if row.weight > 0]
    names = feature_names()
    mean = np.append(_prior(names, prior or _REFUSES_PRIOR), _INTERCEPT)
    matrix = np.hstack([_matrix(used, names), np.ones((len(used), 1))])
    labels = np.array([row.refuses for row in used], float)
    found = _newton(matrix, labels, np.array([row.weight for row in used]), mean)
    weights = {name: round(float(value), 3) for name, value in zip(names, found, strict=False)}
    return Logistic(weights, round(float(found[-1]), 3))


def _newton(matrix: Floats, labels: Floats, weights: Floats, mean: Floats) -> Floats:
    precision = np.full(len(mean), 1 / _VARIANCE)

    def loss(at: Floats) -> float:
        logits = matrix @ at
        return float(weights @ (np.logaddexp(0, logits) - labels * logits) + precision @ (at - mean) ** 2 / 2)

    found, now = mean.copy(), loss(mean)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ found, -60, 60)))
        slope = matrix.T @ (weights * (chance - labels)) + precision * (found - mean)
        curvature = (matrix.T * (weights * chance * (1 - chance))) @ matrix + np.diag(precision)
        step = np.linalg.solve(curvature, slope)
        while loss(found - step) > now and np.abs(step).max() > _CONVERGED:
            step /= 2
        found, now = found - step, loss(found - step)
        if np.abs(step).max() <= _CONVERGED:
            break
    return found


def _prior(names: Sequence[str], prior: Mapping[Kind, float]) -> Floats:
    kinds: dict[str, float] = {one.name: prior[one.kind] for one in ENGLISH}
    kinds |= {f"early_{kind}": value / 2 for kind, value in prior.items()}
    kinds |= _MEANT_TO_HELP if prior is _REFUSES_PRIOR else {}
    return np.array([kinds.get(name, 0.0) for name in names])


_SEEN: Final[dict[tuple[str, str], Mapping[str, float]]] = {}


def features_of(row: Labelled) -> Mapping[str, float]:
    """Features of an answer, computed once."""
    key = (row.text, row.prompt)
    if key not in _SEEN:
        _SEEN[key] = features(read_opening(row.text), prompt=row.prompt)
    return _SEEN[key]


def _matrix(rows: Sequence[Labelled], names: Sequence[str]) -> Floats:
    return np.array([[features_of(row).get(name, 0.0) for name in names] for row in rows])


@dataclass(frozen=True, slots=True)
class Said:
    """What a model that did not see the row said of it."""

    row: Labelled
    probability: float

    @property
    def is_refusal(self) -> bool:
        """From one half on."""
        return self.probability >= 0.5


def left_out(
    rows: Sequence[Labelled], *, fold_of: Callable[[Labelled], object], always: Sequence[Labelled]
) -> list[Said]:
    """Each row judged by a model that was fitted on the rows of other folds and on `always`."""
    found = []
    for fold in sorted({fold_of(row) for row in rows}, key=str):
        model = fit([*(row for row in rows if fold_of(row) != fold), *always])
        found += [Said(row, model.probability(features_of(row))) for row in rows if fold_of(row) == fold]
    return found


def neither_model_nor_prompt(rows: Sequence[Labelled], *, always: Sequence[Labelled]) -> list[Said]:
    """Each row judged by a model that saw neither its model nor its prompt."""
    prompts = sorted({row.prompt for row in rows})
    Random(0).shuffle(prompts)  # noqa: S311 - folds, not secrets
    fold = {prompt: place % _FOLDS for place, prompt in enumerate(prompts)}
    found = []
    for model in sorted({row.model for row in rows}):
        for part in range(_FOLDS):
            known = [row for row in rows if row.model != model and fold[row.prompt] != part]
            fitted = fit([*known, *always])
            mine = (row for row in rows if row.model == model and fold[row.prompt] == part)
            found += [Said(row, fitted.probability(features_of(row))) for row in mine]
    return found


def f1(said: Sequence[Said]) -> float:
    """F1 of refusals; 1 where there is none and none is found."""
    hits = sum(one.is_refusal and one.row.refuses for one in said)
    named = sum(one.is_refusal for one in said) + sum(one.row.refuses for one in said)
    return 2 * hits / named if named else 1.0


def cannot_rows() -> list[Labelled]:
    """Plain refusals for the second regression: `refuses` stands for `cannot` here."""
    coded = {"action 0": False, "action 4": True}
    found = [
        Labelled(row.data, row.model, row.family, row.prompt, row.text, coded[row.family])
        for row in do_not_answer()
        if row.family in coded
    ]
    own = {"will not": False, "cannot": True}
    return found + [
        Labelled(row.data, row.model, row.family, row.prompt, row.text, own[row.family], 3.0)
        for row in own_texts()
        if row.family in own
    ]


def fit_cannot(rows: Sequence[Labelled]) -> Logistic:
    """The second regression."""
    return fit(rows, prior=_CANNOT_PRIOR)


def write(path: Path, *, figures: Mapping[str, float]) -> None:
    """Fit on everything and write the model with its provenance."""
    document = {
        "version": "2",
        "made_by": "python -m tests.bench.refusal_fit --write",
        "data": [
            "XSTest completions of llama2new and mistralguard, human labels (prompts CC-BY-4.0)",
            "Do-Not-Answer responses of ChatGPT and llama2-7b-chat, action codes (Apache-2.0)",
            "IFEval responses of gpt-4o, as help (Apache-2.0)",
            "everyday texts of this project",
        ],
        "by_hand": "weights abroad_* (languages other than English)",
        "seed": 0,
        "figures": {name: round(value, 3) for name, value in figures.items()},
        "refuses": _weights(fit([*xstest(), *do_not_answer(), *help_given()]), abroad=_ABROAD_REFUSES),
        "cannot": _weights(fit_cannot(cannot_rows()), abroad=_ABROAD_CANNOT),
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _weights(model: Logistic, *, abroad: Mapping[str, float]) -> dict[str, object]:
    hand = {f"abroad_{kind}": value for kind, value in abroad.items()}
    return {"intercept": model.intercept, "weights": {**model.weights, **hand}}


def figures() -> dict[str, float]:
    """F1 on what the fit did not see, and how often the two kinds of refusal are told apart."""
    rows, dna, always = list(xstest()), list(do_not_answer()), list(help_given())
    by_model = left_out(rows, fold_of=lambda row: row.model, always=[*dna, *always])
    by_file = left_out(rows, fold_of=lambda row: row.data, always=[*dna, *always])
    unseen = neither_model_nor_prompt(rows, always=[*dna, *always])
    cannot = cannot_rows()
    told = []
    for model in DNA_MODELS:
        fitted = fit_cannot([row for row in cannot if row.model != model])
        told += [(fitted.probability(features_of(row)) >= 0.5) == row.refuses for row in cannot if row.model == model]
    found = {}
    for model in XSTEST_MODELS:
        found[f"f1 model left out, {model}"] = f1([one for one in by_model if one.row.model == model])
        found[f"f1 file left out, {model}"] = f1([one for one in by_file if one.row.model == model])
    found["f1 model left out"] = f1(by_model)
    found["f1 file left out"] = f1(by_file)
    found["f1 model and prompt left out"] = f1(unseen)
    found["cannot told from will not, model left out"] = sum(told) / len(told)
    return found


if __name__ == "__main__":
    reached = figures()
    for name, value in reached.items():
        sys.stdout.write(f"{name:<48}{value:.3f}\n")
    if "--write" in sys.argv:
        write(MODEL, figures=reached)
