"""A worker that joins another one takes half of the backlog over: both replay, and hardly anything twice."""

from functools import partial
from pathlib import Path

import pytest

from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from tests.integration.workers import answered, crew, exchanges, publish, replayed, simulators, trial, until

_EXCHANGES = 1_000
_TWICE = 200
"""At most what was under way in the partitions that move, half of 40 exchanges a second for 5 s and a batch."""


@pytest.mark.timeout(240)
async def test_what_a_worker_read_ahead_is_replayed_by_the_one_that_joins_and_not_by_both(
    tmp_path: Path, lone_tansu: KafkaSettings, clickhouse: ClickHouseSettings, store: Store
) -> None:
    lane = {"ttft_ms": 100, "itl_ms": 0.5}
    async with simulators(baseline=lane, candidate=lane) as urls, crew(tmp_path, lone_tansu, clickhouse) as staff:
        await staff.hire()
        asked = exchanges(_EXCHANGES)
        await publish(lone_tansu, trial=trial(urls, max_concurrency=4), of=asked)
        await until(partial(_has_done, store, 1), timeout_s=60)
        await staff.hire()
        await until(partial(_has_done, store, _EXCHANGES), timeout_s=150)
        asked_of = {name: await answered(url) for name, url in urls.items()}
    assert {row["exchange_id"] for row in store.rows("SELECT exchange_id FROM {database}.pairs")} == {
        one.exchange_id for one in asked
    }
    counts = store.rows("SELECT lane, count() AS n FROM {database}.replays FINAL GROUP BY lane")
    assert {row["lane"]: row["n"] for row in counts} == {"baseline": _EXCHANGES, "candidate": _EXCHANGES}
    shares = store.rows("SELECT worker_id, count() AS n FROM {database}.lane_ledger FINAL GROUP BY worker_id")
    assert min(row["n"] for row in shares) > _EXCHANGES // 10
    assert len(shares) == 2
    assert max(asked_of.values()) <= _EXCHANGES + _TWICE


async def _has_done(store: Store, count: int) -> bool:
    return replayed(store) >= count
