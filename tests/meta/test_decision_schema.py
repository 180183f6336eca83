import json

import jsonschema_rs
import pytest

from analytics.report.report import Report
from tests.meta.decision_schema import PAGE, decision_schema
from tests.unit.analytics.report import sample


def test_the_published_schema_is_the_record_s() -> None:
    assert PAGE.read_text("utf-8") == decision_schema(), "run python -m tests.meta.decision_schema"


@pytest.mark.parametrize("report", [sample.report(), sample.bare_report(), sample.hostile_report("x")])
def test_records_that_we_write_are_valid(report: Report) -> None:
    validator = jsonschema_rs.validator_for(json.loads(decision_schema()))
    assert [error.message for error in validator.iter_errors(json.loads(report.decision.to_json()))] == []


def test_a_record_with_a_field_of_another_type_is_not_valid() -> None:
    validator = jsonschema_rs.validator_for(json.loads(decision_schema()))
    record = json.loads(sample.decision().to_json())
    assert not validator.is_valid(record | {"verdict": "PERHAPS"})
    assert not validator.is_valid(record | {"pairs": "many"})
    assert not validator.is_valid({name: value for name, value in record.items() if name != "gates"})
