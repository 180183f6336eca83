"""Suites on their way: published, replayed by a worker before two simulators, judged, and read back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from analytics.decide.sample import Sample
from analytics.decide.score_card import load_score_card
from analytics.decide.slices import compare_slices
from analytics.jobs.evidence import load_evidence
from analytics.jobs.judging import judge_experiment
from analytics.stats.holm import holm
from analytics.stats.mcnemar import mcnemar_p
from judges.checks import SuiteCheck
from proxy.errors import UsageError
from proxy.settings import KafkaSettings
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.suites.cli import suite as verbs
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.main import await_answers, find_suite, list_suites, results_of, run_suites
from shadow.suites.results import Tally
from shadow.suites.sending import Run
from shadow.suites.suite import LOGPROBS, Suite
from tests.integration.workers import Crew, crew, publish, simulators, trial

_SIZE = 1_100
_DROP, _NOISE = 0.20, 0.05
_ALPHA = 0.05
_WRONG = "I do not know."


@pytest.fixture
async def staff(
    tmp_path: Path,
    lone_tansu: KafkaSettings,
    clickhouse: ClickHouseSettings,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Crew]:
    """Workers on a broker and a migrated store, which the verbs find by their settings."""
    assert store.tables()
    monkeypatch.setenv("UNDERSTUDY_KAFKA_BOOTSTRAP", lone_tansu.bootstrap)
    monkeypatch.setenv("UNDERSTUDY_KAFKA_IDEMPOTENT", str(lone_tansu.idempotent).lower())
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_PORT", str(clickhouse.port))
    monkeypatch.setenv("UNDERSTUDY_CLICKHOUSE_DATABASE", clickhouse.database)
    async with crew(tmp_path, lone_tansu, clickhouse) as hired:
        yield hired


def knowing(suite: Suite, *, seed: int, dropped: str = "", file: Path) -> Path:
    """A file of references of which some are wrong: everywhere a few, in the dropped category many more."""
    rng = Random(seed)  # noqa: S311 -- a repeatable draw

    def spoilt(category: str) -> bool:
        return rng.random() < _NOISE or (category == dropped and rng.random() < _DROP)

    known = [one.model_copy(update={"reference": _WRONG}) if spoilt(one.category) else one for one in suite.examples]
    Suite(name="known", examples=tuple(known)).save(file)
    return file


def dropped_categories(found: Sequence[Tally]) -> list[str]:
    """Categories in which the candidate is worse, the family-wise error held at alpha by Holm."""
    each = [one for one in found if one.category]
    adjusted = holm([mcnemar_p(len(one.lost), len(one.won)) for one in each])
    pairs = zip(each, adjusted, strict=True)
    return [one.category for one, p in pairs if p <= _ALPHA and one.candidate < one.baseline]


def run_in_thread[T](act: Callable[[], T]) -> Awaitable[T]:
    """The verbs own their event loop, so they run beside that of the test."""
    return asyncio.to_thread(act)


@pytest.mark.timeout(240)
async def test_a_planted_drop_is_found_in_its_category_and_in_no_other(
    staff: Crew, store: Store, tmp_path: Path, lone_tansu: KafkaSettings
) -> None:
    suite = draw_heldout(seed=21, size=_SIZE)
    baseline = knowing(suite, seed=1, file=tmp_path / "baseline.jsonl")
    candidate = knowing(suite, seed=2, dropped="code", file=tmp_path / "candidate.jsonl")
    async with simulators(baseline={"answers": baseline}, candidate={"answers": candidate}) as urls:
        await publish(lone_tansu, trial=trial(urls, max_concurrency=32), of=[])
        await staff.hire()
        run = Run("trial", rate=1000)
        assert await run_in_thread(lambda: run_suites([suite], run)) == {suite.id: (_SIZE, 0)}
        missing = await run_in_thread(lambda: await_answers([suite], run, patience_s=60, told=lambda _more: None))
        assert missing == 0
    assert judge_experiment(store, experiment_id="trial", judges=[SuiteCheck()], batch=500) == 2 * _SIZE
    (found,) = (await run_in_thread(lambda: results_of("trial"))).values()
    assert found[-1].n == _SIZE
    assert dropped_categories(found) == ["code"]
    slices = compare_slices(Sample.of(load_evidence(store, "trial").pairs), card=load_score_card("default"))
    assert [one.name for one in slices if one.dimension == "category" and one.is_worse] == ["code"]


@pytest.mark.timeout(120)
async def test_a_run_goes_on_where_it_was_and_the_store_keeps_the_suite(
    staff: Crew, tmp_path: Path, lone_tansu: KafkaSettings
) -> None:
    suite = draw_heldout(seed=22, size=22)
    suite.save(tmp_path / "heldout.jsonl")
    async with simulators(baseline={}, candidate={}) as urls:
        await publish(lone_tansu, trial=trial(urls), of=[])
        await staff.hire()
        run = Run("trial", rate=1000)
        first = Suite(name="heldout", examples=suite.examples)
        await run_in_thread(lambda: run_suites([first], run))
        assert await run_in_thread(lambda: await_answers([first], run, patience_s=30, told=lambda _more: None)) == 0
        assert await run_in_thread(lambda: run_suites([first], run)) == {suite.id: (0, 22)}
        more = Run("trial", rate=1000, samples=3, temperature=0.7)
        assert await run_in_thread(lambda: run_suites([first], more)) == {suite.id: (44, 22)}
        told = Run("trial", rate=1000, logprobs=2)
        assert await run_in_thread(lambda: run_suites([first], told)) == {suite.id: (22, 0)}
        assert await run_in_thread(lambda: await_answers([first], told, patience_s=30, told=lambda _more: None)) == 0
    stored = {row["suite"]: row["examples"] for row in await run_in_thread(list_suites)}
    assert stored == {suite.id: 22, suite.id + LOGPROBS: 22}
    kept = await run_in_thread(lambda: find_suite(suite.id))
    assert (kept.id, len(kept.examples)) == (suite.id, 22)
    shown = await run_in_thread(lambda: CliRunner().invoke(verbs, ["show", suite.id, "--json"]))
    assert json.loads(shown.output)["examples"] == 22
    same = ["diff", suite.id, str(tmp_path / "heldout.jsonl")]
    assert (await run_in_thread(lambda: CliRunner().invoke(verbs, same))).exit_code == 0
    with pytest.raises(UsageError, match="knows no suite"):
        await run_in_thread(lambda: find_suite("heldout@000000000000"))
