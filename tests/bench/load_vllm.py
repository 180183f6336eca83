"""The load stage beside `vllm bench serve` on real vLLM: `make bench-load-vllm`, six minutes on a quiet machine.

One SmolLM2-135M-Instruct on the CPU answers the same prompts, in turns, to our client and to vLLM's own, three times
each. Both are cut alike. Replies differ in length, or each client's streams would stay in step as they began.
Bar: P50 and P95 TTFT and output tokens/s agree within 5 %, or each lies in the other's 95 % interval (order statistics
of the pooled requests; Student's t over the repeats for the rate).
"""

import argparse
import math
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scipy.stats import t as student

from analytics.demo.fleet import Served, running
from analytics.demo.vllm_scenario import MODEL, vllm_scenario
from analytics.stats.quantile import bounded_quantile
from shadow.load.comparison import AGREEMENT, Sides
from shadow.load.level import LoadRequest
from shadow.load.main import run_beside_bench

_WORDS = ("harbour", "orchard", "engine", "lantern", "glacier", "violin", "market", "desert", "library", "bridge")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its two-sided 95 % interval."""

    value: float
    low: float
    high: float

    def agrees(self, other: "Estimate") -> bool:
        """Within 5 %, or each inside the other's interval."""
        return abs(self.value / other.value - 1) <= AGREEMENT or (
            self.low <= other.value <= self.high and other.low <= self.value <= other.high
        )


def main() -> None:
    """Measure and print the table; the exit code is 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path, help="Interpreter that has vLLM.")
    parser.add_argument("--at", type=int, default=4, help="Requests in flight.")
    parser.add_argument("--kept", type=int, default=60, help="Kept requests of each run.")
    parser.add_argument("--tokens", type=int, default=24, help="Output tokens of a reply, on average.")
    parser.add_argument("--repeats", type=int, default=3, help="Runs of each.")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "understudy-bench-load", help="Weights."
    )
    parser.add_argument("--url", default="", help="A server that runs already, of the same weights.")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    served = vllm_scenario(wanted.python, seed=1, folder=wanted.folder).fleet[0]
    tokenizer = served.argv[served.argv.index("--model") + 1]
    prompts = wanted.folder / "prompts.jsonl"
    prompts.write_text(
        "".join(f'{{"prompt": "{prompt}"}}\n' for prompt in _prompts(wanted.kept + 4 * wanted.at)), "utf-8"
    )
    place = nullcontext(wanted.url) if wanted.url else _serving(served, folder=wanted.folder)
    with place as url:
        sides = run_beside_bench(
            url=url,
            model=MODEL,
            prompts=prompts,
            streams=wanted.at,
            output_tokens=wanted.tokens,
            kept=wanted.kept,
            repeats=wanted.repeats,
            python=wanted.python,
            tokenizer=tokenizer,
        )
    raise SystemExit(_show(sides))


@contextmanager
def _serving(served: Served, *, folder: Path) -> Iterator[str]:
    """Serve while the context is open; gives the base URL."""
    with running([served], folder=folder, start_timeout_s=420) as found:
        (deployment,) = found.values()
        yield deployment.base_url


def _prompts(count: int) -> list[str]:
    """Different prompts of about 40 tokens."""
    return [
        f"Story {place}: write about the {_WORDS[place % 10]} and the {_WORDS[place // 10 % 10]} that people of the "
        f"town number {place} know well, and say what became of it in the year {1900 + place}."
        for place in range(count)
    ]


def _show(sides: Sides) -> int:
    ours = _estimates([level.kept for level in sides.ours], sides.repeats()["output tokens/s"][0])
    theirs = _estimates(
        [[one for one in run.requests if one.kept] for run in sides.theirs], sides.repeats()["output tokens/s"][1]
    )
    table = Table(
        title="The same prompts on real vLLM, cut alike", caption="estimate (95 % interval), each repeat below"
    )
    for heading in ("figure", "understudy load", "vllm bench serve", "apart", "agree"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    missed = 0
    for name, repeats in sides.repeats().items():
        mine, other = ours[name], theirs[name]
        missed += not mine.agrees(other)
        table.add_row(
            name, _told(mine, repeats[0]), _told(other, repeats[1]), f"{mine.value / other.value - 1:+.1%}",
            "yes" if mine.agrees(other) else "no",
        )  # fmt: skip
    console = Console(width=130)
    console.print(table)
    console.print("; ".join(f"{level.block.number}: {level.unsteady_reason or 'steady'}" for level in sides.ours))
    console.print(f"bar: {'missed' if missed else 'held'}")
    return int(bool(missed))


def _estimates(repeats: Sequence[Sequence[LoadRequest]], rates: Sequence[float]) -> dict[str, Estimate]:
    times = [one.timings.ttft_ms or math.inf for kept in repeats for one in kept]
    found = {}
    for name, level in (("TTFT p50 ms", 0.5), ("TTFT p95 ms", 0.95)):
        quantile = bounded_quantile(times, level, confidence=0.975)
        found[name] = Estimate(quantile.estimate, quantile.low, quantile.high)
    mean, spread = statistics.mean(rates), statistics.stdev(rates) / math.sqrt(len(rates))
    reach = float(student.ppf(0.975, len(rates) - 1)) * spread
    return found | {"output tokens/s": Estimate(mean, mean - reach, mean + reach)}


def _told(one: Estimate, repeats: Sequence[float]) -> str:
    each = ", ".join(f"{value:.1f}" for value in repeats)
    return f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f})\n{each}"


if __name__ == "__main__":
    main()
