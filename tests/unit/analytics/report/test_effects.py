from typing import Any

import pytest

from analytics.decide.decision import Interval
from analytics.report.effects import Effect, effect_of, read_effects
from tests.unit.analytics.report.sample import comparison


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({"noise": None}, Effect.WORSE),
        ({"noise": None, "higher_is_better": False}, Effect.BETTER),
        ({"difference": Interval(estimate=0.02, low=0.01, high=0.03), "noise": None}, Effect.BETTER),
        ({"difference": Interval(estimate=0.02, low=0.01, high=0.03), "noise": 0.015}, Effect.NONE),
        ({"difference": Interval(estimate=0.02, low=-0.01, high=0.03), "noise": None}, Effect.NONE),
        ({"difference": Interval(estimate=0.02), "noise": None}, Effect.NONE),
        ({"difference": None}, Effect.MISSING),
    ],
)
def test_an_effect_is_shown_where_the_whole_interval_lies_beyond_nothing_and_beyond_noise(
    changes: dict[str, Any], effect: Effect
) -> None:
    assert effect_of(comparison(**changes)) is effect


def test_what_is_worse_comes_first_and_what_is_missing_last() -> None:
    rows = read_effects([comparison(difference=None), comparison(noise=-0.02, metric="b"), comparison(metric="a")])
    assert [row.effect for row in rows] == [Effect.WORSE, Effect.NONE, Effect.MISSING]
