import numpy as np
import pytest

from analytics.decide.production import production_weights
from tests.evidence import PairFacts, pair, sample_of, suite_pair

LIVE = [pair(5_000 + number, category="small" if number < 357 else "large") for number in range(700)]


def group(category: str, *, right: int, n: int, start: int) -> list[PairFacts]:
    return [suite_pair(start + index, category=category, candidate=index < right) for index in range(n)]


@pytest.mark.parametrize(
    ("small", "large", "crude", "standardised"),
    [((81, 87), (192, 263), 0.78, 0.832546), ((234, 270), (55, 80), 0.8257, 0.778875)],
)
def test_kidney_stones_flip_when_they_are_standardised(
    small: tuple[int, int], large: tuple[int, int], crude: float, standardised: float
) -> None:
    suite = group("small", right=small[0], n=small[1], start=0) + group("large", right=large[0], n=large[1], start=400)
    sample = sample_of(suite + LIVE)
    weights = production_weights(sample, chosen=sample.is_checked)
    rights = sample.pairs.candidate.value("suite_check").values[sample.is_checked]
    assert weights is not None
    assert float(np.mean(rights)) == pytest.approx(crude, abs=5e-5)
    assert float(np.average(rights, weights=weights[sample.is_checked])) == pytest.approx(standardised, abs=5e-7)


def test_a_category_without_live_traffic_has_no_production_share() -> None:
    for pairs in ([suite_pair(1, category="rare"), *LIVE], LIVE):
        sample = sample_of(pairs)
        assert production_weights(sample, chosen=sample.is_checked) is None
