"""How many questions of the held-out suite a served model gets right, by category: `python -m tests.bench.heldout`.

With `--vllm PYTHON` it serves SmolLM2-135M-Instruct itself, on the CPU; with `--url` it asks a running deployment. The
answers go through the lanes' client and the judge `suite_check`, as in an experiment.
"""

import argparse
import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import click

from analytics.demo.fleet import running
from analytics.demo.vllm_scenario import MODEL, vllm_scenario
from analytics.stats.proportion import lower_bound, upper_bound
from judges.checks import SuiteCheck
from judges.judgement import Case, Judgement
from proxy.exchange import Chunk, Shape
from proxy.wire.assemble import read_reply
from proxy.wire.reply import Reply
from shadow.replay import Lane
from shadow.suites.example import Example
from shadow.suites.heldout.draw import CATALOGUE, draw_heldout
from shadow.suites.suite import to_exchange
from tests.records import NOON, replay

LEAST, MOST = 0.05, 0.60
"""Bounds of a useful suite for a model of 135 million parameters."""


async def _ask(examples: Sequence[Example], *, url: str, model: str, at_once: int) -> list[Reply]:
    gate = asyncio.Semaphore(at_once)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)) as session:

        async def one(example: Example) -> Reply:
            async with gate, session.post(f"{url}/v1/chat/completions", json=example.to_body(model=model)) as response:
                if response.status != HTTPStatus.OK:
                    return Reply(error="refused")
                chunk = Chunk(at_ns=0, data=await response.read())
                return read_reply(Shape.CHAT, streamed=False, chunks=[chunk]).reply

        return list(await asyncio.gather(*map(one, examples)))


def _score(examples: Sequence[Example], replies: Sequence[Reply]) -> dict[str, list[float]]:
    right: defaultdict[str, list[float]] = defaultdict(list)
    for example, reply in zip(examples, replies, strict=True):
        answer = replay(lane=Lane.BASELINE, reply=reply)
        exchange = to_exchange(example, suite_id="heldout@1", experiment_id="trial", captured_at=NOON, model="m")
        found = SuiteCheck().judge_batch([Case(exchange, answer, answer, checks=example.checks)])[0]
        right[example.category].append(found.value if isinstance(found, Judgement) else 0.0)
        right[f"{example.category}/{example.family}"].append(right[example.category][-1])
    return dict(right)


@contextmanager
def _served(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.url:
        yield arguments.url
        return
    with tempfile.TemporaryDirectory() as folder:
        fleet = vllm_scenario(arguments.vllm.absolute(), seed=1, folder=arguments.folder).fleet[:1]
        with running(fleet, folder=Path(folder), start_timeout_s=420) as deployments:
            yield next(iter(deployments.values())).base_url


def main() -> None:
    """Print accuracy by category, and end with 1 where the whole is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vllm", type=Path, help="interpreter of the vLLM environment")
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where its weights are kept")
    parser.add_argument("--url", default="", help="a running deployment instead")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--size", type=int, default=330)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--families", action="store_true", help="also print each family")
    arguments = parser.parse_args()
    examples = draw_heldout(seed=arguments.seed, size=arguments.size).examples
    with _served(arguments) as url:
        replies = asyncio.run(_ask(examples, url=url, model=arguments.model, at_once=arguments.at_once))
    right = _score(examples, replies)
    for name in sorted(right) if arguments.families else CATALOGUE:
        click.echo(
            f"{name:32} {sum(right[name]):4.0f} of {len(right[name]):4}  {sum(right[name]) / len(right[name]):6.1%}"
        )
    events = sum(sum(right[category]) for category in CATALOGUE)
    share, n = events / len(examples), len(examples)
    low, high = lower_bound(events, n=n, confidence=0.95), upper_bound(events, n=n, confidence=0.95)
    click.echo(
        f"whole suite {share:.1%} ({low:.1%} to {high:.1%}) of {n}; refused {sum(bool(r.error) for r in replies)}"
    )
    raise SystemExit(0 if low >= LEAST and high <= MOST else 1)


if __name__ == "__main__":
    main()
