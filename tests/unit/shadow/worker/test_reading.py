import asyncio
from itertools import batched
from typing import Any

from proxy.exchange import Chunk
from proxy.wire.assemble import read_reply
from shadow.replay import Lane, ReplayOutcome
from shadow.worker.lane import Heard
from shadow.worker.preparation import Prepared, prepare
from shadow.worker.reading import Desk
from tests.records import deployment, exchange

_EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n'


def prepared() -> Prepared:
    return prepare(exchange(), deployment=deployment("candidate"), lane=Lane.CANDIDATE, run="trial")


def heard(tokens: int, *, at_once: int = 1) -> Heard:
    events = [b"".join(part) for part in batched([_EVENT % one for one in range(tokens)], at_once, strict=False)]
    chunks = tuple(Chunk(number, data) for number, data in enumerate([*events, b"data: [DONE]\n\n"]))
    return Heard(
        outcome=ReplayOutcome.COMPLETED,
        status=200,
        chunks=chunks,
        sent_ns=0,
        ended_ns=len(chunks),
        attempts=1,
        in_flight=1,
        error="",
    )


async def turns_while(reading: asyncio.Future[Any]) -> int:
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    return turns


async def test_a_long_reply_leaves_the_loop_its_turns_and_reads_the_same() -> None:
    said, asked = heard(1000, at_once=100), prepared()
    reading = asyncio.create_task(Desk().read(said, prepared=asked))
    assert await turns_while(reading) >= 1000 / 16
    assert reading.result() == read_reply(asked.shape, streamed=True, chunks=said.chunks)
    assert reading.result().ended


async def test_replies_that_end_together_are_read_one_after_the_other() -> None:
    desk, ended = Desk(), list[int]()

    async def read(number: int) -> None:
        await desk.read(heard(200 - number), prepared=prepared())
        ended.append(number)

    reading = asyncio.ensure_future(asyncio.gather(*(read(number) for number in range(8))))
    assert await turns_while(reading) >= 8 * 190 / 16
    assert ended == list(range(8))
