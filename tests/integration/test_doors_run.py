"""Doors as users run them: several gateway processes, the tap, and an import into a real broker."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest
from click.testing import CliRunner

from analytics.cli import understudy
from proxy.channel import Message, serve_channel, socket_path
from proxy.coverage import Disposition, LedgerEntry
from proxy.exchange import Door, Exchange, RawExchange
from proxy.log.kafka import create_topics, read_topic
from proxy.log.topics import ALL, COVERAGE, EXCHANGES
from proxy.settings import KafkaSettings
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.processes import Running, Service, end, free_port, start

_BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


@asynccontextmanager
async def _door(verb: str, folder: Path, **settings: str) -> AsyncIterator[tuple[str, Running]]:
    """A door as a child process; gives its base URL."""
    port = free_port()
    name = "UNDERSTUDY_PROXY_TAP_PORT" if verb == "tap" else "UNDERSTUDY_PROXY_PORT"
    environment = {name: str(port), "UNDERSTUDY_PROXY_STATE_DIR": str(folder), **settings}
    base_url = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-m", "analytics.cli", verb]
    service = Service(name=verb, argv=argv, ready_url=f"{base_url}/__understudy/health")
    running = await asyncio.to_thread(start, service, folder=folder, environment=environment)
    assert running is not None
    try:
        yield base_url, running
    finally:
        await asyncio.to_thread(end, running)


async def _ask(base_url: str) -> int:
    # A connection each, so that every process of the door gets some.
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session,
        session.post(f"{base_url}/v1/chat/completions", json=_BODY) as answer,
    ):
        await answer.read()
        return answer.status


async def test_a_gateway_process_that_is_killed_is_replaced_and_the_others_serve_on(tmp_path: Path) -> None:
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    server = await serve_channel(socket_path(tmp_path), receive)
    async with (
        simulator_process(Behaviour(model="m", ttft_ms=1, itl_ms=0)) as upstream,
        _door("gateway", tmp_path, UNDERSTUDY_PROXY_UPSTREAM=upstream, UNDERSTUDY_PROXY_WORKERS="2") as (url, running),
    ):
        assert {await _ask(url) for _ in range(20)} == {200}
        before = _workers(running)
        assert len(before) == 2
        psutil.Process(before.pop()).kill()
        async with asyncio.timeout(30):
            while len(after := _workers(running)) < 2 or not before < after:
                await asyncio.sleep(0.1)
        assert {await _ask(url) for _ in range(20)} == {200}
    server.close()
    raws = [message for message in messages if isinstance(message, RawExchange)]
    assert len(raws) == 40


def _workers(running: Running) -> set[int]:
    """Process ids of a gateway's workers that live."""
    children = psutil.Process(running.pid).children()
    return {
        child.pid
        for child in children
        if child.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(child.cmdline())
    }


async def test_the_tap_runs_as_a_verb_and_answers_at_once(tmp_path: Path) -> None:
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    server = await serve_channel(socket_path(tmp_path), receive)
    async with _door("tap", tmp_path) as (url, _):
        assert await _ask(url) == 204
    server.close()
    raw = next(message for message in messages if isinstance(message, RawExchange))
    assert raw.door is Door.TAP


def test_an_import_reaches_kafka_masked_and_counted_and_is_not_done_twice(
    tansu: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_KAFKA_BOOTSTRAP", tansu.bootstrap)
    monkeypatch.setenv("UNDERSTUDY_KAFKA_IDEMPOTENT", "false")
    monkeypatch.setenv("UNDERSTUDY_PROXY_STATE_DIR", str(tmp_path / "state"))
    asyncio.run(create_topics(tansu, ALL))
    log = tmp_path / "exchanges.jsonl"
    line = {"request": {**_BODY, "messages": [{"role": "user", "content": "I am xaver@example.org"}]}}
    log.write_text(f"{json.dumps(line)}\n{{half\n{json.dumps(line)}\n", "utf-8")
    for found in ("3 requests found, 2 handed over", "0 requests found, 0 handed over"):
        result = CliRunner().invoke(understudy, ["import", str(log), "--format", "openai"])
        assert result.exit_code == 0, result.output
        assert found in result.output
    values = [record.value for record in asyncio.run(read_topic(tansu, EXCHANGES.name))]
    imported = [one for one in map(Exchange.from_bytes, values) if one.door is Door.IMPORT]
    assert len(imported) == 2
    assert b"xaver" not in b"".join(values)
    entries = [LedgerEntry.from_bytes(record.value) for record in asyncio.run(read_topic(tansu, COVERAGE.name))]
    counts = {
        kind: sum(one.requests for one in entries if one.disposition is kind and one.door is Door.IMPORT)
        for kind in Disposition
    }
    assert counts[Disposition.SEEN] == counts[Disposition.PUBLISHED] + counts[Disposition.DROPPED] == 3
