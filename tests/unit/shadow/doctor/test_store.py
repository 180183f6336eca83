import time
from datetime import UTC, datetime, timedelta

import pytest

from shadow.doctor.finding import Finding, Health
from shadow.doctor.store import examine_store
from shadow.settings import ClickHouseSettings
from shadow.stack.processes import free_port
from shadow.store.clickhouse import Store
from shadow.store.schema import all_migrations, migrate


def examined(settings: ClickHouseSettings, *, ahead_s: float = 0.0) -> dict[str, Finding]:
    return {one.part: one for one in examine_store(settings, clock=lambda: time.time() + ahead_s)}


def test_a_migrated_store_is_good_all_over(clickhouse: ClickHouseSettings, store: Store) -> None:
    assert store.tables()
    found = examined(clickhouse)
    assert {name: one.health for name, one in found.items() if name != "ClickHouse's disk"} == dict.fromkeys(
        ("ClickHouse", "ClickHouse's clock", "schema", "books"), Health.GOOD
    )


def test_a_store_that_nobody_migrated_says_so(clickhouse: ClickHouseSettings) -> None:
    found = examined(clickhouse)["schema"]
    assert (found.health, found.to_do) == (Health.BAD, "understudy migrate")


def test_a_store_that_is_one_migration_behind_or_ahead_says_so(clickhouse: ClickHouseSettings, store: Store) -> None:
    newest = all_migrations()[-1].number
    migrate(store, to=newest - 1)
    assert examined(clickhouse)["schema"].words == "1 migration is missing"
    migrate(store)
    store.insert("migrations", [{"number": newest + 1, "title": "later", "applied": True}])
    assert "this version of Understudy knows none after" in examined(clickhouse)["schema"].words


@pytest.mark.parametrize(("ahead_s", "health"), [(-600.0, Health.BAD), (-3.0, Health.DOUBTFUL), (600.0, Health.BAD)])
def test_a_clock_that_is_off_is_seen(clickhouse: ClickHouseSettings, ahead_s: float, health: Health) -> None:
    assert examined(clickhouse, ahead_s=ahead_s)["ClickHouse's clock"].health is health


def test_books_that_do_not_balance_are_bad(clickhouse: ClickHouseSettings, store: Store) -> None:
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    key = {"source_id": "s", "minute": minute, "door": "gateway", "route": "chat", "reason": ""}
    store.insert("ledger", [key | {"disposition": "seen", "requests": 3}])
    store.insert("ledger", [key | {"disposition": "published", "requests": 2}])
    found = examined(clickhouse)["books"]
    assert (found.health, found.words) == (Health.BAD, "3 requests in the last hour, 2 accounted for")
    store.insert("ledger", [key | {"disposition": "published", "requests": 3}])
    assert examined(clickhouse)["books"].health is Health.GOOD


def test_a_server_that_is_away_is_all_there_is_to_say() -> None:
    found = examined(ClickHouseSettings(port=free_port()))
    assert {name: one.health for name, one in found.items()} == {"ClickHouse": Health.BAD}
