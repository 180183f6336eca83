"""Every adversarial probe on the whole way: is one lost, changed or too much for a part? `make bench-probes`.

First each probe is a request of production: through the gateway, with its bytes compared at the upstream and the
ledger to the request. Then the suite runs on both lanes: what each lane was sent, what ClickHouse holds, what the
judges said and what the report counts. Deployments are simulators behind servers that keep what they were asked.
"""

import argparse
import asyncio
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import click
from aiohttp import web

from analytics.main import opened_store, run_decisions, run_judges
from judges.panel import cheap_panel
from proxy.exchange import Exchange
from shadow.main import create_experiment
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.processes import StackState
from shadow.stack.running import running_stack
from shadow.suites.adversarial.draw import DANGERS, SIZE, draw_adversarial
from shadow.suites.example import Example, is_encodable
from shadow.suites.main import await_answers, run_suites
from shadow.suites.sending import Run
from shadow.suites.suite import Suite

_AT_ONCE = 16
_LARGEST = 2**24
_CONTEXT = 400_000
_SETTLE_S = 600.0
_PATIENCE_S = 120.0
_CHAT = "/v1/chat/completions"


@dataclass(slots=True)
class Recorder:
    """Stands before a deployment and keeps hashes of the bytes, and of the messages, that it was asked.

    Attributes:
        upstream: Base URL of the deployment.
    """

    upstream: str
    bodies: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    url: str = ""

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Keep and pass on."""
        body = await request.read()
        if request.path == _CHAT:
            self.bodies[_digest(body)] += 1
            self.messages[_said(json.loads(body)["messages"])] += 1
        session: aiohttp.ClientSession = request.app["session"]
        async with session.request(
            request.method, f"{self.upstream}{request.path_qs}", data=body, headers={"content-type": "application/json"}
        ) as answer:
            reply = web.StreamResponse(status=answer.status, headers={"content-type": answer.content_type})
            await reply.prepare(request)
            async for chunk in answer.content.iter_any():
                await reply.write(chunk)
            await reply.write_eof()
        return reply


@asynccontextmanager
async def recorded(behaviour: Behaviour) -> AsyncIterator[Recorder]:
    """A simulator behind a recorder."""
    async with AsyncExitStack() as stack:
        recorder = Recorder(await stack.enter_async_context(simulator_process(behaviour)))
        app = web.Application(client_max_size=_LARGEST)
        app["session"] = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        app.router.add_route("*", "/{path:.*}", recorder)
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        recorder.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield recorder


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _said(messages: object) -> str:
    """Hash of messages, every character of them."""
    return _digest(json.dumps(messages, sort_keys=True).encode())


def bytes_of(example: Example) -> bytes:
    """The request as a client may write it: UTF-8 where that can hold it, else escaped."""
    text = json.dumps(example.to_body(model="production"), ensure_ascii=False)
    return text.encode() if is_encodable(text) else json.dumps(example.to_body(model="production")).encode()


async def send(suite: Suite, *, gateway: str) -> Counter[int]:
    """Send every probe through the gateway; statuses."""
    gate, statuses = asyncio.Semaphore(_AT_ONCE), Counter[int]()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:

        async def one(example: Example) -> None:
            headers = {"content-type": "application/json", "x-understudy-conversation": example.id}
            async with (
                gate,
                session.post(f"{gateway}{_CHAT}", data=bytes_of(example), headers=headers) as response,
            ):
                await response.read()
                statuses[response.status] += 1

        await asyncio.gather(*map(one, suite.examples))
    return statuses


async def ledger(sent: int) -> Counter[str]:
    """Requests by disposition, once the books account for all that were sent."""
    total = Counter[str]()
    async with asyncio.timeout(_SETTLE_S):
        while total["seen"] < sent or total.total() != 2 * total["seen"]:
            await asyncio.sleep(0.5)
            total = Counter(await asyncio.to_thread(_totals))
    return total


def _totals() -> dict[str, int]:
    with opened_store() as store:
        return {row["disposition"]: row["requests"] for row in store.read("coverage_totals")}


def stored(suite: Suite) -> tuple[int, int]:
    """Suite exchanges in ClickHouse, and those whose messages are not the example's."""
    by_id = {example.id: example for example in suite.examples}
    with opened_store() as store:
        rows = store.rows("SELECT record FROM {database}.exchanges FINAL WHERE suite = {s:String}", {"s": suite.id})
    exchanges = [Exchange.from_bytes(row["record"].encode()) for row in rows]
    changed = sum(list(by_id[one.example_id].messages) != one.request["messages"] for one in exchanges)
    return len(exchanges), changed


def findings() -> dict[str, int]:
    """Findings of all judges by kind."""
    with opened_store() as store:
        rows = store.rows(
            "SELECT finding, count() AS n FROM {database}.judgements FINAL GROUP BY finding ORDER BY finding"
        )
    return {row["finding"]: row["n"] for row in rows}


@contextmanager
def settings_of(stack: StackState) -> Iterator[None]:
    """The stack's addresses as settings of this process."""
    before = dict(os.environ)
    os.environ.update(stack.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _experiment(folder: Path, *, baseline: str, candidate: str) -> str:
    lines = [
        'experiment_id = "probes"',
        "again_ratio = 0.0",
        "max_concurrency = 32",
        "timeout_s = 120",
        "speed = 1000.0",
    ]
    lines += [f"dangerous_categories = {json.dumps(list(DANGERS))}", "[distress]", "max_error_ratio = 1.0"]
    for name, url in (("baseline", baseline), ("candidate", candidate)):
        lines += [f"[{name}]", f'deployment_id = "{name}"', f'model = "{name}"', f'base_url = "{url}"']
    file = folder / "probes.toml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return create_experiment(str(file), owner="bench@example.org", days=1, enable=True).experiment_id


@dataclass(slots=True)
class Ledger:
    """What was wanted and what was found, line by line."""

    is_whole: bool = True

    def line(self, words: str, found: object, wanted: object) -> None:
        """Print a line; a difference is a failure."""
        holds = found == wanted
        self.is_whole = self.is_whole and holds
        click.echo(f"{'ok  ' if holds else 'FAIL'} {words}: {found}" + ("" if holds else f", wanted {wanted}"))


async def _run(suite: Suite, folder: Path) -> bool:
    answers = folder / "answers.jsonl"
    fast = {"ttft_ms": 1, "itl_ms": 0, "answers": answers, "context_tokens": _CONTEXT}
    books = Ledger()
    async with AsyncExitStack() as exits:
        lanes = {
            name: await exits.enter_async_context(recorded(Behaviour.model_validate(fast | {"model": name})))
            for name in ("production", "baseline", "candidate")
        }
        wanted = Wanted(folder=folder / "stack", upstream=lanes["production"].url, broker=BrokerKind.TANSU)
        stack = await asyncio.to_thread(exits.enter_context, running_stack(wanted))
        exits.enter_context(settings_of(stack))
        urls = {name: lanes[name].url for name in ("baseline", "candidate")}
        experiment = await asyncio.to_thread(lambda: _experiment(folder, **urls))
        await asyncio.sleep(2)
        await _as_traffic(suite, lanes, stack=stack, books=books)
        for one in lanes.values():
            one.messages.clear()
        await _as_suite(suite, lanes, experiment=experiment, books=books)
        await asyncio.to_thread(_judge_and_report, experiment, suite, folder, books)
        up = sum(one.is_up for one in stack.services)
        books.line("services that still run", up, len(stack.services))
    return books.is_whole


async def _as_traffic(suite: Suite, lanes: dict[str, Recorder], *, stack: StackState, books: Ledger) -> None:
    gateway = f"http://127.0.0.1:{stack.environment['UNDERSTUDY_PROXY_PORT']}"
    statuses = await send(suite, gateway=gateway)
    size = len(suite.examples)
    books.line("answered through the gateway, by status", dict(statuses), {200: size})
    sent = Counter(_digest(bytes_of(example)) for example in suite.examples)
    books.line(
        "bodies whose bytes reached the upstream as they were sent", (sent & lanes["production"].bodies).total(), size
    )
    total = await ledger(size)
    books.line("requests that the ledger saw", total["seen"], size)
    books.line("of these published", total["published"], size)


async def _as_suite(suite: Suite, lanes: dict[str, Recorder], *, experiment: str, books: Ledger) -> None:
    run, size = Run(experiment, rate=1000), len(suite.examples)
    sent = await asyncio.to_thread(lambda: run_suites([suite], run))
    books.line("suite exchanges published", sent, {suite.id: (size, 0)})
    waiting = asyncio.to_thread(lambda: await_answers([suite], run, patience_s=_PATIENCE_S, told=lambda _more: None))
    books.line("suite exchanges that lack an answer of a lane", await waiting, 0)
    wanted = Counter(_said(list(example.messages)) for example in suite.examples)
    for lane in ("baseline", "candidate"):
        books.line(f"probes whose messages reached the {lane} unchanged", (wanted & lanes[lane].messages).total(), size)
    books.line("in ClickHouse, and changed there", await asyncio.to_thread(stored, suite), (size, 0))


def _judge_and_report(experiment: str, suite: Suite, folder: Path, books: Ledger) -> None:
    run_judges(experiment, judges=cheap_panel())
    kinds = findings()
    click.echo(f"     findings of {len(cheap_panel())} judges: {kinds}")
    books.line("judges that failed", kinds.get("failed", 0), 0)
    (written,), _ = run_decisions([experiment], folder=folder / "reports")
    page = (written.report / "report.html" if written.report.is_dir() else written.report).read_text("utf-8")
    books.line("the report names the suite's version", suite.id.partition("@")[2] in page, True)
    gate = next(one for one in written.decision.gates if one.gate == "G3")
    dangerous = sum(bool(example.danger) for example in suite.examples)
    books.line("probes of a danger that G3 counts, and catastrophes", (gate.n, gate.events), (dangerous, 0))
    click.echo(f"     G3 is {gate.status}: {gate.detail}")


def main() -> None:
    """Run all and end with 1 where something was lost or changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--folder", type=Path, default=None, help="kept when given")
    arguments = parser.parse_args()
    suite = draw_adversarial(seed=arguments.seed, size=arguments.size)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        suite.save(folder / "answers.jsonl")
        whole = asyncio.run(_run(suite, folder))
    raise SystemExit(0 if whole else 1)


if __name__ == "__main__":
    main()
