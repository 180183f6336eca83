"""The store as its users see it: migrations, views, roles, erasure, and rows that it cannot hold."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import inf
from typing import Any

import pytest

from proxy.canary import CANARY_SUITE
from proxy.errors import BadRecord, Refused, Unavailable, UsageError
from proxy.exchange import Exchange
from proxy.log.dead_letters import REASON_HEADER
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import DEAD_LETTERS
from shadow.experiment import Experiment, Split
from shadow.replay import Lane, Replay, ReplayOutcome, Timings
from shadow.settings import ClickHouseSettings
from shadow.store.alone import migrating_alone
from shadow.store.clickhouse import Store
from shadow.store.erasing import TABLES, erase_conversation
from shadow.store.rows import exchange_row, experiment_row, replay_row
from shadow.store.schema import all_migrations, migrate
from shadow.worker.aside import Aside
from shadow.worker.histogram import Histogram
from shadow.worker.progress import Progress
from shadow.worker.server_metrics import ServerMetrics
from shadow.worker.writer import Entry, Writer
from tests.records import NOON, exchange, experiment, replay


@pytest.fixture
def empty(clickhouse: ClickHouseSettings) -> Iterator[Store]:
    """A store that nobody has migrated."""
    opened = Store.connect(clickhouse)
    yield opened
    opened.command("DROP DATABASE IF EXISTS {database}")
    opened.close()


def judgement(of: Replay, *, label: str = "ok", severity: float = 0.0) -> dict[str, Any]:
    """What the taxonomy judge said of a replay."""
    return {
        "experiment_id": of.experiment_id,
        "exchange_id": of.exchange_id,
        "lane": str(of.lane),
        "judge": "taxonomy",
        "version": "1",
        "finding": "judgement",
        "value": 1.0 if label == "ok" else 0.0,
        "label": label,
        "severity": severity,
        "reason": "because",
        "spans": "[]",
    }


def fill(store: Store, asked: Exchange, *, label: str = "ok", **changes: Any) -> None:
    """Store an exchange, both lanes' answers and what was found in the candidate's."""
    number = int(asked.exchange_id[-4:])
    lanes = [replay(number, lane=Lane.BASELINE), replay(number, **changes)]
    store.insert("exchanges", [exchange_row(asked)])
    store.insert("replays", [replay_row(one, exchange=asked) for one in lanes])
    store.insert("judgements", [judgement(lanes[1], label=label, severity=3.0)])
    store.insert("lane_ledger", [consumed(asked)])


def consumed(asked: Exchange) -> dict[str, Any]:
    """What the worker's books say of an exchange."""
    return {
        "experiment_id": "trial",
        "worker_id": "w",
        "partition": 0,
        "offset": int(asked.exchange_id[-4:]),
        "exchange_id": asked.exchange_id,
        "disposition": "replayed",
        "reason": "",
    }


def count(store: Store, name: str) -> int:
    """Rows of a table or view."""
    return int(store.rows("SELECT count() AS n FROM {database}.{name:Identifier}", {"name": name})[0]["n"])


def test_a_repeated_insert_is_one_row_in_every_view(store: Store) -> None:
    for _ in range(3):
        fill(store, exchange(1, category="tools", tenant="acme", language="en"), label="refusal")
        store.insert("experiment_versions", [experiment_row(experiment())])
    views = ("traffic", "pairs", "timings", "failures", "experiments")
    assert {view: count(store, view) for view in views} == {
        "traffic": 1, "pairs": 1, "timings": 2, "failures": 1, "experiments": 1,
    }  # fmt: skip
    (pair,) = store.rows("SELECT category, tenant, language, baseline_text, same_parameters FROM {database}.pairs")
    assert list(pair.values()) == ["tools", "acme", "en", "answer", True]
    (failure,) = store.rows("SELECT lane, label, severity, category, tenant FROM {database}.failures")
    assert list(failure.values()) == ["candidate", "refusal", 3.0, "tools", "acme"]


def test_canaries_show_in_no_view(store: Store) -> None:
    fill(store, exchange(1), label="refusal")
    before = {view: count(store, view) for view in ("traffic", "pairs", "timings", "failures")}
    fill(store, exchange(2, suite=CANARY_SUITE), label="refusal")
    assert {view: count(store, view) for view in before} == before == {
        "traffic": 1, "pairs": 1, "timings": 2, "failures": 1,
    }  # fmt: skip


def test_half_a_pair_is_no_pair(store: Store) -> None:
    store.insert("replays", [replay_row(replay(1, lane=lane)) for lane in (Lane.BASELINE, Lane.BASELINE_AGAIN)])
    assert count(store, "pairs") == 0
    store.insert("replays", [replay_row(replay(1))])
    assert count(store, "pairs") == 1


def test_lanes_that_were_asked_differently_say_so(store: Store) -> None:
    store.insert(
        "replays", [replay_row(replay(1, lane=Lane.BASELINE)), replay_row(replay(1, parameters_hash="0" * 32))]
    )
    assert store.rows("SELECT same_parameters FROM {database}.pairs") == [{"same_parameters": False}]


def test_what_failed_counts_as_infinite_and_what_is_void_not_at_all(store: Store) -> None:
    timed_out = replay(1, outcome=ReplayOutcome.TIMED_OUT, timings=Timings(0.0), error="timeout")
    store.insert("replays", [replay_row(one) for one in (timed_out, replay(2), replay(3, void_reason="self-check"))])
    rows = store.rows("SELECT exchange_id, ttft_ms, e2e_ms FROM {database}.timings ORDER BY exchange_id")
    assert [tuple(row.values()) for row in rows] == [
        ("exchange-0001", float("inf"), float("inf")),
        ("exchange-0002", 10.0, 30.0),
    ]


def test_an_experiment_shows_its_last_version(store: Store) -> None:
    later = experiment(updated_at=NOON + timedelta(hours=1), updated_by="anna", state="paused", owner="ops@b.example")
    store.insert("experiment_versions", [experiment_row(experiment()), experiment_row(later)])
    wanted = "SELECT state, updated_by, owner, baseline, candidate, expires_at FROM {database}.experiments"
    (row,) = store.rows(wanted)
    assert list(row.values()) == ["paused", "anna", "ops@b.example", "baseline", "candidate", later.expires_at]


def test_each_migration_goes_up_and_down_and_up_again_on_its_own(empty: Store) -> None:
    shapes = [_shape(empty)]
    for migration in all_migrations():
        migrate(empty, to=migration.number)
        shapes.append(_shape(empty))
    for migration in reversed(all_migrations()):
        assert _shape(empty) == shapes[migration.number]
        migrate(empty, to=migration.number - 1)
        assert set(_shape(empty)) - {"migrations"} == set(shapes[migration.number - 1]) - {"migrations"}
    migrate(empty)
    assert _shape(empty) == shapes[-1]


def _shape(store: Store) -> dict[str, list[tuple[str, str]]]:
    """Columns of every table and view."""
    wanted = "SELECT table, name, type FROM system.columns WHERE database = {name:String} ORDER BY table, name"
    shape: dict[str, list[tuple[str, str]]] = {}
    for row in store.rows(wanted, {"name": store.database}):
        shape.setdefault(row["table"], []).append((row["name"], row["type"]))
    return shape


def test_records_outlive_the_way_down_to_the_first_migration_and_back(empty: Store) -> None:
    migrate(empty)
    fill(empty, exchange(1, category="tools", by_floor=True, draw=0.25), label="refusal")
    empty.insert("experiment_versions", [experiment_row(experiment())])
    migrate(empty, to=1)
    migrate(empty)
    assert [count(empty, view) for view in ("pairs", "failures", "experiments")] == [1, 1, 1]
    assert empty.rows("SELECT category, shape FROM {database}.pairs") == [{"category": "tools", "shape": "chat"}]
    assert empty.rows("SELECT draw, by_floor FROM {database}.exchanges FINAL") == [{"draw": 0.25, "by_floor": True}]


def test_a_migration_that_broke_off_is_taken_up_again(empty: Store) -> None:
    """From the third on; the first two leave nothing to repeat in a database that is not new."""
    for migration in all_migrations()[2:]:
        migrate(empty, to=migration.number - 1)
        for statement in migration.up[:-1]:
            empty.command(statement)
        assert len(migrate(empty, to=migration.number)) == 1


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    newest = len(all_migrations())
    store.insert("migrations", [{"number": newest + 1, "title": "later", "applied": True}])
    with pytest.raises(
        Refused, match=f"has migration {newest + 1}, this version of Understudy knows none after {newest}"
    ):
        migrate(store, to=0)
    assert "replays" in store.tables()


def test_a_migration_that_does_not_exist_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="there is no migration 99"):
        migrate(store, to=99)


def test_of_several_that_migrate_at_once_one_does_the_work(clickhouse: ClickHouseSettings, empty: Store) -> None:
    def work(_number: int) -> list[str]:
        own = Store.connect(clickhouse)
        try:
            return migrate(own)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        done = [len(lines) for lines in pool.map(work, range(4))]
    assert sorted(done) == [0, 0, 0, len(all_migrations())]
    assert "migrating" not in empty.tables()


def test_a_migration_waits_for_another_one_only_so_long(clickhouse: ClickHouseSettings, store: Store) -> None:
    other = Store.connect(clickhouse)
    with (
        migrating_alone(other, patience_s=0),
        pytest.raises(Unavailable, match="another migration has held the table"),
    ):
        migrate(store, to=0, patience_s=0.5)
    other.close()
    assert "replays" in store.tables()


def test_a_row_that_clickhouse_cannot_hold_keeps_no_other_one_out(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [replay_row(replay(number)) for number in range(5)]
    rows[2]["in_flight"] = "a secret of the user"
    with pytest.raises(BadRecord, match="1 of 5 rows of replays were not stored") as caught:
        store.insert("replays", rows)
    assert count(store, "timings") == 4
    assert "secret" not in str(caught.value) + caplog.text


def test_a_split_shows_with_the_time_in_which_replays_may_be_of_either_deployment(store: Store) -> None:
    known = {"old_fingerprint": "a", "new_fingerprint": "b", "at": NOON}
    splits = (Split(arm="candidate", last_seen_at=NOON - timedelta(minutes=5), **known), Split(arm="baseline", **known))
    store.insert("experiment_versions", [experiment_row(experiment()), experiment_row(_later(splits=splits))])
    rows = store.rows("SELECT * FROM {database}.splits ORDER BY arm")
    assert [(row["arm"], row["last_seen_at"], row["split_at"]) for row in rows] == [
        ("baseline", None, NOON),
        ("candidate", NOON - timedelta(minutes=5), NOON),
    ]


def _later(**changes: Any) -> Experiment:
    return experiment(version=2, updated_at=NOON + timedelta(minutes=1), **changes)


def test_a_pair_says_which_deployments_answered_and_what_it_weighs(store: Store) -> None:
    lanes = [replay(1, lane=Lane.BASELINE, fingerprint="b" * 16), replay(1, fingerprint="c" * 16)]
    store.insert("replays", [replay_row(one, exchange=exchange(1, weight=2.0), weight=4.0) for one in lanes])
    (row,) = store.rows("SELECT baseline_fingerprint, candidate_fingerprint, weight FROM {database}.pairs")
    assert tuple(row.values()) == ("b" * 16, "c" * 16, 4.0)


def test_the_servers_own_first_tokens_stand_beside_the_client_s(store: Store) -> None:
    """The server counted 10, restarted and counted 4 more; 12 of these 14 took at most 500 ms."""
    scraped = [("a", 0, 100, 90), ("a", 5, 110, 98), ("a", 10, 4, 4), ("b", 0, 100, 90), ("b", 5, 104, 92)]
    rows = [
        ServerMetrics(ttft=Histogram((0.5, inf), (within, count))).row(
            experiment_id="trial",
            deployment_id="candidate",
            worker_id=worker,
            scraped_at=NOON + timedelta(seconds=second),
        )
        for worker, second, count, within in scraped
    ]
    store.insert("server_metrics", rows)
    slow = Timings(schedule_delay_ms=0, ttft_ms=501, e2e_ms=600)
    store.insert("replays", [replay_row(one) for one in (replay(1), replay(2), replay(3), replay(4, timings=slow))])
    (row,) = store.rows("SELECT * FROM {database}.servers")
    assert (row["server_requests"], row["client_replays"], row["client_500ms_ratio"]) == (14, 4, 0.75)
    assert row["server_500ms_ratio"] == pytest.approx(12 / 14)
    assert row["residual_ratio"] == pytest.approx(0.75 - 12 / 14)


def test_a_server_that_says_nothing_has_no_residual(store: Store) -> None:
    store.insert("replays", [replay_row(replay(1))])
    (row,) = store.rows("SELECT * FROM {database}.servers")
    assert (row["server_requests"], row["server_500ms_ratio"], row["residual_ratio"]) == (0, None, None)


@pytest.mark.parametrize("kind", ["a value that its column cannot hold", "a code that nobody listed"])
async def test_a_bad_row_holds_up_no_worker_and_its_record_is_set_aside(
    kind: str, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """The second kind might as well be the server's fault; that it takes the other rows says that it is not."""
    store.command("ALTER TABLE {database}.replays ADD COLUMN sound UInt8 MATERIALIZED throwIf(text = 'a secret')")
    bad = {"in_flight": "a secret"} if kind.startswith("a value") else {"text": "a secret"}
    log, progress, told = MemoryLog(), Progress(), list[tuple[str, int]]()
    consumer = log.consumer("understudy.exchanges", group="g")
    writer = Writer(
        store,
        consumer,
        progress,
        batch_rows=10,
        batch_seconds=0.1,
        aside=Aside(log.producer()),
        refused=lambda table, count: told.append((table, count)),
    )
    for number in range(3):
        record = Record("understudy.exchanges", 0, number, None, exchange(number).to_bytes())
        progress.begin(record)
        row = replay_row(replay(number))
        await writer.add(Entry(rows={"replays": [row | bad if number == 1 else row]}, record=record))
    await writer.finish()
    async with asyncio.timeout(30):
        await writer.run()
    assert count(store, "timings") == 2
    assert told == [("replays", 1)]
    assert log.committed["g", "understudy.exchanges"] == 3
    (letter,) = log.records[DEAD_LETTERS.name]
    assert letter.value == exchange(1).to_bytes()
    assert letter.headers[REASON_HEADER].startswith(b"row of replays refused: ClickHouse")
    assert "1 of 3 rows of replays were not stored" in caplog.text
    assert "secret" not in caplog.text + str(letter.headers)


def test_a_row_that_may_not_be_at_fault_is_tried_again(store: Store) -> None:
    store.command("ALTER TABLE {database}.replays ADD COLUMN sound UInt8 MATERIALIZED throwIf(1 = 1)")
    with pytest.raises(Unavailable, match="FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"):
        store.insert("replays", [replay_row(replay(number)) for number in range(20)])


def test_a_table_that_is_not_there_is_no_reason_to_wait(empty: Store) -> None:
    with pytest.raises(UsageError, match="run `understudy migrate`"):
        empty.insert("replays", [replay_row(replay())])


def test_a_server_that_is_away_is_waited_for(clickhouse: ClickHouseSettings) -> None:
    with pytest.raises(Unavailable, match="no ClickHouse answers"):
        Store.connect(clickhouse.model_copy(update={"port": 1}))


def test_a_conversation_is_erased_from_every_table(store: Store) -> None:
    for number in (1, 2, 3):
        fill(store, exchange(number, conversation_id="c-1" if number < 3 else "c-2"))
    store.insert("replays", [replay_row(replay(1), exchange=exchange(1))])
    erased = erase_conversation(store, "c-1")
    assert erased == dict.fromkeys(TABLES, 0) | {"judgements": 2, "lane_ledger": 2, "replays": 5, "exchanges": 2}
    assert {table: count(store, table) for table in TABLES} == dict.fromkeys(TABLES, 0) | {
        "judgements": 1, "lane_ledger": 1, "replays": 2, "exchanges": 1,
    }  # fmt: skip
    assert sum(erase_conversation(store, "c-1").values()) == 0
    assert store.rows("SELECT conversation_id FROM {database}.traffic") == [{"conversation_id": "c-2"}]


def test_what_was_erased_is_gone_from_disk(store: Store) -> None:
    for number in (1, 2):
        fill(store, exchange(number, conversation_id=f"c-{number}"))
    erase_conversation(store, "c-1")
    wanted = """
        SELECT sum(rows) AS kept, sum(has_lightweight_delete) AS masked
        FROM system.parts
        WHERE active AND database = {name:String} AND table = 'exchanges'
    """
    assert store.rows(wanted, {"name": store.database}) == [{"kept": 1, "masked": 0}]
