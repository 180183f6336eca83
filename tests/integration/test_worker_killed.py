"""Workers killed with SIGKILL while they replay and rebalance: every exchange has one row per lane in the views.

By default 600 exchanges and 4 kills; UNDERSTUDY_TEST_FULL=1 takes 5,000 exchanges and 20 kills, about six minutes.
"""

import asyncio
import os
from functools import partial
from pathlib import Path
from random import Random

import pytest

from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from tests.integration.workers import crew, exchanges, publish, replayed, simulators, trial, until

IS_FULL = os.environ.get("UNDERSTUDY_TEST_FULL") == "1"
EXCHANGES, KILLS = (5_000, 20) if IS_FULL else (600, 4)
_PATIENCE_S = 900 if IS_FULL else 150


@pytest.mark.timeout(_PATIENCE_S + 60)
async def test_workers_that_are_killed_again_and_again_leave_one_row_per_exchange_and_lane(
    tmp_path: Path, apache_kafka: KafkaSettings, clickhouse: ClickHouseSettings, store: Store
) -> None:
    chance = Random(7)  # noqa: S311 - which worker dies, not a secret
    async with simulators(baseline={}, candidate={}) as urls, crew(tmp_path, apache_kafka, clickhouse) as workers:
        asked = exchanges(EXCHANGES)
        await publish(apache_kafka, trial=trial(urls, max_concurrency=4), of=asked)
        await workers.hire(2)
        async with asyncio.timeout(_PATIENCE_S):
            for kill in range(KILLS):
                share = (kill + 0.5) / (KILLS + 1)
                await until(partial(_has_done, store, share), timeout_s=_PATIENCE_S)
                await workers.kill(chance.choice(workers.workers))
                await workers.hire()
            await until(lambda: _has_done(store, 1.0), timeout_s=_PATIENCE_S)
            await until(lambda: _are_recorded(store), timeout_s=_PATIENCE_S)
        await workers.dismiss()
    wanted = {one.exchange_id for one in asked}
    pairs = store.rows("SELECT exchange_id, baseline_outcome, candidate_outcome FROM {database}.pairs")
    assert len(pairs) == EXCHANGES
    assert {row["exchange_id"] for row in pairs} == wanted
    assert {(row["baseline_outcome"], row["candidate_outcome"]) for row in pairs} == {("completed", "completed")}
    counts = store.rows("SELECT exchange_id, lane, count() AS n FROM {database}.replays FINAL GROUP BY ALL")
    assert len(counts) == 2 * EXCHANGES
    assert {(row["lane"], row["n"]) for row in counts} == {("baseline", 1), ("candidate", 1)}
    # A machine that is too busy voids timings, but doubles none.
    timed = store.rows("SELECT exchange_id, lane FROM {database}.timings")
    assert len({tuple(row.values()) for row in timed}) == len(timed)
    assert replayed(store) == EXCHANGES


async def _has_done(store: Store, share: float) -> bool:
    return await asyncio.to_thread(replayed, store) >= share * EXCHANGES


async def _are_recorded(store: Store) -> bool:
    """Whether the recorders, which die with their workers, have stored every exchange."""
    rows = await asyncio.to_thread(store.rows, "SELECT uniqExact(exchange_id) AS n FROM {database}.exchanges")
    return bool(rows[0]["n"] == EXCHANGES)
