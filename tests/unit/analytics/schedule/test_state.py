from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.schedule.state import Pending, PlanState, ScheduleState, load_state, locked, save_state
from proxy.errors import BadRecord, Unavailable, UsageError

_STATE = ScheduleState(
    plans={
        "nightly": PlanState(
            served_until=datetime(2026, 11, 1, tzinfo=UTC),
            runs=3,
            failures={"slack: Unavailable": 2},
            pending=(Pending(experiment_id="a", channel="slack"),),
        )
    }
)


def test_a_state_survives_its_file(tmp_path: Path) -> None:
    assert load_state(tmp_path / "state.json") == ScheduleState()
    save_state(_STATE, tmp_path / "deep" / "state.json")
    assert load_state(tmp_path / "deep" / "state.json") == _STATE


def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"plans": 7}')
    with pytest.raises(BadRecord, match="move it away"):
        load_state(path)
    assert path.read_text() == '{"plans": 7}'


def test_a_state_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        save_state(_STATE, tmp_path / "file" / "state.json")


def test_two_schedulers_never_share_a_state(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with locked(path), pytest.raises(UsageError, match="another scheduler"), locked(path):
        pass
    with locked(path):
        pass


def test_a_state_in_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="--state"), locked(tmp_path / "file" / "state.json"):
        pass
