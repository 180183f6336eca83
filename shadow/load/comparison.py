"""Our client beside vLLM's benchmark: the same requests, cut alike, figure by figure."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from shadow.load.bench import BenchRun
from shadow.load.figures import Figures, figures_of
from shadow.load.level import LoadLevel, Slo
from shadow.load.showing import figures_object

AGREEMENT: Final = 0.05
"""How far the two may lie apart, as a share. Source: bar of the load stage."""

_COMPARED: Final = ("TTFT p50 ms", "TTFT p95 ms", "output tokens/s")


@dataclass(frozen=True, slots=True)
class Sides:
    """Repeats of each, in the order in which they took turns."""

    ours: tuple[LoadLevel, ...]
    theirs: tuple[BenchRun, ...]

    def repeats(self) -> Mapping[str, tuple[list[float], list[float]]]:
        """What each repeat of ours and of theirs found, by figure."""
        ours = [_compared(figures_of(one)) for one in self.ours]
        theirs = [_compared(one.figures(Slo())) for one in self.theirs]
        return {name: ([one[name] for one in ours], [one[name] for one in theirs]) for name in _COMPARED}

    def apart(self) -> Mapping[str, float]:
        """How far the medians of the repeats lie apart, in shares of theirs."""
        return {
            name: abs(statistics.median(ours) / statistics.median(theirs) - 1)
            if statistics.median(theirs)
            else math.inf
            for name, (ours, theirs) in self.repeats().items()
        }

    @property
    def agree(self) -> bool:
        """Whether every figure lies within the bound."""
        return all(share <= AGREEMENT for share in self.apart().values())


def _compared(figures: Figures) -> dict[str, float]:
    found = (figures.ttft_ms.p50, figures.ttft_ms.p95, figures.tokens_per_s)
    return {name: math.inf if value is None else value for name, value in zip(_COMPARED, found, strict=True)}


def comparison_table(sides: Sides) -> Table:
    """One line per figure: the medians, and each repeat."""
    table = Table(title="understudy load beside vllm bench serve", caption="medians of the repeats; each in brackets")
    for heading in ("figure", "understudy load", "vllm bench serve", "apart"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    apart = sides.apart()
    for name, (ours, theirs) in sides.repeats().items():
        table.add_row(name, _told(ours), _told(theirs), f"{apart[name]:.1%}")
    return table


def comparison_object(sides: Sides) -> dict[str, Any]:
    """The comparison for machines; what is infinite is null."""
    apart = sides.apart()
    return {
        "agree": sides.agree,
        "figures": {
            name: {"ours": _finite(ours), "theirs": _finite(theirs), "apart": _finite([apart[name]])[0]}
            for name, (ours, theirs) in sides.repeats().items()
        },
    }


def bench_table(run: BenchRun, slo: Slo, *, name: str) -> Table:
    """What a result of the benchmark says, failed requests counted."""
    table = Table(title=name, caption="kept requests of the steady window; failed ones count as infinity")
    for heading in ("figure", "value"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for figure, value in bench_object(run, slo).items():
        if isinstance(value, dict):
            for quantile, one in value.items():
                table.add_row(f"{figure} {quantile}", _cell(one))
        else:
            table.add_row(figure, _cell(value))
    return table


def bench_object(run: BenchRun, slo: Slo) -> dict[str, Any]:
    """The same for machines; what is infinite is the string `inf`."""
    return {"requests": len(run.requests), "streams": run.streams, **figures_object(run.figures(slo))}


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "-" if value is None else str(value)


def _told(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({', '.join(f'{value:.1f}' for value in values)})"


def _finite(values: Sequence[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]
