"""Production's client in the demo: the official `openai` client, pointed at the gateway and at nothing else."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import openai

from analytics.demo.traffic import Operation, TrafficItem

_KEY = "sk-demo-not-a-real-key-0000000000000000"


async def send_traffic(
    items: Sequence[TrafficItem], *, base_url: str, advance: Callable[[], None], timeout_s: float = 60.0
) -> Counter[str]:
    """Send every item at its time.

    Args:
        base_url: The gateway's address, without /v1.
        advance: Called after each item.

    Returns:
        Items by how their call ended: `ok`, or the kind of error that the client raised.
    """
    ends: Counter[str] = Counter()
    async with (
        openai.AsyncOpenAI(base_url=f"{base_url}/v1", api_key=_KEY, max_retries=0, timeout=timeout_s) as client,
        asyncio.TaskGroup() as group,
    ):

        async def one(item: TrafficItem) -> None:
            ends[await _call(client, item)] += 1
            advance()

        for item in items:
            group.create_task(one(item))
            await asyncio.sleep(item.gap_s)
    return ends


async def _call(client: openai.AsyncOpenAI, item: TrafficItem) -> str:
    try:
        match item.operation:
            case Operation.CHAT:
                answer = await client.chat.completions.create(**item.kwargs, extra_headers=item.headers)
            case Operation.RESPONSES:
                answer = await client.responses.create(**item.kwargs, extra_headers=item.headers)
            case Operation.EMBEDDINGS:
                answer = await client.embeddings.create(**item.kwargs, extra_headers=item.headers)
        if item.kwargs.get("stream"):
            async for _ in answer:
                pass
    except openai.APIError as error:
        return type(error).__name__
    return "ok"
