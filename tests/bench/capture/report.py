"""Tables and bars of one run. Measures nothing."""

from collections.abc import Iterator, Mapping

from rich.table import Table

from tests.bench.capture.load import Figures, Load

type Measured = dict[Load, dict[str, Figures]]


def table(load: Load, figures: Mapping[str, Figures]) -> Table:
    """One load's arms beside direct and beside the gateway."""
    shown = Table(title=f"{load.name}: medians over rounds")
    headings = ["p50, ms", "added", "replies/s", "of direct", "gateway is"]
    if load.is_streamed:
        headings += ["first byte p50, ms", "p99, ms", "added p99"]
    shown.add_column("arm")
    for heading in headings:
        shown.add_column(heading, justify="right")
    for name, one in figures.items():
        shown.add_row(name, *_cells(one, direct=figures["direct"], gateway=figures["gateway"]))
    return shown


def _cells(one: Figures, *, direct: Figures, gateway: Figures) -> Iterator[str]:
    yield f"{one.p50_ms:.2f}"
    yield f"{one.p50_ms - direct.p50_ms:.2f}"
    yield f"{one.per_s:,.0f}"
    yield f"{one.per_s / direct.per_s:.1%}"
    yield f"{gateway.per_s / one.per_s:.2f}x"
    if one.first_p50_ms is not None and one.first_p99_ms is not None and direct.first_p99_ms is not None:
        yield f"{one.first_p50_ms:.1f}"
        yield f"{one.first_p99_ms:.1f}"
        yield f"{one.first_p99_ms - direct.first_p99_ms:.1f}"


def bars(measured: Measured) -> Iterator[str]:
    """What the gateway is held to, and whether it holds."""
    for load, figures in measured.items():
        direct, gateway = figures["direct"], figures["gateway"]
        if load.is_streamed:
            yield _bar("rate of the streams, of direct", gateway.per_s / direct.per_s, least=0.95)
            added_ms = (gateway.first_p99_ms or 0) - (direct.first_p99_ms or 0)
            yield _bar("first byte added at p99, ms", added_ms, most=10)
        elif load.connections == 1:
            yield _bar("p50 added at one connection, ms", gateway.p50_ms - direct.p50_ms, most=0.6)
        else:
            yield from _beside_peers(figures)


def _beside_peers(figures: Mapping[str, Figures]) -> Iterator[str]:
    for peer, least in (("mitmdump", 5.0), ("litellm", 50.0)):
        if peer in figures:
            yield _bar(f"throughput of {peer}, times", figures["gateway"].per_s / figures[peer].per_s, least=least)


def _bar(name: str, value: float, *, least: float | None = None, most: float | None = None) -> str:
    is_met = (least is None or value >= least) and (most is None or value <= most)
    bound = f"at least {least:g}" if least is not None else f"at most {most:g}"
    return f"{'met' if is_met else 'MISSED'}: {name} {value:.2f} ({bound})"
