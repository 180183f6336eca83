"""The canary as users run it, on the embedded stack; and that no verdict ever sees one."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.decide.score_card import load_score_card
from analytics.decide.verdict import decide
from analytics.jobs.evidence import load_evidence
from analytics.jobs.judging import unjudged
from judges.panel import cheap_panel
from proxy.canary import CANARY_HEADER, CANARY_SUITE
from proxy.exchange import Exchange
from shadow.replay import Lane
from shadow.settings import ClickHouseSettings
from shadow.simulator.app import Simulator
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.connection import Receive, Scope, Send
from shadow.simulator.serving import simulator_in_loop
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import StackState, end
from shadow.stack.running import bring_down, bring_up
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row, experiment_row, replay_row
from tests.integration.gateways import served
from tests.records import exchange, experiment, replay

_FAST: dict[str, Any] = {"ttft_ms": 1, "itl_ms": 0}


class Production:
    """A simulator that remembers the headers it was sent."""

    def __init__(self) -> None:
        self.headers: list[bytes] = []
        self._simulator = Simulator(Behaviour(model="production", **_FAST))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.headers += [name for name, _ in scope["headers"]]
        await self._simulator(scope, receive, send)


async def _understudy(state: StackState, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}
    argv = [sys.executable, "-m", "analytics.cli", *words]
    return await asyncio.to_thread(
        subprocess.run,
        argv,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=kept | dict(state.environment),
        cwd=Path(__file__).parents[2],
    )


async def _canary(state: StackState, *words: str) -> tuple[int, dict[str, bool], str]:
    """Exit code, hops by name, and what was said of the last one."""
    done = await _understudy(state, "canary", "--json", *words)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    return done.returncode, {hop["name"]: hop["is_there"] for hop in told["hops"]}, told["hops"][-1]["words"]


@asynccontextmanager
async def _stack(folder: Path, upstream: str) -> AsyncIterator[StackState]:
    wanted = Wanted(folder=folder, upstream=upstream, broker=BrokerKind.TANSU)
    state = await asyncio.to_thread(bring_up, wanted)
    try:
        yield state
    finally:
        await asyncio.to_thread(bring_down, folder)


async def _enable(state: StackState, file: Path, *, baseline: str, candidate: str) -> None:
    lines = ['experiment_id = "trial"', "sample_ratio = 0.000001"]
    for role, url in (("baseline", baseline), ("candidate", candidate)):
        lines += [f"[{role}]", f'deployment_id = "{role}"', f'base_url = "{url}"', f'model = "{role}"']
    await asyncio.to_thread(file.write_text, "\n".join(lines), "utf-8")
    made = await _understudy(state, "experiment", "create", str(file), "--owner", "ops", "--enable")
    assert made.returncode == 0, made.stderr


async def _end(state: StackState, name: str) -> None:
    service = next(one for one in state.services if one.name == name)
    assert await asyncio.to_thread(end, service)


@pytest.mark.timeout(300)
async def test_a_canary_finds_its_way_and_names_the_hop_that_fails(tmp_path: Path) -> None:
    """One stack: first without an experiment, then with one, then with part after part gone."""
    production = Production()
    async with (
        served(production) as upstream,
        simulator_in_loop(Behaviour(model="baseline", **_FAST)) as baseline,
        simulator_in_loop(Behaviour(model="candidate", **_FAST)) as candidate,
        _stack(tmp_path / "state", upstream) as state,
    ):
        assert (await _canary(state))[:2] == (0, {"gateway": True, "kafka": True})
        assert CANARY_HEADER.encode() not in production.headers
        assert (await _canary(state, "--model", "nobody-serves-this"))[:2] == (1, {"gateway": False})

        await _enable(state, tmp_path / "trial.toml", baseline=baseline, candidate=candidate)
        everywhere = {"gateway": True, "kafka": True, "trial/baseline": True, "trial/candidate": True}
        assert (await _canary(state))[:2] == (0, everywhere)
        _assert_left_out(state)

        await _end(state, "worker")
        code, hops, words = await _canary(state, "--timeout", "5")
        assert (code, hops) == (1, everywhere | {"trial/baseline": False, "trial/candidate": False})
        assert "understudy worker" in words

        await _end(state, "capture")
        assert (await _canary(state, "--timeout", "5"))[:2] == (1, {"gateway": True, "kafka": False})

        await _end(state, "gateway")
        code, hops, words = await _canary(state, "--timeout", "5")
        assert (code, hops) == (1, {"gateway": False})
        assert "is the door up" in words


def _assert_left_out(state: StackState) -> None:
    """Canaries were replayed and stored, and evidence knows nothing of them."""
    port = int(state.environment["UNDERSTUDY_CLICKHOUSE_PORT"])
    store = Store.connect(ClickHouseSettings(port=port))
    try:
        stored = store.rows("SELECT record FROM {database}.exchanges FINAL")
        suites = {Exchange.from_bytes(row["record"].encode()).suite for row in stored}
        assert suites == {CANARY_SUITE}
        assert len(load_evidence(store, "trial").pairs) == 0
        assert unjudged(store, experiment_id="trial", judges=list(cheap_panel())) == []
        assert store.rows("SELECT * FROM {database}.self_checks") == []
    finally:
        store.close()


def _insert(store: Store, number: int, *, suite: str = "") -> None:
    asked, lanes = exchange(number, suite=suite), (Lane.BASELINE, Lane.CANDIDATE)
    store.insert("exchanges", [exchange_row(asked)])
    store.insert("replays", [replay_row(replay(number, lane=lane), exchange=asked) for lane in lanes])
    entry = {
        "experiment_id": "trial",
        "worker_id": "w",
        "partition": 0,
        "offset": number,
        "exchange_id": f"exchange-{number:04d}",
        "disposition": "replayed",
        "reason": "",
    }
    store.insert("lane_ledger", [entry])


def test_evidence_is_the_same_with_canaries_and_without(store: Store) -> None:
    """But for coverage, in which a canary is a request like any other: seen, published and stored."""
    store.insert("experiment_versions", [experiment_row(experiment())])
    for number in (1, 2):
        _insert(store, number)
    panel = list(cheap_panel())
    before, unjudged_before = load_evidence(store, "trial"), unjudged(store, experiment_id="trial", judges=panel)
    for number in (0, 3, 4):
        _insert(store, number, suite=CANARY_SUITE)
    after = load_evidence(store, "trial")
    first, second = (
        decide(replace(one, coverage=before.coverage), load_score_card("default"), seed=1, resamples=50).to_json()
        for one in (before, after)
    )
    assert first == second
    assert (before.coverage.stored, after.coverage.stored) == (2, 5)
    assert unjudged(store, experiment_id="trial", judges=panel) == unjudged_before
    assert (len(before.pairs), before.books.missing) == (2, {})
