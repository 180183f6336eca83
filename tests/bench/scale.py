"""What a worker, the log and the store cost per exchange, and whether two do twice of it: `make bench-scale`.

One worker on one partition, then two on two, replay the same exchanges from Apache Kafka against two simulators, as
fast as a few streams per lane and worker let them, and record what they read. The workers join their group before the
first exchange is there. Shown are exchanges per second, processor time per exchange of each part, how many cores the
machine was busy with, and bytes per exchange in the log and in the store. Three minutes on a quiet machine.

The texts are made of words drawn by Zipf's law, so that they compress about as prose does.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from proxy.exchange import Exchange
from proxy.settings import KafkaSettings
from proxy.wire.reply import Choice, Reply, Usage
from shadow.settings import ClickHouseSettings
from shadow.stack.brokers import BrokerKind, choose_broker
from shadow.stack.processes import Running, end, free_port, start
from shadow.store.clickhouse import Store
from shadow.store.schema import migrate
from tests.integration.workers import (
    answered,
    crew,
    exchanges,
    publish,
    replayed,
    simulators,
    start_clickhouse,
    trial,
    until,
)

LEAST_SPEEDUP = 1.8
"""What two workers must do of the work of one."""

_STREAMS = 4
_SIMULATOR = "shadow.simulator.child"
_PROMPT_WORDS, _REPLY_WORDS, _REPLIES = 300, 120, 300
_PACE = {"ttft_ms": 60, "itl_ms": 2}
_PATIENCE_S = 300
_JOIN_S = 12
"""Long enough for workers to start an experiment and to join its group."""

_SYLLABLES = ("ta", "re", "in", "so", "mo", "ki", "lu", "de", "pa", "vo")
_TABLES = """
SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
WHERE active AND database = {name:String} AND table IN ('exchanges', 'replays', 'lane_ledger')
GROUP BY table ORDER BY table
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one setting of workers took.

    Attributes:
        seconds: From the first tenth of the exchanges to the last one.
        counted: Exchanges that the baseline answered in these seconds.
        repeats: Answers of the baseline per exchange: above 1, work was done twice.
        cpu_ms: Processor time per exchange, ms, by part.
        busy_cores: Cores that the whole machine was busy with, this process and others' work included.
        log_bytes: Of the exchanges topic, per exchange.
        table_bytes: On disk, per exchange, by table.
    """

    workers: int
    seconds: float
    counted: int
    repeats: float
    cpu_ms: dict[str, float]
    busy_cores: float
    log_bytes: float
    table_bytes: dict[str, float]

    @property
    def used_cores(self) -> float:
        """Cores that the parts used, all together."""
        return sum(self.cpu_ms.values()) * self.rate / 1000

    @property
    def rate(self) -> float:
        """Exchanges per second."""
        return self.counted / self.seconds


def main() -> None:
    """Measure and print; the exit code is 1 when two workers do not do the work of two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=600)
    asked = parser.parse_args().exchanges
    costs = [asyncio.run(_cost(workers, asked=asked)) for workers in (1, 2)]
    speedup = costs[1].rate / costs[0].rate
    cores = len(os.sched_getaffinity(0))
    console = Console(width=130)
    console.print(_table(costs))
    console.print(f"two workers on two partitions do {speedup:.2f} times the work of one; bar {LEAST_SPEEDUP}")
    console.print(f"{cores} cores hold {cores / costs[0].used_cores:.2f} times what one worker and its servers use")
    raise SystemExit(speedup < LEAST_SPEEDUP)


async def _cost(workers: int, *, asked: int) -> Cost:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka, broker = await _broker(folder, partitions=workers)
        stack.push_async_callback(asyncio.to_thread, end, broker)
        settings = ClickHouseSettings(port=free_port())
        database = await start_clickhouse(folder, settings.port)
        stack.push_async_callback(asyncio.to_thread, end, database)
        store = await asyncio.to_thread(_migrated, settings)
        stack.callback(store.close)
        told = {**_PACE, "script": _script(folder)}
        urls = await stack.enter_async_context(simulators(baseline=told, candidate=told))
        staff = await stack.enter_async_context(crew(folder, kafka, settings))
        await staff.hire(workers)
        await publish(kafka, trial=trial(urls, max_concurrency=_STREAMS))
        await asyncio.sleep(_JOIN_S)
        await publish(kafka, of=_asked(asked))
        parts = {
            "workers": _processes(staff.workers),
            "ClickHouse": _processes([database]),
            "Kafka": _processes([broker]),
            "simulators": [one for one in psutil.Process().children() if _is_simulator(one)],
        }
        await until(partial(_has_answered, urls["baseline"], asked // 10), timeout_s=_PATIENCE_S)
        began_s, before, first = time.perf_counter(), _cpu_s(parts), await answered(urls["baseline"])
        idle_s = _idle_s()
        await until(partial(_has_answered, urls["baseline"], asked * 9 // 10), timeout_s=_PATIENCE_S)
        last, after, ended_s = await answered(urls["baseline"]), _cpu_s(parts), time.perf_counter()
        idle_s = _idle_s() - idle_s
        await until(partial(_is_done, store, asked), timeout_s=_PATIENCE_S)
        return Cost(
            workers,
            ended_s - began_s,
            last - first,
            await answered(urls["baseline"]) / asked,
            {name: (after[name] - before[name]) / (last - first) * 1000 for name in parts},
            len(os.sched_getaffinity(0)) - idle_s / (ended_s - began_s),
            _log_bytes(folder) / asked,
            {row["table"]: row["bytes"] / asked for row in store.rows(_TABLES, {"name": store.database})},
        )


async def _broker(folder: Path, *, partitions: int) -> tuple[KafkaSettings, Running]:
    chosen = choose_broker(BrokerKind.APACHE, folder=folder, port=free_port())
    assert chosen.service is not None
    running = await asyncio.to_thread(start, chosen.service, folder=folder, environment={})
    assert running is not None
    return KafkaSettings(bootstrap=chosen.environment["UNDERSTUDY_KAFKA_BOOTSTRAP"], partitions=partitions), running


def _migrated(settings: ClickHouseSettings) -> Store:
    store = Store.connect(settings)
    migrate(store)
    return store


async def _has_answered(url: str, count: int) -> bool:
    return await answered(url) >= count


async def _is_done(store: Store, count: int) -> bool:
    await asyncio.sleep(0.5)
    return await asyncio.to_thread(replayed, store) >= count


def _log_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("kafka/log/understudy.exchanges-*/*.log"))


def _processes(running: Sequence[Running]) -> list[psutil.Process]:
    return [psutil.Process(one.pid) for one in running]


def _is_simulator(process: psutil.Process) -> bool:
    return process.status() != psutil.STATUS_ZOMBIE and _SIMULATOR in process.cmdline()


def _cpu_s(parts: dict[str, list[psutil.Process]]) -> dict[str, float]:
    times = {name: [one.cpu_times() for one in some] for name, some in parts.items()}
    return {name: sum(one.user + one.system for one in some) for name, some in times.items()}


def _idle_s() -> float:
    """Seconds that the machine's cores were idle so far, all together."""
    times = psutil.cpu_times()
    return float(times.idle + times.iowait)


def _prose(chance: random.Random, *, words: int) -> str:
    """Words of which the nth is drawn as often as 1/n, each spelled by the digits of its number."""
    ranks = (int(10_000 ** chance.random()) for _ in range(words))
    return " ".join("".join(_SYLLABLES[int(digit)] for digit in str(rank)) for rank in ranks)


def _script(folder: Path) -> Path:
    script = folder / "script.toml"
    chance = random.Random(1)  # noqa: S311 - words, not secrets
    said = ", ".join(f'"{_prose(chance, words=_REPLY_WORDS)}"' for _ in range(_REPLIES))
    script.write_text(f'[[rule]]\nmatch = "."\nreplies = [{said}]\n', "utf-8")
    return script


def _asked(count: int) -> list[Exchange]:
    chance = random.Random(2)  # noqa: S311 - words, not secrets
    return [
        one.model_copy(
            update={
                "request": {
                    "model": "production",
                    "max_tokens": _REPLY_WORDS,
                    "messages": [{"role": "user", "content": _prose(chance, words=_PROMPT_WORDS)}],
                },
                "reply": Reply(
                    choices=(Choice(text=_prose(chance, words=_REPLY_WORDS), finish_reason="stop"),),
                    usage=Usage(completion_tokens=_REPLY_WORDS),
                ),
            }
        )
        for one in exchanges(count)
    ]


def _table(costs: Sequence[Cost]) -> Table:
    table = Table(
        title=f"{_PROMPT_WORDS} words asked, {_REPLY_WORDS} answered by each of two lanes, {_STREAMS} streams a lane"
    )
    table.add_column("")
    for cost in costs:
        table.add_column(f"{cost.workers} on {cost.workers}", justify="right")
    rows = {"exchanges per second": [f"{cost.rate:.1f}" for cost in costs]}
    rows["answers of a lane per exchange"] = [f"{cost.repeats:.2f}" for cost in costs]
    for name in costs[0].cpu_ms:
        rows[f"{name}, ms of a core per exchange"] = [f"{cost.cpu_ms[name]:.2f}" for cost in costs]
    rows["cores used by these"] = [f"{cost.used_cores:.2f}" for cost in costs]
    rows["cores busy, of the whole machine"] = [f"{cost.busy_cores:.2f}" for cost in costs]
    events = 2 * (_REPLY_WORDS + 2)
    rows["events per second of a worker's core"] = [f"{events / cost.cpu_ms['workers'] * 1000:,.0f}" for cost in costs]
    rows["bytes per exchange in Kafka"] = [f"{cost.log_bytes:,.0f}" for cost in costs]
    for name in costs[0].table_bytes:
        rows[f"bytes per exchange in {name}"] = [f"{cost.table_bytes[name]:,.0f}" for cost in costs]
    for name, figures in rows.items():
        table.add_row(name, *figures)
    return table


if __name__ == "__main__":
    main()
