"""The simulator seen by those who use it: the official client, the worker's null run and a shell."""

import asyncio
import json
import signal
import statistics
import sys
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from proxy.errors import UsageError
from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import Assembly, read_reply
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop, simulator_process
from shadow.worker.lane import open_session
from shadow.worker.null_run import null_run

SCRIPT = Path(__file__).parent / "clerk.toml"
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def behave(**changes: Any) -> Behaviour:
    return Behaviour.model_validate({"model": "support", "script": SCRIPT, "ttft_ms": 5, "itl_ms": 1} | changes)


def client_of(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


async def test_the_official_client_chats() -> None:
    async with simulator_in_loop(behave()) as url, client_of(url) as client:
        answer = await client.chat.completions.create(
            model="support",
            messages=[{"role": "user", "content": "What is 17 plus 4?"}],
            logprobs=True,
            top_logprobs=2,
        )
        assert "21" in (answer.choices[0].message.content or "")
        assert answer.system_fingerprint == "understudy-simulator"
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
        assert answer.usage.prompt_tokens_details is not None
        assert answer.choices[0].logprobs is not None
        assert [model.id async for model in client.models.list()] == ["support"]


async def test_the_official_client_streams_a_tool_call() -> None:
    async with simulator_in_loop(behave()) as url, client_of(url) as client:
        stream = await client.chat.completions.create(
            model="support",
            messages=[{"role": "user", "content": "Is it raining in Porto?"}],
            tools=[WEATHER],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    arguments = "".join(call.function.arguments or "" for call in calls if call.function)
    assert calls[0].function is not None
    assert calls[0].function.name == "get_weather"
    assert json.loads(arguments) == {"city": "Porto"}
    assert chunks[-2].choices[0].finish_reason == "tool_calls"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len(calls)


async def test_the_official_client_uses_responses_whole_and_streamed() -> None:
    asked: Any = {"model": "support", "input": "What is 17 plus 4?"}
    async with simulator_in_loop(behave()) as url, client_of(url) as client:
        whole = await client.responses.create(**asked)
        async with client.responses.stream(**asked) as stream:
            kinds = [event.type async for event in stream]
            final = await stream.get_final_response()
        tool: Any = {"type": "function", "strict": False, **WEATHER["function"]}
        called = await client.responses.create(model="support", input="Weather for Oslo", tools=[tool])
    assert "21" in whole.output_text
    assert "21" in final.output_text
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert called.output[0].type == "function_call"
    assert json.loads(called.output[0].arguments) == {"city": "Oslo"}


async def test_the_official_client_embeds_in_both_encodings() -> None:
    async with simulator_in_loop(behave()) as url, client_of(url) as client:
        packed = await client.embeddings.create(model="support", input=["one", "two", "one"])
        plain = await client.embeddings.create(model="support", input="one", encoding_format="float")
    first, second, third = (row.embedding for row in packed.data)
    assert first == third == plain.data[0].embedding
    assert first != second
    assert len(first) == 384


async def test_the_official_client_completes_and_reads_errors() -> None:
    async with simulator_in_loop(behave()) as url, client_of(url) as client:
        done = await client.completions.create(model="support", prompt="What is 2 plus 2?", logprobs=1)
        assert "4" in done.choices[0].text
        with pytest.raises(openai.NotFoundError):
            await client.completions.create(model="another", prompt="x")
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model="support", messages=[])


async def test_the_null_run_measures_the_known_time() -> None:
    async with open_session() as session:
        assert await null_run(session, concurrency=16) < 15


async def _timed(session: aiohttp.ClientSession, url: str) -> tuple[float, float, Assembly]:
    """TTFT and end-to-end time of one stream, ms."""
    loop = asyncio.get_running_loop()
    body = {"model": "support", "stream": True, "messages": [{"role": "user", "content": "What is 17 plus 4?"}]}
    sent = loop.time()
    async with session.post(f"{url}/v1/chat/completions", json=body) as reply:
        chunks = [Chunk(int((loop.time() - sent) * 1e9), data) async for data in reply.content.iter_any()]
    found = read_reply(Shape.CHAT, streamed=True, chunks=chunks)
    return found.output_events_ns[0] / 1e6, chunks[-1].at_ns / 1e6, found


async def test_tokens_come_at_their_times_and_the_delay_does_not_add_up() -> None:
    behaviour = behave(script=None, ttft_ms=100, itl_ms=20)
    async with simulator_process(behaviour) as url, aiohttp.ClientSession() as session:
        runs = [await _timed(session, url) for _ in range(9)]
    ttft_error = statistics.median(abs(ttft - 100) for ttft, _, _ in runs)
    end_error = statistics.median(abs(end - 100 - 20 * (len(found.output_events_ns) - 1)) for _, end, found in runs)
    assert ttft_error < 15
    assert end_error < 15


async def test_a_process_ends_with_its_user_even_while_it_hangs() -> None:
    async with simulator_process(behave(faults={Fault.HANG: 1.0})) as url, aiohttp.ClientSession() as session:
        asked = {"model": "support", "messages": [{"role": "user", "content": "x"}]}
        waiting = asyncio.create_task(session.post(f"{url}/v1/chat/completions", json=asked))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        waiting.cancel()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{url}/health")


async def test_a_wrong_script_is_told_before_a_process_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        async with simulator_process(behave(script=tmp_path / "none.toml")):
            pass


async def test_the_command_serves_until_it_is_ended() -> None:
    argv = [sys.executable, "-m", "analytics.cli", "simulator", "--port", "0", "--model", "support"]
    argv += ["--script", str(SCRIPT), "--fault", "refusal=1", "--ttft-ms", "5"]
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().split()[-1]
    async with client_of(url) as client:
        answer = await client.chat.completions.create(
            model="support", messages=[{"role": "user", "content": "What is 17 plus 4?"}]
        )
    assert "21" not in (answer.choices[0].message.content or "")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() in {0, -signal.SIGTERM}
