"""The null run of the load stage: `make bench-load`, two minutes on a quiet machine of two cores.

The load stage's client processes keep 50, 100 and 200 requests in flight against a simulator whose first token comes
after exactly 200 ms and whose tokens come every 30 ms. What is off is the client's error and the simulator's lateness
together. Bars: P95 TTFT within 10 ms of 200 ms, and the self-check holds. `--clients N` uses several processes.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from shadow.load.crew import Measured, measure
from shadow.load.figures import Figures, figures_of_requests
from shadow.load.level import KEPT_PER_STREAM, Loop, Slo
from shadow.load.order import Order
from shadow.load.steadiness import unsteady_reason
from shadow.load.window import Window, mark_kept, requests_for, window_of
from shadow.replay import Lane
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_process
from tests.records import deployment, exchange

TTFT_MS, ITL_MS, TOKENS = 200.0, 30.0, 60
BAR_MS = 10.0
STREAMS = (50, 100, 200)
_REPLY_S = (TTFT_MS + (TOKENS - 1) * ITL_MS) / 1000


async def load(streams: int, *, clients: int) -> tuple[Measured, Window, Figures, str]:
    """One block against a simulator of its own."""
    asked = exchange(
        request={"max_tokens": TOKENS, "messages": [{"role": "user", "content": "Where is my order? " * 20}]}
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.toml"
        script.write_text(f'[[rule]]\nmatch = "."\nreplies = ["{"word " * TOKENS}"]\n', "utf-8")
        told = Behaviour(model="null", script=script, ttft_ms=TTFT_MS, itl_ms=ITL_MS)
        async with simulator_process(told) as url:
            order = Order(
                deployment=deployment("null", base_url=url, engine="understudy-simulator"),
                lane=Lane.CANDIDATE,
                salt="bench",
                loop=Loop.CLOSED,
                numbers=tuple(range(requests_for(KEPT_PER_STREAM * streams, streams=streams))),
                due_s=tuple(_REPLY_S * place / streams for place in range(streams)),
                exchanges=(asked,),
                timeout_s=60,
                null_streams=0,
            )
            measured = await measure(order, clients=clients, watch=lambda _tick: None)
    window = window_of(measured.requests, streams=streams)
    requests = mark_kept(measured.requests, window, streams=streams)
    figures = figures_of_requests(requests, window=window, loop=Loop.CLOSED, slo=Slo())
    return measured, window, figures, unsteady_reason(requests, window, loop=Loop.CLOSED)


def main() -> None:
    """Measure and print the table; the exit code is 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1, help="Client processes.")
    parser.add_argument("--at", type=int, action="append", help="Streams; 50, 100 and 200 when left out.")
    wanted = parser.parse_args()
    table = Table(title=f"Truth: TTFT {TTFT_MS:g} ms, TPOT {ITL_MS:g} ms; the client and the simulator together")
    for heading in (
        "streams",
        "kept",
        "TTFT p50",
        "p95",
        "p99",
        "ITL p95",
        "tok/s",
        "of truth",
        "lag P99",
        "CPU",
        "holds",
    ):
        table.add_column(heading, justify="right")
    missed = []
    for streams in wanted.at or STREAMS:
        measured, _, figures, unsteady = asyncio.run(load(streams, clients=wanted.clients))
        ttft, itl = figures.ttft_ms, figures.itl_ms
        assert None not in (ttft.p50, ttft.p95, ttft.p99, itl.p95, figures.tokens_per_s)
        off_ms = abs((ttft.p95 or 0.0) - TTFT_MS)
        holds = off_ms <= BAR_MS and not measured.check.reason and not unsteady
        missed += [] if holds else [f"{streams}: {measured.check.reason or unsteady or f'{off_ms:.1f} ms off'}"]
        truth = streams * TOKENS / _REPLY_S
        cells = (ttft.p50, ttft.p95, ttft.p99, itl.p95, figures.tokens_per_s)
        table.add_row(
            str(streams),
            str(figures.kept),
            *(f"{cell:.1f}" for cell in cells),
            f"{(figures.tokens_per_s or 0.0) / truth:.1%}",
            f"{measured.check.loop_lag_p99_ms:.1f}",
            f"{measured.check.cpu_share:.0%}",
            "yes" if holds else "no",
        )
    Console(width=130).print(table)
    Console().print(f"bars: {'missed at ' + '; '.join(missed) if missed else 'held'}")
    raise SystemExit(bool(missed))


if __name__ == "__main__":
    main()
