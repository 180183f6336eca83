import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import read_reply
from shadow.control.probe import probe
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.faults import Fault
from shadow.simulator.serving import simulator_in_loop
from shadow.simulator.stamps import read_stamps
from tests.records import deployment

CHAT = "/v1/chat/completions"
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Count 3 things"}]}


def behave(*faults: Fault, **changes: Any) -> Behaviour:
    fields = {"model": "m", "ttft_ms": 5, "itl_ms": 1, "faults": dict.fromkeys(faults, 1.0)}
    return Behaviour.model_validate(fields | changes)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def _heard(reply: aiohttp.ClientResponse) -> tuple[list[Chunk], bool]:
    """What came of a body, and whether it broke off."""
    chunks: list[Chunk] = []
    try:
        async for data in reply.content.iter_any():
            chunks.append(Chunk(0, data))  # noqa: PERF401 - what came before a break counts
    except aiohttp.ClientPayloadError:
        return chunks, True
    return chunks, False


async def test_every_reply_says_that_it_is_simulated(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave()) as url:
        for path in ("/health", "/version", "/v1/models", "/metrics", "/none"):
            async with session.get(url + path) as reply:
                assert reply.headers["x-understudy-simulator"] == "1"
        async with session.post(url + CHAT, json=ASKED) as reply:
            assert reply.headers["x-understudy-simulator"] == "1"
            assert reply.headers["x-understudy-simulator-ttft-ms"] == "5.000"
            assert reply.headers["x-understudy-simulator-fault"] == ""
            assert (await reply.json())["system_fingerprint"] == "understudy-simulator"


async def test_the_probe_reads_engine_context_and_cache(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(context_tokens=4096, quantisation="awq")) as url:
        found = await probe(deployment("m", base_url=url), session=session)
    assert found.engine == "understudy-simulator"
    assert found.engine_version
    assert found.context_tokens == 4096
    assert found.probed["quantisation"] == "awq"
    assert found.takes_cache_salt


async def test_metrics_count_requests_tokens_and_faults(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(Fault.REFUSAL)) as url:
        for streamed in (True, False):
            async with session.post(url + CHAT, json=ASKED | {"stream": streamed}) as reply:
                await reply.read()
        # A reply's last byte leaves a moment before it is counted as over.
        async with asyncio.timeout(10):
            told = ""
            while 'vllm:num_requests_running{model_name="m"} 0.0' not in told:
                async with session.get(f"{url}/metrics") as reply:
                    told = await reply.text()
    assert 'vllm:num_requests_waiting{model_name="m"} 0.0' in told
    assert 'vllm:time_to_first_token_seconds_count{model_name="m"} 2.0' in told
    assert 'understudy_simulator_faults_total{fault="refusal"} 2.0' in told
    assert "vllm:kv_cache_usage_perc" in told
    assert "vllm:cache_config_info{" in told


async def test_the_kv_cache_is_used_by_requests_under_way_and_free_after_them(session: aiohttp.ClientSession) -> None:
    async def used_ratio(url: str) -> float:
        async with session.get(f"{url}/metrics") as reply:
            told = await reply.text()
        return float(
            next(line for line in told.splitlines() if line.startswith("vllm:kv_cache_usage_perc")).split()[-1]
        )

    asked = ASKED | {"stream": True, "messages": [{"role": "user", "content": "many words " * 2_000}]}
    async with simulator_in_loop(behave(itl_ms=200)) as url:
        async with session.post(url + CHAT, json=asked) as reply:
            await reply.content.readany()
            assert 0 < await used_ratio(url) < 0.1
        async with asyncio.timeout(10):
            while await used_ratio(url):
                await asyncio.sleep(0.01)


async def test_requests_beyond_the_places_wait_in_the_order_of_asking(session: aiohttp.ClientSession) -> None:
    first_ms: dict[int, float] = {}
    begun_s = time.perf_counter()

    async def ask(place: int, url: str) -> None:
        async with session.post(url + CHAT, json=ASKED | {"stream": True}) as reply:
            await reply.content.readany()
            first_ms[place] = (time.perf_counter() - begun_s) * 1000
            await reply.read()

    async with simulator_in_loop(behave(ttft_ms=300, itl_ms=0, max_num_seqs=2)) as url, asyncio.TaskGroup() as group:
        for place in range(5):
            group.create_task(ask(place, url))
            await asyncio.sleep(0.01)
        async with session.get(f"{url}/metrics") as reply:
            told = await reply.text()
        assert 'vllm:num_requests_running{model_name="m"} 2.0' in told
        assert 'vllm:num_requests_waiting{model_name="m"} 3.0' in told
    assert list(first_ms) == [0, 1, 2, 3, 4]
    assert first_ms[1] >= 300
    assert first_ms[2] >= 600
    assert first_ms[4] >= 900


async def test_a_client_that_leaves_while_it_waits_takes_no_place(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(ttft_ms=200, itl_ms=0, max_num_seqs=1)) as url:
        held = asyncio.create_task(session.post(url + CHAT, json=ASKED))
        await asyncio.sleep(0.02)
        with pytest.raises(TimeoutError):
            await session.post(url + CHAT, json=ASKED, timeout=aiohttp.ClientTimeout(total=0.05))
        (await held).close()
        async with asyncio.timeout(5), session.post(url + CHAT, json=ASKED) as reply:
            assert reply.status == 200


async def test_a_stream_can_tell_when_each_of_its_events_was_sent(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(stamps=True)) as url:
        began_ns = time.perf_counter_ns()
        async with session.post(url + CHAT, json=ASKED | {"stream": True}) as reply:
            stream = await reply.read()
        ended_ns = time.perf_counter_ns()
    told = read_stamps(stream)
    assert told is not None
    assert began_ns < told.arrived_ns < told.sent_ns[0] < told.sent_ns[-1] < ended_ns
    assert told.sent_ns[0] - told.arrived_ns >= 5_000_000
    # Every event but the last, which comes after the comment.
    assert len(told.sent_ns) == stream.count(b"data: ") - 1
    found = read_reply(Shape.CHAT, streamed=True, chunks=(Chunk(0, stream),))
    assert (found.ended, found.malformed) == (True, 0)


async def test_a_stream_carries_no_stamps_unless_asked_for(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave()) as url:
        async with session.post(url + CHAT, json=ASKED | {"stream": True}) as reply:
            assert read_stamps(await reply.read()) is None


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (CHAT, b"{", 400),
        (CHAT, b"[]", 400),
        (CHAT, b'{"model": "m"}', 400),
        (CHAT, b'{"model": "another", "messages": []}', 404),
        ("/v1/none", b"{}", 404),
        ("/health", b"{}", 405),
        ("/v1/messages", b"\xff", 400),
    ],
)
async def test_wrong_requests_get_an_error_that_clients_read(
    session: aiohttp.ClientSession, path: str, body: bytes, status: int
) -> None:
    async with simulator_in_loop(behave()) as url, session.post(url + path, data=body) as reply:
        assert reply.status == status
        assert (await reply.json())["error"]["message"]


async def test_a_body_beyond_the_bound_is_refused(session: aiohttp.ClientSession) -> None:
    async with (
        simulator_in_loop(behave()) as url,
        session.post(url + CHAT, data=io.BytesIO(b" " * 34_000_000)) as reply,
    ):
        assert reply.status == 413


async def test_a_planned_500_is_an_error_reply(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(Fault.HTTP_500)) as url, session.post(url + CHAT, json=ASKED) as reply:
        assert reply.status == 500
        assert reply.headers["x-understudy-simulator-fault"] == "http_500"


async def test_a_hang_answers_nothing_until_the_client_leaves(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(Fault.HANG)) as url:
        with pytest.raises(TimeoutError):
            await session.post(url + CHAT, json=ASKED, timeout=aiohttp.ClientTimeout(total=0.3))
        await asyncio.sleep(0.1)
        async with session.get(f"{url}/metrics") as reply:
            assert 'vllm:num_requests_running{model_name="m"} 0.0' in await reply.text()


async def test_a_hang_ends_when_the_server_stops(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(Fault.HANG)) as url:
        waiting = asyncio.create_task(session.post(url + CHAT, json=ASKED))
        await asyncio.sleep(0.2)
    async with await waiting as reply:
        assert reply.status == 503


async def test_a_stream_ends_when_the_server_stops(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(itl_ms=60_000)) as url:
        reply = await session.post(url + CHAT, json=ASKED | {"stream": True})
        await reply.content.readany()
    with pytest.raises(aiohttp.ClientPayloadError):
        await reply.read()


async def test_a_half_event_breaks_the_stream_in_the_middle_of_an_event(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with (
        simulator_in_loop(behave(Fault.HALF_EVENT)) as url,
        session.post(url + CHAT, json=ASKED | {"stream": True}) as reply,
    ):
        chunks, broken = await _heard(reply)
    assert broken
    found = read_reply(Shape.CHAT, streamed=True, chunks=chunks)
    assert found.reply.first.text
    assert not found.ended
    assert found.malformed == 1


async def test_a_half_event_breaks_a_whole_body_too(session: aiohttp.ClientSession) -> None:
    async with simulator_in_loop(behave(Fault.HALF_EVENT)) as url, session.post(url + CHAT, json=ASKED) as reply:
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()


@pytest.mark.parametrize("fault", [Fault.REFUSAL, Fault.TRUNCATION, Fault.SLOW_START, Fault.REPETITION, Fault.NEGATION])
async def test_the_header_names_the_fault(session: aiohttp.ClientSession, fault: Fault) -> None:
    async with simulator_in_loop(behave(fault)) as url, session.post(url + CHAT, json=ASKED) as reply:
        assert reply.headers["x-understudy-simulator-fault"] == fault
        assert json.loads(await reply.read())["choices"]


async def test_embeddings_have_faults_of_the_wire_only(session: aiohttp.ClientSession) -> None:
    asked = {"model": "m", "input": "x"}
    for fault, status in ((Fault.REFUSAL, 200), (Fault.HTTP_500, 500)):
        async with (
            simulator_in_loop(behave(fault)) as url,
            session.post(f"{url}/v1/embeddings", json=asked) as reply,
        ):
            assert reply.status == status


async def test_the_same_requests_get_the_same_bytes_from_another_server(session: aiohttp.ClientSession) -> None:
    async def series() -> list[bytes]:
        bodies = []
        async with simulator_in_loop(behave(faults={Fault.REFUSAL: 0.4}, seed=9)) as url:
            for number in range(8):
                async with session.post(url + CHAT, json=ASKED | {"stream": number % 2 == 0}) as reply:
                    bodies.append(await reply.read())
        return bodies

    assert await series() == await series()
