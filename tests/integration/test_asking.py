"""The LLM judge against the simulator over HTTP: verdicts, silence, time, tokens; nothing else is ever a tie."""

import json
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from analytics.jobs.asking import Endpoint, ModelAsker
from judges.judgement import Abstained, Finding, JudgeFailed, Judgement
from judges.llm import LlmJudge
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_process
from tests.unit.judges.cases import case


def _verdict(better: str) -> str:
    return json.dumps({"reason": "r", "answer_1_faithful": True, "answer_2_faithful": True, "better": better})


_SCRIPT = f"""
[[rule]]
match = '<answer_1>\\s*right'
replies = ['{_verdict("1")}']

[[rule]]
match = '<answer_2>\\s*right'
replies = ['{_verdict("2")}']

[[rule]]
match = 'nonsense'
replies = ['I would rather talk about the weather.']

[[rule]]
match = '.'
replies = ['{_verdict("tie")}']
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judge") / "script.toml"
    path.write_text(_SCRIPT)
    return path


@asynccontextmanager
async def judge(
    script: Path, *, budget: int = 1_000_000, timeout_s: float = 20.0, **behaviour: object
) -> AsyncIterator[LlmJudge]:
    told = Behaviour.model_validate({"model": "judge", "script": script, "ttft_ms": 1, "itl_ms": 0.1} | behaviour)
    async with simulator_process(told) as url:
        endpoint = Endpoint(base_url=url, model="judge", token=SecretStr(""), timeout_s=timeout_s)
        yield LlmJudge(ModelAsker(endpoint, budget_tokens=budget))


def one(found: list[Finding]) -> Finding:
    (finding,) = found
    return finding


async def test_verdicts_come_back_in_both_orders(script: Path) -> None:
    async with judge(script) as asked:
        cases = [case("right", "wrong"), case("wrong", "right"), case("a", "b"), case("nonsense", "c")]
        found = await to_thread(asked.judge_batch, cases)
    labels = [finding.label if isinstance(finding, Judgement) else finding for finding in found]
    # The simulator keeps to the schema and so fills it with its first values: always the first place.
    assert labels == ["better", "worse", "tie", Abstained("the orders disagree: better, then worse")]


async def test_a_server_that_fails_is_a_failure(script: Path) -> None:
    async with judge(script, faults={Fault.HTTP_500: 1.0}) as asked:
        finding = one(await to_thread(asked.judge_batch, [case("right", "wrong")]))
    assert isinstance(finding, JudgeFailed)
    assert finding.error.startswith("Status5")


async def test_a_server_that_is_slow_or_gone_is_a_failure(script: Path) -> None:
    async with judge(script, ttft_ms=5_000, timeout_s=0.3) as asked:
        assert one(await to_thread(asked.judge_batch, [case("right", "wrong")])) == JudgeFailed("TimedOut")
    assert one(await to_thread(asked.judge_batch, [case("right", "wrong")])) == JudgeFailed("NoConnection")


async def test_no_more_is_asked_than_the_budget_holds(script: Path) -> None:
    async with judge(script, budget=1_500) as asked:
        found = await to_thread(asked.judge_batch, [case("right", "wrong")] * 8)
        asker = asked.asker
    assert isinstance(asker, ModelAsker)
    assert asker.spent_tokens <= 1_500
    assert Abstained("the token budget is spent") in found
    assert not any(isinstance(finding, Judgement) and finding.label == "tie" for finding in found)
