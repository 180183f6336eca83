from proxy.exchange import Exchange
from proxy.wire.reply import Choice, Reply
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, replay_from_row, replay_row, self_check_row
from shadow.worker.watch import SelfCheck
from tests.records import NOON, exchange, replay


def test_a_replay_comes_back_from_its_row_as_it_was() -> None:
    for one in (replay(), replay(outcome=ReplayOutcome.TIMED_OUT, status=0, timings=Timings(0.0), error="timeout")):
        assert replay_from_row(replay_row(one)) == one


def test_a_replay_comes_back_from_the_store_as_it_was(store: Store) -> None:
    held = [replay(0), replay(1, lane=Lane.BASELINE, text="ünïcode ☂\x00\n'", rewrites=("model",), attempts=2)]
    store.insert("replays", [replay_row(one) for one in held])
    rows = store.rows("SELECT * FROM {database}.replays FINAL ORDER BY exchange_id")
    assert [replay_from_row(row) for row in rows] == held


def test_an_exchange_comes_back_from_the_store_as_it_was(store: Store) -> None:
    messages = [{"role": "user", "content": "ünïcode ☂\n'\\ \x00"}]
    asked = exchange(request={"model": "m", "messages": messages}, masked={"EMAIL": 2}, timing={"ttft_ms": 1.5})
    store.insert("exchanges", [exchange_row(asked)])
    (row,) = store.rows("SELECT record, masked, live_ttft_ms, live_e2e_ms FROM {database}.exchanges FINAL")
    assert Exchange.from_bytes(row["record"].encode()) == asked
    assert (row["masked"], row["live_ttft_ms"], row["live_e2e_ms"]) == ({"EMAIL": 2}, 1.5, None)


def test_a_replay_s_row_knows_what_was_asked(store: Store) -> None:
    asked = exchange(category="tools", tenant="acme", language="nl", turn=3, weight=2.5, draw=0.25, by_floor=True)
    answer = Reply(choices=(Choice(text="yes", reasoning="because"), Choice(text="no")))
    store.insert("exchanges", [exchange_row(asked)])
    store.insert("replays", [replay_row(replay(reply=answer), exchange=asked)])
    (row,) = store.rows("SELECT * FROM {database}.replays FINAL")
    names = ("category", "tenant", "language", "turn", "weight", "shape", "captured_at", "reasoning", "choices")
    assert [row[name] for name in names] == ["tools", "acme", "nl", 3, 2.5, "chat", asked.captured_at, "because", 2]
    assert store.rows("SELECT draw, by_floor FROM {database}.exchanges FINAL") == [{"draw": 0.25, "by_floor": True}]


def test_a_self_check_s_reason_is_what_fails_it() -> None:
    good = SelfCheck(NOON, loop_lag_p99_ms=1, cpu_share=0.1, schedule_delay_median_ms=1)
    bad = SelfCheck(NOON, loop_lag_p99_ms=99, cpu_share=0.1, schedule_delay_median_ms=1)
    rows = [self_check_row(check, experiment_id="trial", worker_id="w") for check in (good, bad)]
    assert [row["passed"] for row in rows] == [True, False]
    assert rows[0]["null_ttft_error_ms"] is None
