"""Wiring of suites: the only place where their verbs meet the log and the store."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from proxy.errors import UsageError
from proxy.log.kafka import open_producer
from proxy.log.record import SCHEMA_HEADER
from proxy.log.topics import EXCHANGES
from proxy.settings import KafkaSettings
from shadow.main import show_experiment
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.rows import example_row
from shadow.suites.adversarial.draw import draw_adversarial
from shadow.suites.difference import Difference, differ
from shadow.suites.example import Example
from shadow.suites.files import load_suites
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.reading import load_suite
from shadow.suites.results import Tally, tallies
from shadow.suites.sending import Run, exchanges_of
from shadow.suites.suite import Suite

_POLL_S = 1.0
_DRAWS = {"held-out": draw_heldout, "adversarial": draw_adversarial}

type Advance = Callable[[int], None]


def draw_suite(kind: str, file: Path, *, seed: int, size: int | None) -> Suite:
    """Draw a suite into a file.

    Raises:
        UsageError: there is no such kind, or the templates cannot word so many questions.
    """
    if kind not in _DRAWS:
        message = f"there is no kind {kind}; known are {', '.join(_DRAWS)}"
        raise UsageError(message)
    suite = _DRAWS[kind](seed=seed) if size is None else _DRAWS[kind](seed=seed, size=size)
    suite.save(file)
    return Suite(name=file.stem, examples=suite.examples)


def run_suites(suites: Sequence[Suite], run: Run, *, told: Advance = lambda _sent: None) -> dict[str, tuple[int, int]]:
    """Store the suites' labels and publish what was not sent before; by suite, how many were sent and how many before.

    Args:
        told: Told the number of exchanges after each that was published or found.
    """
    model = show_experiment(run.experiment_id).baseline.model
    with open_store() as store:
        sent = {}
        for suite in suites:
            kept = run.suite_id(suite)
            store.insert("examples", [example_row(example, suite_id=kept) for example in suite.examples])
            rows = store.read("suite_sent", suite=kept, experiment_id=run.experiment_id)
            sent[suite.id] = frozenset(row["exchange_id"] for row in rows)
    told(sum(map(len, sent.values())))
    return asyncio.run(_publish(suites, run, model=model, sent=sent, told=told))


async def _publish(
    suites: Sequence[Suite], run: Run, *, model: str, sent: dict[str, frozenset[str]], told: Advance
) -> dict[str, tuple[int, int]]:
    producer = await open_producer(KafkaSettings())
    counts = {}
    first_at = datetime.now(UTC)
    try:
        for suite in suites:
            published = 0
            before = sent[suite.id]
            for exchange in exchanges_of(suite, run, model=model, first_at=first_at, sent=before):
                await producer.publish(
                    EXCHANGES.name,
                    key=exchange.conversation_id.encode(),
                    value=exchange.to_bytes(),
                    headers={SCHEMA_HEADER: str(exchange.schema_version).encode()},
                )
                first_at = exchange.captured_at + timedelta(seconds=1 / run.rate)
                published += 1
                told(1)
            counts[suite.id] = (published, run.size(suite) - published)
    finally:
        await producer.close()
    return counts


def await_answers(suites: Sequence[Suite], run: Run, *, patience_s: float, told: Advance) -> int:
    """Wait until both lanes have answered everything; how many exchanges still lack an answer at the end.

    Args:
        patience_s: Ends the wait when no answer came for so long, s.
        told: Told the number of exchanges answered since it was told last.
    """
    wanted = sum(map(run.size, suites))
    done, last_at = 0, time.monotonic()
    with open_store() as store:
        while done < wanted and time.monotonic() < last_at + patience_s:
            now = sum(_answered(store, run, suite) for suite in suites)
            if now > done:
                told(now - done)
                done, last_at = now, time.monotonic()
            if done < wanted:
                time.sleep(_POLL_S)
    return max(0, wanted - done)


def _answered(store: Store, run: Run, suite: Suite) -> int:
    rows = store.read("suite_answered", suite=run.suite_id(suite), experiment_id=run.experiment_id)
    return int(rows[0]["exchanges"]) if rows else 0


def list_suites() -> list[dict[str, Any]]:
    """Every suite that the store knows, oldest first."""
    with open_store() as store:
        return store.read("suites_stored")


def find_suite(name: str) -> Suite:
    """A suite by its file or, where there is no such file, by its id in the store.

    Raises:
        UsageError: it is neither.
    """
    if Path(name).exists() or "@" not in name:
        return load_suite(Path(name))
    with open_store() as store:
        rows = store.read("suite_examples", suite=name)
    if not rows:
        message = f"the store knows no suite {name}; `understudy suite list` shows those there are"
        raise UsageError(message)
    if any(not row["record"] for row in rows):
        message = f"suite {name} was stored before its examples were kept whole; use its file, or run it again"
        raise UsageError(message)
    examples = tuple(Example.from_line(row["record"]) for row in rows)
    return Suite(name=name.partition("@")[0], examples=examples)


def results_of(experiment_id: str) -> dict[str, list[Tally]]:
    """How the lanes of an experiment did on every suite that was run and judged."""
    with open_store() as store:
        return tallies(store.read("suite_results", experiment_id=experiment_id))


def compare_suites(first: str, second: str) -> Difference:
    """What became of one suite in another; each a file or an id."""
    return differ(find_suite(first), find_suite(second))


def load_all(paths: Sequence[Path]) -> list[Suite]:
    """The suites of a file set."""
    return load_suites(paths)


@contextmanager
def open_store() -> Iterator[Store]:
    """The store that the settings name."""
    store = Store.connect(ClickHouseSettings())
    try:
        yield store
    finally:
        store.close()
