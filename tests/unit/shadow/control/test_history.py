from datetime import timedelta
from typing import Any

from shadow.control.history import FieldChange, history_of
from shadow.experiment import Action, Experiment, State, Through
from tests.records import NOON, deployment, experiment


def version(number: int, **changes: Any) -> Experiment:
    fields = {"version": number, "updated_at": NOON + timedelta(minutes=number), "updated_by": "anna"}
    return experiment(**(fields | changes))


def test_each_change_says_who_when_how_and_from_what_to_what() -> None:
    first = version(1, state=State.CREATED, action=Action.CREATE, updated_through=Through.API)
    second = version(2, action=Action.ENABLE, updated_through=Through.CLI, updated_by="ben")
    created, enabled = history_of([first, second])
    assert (created.action, created.through, created.fields) == (Action.CREATE, Through.API, ())
    assert (enabled.action, enabled.by, enabled.through) == (Action.ENABLE, "ben", Through.CLI)
    assert enabled.at == NOON + timedelta(minutes=2)
    assert enabled.fields == (FieldChange(field="state", old="created", new="enabled"),)


def test_fields_within_fields_are_told_by_their_path() -> None:
    probed = {"block_size": "16"}
    new = deployment("candidate", engine_version="2", probed=probed)
    (_, change) = history_of([version(1), version(2, candidate=new, budget={"usd": None, "gpu_seconds": 5})])
    assert [(one.field, one.old, one.new) for one in change.fields] == [
        ("budget.gpu_seconds", None, 5.0),
        ("candidate.engine_version", "", "2"),
        ("candidate.probed.block_size", None, "16"),
    ]


def test_a_version_that_log_and_store_both_hold_is_told_once_and_in_order() -> None:
    versions = [version(number) for number in (1, 2, 3)]
    assert [one.version for one in history_of([versions[2], *versions, versions[0]])] == [1, 2, 3]


def test_versions_that_nobody_kept_are_counted() -> None:
    assert [one.missing for one in history_of([version(3), version(4), version(7)])] == [2, 0, 2]


def test_versions_from_before_they_were_counted_miss_nothing() -> None:
    old = [version(1, updated_at=NOON), version(1, updated_at=NOON + timedelta(seconds=1)), version(2)]
    assert [one.missing for one in history_of(old)] == [0, 0, 0]
