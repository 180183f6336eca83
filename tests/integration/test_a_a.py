"""A/A: both lanes on the same simulator, so that every difference that is found is a false one.

Twenty seeded runs; UNDERSTUDY_TEST_A_A_RUNS takes another number.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from scipy.stats import binom

import analytics.demo
from analytics.decide.chance import Chance
from analytics.decide.comparisons import compare_lanes
from analytics.demo.traffic import Operation, demo_traffic
from judges.judgement import Case, Judgement
from judges.panel import cheap_panel, run_panel
from proxy.exchange import Exchange
from proxy.log.memory import MemoryLog
from shadow.replay import Lane, Replay
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop
from shadow.store.rows import replay_from_row
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.suite import Suite, to_exchange
from tests.evidence import Answer, PairFacts, sample_of
from tests.integration.replays import Shelf, publish, replay_all
from tests.records import deployment, exchange, experiment

RUNS = int(os.environ.get("UNDERSTUDY_TEST_A_A_RUNS", "20"))
CONFIDENCE = 0.975
ALPHA = 2 * (1 - CONFIDENCE)
"""Chance that a metric without a difference lies beyond one of its two bounds."""

_IMPROBABLE = 1e-4
_LIVE, _SUITE = 50, 20
_FAULTS = {
    **dict.fromkeys((Fault.REFUSAL, Fault.TRUNCATION, Fault.WRONG_NUMBER, Fault.BROKEN_JSON, Fault.WRONG_TOOL), 0.07),
    Fault.HTTP_500: 0.01,
}
_METRICS = {
    "TTFT P50",
    "TTFT P95",
    "suite accuracy",
    "exact match over A/A",
    "refusal rate",
    "format validity",
    "mean failure severity",
    "tool calls, open loop over A/A",
    "calls not repeated, open loop",
}
_AGAINST_BASELINE = {"exact match", "similarity", "tool calls, open loop"}
"""The baseline agrees with itself wholly, so that these are read as what is beyond the second baseline."""


@pytest.mark.timeout(60 + 20 * RUNS)
async def test_two_lanes_on_one_deployment_differ_no_more_often_than_alpha_says(tmp_path: Path) -> None:
    beyond, seen = Counter[str](), Counter[str]()
    for seed in range(RUNS):
        for metric, is_beyond in _compare(await _run(seed, folder=tmp_path), seed=seed):
            seen[metric] += 1
            beyond[metric] += is_beyond
    assert {metric for metric, count in seen.items() if count >= 0.9 * RUNS} == _METRICS
    chances = {metric: float(binom.sf(beyond[metric] - 1, count, ALPHA)) for metric, count in seen.items()}
    assert min(chances.values()) > _IMPROBABLE, (beyond, seen)


async def _run(seed: int, *, folder: Path) -> list[PairFacts]:
    """One experiment whose two deployments, and whose second baseline, are the same faulty simulator."""
    log, shelf = MemoryLog(), Shelf()
    suite = draw_heldout(seed=seed, size=_SUITE)
    answers = folder / f"answers-{seed}.jsonl"
    suite.save(answers)
    asked = {one.exchange_id: one for one in _exchanges(seed, suite=suite)}
    script = Path(str(files(analytics.demo))) / "scripts" / "support.toml"
    behaviour = Behaviour(
        model="support",
        seed=seed,
        script=script,
        answers=answers,
        ttft_ms=10,
        ttft_sigma=0.4,
        itl_ms=0,
        faults=_FAULTS,
    )
    await publish(log, *asked.values())
    async with simulator_in_loop(behaviour) as url:
        trial = experiment(
            baseline=deployment("baseline", base_url=url, model="support", engine="understudy-simulator"),
            candidate=deployment("candidate", base_url=url, model="support", engine="understudy-simulator"),
            again_ratio=1.0,
            speed=1000.0,
            max_concurrency=8,
            distress={"max_error_ratio": None},
        )
        await replay_all(log, trial, shelf)
    return list(_pairs(shelf, asked, suite=suite))


def _exchanges(seed: int, *, suite: Suite) -> Iterator[Exchange]:
    """Support traffic and suite examples, each in a conversation of its own."""
    now = datetime.now(UTC)
    chats = [item for item in demo_traffic(seed=seed, count=3 * _LIVE) if item.operation is Operation.CHAT]
    for number, item in enumerate(chats[:_LIVE]):
        yield exchange(number, captured_at=now + timedelta(milliseconds=number), request=item.kwargs)
    for example in suite.examples:
        yield to_exchange(example, suite_id=suite.id, experiment_id="trial", captured_at=now, model="support")


def _pairs(shelf: Shelf, asked: dict[str, Exchange], *, suite: Suite) -> Iterator[PairFacts]:
    lanes: defaultdict[str, dict[Lane, Replay]] = defaultdict(dict)
    for row in shelf.replays:
        replay = replay_from_row(row)
        lanes[replay.exchange_id][replay.lane] = replay
    cases = [
        Case(
            exchange=asked[exchange_id],
            answer=answer,
            reference=replays[Lane.BASELINE],
            checks=suite.example(asked[exchange_id].example_id).checks if asked[exchange_id].suite else (),
        )
        for exchange_id, replays in lanes.items()
        for answer in replays.values()
    ]
    findings: defaultdict[tuple[str, Lane], dict[str, Judgement]] = defaultdict(dict)
    for found in run_panel(cheap_panel(), cases):
        if isinstance(found.finding, Judgement):
            answer = cases[found.case_index].answer
            findings[answer.exchange_id, answer.lane][found.judge] = found.finding
    for exchange_id, replays in lanes.items():
        answers = {lane: _answer(replay, findings[exchange_id, lane]) for lane, replay in replays.items()}
        yield PairFacts(
            exchange_id=exchange_id,
            conversation_id=asked[exchange_id].conversation_id,
            category=asked[exchange_id].category,
            suite=asked[exchange_id].suite,
            weight=1.0,
            baseline=answers[Lane.BASELINE],
            candidate=answers[Lane.CANDIDATE],
            baseline_again=answers[Lane.BASELINE_AGAIN],
        )


def _answer(replay: Replay, findings: dict[str, Judgement]) -> Answer:
    return Answer(
        outcome=replay.outcome,
        ttft_ms=replay.timings.ttft_ms,
        e2e_ms=replay.timings.e2e_ms,
        completion_tokens=replay.reply.usage.completion_tokens,
        void_reason="",
        sent_s=replay.sent_at.timestamp(),
        parameters_hash=replay.parameters_hash,
        findings=findings,
    )


def _compare(pairs: list[PairFacts], *, seed: int) -> Iterator[tuple[str, bool]]:
    """Each metric with a difference, and whether 0 lies beyond its interval."""
    sample, chance = sample_of(pairs), Chance(seed, 500)
    for row in compare_lanes(sample, confidence=CONFIDENCE, chance=chance):
        is_agreement = row.metric in _AGAINST_BASELINE
        found = row.excess if is_agreement else row.difference
        if found is not None:
            name = f"{row.metric} over A/A" if is_agreement else row.metric
            yield name, (found.low or 0) > 0 or (found.high or 0) < 0
