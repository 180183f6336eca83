from dataclasses import replace
from random import Random

from analytics.decide.chance import Chance
from analytics.decide.regressions import find_regressions
from judges.judgement import Judgement
from tests.evidence import CARD, PairFacts, answer, pair, sample_of

_CHANCE = Chance(seed=1, resamples=400)


def _worse(pairs: list[PairFacts]) -> dict[str, bool]:
    found = find_regressions(sample_of(pairs), card=CARD, chance=_CHANCE)
    return {one.metric: one.is_worse for one in found}


def _spread(rng: Random, *, factor: float = 1.0) -> float:
    return factor * 200.0 * rng.lognormvariate(0, 0.3)


def _said(*, refuses: bool) -> Judgement:
    return Judgement(0.0, "refusal_full", "refuses") if refuses else Judgement(1.0, "compliance", "complies")


def _pairs(count: int, *, factor: float = 1.0, refused: float = 0.0) -> list[PairFacts]:
    rng = Random(7)  # noqa: S311 - no secret
    return [
        replace(
            pair(number),
            baseline=answer(ttft_ms=_spread(rng), findings={"refusal": _said(refuses=False)}),
            candidate=answer(
                ttft_ms=_spread(rng, factor=factor),
                findings={"refusal": _said(refuses=rng.random() < refused)},
            ),
        )
        for number in range(count)
    ]


def test_lanes_that_are_alike_are_not_called_worse() -> None:
    assert not any(_worse(_pairs(1_000)).values())


def test_refusals_of_five_points_are_named_and_nothing_else_is() -> None:
    worse = _worse(_pairs(1_000, refused=0.05))
    assert [name for name, is_worse in worse.items() if is_worse] == ["refusal rate"]


def test_slower_first_tokens_are_named_by_quantile() -> None:
    worse = _worse(_pairs(1_000, factor=1.3))
    assert worse["TTFT P50"]
    assert worse["TTFT P95"]
    assert not worse["refusal rate"]


def test_a_faster_candidate_is_no_regression() -> None:
    assert not any(_worse(_pairs(1_000, factor=0.7)).values())


def test_the_likeliest_regression_comes_first() -> None:
    found = find_regressions(sample_of(_pairs(1_000, refused=0.2)), card=CARD, chance=_CHANCE)
    assert found[0].metric == "refusal rate"
    assert [one.adjusted for one in found] == sorted(one.adjusted for one in found)
