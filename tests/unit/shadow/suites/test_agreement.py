import pytest

from shadow.suites.agreement import agreement_of, cohen_kappa, fleiss_kappa, krippendorff_alpha


def unit(*labels: str) -> dict[str, str]:
    return {str(place): label for place, label in enumerate(labels) if label}


def test_cohens_kappa_of_a_table_of_fifty() -> None:
    """20 both yes, 15 both no, 5 and 10 apart: observed 0.7, by chance 0.5."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)


def test_fleiss_kappa_of_fourteen_raters() -> None:
    """The ten subjects and five categories of the usual worked example give 0.210."""
    counts = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    units = [unit(*(str(place) for place, count in enumerate(row) for _ in range(count))) for row in counts]
    assert fleiss_kappa(units) == pytest.approx(0.20993, abs=1e-5)


def test_krippendorffs_alpha_takes_missing_ratings() -> None:
    """Four observers, twelve units, nominal: 0.743 (Krippendorff 2011, section C)."""
    a = ["1", "2", "3", "3", "2", "1", "4", "1", "2", ".", ".", "."]
    b = ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", ".", "3"]
    c = [".", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", "."]
    d = ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", "."]
    units = [unit(*("" if one == "." else one for one in column)) for column in zip(a, b, c, d, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_perfect_agreement_is_one_and_a_single_label_is_not_defined() -> None:
    apart = [unit("y", "y"), unit("n", "n")]
    found = agreement_of(apart)
    assert (found.observed, found.cohen, found.fleiss, found.alpha) == (1, 1, 1, 1)
    same = agreement_of([unit("y", "y"), unit("y", "y")])
    assert (same.observed, same.cohen, same.fleiss, same.alpha) == (1, None, None, None)


def test_units_with_one_rating_say_nothing() -> None:
    found = agreement_of([unit("y"), unit("n")])
    assert (found.units, found.observed, found.alpha) == (0, None, None)


def test_kappas_are_left_out_where_they_are_not_defined() -> None:
    found = agreement_of([unit("y", "y", "n"), unit("n", "n")])
    assert found.annotators == 3
    assert found.cohen is None
    assert found.fleiss is None
    assert found.alpha is not None
