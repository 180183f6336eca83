from datetime import timedelta

from analytics.report.changes import compare_reports
from analytics.report.report import Dated
from tests.records import NOON, deployment
from tests.unit.analytics.report.sample import decision, gates, later_report

_WEEK_AGO = NOON - timedelta(days=7)


def test_what_changed_in_the_answer_is_told_from_what_did_not() -> None:
    report = later_report()
    assert report.previous is not None
    changes = compare_reports(report.previous, report.decision)
    assert changes.verdict_changed
    assert [change.name for change in changes.answers if change.differs] == [
        "verdict",
        "decided by",
        "G3 Catastrophic rate",
        "pairs",
    ]


def test_causes_name_judges_hashes_deployments_and_evidence() -> None:
    before = decision(
        pairs=1410,
        judge_versions={"taxonomy": "2"},
        hashes={"score card": "000000", "suite heldout": "77aa31", "migrations": "e0d4f5"},
        candidate=deployment("llama-awq", quantisation="int8"),
    )
    causes = compare_reports(Dated(before, _WEEK_AGO), decision()).causes
    assert "The hash of score card was 000000 and is 9b1c02." in causes
    assert "The version of the judge taxonomy was 2 and is 3." in causes
    assert "The version of the judge agreement was missing and is minilm-l6-v2/1." in causes
    assert "The evidence has 590 more pairs." in causes
    assert any(cause.startswith("The candidate is another deployment") and "quantisation" in cause for cause in causes)


def test_the_same_decision_again_has_changed_in_nothing() -> None:
    changes = compare_reports(Dated(decision(), _WEEK_AGO), decision())
    assert not any(change.differs for change in changes.answers)
    assert changes.causes == ("Nothing: both rest on the same evidence.",)


def test_a_gate_that_is_new_or_gone_is_missing_on_the_other_side() -> None:
    changes = compare_reports(Dated(decision(gates=gates()[:1]), _WEEK_AGO), decision(gates=gates()[1:2]))
    found = {change.name[:2]: change for change in changes.answers}
    assert found["G1"].after == found["G2"].before == "missing"
