import json
from datetime import UTC, datetime, timedelta

from shadow.control.history import history_of
from shadow.control.showing import as_json_array, as_json_object, line_of, log_of, page_of
from shadow.experiment import Action, State, Through
from tests.records import NOON, deployment, experiment

SOON = datetime.now(UTC) + timedelta(days=1)


def test_a_line_tells_state_arms_end_and_owner() -> None:
    shown = line_of(experiment(expires_at=SOON))
    assert shown == f"trial  enabled  candidate against baseline  until {SOON:%Y-%m-%d %H:%M} UTC  ops@example.org"


def test_what_has_expired_or_stopped_by_itself_says_so() -> None:
    one = experiment(expires_at=NOON - timedelta(days=365), state=State.PAUSED, stopped_because="the queue is long")
    assert "paused (expired) because the queue is long" in line_of(one)


def test_a_page_tells_limits_deployments_and_their_fingerprints() -> None:
    candidate = deployment("candidate", engine="vllm", engine_version="0.32.0", probed={"block_size": "16"})
    one = experiment(candidate=candidate, budget={"gpu_seconds": 60}, distress={"max_kv_usage": None})
    page = page_of(one)
    assert "budget: gpu_seconds 60.0\ndistress: max_error_ratio 0.2\n" in page
    assert "target:" not in page
    assert f"vllm 0.32.0\n  fingerprint: {candidate.fingerprint}\n  block_size: 16" in page


def test_the_log_tells_each_change_with_its_fields_and_what_is_missing() -> None:
    first = experiment(state=State.CREATED, action=Action.CREATE, updated_through=Through.API)
    later = {"updated_at": NOON + timedelta(hours=1), "updated_by": "ben", "version": 4}
    shown = log_of(history_of([first, experiment(**later, action=Action.ENABLE, updated_through=Through.CLI)]))
    assert shown.splitlines() == [
        "2026-11-01 12:00:00 UTC  create  ops@example.org  through api",
        "  2 versions before this one were not kept",
        "2026-11-01 13:00:00 UTC  enable  ben  through cli",
        "    state: created -> enabled",
    ]


def test_json_is_the_record_with_fingerprints_and_whether_it_is_live() -> None:
    one = experiment(expires_at=SOON)
    told = json.loads(as_json_object(one))
    assert (told.pop("live"), told.pop("fingerprints")["candidate"]) == (True, one.candidate.fingerprint)
    assert told == json.loads(one.to_bytes())
    assert json.loads(as_json_array([])) == []
    assert [found["live"] for found in json.loads(as_json_array([one, one]))] == [True, True]
