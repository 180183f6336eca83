"""What one exchange costs the capture process: `python -m tests.bench.capture.cost`, on a quiet machine, half a minute.

A door of its own offers exchanges as fast as the channel takes them, with the embedded broker behind. Shown are
exchanges per second and the processor time of the capture process and of the broker for each, in four kinds: whole
replies and streams, of one question or each of another conversation.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
from rich.console import Console

from proxy.channel import ChannelSender, socket_path
from proxy.exchange import Chunk, Door, ExchangeOutcome, RawExchange
from shadow.stack.brokers import BrokerKind
from shadow.stack.plan import Wanted
from shadow.stack.running import running_stack
from tests.bench.capture.arms import ANSWER
from tests.bench.capture.load import QUESTION
from tests.bench.capture.paced import CHUNKS, event

_EXCHANGES = 6_000
_ROOM = 2_048
_HEADERS = (("host", "127.0.0.1:8400"), ("content-type", "application/json"), ("content-length", "600"))


def main() -> None:
    """Measure and print one line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=_EXCHANGES, help="Of each kind.")
    wanted = parser.parse_args()
    os.environ["UNDERSTUDY_PROXY_LEAST_RATIO"] = "1"
    with tempfile.TemporaryDirectory() as name:
        stack = Wanted(
            folder=Path(name), upstream="http://127.0.0.1:9", broker=BrokerKind.TANSU, only=("broker", "capture")
        )
        with running_stack(stack) as state:
            asyncio.run(_measure(Path(state.environment["UNDERSTUDY_PROXY_STATE_DIR"]), wanted.exchanges))


async def _measure(state_dir: Path, exchanges: int) -> None:
    console = Console(width=110)
    sender = ChannelSender(socket_path(state_dir), max_messages=_ROOM, max_bytes=2**30)
    sending = asyncio.create_task(sender.run())
    family = {process.name(): process for process in _family()}
    capture = next(process for process in _family() if "capture" in process.cmdline())
    broker = next(process for name, process in family.items() if "tansu" in name)
    await _send(sender, _raws(500, is_streamed=True, is_one=False))
    for is_streamed in (False, True):
        for is_one in (True, False):
            began_s, ours_s, broker_s = time.perf_counter(), _cpu_s(capture), _cpu_s(broker)
            await _send(sender, _raws(exchanges, is_streamed=is_streamed, is_one=is_one))
            took_s = time.perf_counter() - began_s
            console.print(
                f"{'streams' if is_streamed else 'whole replies'}, {'one question' if is_one else 'conversations'}: "
                f"{exchanges / took_s:,.0f}/s, capture {1e6 * (_cpu_s(capture) - ours_s) / exchanges:.0f} us, "
                f"broker {1e6 * (_cpu_s(broker) - broker_s) / exchanges:.0f} us"
            )
    sending.cancel()


def _family() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def _send(sender: ChannelSender, raws: Iterator[RawExchange]) -> None:
    for raw in raws:
        while not sender.offer(raw):
            await asyncio.sleep(0.002)
    if not await sender.flush(timeout_s=60):
        message = "the capture process did not take every exchange within a minute"
        raise SystemExit(message)


def _raws(exchanges: int, *, is_streamed: bool, is_one: bool) -> Iterator[RawExchange]:
    for number in range(exchanges):
        question = QUESTION if is_one else f"{QUESTION} Order {number}, {uuid.uuid4().hex}"
        yield _raw(question, is_streamed=is_streamed)


def _raw(question: str, *, is_streamed: bool) -> RawExchange:
    body = {"model": "m", "stream": is_streamed, "messages": [{"role": "user", "content": question}]}
    began_ns = time.perf_counter_ns()
    events = [event(number) for number in range(CHUNKS)] if is_streamed else [ANSWER.encode()]
    return RawExchange(
        exchange_id=uuid.uuid4().hex,
        door=Door.GATEWAY,
        method="POST",
        path="/v1/chat/completions",
        headers=_HEADERS,
        body=json.dumps(body).encode(),
        status=200,
        reply_headers=(("content-type", "text/event-stream" if is_streamed else "application/json"),),
        reply=tuple(Chunk(began_ns + 5_000_000 * number, data) for number, data in enumerate(events)),
        started_at=time.time(),
        sent_ns=began_ns,
        ended_ns=began_ns + 5_000_000 * len(events),
        outcome=ExchangeOutcome.COMPLETE,
    )


if __name__ == "__main__":
    main()
