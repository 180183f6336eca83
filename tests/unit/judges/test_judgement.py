from dataclasses import FrozenInstanceError

import pytest

from judges.judgement import Abstained, JudgeFailed, Judgement
from tests.unit.judges.cases import case


def test_a_judgement_without_more_is_harmless_and_points_nowhere() -> None:
    found = Judgement(1.0, "ok", "nothing found")
    assert (found.severity, found.spans) == (0.0, ())


def test_an_abstention_and_a_failure_carry_no_value() -> None:
    assert not hasattr(Abstained("no text"), "value")
    assert not hasattr(JudgeFailed("ValueError"), "value")


def test_a_case_of_live_traffic_has_no_checks_and_never_changes() -> None:
    one = case()
    assert one.checks == ()
    with pytest.raises(FrozenInstanceError):
        one.checks = ({},)  # type: ignore[misc]  # the point of the test
