"""The demo's run: the whole way on the embedded stack, by the same functions that the verbs call."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.progress import Progress

from analytics.demo.client import send_traffic
from analytics.demo.fleet import running
from analytics.demo.scan import Hit, find_planted
from analytics.demo.scenario import Scenario
from analytics.demo.traffic import all_planted
from analytics.main import Written, count_unjudged, open_judges, opened_store, run_decisions, run_judges
from proxy.errors import Unavailable
from proxy.log.kafka import read_topic
from proxy.log.topics import ALL
from proxy.settings import KafkaSettings
from shadow.deployment import Deployment
from shadow.main import change_experiment, create_experiment
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import StackState, log_tail
from shadow.stack.running import running_stack
from shadow.suites.main import run_suites
from shadow.suites.sending import Run

_OWNER = "demo@example.org"
_POLL_S = 0.5
_FOLLOWED_S = 2.0
"""Within which proxies and workers follow a changed experiment."""


@dataclass(frozen=True, slots=True)
class Search:
    """What came of looking for the planted personal data.

    Attributes:
        planted: Distinct pieces that the traffic carried.
        records: Kafka records searched.
        rows: ClickHouse rows searched.
        logs: Log files searched.
    """

    planted: int
    records: int
    rows: int
    logs: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a demo has to show."""

    written: list[Written]
    index: Path
    ends: Mapping[str, int]
    search: Search
    elapsed_s: float


def run_demo(scenario: Scenario, *, folder: Path, broker: BrokerKind, progress: Progress) -> Outcome:
    """Run the whole way and end every process again.

    Args:
        folder: State, data, logs and reports; emptied of nothing, so give a new one.

    Raises:
        Unavailable: a part did not start; the message has its log.
    """
    began = time.monotonic()
    starting = progress.add_task("starting deployments and stack", total=None)
    with (
        running(scenario.fleet, folder=folder, start_timeout_s=scenario.start_timeout_s) as deployments,
        running_stack(
            Wanted(folder=folder, upstream=deployments[scenario.upstream].base_url, broker=broker),
            announce=lambda name: progress.update(starting, description=f"starting {name}"),
        ) as stack,
        _settings(stack),
    ):
        progress.update(starting, description="stack is up", total=1, completed=1)
        experiments = [_experiment(scenario, deployments, candidate, folder) for candidate in scenario.candidates]
        time.sleep(_FOLLOWED_S)
        ends = _traffic(scenario, stack, progress)
        published = _settled(len(scenario.traffic), stack=stack)
        _suites(scenario, experiments, progress)
        wanted = dict.fromkeys(experiments, published + scenario.suite_size)
        _wait_for_replays(wanted, stack=stack, timeout_s=scenario.replay_timeout_s, progress=progress)
        for experiment_id in experiments:
            change_experiment(experiment_id, action="disable", by=_OWNER)
        _judge(experiments, progress)
        written, index = run_decisions(experiments, folder=folder / "reports")
        search = _search(scenario, folder)
    return Outcome(written, index, ends, search, time.monotonic() - began)


@contextmanager
def _settings(stack: StackState) -> Iterator[None]:
    """The stack's addresses as settings of this process, as `understudy stack env` gives them to a shell."""
    before = dict(os.environ)
    os.environ.update(stack.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _experiment(scenario: Scenario, deployments: Mapping[str, Deployment], candidate: str, folder: Path) -> str:
    """Write the experiment's file, create it and enable it, as ops would."""
    file = folder / "experiments" / f"{candidate}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    arms = {"baseline": deployments[scenario.baseline], "candidate": deployments[candidate]}
    fields = {
        "experiment_id": candidate,
        "profile": "chat",
        "score_card": scenario.score_card,
        "max_concurrency": scenario.max_concurrency,
        "timeout_s": 60,
        "again_ratio": scenario.again_ratio,
        "dangerous_categories": list(scenario.dangerous),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    for arm, deployment in arms.items():
        declared = deployment.model_dump(mode="json", exclude_defaults=True)
        lines += ["", f"[{arm}]", *(f"{name} = {json.dumps(value)}" for name, value in declared.items())]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return create_experiment(str(file), owner=_OWNER, days=1, enable=True).experiment_id


def _traffic(scenario: Scenario, stack: StackState, progress: Progress) -> Counter[str]:
    task = progress.add_task("production traffic through the gateway", total=len(scenario.traffic))
    gateway = f"http://127.0.0.1:{stack.environment['UNDERSTUDY_PROXY_PORT']}"
    return asyncio.run(send_traffic(scenario.traffic, base_url=gateway, advance=lambda: progress.advance(task)))


def _check(stack: StackState) -> None:
    """Raise when a part of the stack has crashed: waiting for it would be in vain."""
    for one in stack.services:
        if not one.is_up:
            message = f"{one.name} crashed; {log_tail(one)}"
            raise Unavailable(message)


def _settled(sent: int, *, stack: StackState, timeout_s: float = 60.0) -> int:
    """Wait until the ledger accounts for every request that was sent; the number that was published."""
    deadline = time.monotonic() + timeout_s
    total = Counter[str]()
    with opened_store() as store:
        while time.monotonic() < deadline:
            _check(stack)
            total = Counter({row["disposition"]: row["requests"] for row in store.read("coverage_totals")})
            if total["seen"] >= sent and total["seen"] == total.total() - total["seen"]:
                break
            time.sleep(_POLL_S)
    return total["published"]


def _suites(scenario: Scenario, experiments: list[str], progress: Progress) -> None:
    if not scenario.suites:
        return
    named = " and ".join(suite.id for suite in scenario.suites)
    task = progress.add_task(f"suites {named}", total=scenario.suite_size * len(experiments))
    for experiment_id in experiments:
        run = Run(experiment_id, rate=scenario.suite_rate_per_s)
        run_suites(scenario.suites, run, told=lambda sent: progress.advance(task, sent))


def _wait_for_replays(wanted: Mapping[str, int], *, stack: StackState, timeout_s: float, progress: Progress) -> None:
    """Wait until every experiment has its replays, or no more come within the time: the verdict says what lacks."""
    tasks = {one: progress.add_task(f"replays of {one}", total=total) for one, total in wanted.items()}
    last_progress, before = time.monotonic(), -1
    with opened_store() as store:
        while time.monotonic() < last_progress + timeout_s:
            _check(stack)
            done = {one: _replayed(store.read("lane_books", experiment_id=one)) for one in wanted}
            for one, count in done.items():
                progress.update(tasks[one], completed=count)
            if all(count >= wanted[one] for one, count in done.items()):
                return
            if sum(done.values()) > before:
                last_progress, before = time.monotonic(), sum(done.values())
            time.sleep(_POLL_S)


def _replayed(rows: list[dict[str, int]]) -> int:
    return sum(row["records"] for row in rows)


def _judge(experiments: list[str], progress: Progress) -> None:
    loading = progress.add_task("loading the judges", total=None)
    judges = open_judges()
    progress.update(loading, total=1, completed=1)
    for experiment_id in experiments:
        task = progress.add_task(f"judging {experiment_id}", total=count_unjudged(experiment_id, judges=judges))
        run_judges(experiment_id, judges=judges, advance=partial(progress.advance, task))


def _search(scenario: Scenario, folder: Path) -> Search:
    """Look for every planted piece in all that Kafka and ClickHouse hold, and in the logs."""
    records = [record for topic in ALL for record in asyncio.run(read_topic(KafkaSettings(), topic.name))]
    haystacks = [b"\n".join([record.key or b"", record.value, *record.headers.values()]) for record in records]
    with opened_store() as store:
        rows = [str(row) for table in store.tables() for row in store.read("whole_table", table_name=table)]
    logs = [file.read_bytes() for file in sorted((folder / "logs").glob("*.log"))]
    planted = all_planted(scenario.traffic)
    hits = find_planted([*haystacks, *rows, *logs], planted)
    return Search(len(planted), len(records), len(rows), len(logs), tuple(hits))
