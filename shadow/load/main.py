"""Wiring of the load verbs: the only place of this folder where objects are built."""

import asyncio
import os
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from proxy.errors import Refused, UsageError
from proxy.log.kafka import read_topic
from proxy.log.topics import EXCHANGES
from proxy.settings import KafkaSettings
from shadow.control.probe import check_allowed, probe
from shadow.deployment import Deployment
from shadow.load.bench import bench_lines, run_bench
from shadow.load.books import Books
from shadow.load.comparison import Sides
from shadow.load.level import Block, Load, LoadLevel, Loop, Slo
from shadow.load.live import Screen, Silence
from shadow.load.plan import STREAMS, Arm, LoadPlan
from shadow.load.prompts import Prompts, bounded, from_file, from_traffic
from shadow.load.run import LoadRun
from shadow.load.saturation import Saturation, Tried, saturation_of, search
from shadow.load.server_watch import ServerWatch, watching
from shadow.main import show_experiment
from shadow.replay import Lane
from shadow.settings import ClickHouseSettings, ShadowSettings
from shadow.store.clickhouse import Store
from shadow.worker.lane import open_session

_RUN: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)

type Limits = dict[Lane, tuple[list[Tried], Saturation]]
"""What was tried in each lane, and what it says."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a load verb was asked for, in the words of its options.

    Attributes:
        rates: Rates of open loops, requests per second; None stands for the recorded one.
        traffic: Where captured traffic is read when there is no file: store or log.
        most_clients: None allows a process for each core.
        keep: Whether blocks are stored.
    """

    experiment_id: str = ""
    url: str = ""
    model: str = ""
    run_id: str = ""
    streams: tuple[int, ...] = ()
    rates: tuple[float | None, ...] = ()
    prompts: Path | None = None
    traffic: str = "store"
    last: int = 2_000
    output_tokens: int | None = None
    exact_tokens: bool = False
    varied_tokens: bool = False
    kept: int = 500
    timeout_s: float = 60.0
    slo: Slo = field(default_factory=Slo)
    clients: int = 1
    most_clients: int | None = None
    null_run: bool = True
    keep: bool = True
    is_silent: bool = False


def run_load(wanted: Wanted) -> tuple[str, list[LoadLevel]]:
    """Measure every load that was asked for; gives the run's id and all its levels, those of before included.

    Raises:
        UsageError: the options contradict each other, or there are no prompts.
        Refused: a deployment is not allowed or another one now, or the run was made by another plan.
        Unavailable: a deployment, or the store, does not answer.
    """

    async def act(plan: LoadPlan, books: Books, run_of: Callable[[LoadPlan], LoadRun]) -> list[LoadLevel]:
        await run_of(plan).run()
        return list(books.levels())

    return _with_plan(wanted, act)


def find_saturation(wanted: Wanted, *, first: int, most: int, within: float) -> tuple[str, Limits]:
    """Search for the load that each lane still carries, one lane after the other; errors as of `run_load`."""
    if first > most:
        message = f"the first load, {first}, is above the last one, {most}; give --from at most --to"
        raise UsageError(message)

    async def act(plan: LoadPlan, _books: Books, run_of: Callable[[LoadPlan], LoadRun]) -> Limits:
        found: Limits = {}
        for arm in plan.arms:
            alone = run_of(plan.only(arm))
            tried = await search(alone.try_streams, first=first, most=most, within=within)
            found[arm.lane] = (tried, saturation_of(tried))
        return found

    return _with_plan(wanted, act)


def run_beside_bench(
    *,
    url: str,
    model: str,
    prompts: Path,
    streams: int,
    output_tokens: int,
    kept: int,
    repeats: int,
    python: Path,
    tokenizer: str,
) -> Sides:
    """Measure the same prompts with our client and with vLLM's benchmark, in turns; errors as of `run_load`.

    Raises:
        UsageError: there are too few prompts.
        Unavailable: the benchmark ended without a result.
    """
    wanted = Wanted(
        url=url,
        model=model,
        streams=(streams,),
        prompts=prompts,
        output_tokens=output_tokens,
        exact_tokens=True,
        varied_tokens=True,
        kept=2 * kept,
        null_run=False,
        keep=False,
    )

    async def act(plan: LoadPlan, _books: Books, run_of: Callable[[LoadPlan], LoadRun]) -> Sides:
        (arm,), (load,), run = plan.arms, plan.loads, run_of(plan)
        lines = bench_lines(plan.prompts, count=plan.requests_of(load, e2e_s=0.0))
        ours, theirs = [], []
        for repeat in range(repeats):
            ours.append(await run.run_block(arm, Block("", plan.run_id, load, arm.lane, repeat)))
            theirs.append(
                await run_bench(
                    python,
                    arm.deployment,
                    tokenizer=tokenizer,
                    lines=lines,
                    streams=streams,
                    salt=f"{plan.run_id}:bench:{repeat}",
                    environment=os.environ,
                )
            )
        return Sides(tuple(ours), tuple(theirs))

    return _with_plan(wanted, act)[1]


def stored_levels(run_id: str, *, experiment_id: str) -> list[LoadLevel]:
    """The levels of a stored run.

    Raises:
        UsageError: there is no such run.
    """
    with _books(experiment_id=experiment_id, run_id=run_id, keep=True) as books:
        levels = list(books.levels())
    if not levels:
        whose = experiment_id or "a URL"
        message = f"no load run {run_id} of {whose} is stored; `understudy load list` shows those there are"
        raise UsageError(message)
    return levels


def stored_runs(*, experiment_id: str) -> Sequence[dict[str, Any]]:
    """Every stored run, latest first."""
    with _books(experiment_id=experiment_id, run_id="", keep=True) as books:
        return books.runs()


type Act[T] = Callable[[LoadPlan, Books, Callable[[LoadPlan], LoadRun]], Coroutine[Any, Any, T]]


def _with_plan[T](wanted: Wanted, act: Act[T]) -> tuple[str, T]:
    """Do something with the plan, its books, and what makes a run of a plan."""
    _check(wanted)
    arms = _arms(wanted)
    run_id = wanted.run_id or datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    prompts = bounded(
        _prompts(wanted),
        output_tokens=wanted.output_tokens,
        exactly=wanted.exact_tokens,
        varied=wanted.varied_tokens,
    )
    with _books(experiment_id=wanted.experiment_id, run_id=run_id, keep=wanted.keep) as books:
        return run_id, asyncio.run(_perform(wanted, arms, run_id=run_id, prompts=prompts, books=books, act=act))


async def _perform[T](
    wanted: Wanted, arms: Sequence[Arm], *, run_id: str, prompts: Prompts, books: Books, act: Act[T]
) -> T:
    async with open_session() as session:
        found = [Arm(arm.lane, await probe(arm.deployment, session=session)) for arm in arms]
        for then, now in zip(arms, found, strict=True):
            _check_same(then, now, is_declared=bool(wanted.experiment_id))
        plan = LoadPlan(
            experiment_id=wanted.experiment_id,
            run_id=run_id,
            arms=tuple(found),
            loads=_loads(wanted, prompts),
            prompts=prompts,
            kept=wanted.kept,
            timeout_s=wanted.timeout_s,
            clients=wanted.clients,
            most_clients=max(wanted.clients, wanted.most_clients or os.cpu_count() or 1),
            null_run=wanted.null_run,
            slo=wanted.slo,
        )

        def watch(arm: Arm) -> AbstractAsyncContextManager[ServerWatch]:
            return watching(session, arm.deployment)

        with _audience(wanted, title=f"load run {run_id} with {prompts.source}") as audience:
            return await act(plan, books, partial(_run_of, books=books, watch=watch, audience=audience))


def _run_of(
    plan: LoadPlan,
    *,
    books: Books,
    watch: Callable[[Arm], AbstractAsyncContextManager[ServerWatch]],
    audience: Screen | Silence,
) -> LoadRun:
    return LoadRun(
        plan, stored=books.stored(plan_hash=plan.plan_hash), keep=books.keep, watching=watch, audience=audience
    )


def _check(wanted: Wanted) -> None:
    """Refuse options that contradict each other, before anything is asked of a service."""
    if bool(wanted.experiment_id) == bool(wanted.url):
        raise UsageError("give either --experiment, or --url with --model")
    if bool(wanted.url) != bool(wanted.model):
        raise UsageError("--url and --model, the name that requests to it carry, need each other")
    if wanted.run_id and not _RUN.fullmatch(wanted.run_id):
        raise UsageError(
            "the name of a run is 1 to 64 letters, digits, dots, dashes and underscores; give another --run"
        )
    if wanted.exact_tokens and wanted.output_tokens is None:
        raise UsageError("--exact-tokens needs --output-tokens, the bound that replies are brought to")
    if wanted.most_clients is not None and wanted.most_clients < wanted.clients:
        message = f"--max-clients {wanted.most_clients} is below --clients {wanted.clients}; give as many at least"
        raise UsageError(message)


def _arms(wanted: Wanted) -> tuple[Arm, ...]:
    """The lanes, their hosts allowed; a single URL is a candidate."""
    arms: tuple[Arm, ...]
    if wanted.experiment_id:
        experiment = show_experiment(wanted.experiment_id)
        arms = (Arm(Lane.BASELINE, experiment.baseline), Arm(Lane.CANDIDATE, experiment.candidate))
    else:
        arms = (Arm(Lane.CANDIDATE, Deployment(deployment_id="url", base_url=wanted.url, model=wanted.model)),)
    hosts = frozenset(host.strip() for host in ShadowSettings().allowed_hosts.split(",") if host.strip())
    for arm in arms:
        check_allowed(arm.deployment, allowed_hosts=hosts)
    return arms


def _check_same(then: Arm, now: Arm, *, is_declared: bool) -> None:
    if is_declared and then.deployment.fingerprint != now.deployment.fingerprint:
        message = (
            f"deployment {then.deployment.deployment_id} is another one now than the experiment names "
            f"({now.deployment.fingerprint}, was {then.deployment.fingerprint}): what it does says nothing of that one"
        )
        raise Refused(message)


def _prompts(wanted: Wanted) -> Prompts:
    if wanted.prompts is not None:
        return from_file(wanted.prompts)
    if wanted.traffic == "log":
        records = asyncio.run(read_topic(KafkaSettings(), EXCHANGES.name, last=wanted.last))
        return from_traffic((record.value for record in records), source="the log", most=wanted.last)
    store = Store.connect(ClickHouseSettings())
    try:
        rows = store.read("load_traffic", most=wanted.last)
    finally:
        store.close()
    return from_traffic((row["record"].encode() for row in rows), source="the store", most=wanted.last)


def _loads(wanted: Wanted, prompts: Prompts) -> tuple[Load, ...]:
    """Closed loads first; with neither of them named, the usual ones, and production's rate where it is known."""
    streams, rates = wanted.streams, wanted.rates
    if not streams and not rates:
        streams, rates = STREAMS, (None,) if prompts.rate_per_s is not None else ()
    closed = [Load(Loop.CLOSED, count) for count in streams]
    return (*closed, *(Load(Loop.OPEN, _rate(rate, prompts)) for rate in rates))


def _rate(rate: float | None, prompts: Prompts) -> float:
    if rate is not None:
        return rate
    if prompts.rate_per_s is None:
        message = f"the prompts of {prompts.source} have no times, so there is no recorded rate; give --rate N"
        raise UsageError(message)
    return float(f"{prompts.rate_per_s:.4g}")


@contextmanager
def _books(*, experiment_id: str, run_id: str, keep: bool) -> Iterator[Books]:
    if not keep:
        yield Books(None, experiment_id=experiment_id, run_id=run_id)
        return
    store = Store.connect(ClickHouseSettings())
    try:
        yield Books(store, experiment_id=experiment_id, run_id=run_id)
    finally:
        store.close()


@contextmanager
def _audience(wanted: Wanted, *, title: str) -> Iterator[Screen | Silence]:
    if wanted.is_silent:
        yield Silence()
        return
    with Screen(Console(stderr=True), title=title) as screen:
        yield screen
