"""A suite out of the exchanges that a store holds, written, locked and read back."""

from datetime import timedelta
from pathlib import Path

import pytest

from proxy.errors import UsageError
from shadow.replay import Lane
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, replay_row
from shadow.suites.building import build_from_traffic
from shadow.suites.files import problems_of_files
from shadow.suites.reading import load_suite
from shadow.suites.traffic import Wanted
from tests.records import NOON, exchange, replay

_COUNT = 60
SINCE, UNTIL = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@pytest.fixture
def filled(store: Store) -> Store:
    """Sixty live exchanges of two categories, half of them answered by the baseline, and one of a suite."""
    asked = [
        exchange(n, category="billing" if n % 3 else "orders", language="en", request={"model": "m", "messages": [
            {"role": "user", "content": f"number {n} asks about matter {n * 7919} and {n * 104729}"}]})
        for n in range(_COUNT)
    ]  # fmt: skip
    suite = exchange(_COUNT, suite="s@1", example_id="x", experiment_id="trial")
    store.insert("exchanges", [exchange_row(one) for one in [*asked, suite]])
    store.insert("replays", [replay_row(replay(n, lane=Lane.BASELINE, text=f"right {n}")) for n in range(0, _COUNT, 2)])
    return store


def test_traffic_becomes_a_locked_suite_with_the_baselines_answers(filled: Store, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    wanted = Wanted(name="mine", size=12, ratio=1.0, salt="s", seed=1)
    built = build_from_traffic(filled, wanted, since=SINCE, until=UNTIL, file=file)
    assert len(built.suite.examples) == 12
    assert len(built.suite.examples) + sum(built.left_out.values()) == _COUNT
    assert {one.category for one in built.suite.examples} == {"billing", "orders"}
    assert all(one.reference.startswith("right ") for one in built.suite.examples)
    assert load_suite(file).id == built.suite.id
    assert problems_of_files([tmp_path]) == {str(file): []}
    with pytest.raises(UsageError, match="is locked"):
        build_from_traffic(filled, wanted, since=SINCE, until=UNTIL, file=file)


def test_a_time_without_traffic_gives_no_suite(filled: Store, tmp_path: Path) -> None:
    wanted = Wanted(name="mine", size=12, ratio=1.0, salt="s", seed=1)
    with pytest.raises(UsageError, match="there is none in that time"):
        build_from_traffic(filled, wanted, since=UNTIL, until=UNTIL, file=tmp_path / "mine.jsonl")
