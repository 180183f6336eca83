import pytest

from proxy.errors import Refused
from shadow.load.books import Books
from shadow.load.level import Load, Loop
from shadow.replay import Lane
from shadow.store.clickhouse import Store
from tests.loads import closed_requests, failed_request, load_level


def books(store: Store | None) -> Books:
    return Books(store, experiment_id="trial", run_id="run")


def test_a_level_comes_back_as_it_was(store: Store) -> None:
    requests = closed_requests(60)
    requests[30] = failed_request(30, sent_s=requests[30].sent_s)
    level = load_level(requests)
    books(store).keep(level)
    assert books(store).levels() == (level,)


def test_a_repeat_is_no_second_row(store: Store) -> None:
    for _ in range(2):
        books(store).keep(load_level())
    assert len(store.read("load_blocks", experiment_id="trial", run_id="run")) == 1
    assert len(store.read("load_block_requests", experiment_id="trial", run_id="run")) == 80


def test_lanes_loads_and_blocks_are_kept_apart(store: Store) -> None:
    levels = [
        load_level(lane=Lane.BASELINE, number=0),
        load_level(number=1),
        load_level(number=2),
        load_level(number=3, load=Load(Loop.OPEN, 4)),
    ]
    for level in levels:
        books(store).keep(level)
    for found, level in zip(books(store).levels(), levels, strict=True):
        assert found.block == level.block
        assert found.requests == level.requests
        assert found == level
    (run,) = books(store).runs()
    assert (run["blocks"], run["requests"]) == (4, 320)


def test_a_block_without_all_its_requests_is_not_there(store: Store) -> None:
    books(store).keep(load_level())
    store.command("DELETE FROM {database}.load_requests WHERE number = 7 SETTINGS lightweight_deletes_sync = 2")
    assert books(store).levels() == ()


def test_a_run_is_not_taken_up_with_another_plan(store: Store) -> None:
    books(store).keep(load_level(plan_hash="one"))
    assert len(books(store).stored(plan_hash="one")) == 1
    with pytest.raises(Refused, match="--run NAME"):
        books(store).stored(plan_hash="other")


def test_without_a_store_levels_are_kept_for_this_process() -> None:
    memory = books(None)
    memory.keep(load_level())
    assert memory.levels() == (load_level(),)
