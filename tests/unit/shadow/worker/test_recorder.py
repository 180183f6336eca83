import asyncio
from datetime import timedelta

from proxy.coverage import Disposition, LedgerEntry
from proxy.exchange import Door
from proxy.log.memory import MemoryLog
from proxy.log.topics import COVERAGE, EXCHANGES, EXPERIMENTS
from shadow.experiment import State
from shadow.store.clickhouse import Store
from shadow.worker.aside import Aside
from shadow.worker.recorder import RECORDED, Recorder
from shadow.worker.writer import Sink
from tests.integration.replays import Shelf, publish, until
from tests.records import NOON, exchange, experiment


def entry(requests: int) -> LedgerEntry:
    return LedgerEntry(
        source_id="capture", minute=NOON, door=Door.GATEWAY, route="chat", disposition=Disposition.SEEN,
        requests=requests,
    )  # fmt: skip


async def record_all(log: MemoryLog, topic: str, sink: Sink) -> None:
    """Record what the topic holds, until all of it is committed."""
    consumer = log.consumer(topic, group="recorder")
    recorder = Recorder(
        consumer, sink, to_rows=RECORDED[topic], batch_rows=100, batch_seconds=0.05, aside=Aside(log.producer())
    )
    work = asyncio.create_task(recorder.run())
    await until(lambda: log.committed["recorder", topic] == len(log.records[topic]))
    await recorder.stop()
    await work


async def test_each_topic_becomes_rows_of_its_table() -> None:
    log, shelf = MemoryLog(), Shelf()
    await publish(log, exchange(1), exchange(2))
    await log.producer().publish(COVERAGE.name, key=None, value=entry(3).to_bytes())
    await log.producer().publish(EXPERIMENTS.name, key=b"trial", value=experiment().to_bytes())
    for topic in RECORDED:
        await record_all(log, topic, shelf)
    assert [row["exchange_id"] for row in shelf.rows["exchanges"]] == ["exchange-0001", "exchange-0002"]
    assert [(row["source_id"], row["requests"]) for row in shelf.rows["ledger"]] == [("capture", 3)]
    assert [(row["experiment_id"], row["state"]) for row in shelf.rows["experiment_versions"]] == [("trial", "enabled")]


async def test_a_record_that_cannot_be_read_is_passed_over_and_committed() -> None:
    log, shelf = MemoryLog(), Shelf()
    await log.producer().publish(EXCHANGES.name, key=None, value=b"{")
    await publish(log, exchange())
    await record_all(log, EXCHANGES.name, shelf)
    assert len(shelf.rows["exchanges"]) == 1


async def test_a_running_count_and_a_changed_experiment_stand_in_the_store_as_their_last(store: Store) -> None:
    log = MemoryLog()
    for requests in (1, 5, 3):
        await log.producer().publish(COVERAGE.name, key=None, value=entry(requests).to_bytes())
    later = {"state": State.PAUSED, "updated_at": NOON + timedelta(minutes=1), "updated_by": "anna"}
    for version in (experiment(), experiment(**later)):
        await log.producer().publish(EXPERIMENTS.name, key=b"trial", value=version.to_bytes())
    await record_all(log, COVERAGE.name, store)
    await record_all(log, EXPERIMENTS.name, store)
    assert store.rows("SELECT seen FROM {database}.coverage") == [{"seen": 5}]
    now = store.rows("SELECT state, updated_by FROM {database}.experiments")
    assert now == [{"state": "paused", "updated_by": "anna"}]
