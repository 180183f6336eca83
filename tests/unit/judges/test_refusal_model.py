import json
from importlib.resources import files

import pytest

from judges.cues import ENGLISH
from judges.refusal_model import Logistic, refusal_model


def test_a_probability_stays_within_zero_and_one_however_large_the_weights() -> None:
    model = Logistic({"a": 1e6, "b": -1e6}, 0.0)
    assert 0 < model.probability({"b": 3.0}) < 0.5 < model.probability({"a": 3.0}) <= 1
    assert model.probability({"unknown": 3.0}) == pytest.approx(0.5)


def test_every_cue_has_a_weight_in_both_regressions() -> None:
    model = refusal_model()
    wanted = {one.name for one in ENGLISH} | {"early_explicit", "length", "denies", "abroad_explicit"}
    assert wanted <= set(model.refuses.weights)
    assert wanted <= set(model.cannot.weights)


def test_the_file_says_where_its_weights_come_from() -> None:
    raw = json.loads(files("judges").joinpath("refusal_model.json").read_text(encoding="utf-8"))
    assert raw["version"]
    assert all("human" in text or "Apache-2.0" in text or "this project" in text for text in raw["data"])
    assert raw["figures"]["f1 model left out"] >= 0.93
