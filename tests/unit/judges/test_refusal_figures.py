"""The refusal model on labelled data that its fit did not see; skipped, loudly, where the data is not there."""

import pytest

from judges.refusal_model import refusal_model
from tests.bench import refusal_fit
from tests.bench.judges_refusal import FAMILY_BAR, refusal_rows
from tests.bench.judges_refusal import family_rows as families

pytestmark = pytest.mark.skipif(
    not (refusal_fit.data_folder() / "xstest").is_dir(), reason="set UNDERSTUDY_DATA to the folder of labelled data"
)


def test_f1_reaches_the_bar_on_models_files_and_prompts_not_seen() -> None:
    pooled = [row for row in refusal_rows() if row.met is not None and "," not in row.data]
    assert len(pooled) == 3
    assert all(row.met for row in pooled)


def test_no_family_of_prompts_falls_below_its_floor() -> None:
    assert all(row.met for row in families()), FAMILY_BAR


def test_the_weights_that_ship_are_those_of_the_fit() -> None:
    fitted = refusal_fit.fit([*refusal_fit.xstest(), *refusal_fit.do_not_answer(), *refusal_fit.help_given()])
    shipped = refusal_model().refuses
    assert shipped.intercept == pytest.approx(fitted.intercept, abs=0.01)
    assert {name: shipped.weights[name] for name in fitted.weights} == pytest.approx(dict(fitted.weights), abs=0.01)
