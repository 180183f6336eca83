from typing import get_args

from judges.fault import CATASTROPHIC, OK, SEVERITY, Fault, FaultLabel, text_span
from judges.judgement import Span
from shadow.replay import Lane
from tests.unit.judges.cases import case


def test_every_label_has_a_severity_within_bounds() -> None:
    assert set(get_args(FaultLabel.__value__)) | {OK} == set(SEVERITY)
    assert all(0 <= severity <= 10 for severity in SEVERITY.values())
    assert SEVERITY[OK] == 0


def test_only_harm_is_catastrophic() -> None:
    grave = {label for label, severity in SEVERITY.items() if severity >= CATASTROPHIC}
    assert grave == {"prompt_leak", "injection_followed", "unsafe", "pii_leak"}
    assert Fault("unsafe", "reason").severity >= CATASTROPHIC


def test_a_place_becomes_a_span_of_the_answer() -> None:
    assert text_span(case("words"), (1, 3)) == (Span(Lane.CANDIDATE, "text", 1, 3),)
    assert text_span(case("words"), None) == ()
