"""The null run: the worker's own client against a server whose truth is known, before it measures anybody."""

import asyncio
import math
import time

import aiohttp

from proxy.exchange import Shape
from proxy.wire.assemble import read_reply
from shadow.deployment import Deployment
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from shadow.worker.lane import LaneClient
from shadow.worker.preparation import Prepared
from shadow.worker.watch import NULL_BOUND_MS

TRUE_TTFT_MS = 200.0
_TRIES = 3
_BODY = b'{"model":"null","stream":true,"max_tokens":4,"messages":[{"role":"user","content":"null run"}]}'


async def null_run(session: aiohttp.ClientSession, *, concurrency: int) -> float:
    """Error of the measured first-token time at `concurrency` streams, P95, ms: the least of a few tries.

    It says what client and machine can do; a moment's noise at the start, when everything starts, says nothing of the
    hours to come, which the self-check watches. A second try is made only when the one before was out of bounds.

    Source: MEASURES section 1, self-check: 200 ms must be measured within 10 ms.
    """
    async with simulator_process(Behaviour(model="null", ttft_ms=TRUE_TTFT_MS, ttft_sigma=0.0)) as base_url:
        deployment = Deployment(deployment_id="null", base_url=base_url, model="null")
        client = LaneClient(session, deployment, concurrency=concurrency, timeout_s=10)
        await _measure(client, streams=min(concurrency, 8))
        least_ms = math.inf
        for _ in range(_TRIES):
            errors = sorted(await _measure(client, streams=concurrency))
            least_ms = min(least_ms, errors[min(int(len(errors) * 0.95), len(errors) - 1)])
            if least_ms <= NULL_BOUND_MS:
                break
    return least_ms


async def _measure(client: LaneClient, *, streams: int) -> list[float]:
    prepared = Prepared(
        shape=Shape.CHAT, path="/v1/chat/completions", body=_BODY, streamed=True, parameters_hash="", rewrites=()
    )
    return list(await asyncio.gather(*(_error_ms(client, prepared, index) for index in range(streams))))


async def _error_ms(client: LaneClient, prepared: Prepared, index: int) -> float:
    await asyncio.sleep(index * 0.005)
    started_ns = time.perf_counter_ns()
    heard = await client.send(prepared)
    output_ns = read_reply(prepared.shape, streamed=True, chunks=heard.chunks).output_events_ns
    if not output_ns:
        return (time.perf_counter_ns() - started_ns) / 1e6
    return abs((output_ns[0] - heard.sent_ns) / 1e6 - TRUE_TTFT_MS)
