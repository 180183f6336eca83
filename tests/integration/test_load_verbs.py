"""The verbs of load as a shell gives them: an experiment of two simulators, beside a broker and a ClickHouse."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from analytics.cli import understudy
from proxy.errors import Refused, Unavailable, UsageError
from proxy.log.kafka import create_topics, open_producer
from proxy.log.topics import ALL, EXCHANGES
from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.running import running_stack
from shadow.store.clickhouse import Store
from shadow.store.rows import exchange_row
from tests.records import NOON, exchange

type Shell = Mapping[str, str]
_QUICK = ("--at", "2", "--kept", "20", "--no-null-run")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The environment of a stack of broker and ClickHouse."""
    wanted = Wanted(folder=tmp_path_factory.mktemp("load"), broker=BrokerKind.TANSU, only=("broker", "clickhouse"))
    with running_stack(wanted) as state:
        yield dict(state.environment)


@pytest_asyncio.fixture
async def lanes(shell: Shell, tmp_path: Path) -> AsyncIterator[str]:
    """An experiment of two simulators; gives its name."""
    async with AsyncExitStack() as stack:
        name = f"load-{tmp_path.name.replace('_', '-')}"
        lines = [f'experiment_id = "{name}"', "[target]", "concurrency = 2"]
        for arm in ("baseline", "candidate"):
            url = await stack.enter_async_context(simulator_process(Behaviour(model=arm, ttft_ms=20.0, itl_ms=2.0)))
            lines += [f"[{arm}]", f'deployment_id = "{arm}"', f'base_url = "{url}"', f'model = "{arm}"']
        file = tmp_path / "experiment.toml"
        file.write_text("\n".join(lines), "utf-8")
        assert (await said(shell, "experiment", "create", str(file), "--owner", "o@example.org")).exit_code == 0
        yield name


async def said(shell: Shell, *words: str) -> Result:
    """What a verb did, in a thread of its own: it has its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, understudy, words, env=dict(shell))


def prompts(folder: Path) -> str:
    file = folder / "prompts.jsonl"
    file.write_text("".join(f'{{"prompt": "question {n}", "output_tokens": 5}}\n' for n in range(50)), "utf-8")
    return str(file)


async def test_both_lanes_are_measured_stored_and_not_measured_again(shell: Shell, lanes: str, tmp_path: Path) -> None:
    words = ("load", "run", "--experiment", lanes, *_QUICK, "--prompts", prompts(tmp_path), "--run", "first", "--json")
    done = await said(shell, *words)
    assert done.exit_code in {0, 1}, done.exception
    levels = json.loads(done.stdout)["levels"]
    assert [level["lane"] for level in levels] == ["baseline", "candidate", "candidate", "baseline"]
    assert all(level["kept"] >= 10 and level["failed"] == 0 for level in levels)
    assert all(level["ttft_ms"]["p50"] > 19 for level in levels)
    assert (await said(shell, *words)).stdout == done.stdout
    assert (await said(shell, "load", "show", "first", "--experiment", lanes, "--json")).stdout == done.stdout
    assert f"first  {lanes}" in (await said(shell, "load", "list", "--experiment", lanes)).stdout
    other = await said(shell, *words, "--output-tokens", "3")
    assert isinstance(other.exception, Refused)
    assert "--run NAME" in str(other.exception)


async def test_captured_traffic_is_asked_again_at_its_own_rate(shell: Shell) -> None:
    store = Store.connect(ClickHouseSettings(port=int(shell["UNDERSTUDY_CLICKHOUSE_PORT"])))
    bodies = [{"max_tokens": 3, "messages": [{"role": "user", "content": f"captured {n}"}]} for n in range(20)]
    times = [NOON + timedelta(seconds=n / 20) for n in range(20)]
    asked = zip(bodies, times, strict=True)
    store.insert(
        "exchanges", [exchange_row(exchange(n, request=body, captured_at=at)) for n, (body, at) in enumerate(asked)]
    )
    store.close()
    async with simulator_process(Behaviour(model="candidate", ttft_ms=5.0, itl_ms=1.0)) as url:
        words = ("--url", url, "--model", "candidate", "--rate", "recorded", "--kept", "2", "--no-null-run", "--json")
        done = await said(shell, "load", "run", *words)
    assert done.exit_code in {0, 1}, done.exception
    levels = json.loads(done.stdout)["levels"]
    assert [(level["loop"], level["amount"]) for level in levels] == [("open", 20.0)] * 2
    assert all(level["failed"] == 0 for level in levels)


async def test_captured_traffic_comes_from_the_log_too(shell: Shell) -> None:
    kafka = KafkaSettings(bootstrap=shell["UNDERSTUDY_KAFKA_BOOTSTRAP"], idempotent=False)
    bodies = [{"max_tokens": 3, "messages": [{"role": "user", "content": f"logged {n}"}]} for n in range(30)]
    asked = [
        exchange(n, request=body, captured_at=NOON + timedelta(seconds=n / 20), suite="s@1" if n == 29 else "")
        for n, body in enumerate(bodies)
    ]
    await create_topics(kafka, ALL)
    producer = await open_producer(kafka)
    for one in asked:
        await producer.publish(EXCHANGES.name, key=one.conversation_id.encode(), value=one.to_bytes())
    await producer.close()
    async with simulator_process(Behaviour(model="candidate", ttft_ms=5.0, itl_ms=1.0)) as url:
        words = ("--url", url, "--model", "candidate", "--traffic", "log", "--last", "20", "--rate", "recorded")
        done = await said(shell, "load", "run", *words, "--kept", "2", "--no-null-run", "--store", "--run", "log")
    assert done.exit_code in {0, 1}, done.exception
    store = Store.connect(ClickHouseSettings(port=int(shell["UNDERSTUDY_CLICKHOUSE_PORT"])))
    sent = store.read("load_block_requests", experiment_id="", run_id="log")
    store.close()
    assert {row["amount"] for row in sent} == {20.0}
    assert {row["exchange_id"] for row in sent} <= {one.exchange_id for one in asked[9:29]}
    assert {row["outcome"] for row in sent} == {"completed"}


async def test_wrong_words_say_what_to_do(shell: Shell, tmp_path: Path) -> None:
    nobody = ("load", "run", "--url", "http://127.0.0.1:1", "--model", "m", "--prompts", prompts(tmp_path))
    for words, error, message in (
        ((*nobody, "--experiment", "a"), UsageError, "either --experiment"),
        (("load", "run", "--url", "http://example.org", "--model", "m"), Refused, "allow list"),
        (nobody, Unavailable, "does not answer"),
        (("load", "show", "never"), UsageError, "understudy load list"),
    ):
        done = await said(shell, *words)
        assert isinstance(done.exception, error)
        assert message in str(done.exception)
