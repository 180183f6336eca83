"""Levels as the command line prints them: a table for people, an object for machines."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.box import SIMPLE
from rich.table import Table

from shadow.load.figures import Figures, Spread, figures_of
from shadow.load.level import LoadLevel
from shadow.load.saturation import Saturation, Tried
from shadow.replay import Lane

_HEADINGS: Final = (
    "load\nlane, block",
    "kept\nfailed",
    "",
    "TTFT\nms",
    "TPOT\nms",
    "ITL\nms",
    "E2E\ns",
    "tok/s\ngood/s",
    "peak KV\nweights",
)
ROWS_OF_BLOCK: Final = 4
"""Rows of the table that one block takes."""


def state_of(level: LoadLevel) -> str:
    """Whether the block may be used: steady, or why not."""
    if level.void_reason:
        return f"void ({level.void_reason})"
    return f"unresolved ({level.unsteady_reason})" if level.unsteady_reason else "steady"


def table_of(levels: Sequence[LoadLevel], *, title: str) -> Table:
    """Three lines per block, P50, P95 and P99, in 80 columns; why some may not be used is said below."""
    reasons = [f"{name_of(one)}: {state_of(one)}" for one in levels if one.void_reason or one.unsteady_reason]
    caption = ["Failed and timed-out requests count as infinity in every quantile.", *reasons]
    table = Table(title=title, caption="\n".join(caption), caption_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading == _HEADINGS[0] else "right", no_wrap=True)
    for level in levels:
        table.add_row(*_cells(level), style="" if is_resolved([level]) else "dim", end_section=True)
    return table


def name_of(level: LoadLevel) -> str:
    """Load, lane and block in a few words."""
    return f"{level.load}, {level.lane}, block {level.block.number}"


def _cells(level: LoadLevel) -> list[str]:
    figures = figures_of(level)
    unresolved = "" if is_resolved([level]) else " *"
    return [
        f"{level.load}{unresolved}\n{level.lane} {level.block.number}",
        f"{figures.kept}\n{figures.failed}",
        "p50\np95\np99",
        *(_lines(spread, _ms) for spread in (figures.ttft_ms, figures.tpot_ms, figures.itl_ms)),
        _lines(figures.e2e_ms, _seconds),
        f"{_plain(figures.tokens_per_s)}\n{_plain(figures.goodput_per_s)}",
        f"{_tokens(level.server.kv_peak_tokens)}\n{_gigabytes(level.weight_bytes)}",
    ]


def _lines(spread: Spread, written: Callable[[float | None], str]) -> str:
    return "\n".join(map(written, (spread.p50, spread.p95, spread.p99)))


def level_object(level: LoadLevel) -> dict[str, Any]:
    """One block for machines; what is infinite is the string `inf`, what is missing null."""
    return {
        "experiment_id": level.block.experiment_id,
        "run_id": level.block.run_id,
        "loop": str(level.load.loop),
        "amount": level.load.amount,
        "lane": str(level.lane),
        "block": level.block.number,
        "deployment_id": level.deployment_id,
        "started_at": level.started_at.isoformat(),
        "requests": len(level.requests),
        "clients": level.clients,
        "streams": level.streams,
        "window_s": [level.window_from_s, level.window_to_s],
        "steady": not level.unsteady_reason,
        "unsteady_reason": level.unsteady_reason,
        "void_reason": level.void_reason,
        "self_check": {name: value for name, value in asdict(level.check).items() if name != "window_start"},
        "kv_peak_tokens": level.server.kv_peak_tokens,
        "weight_bytes": level.weight_bytes,
        **figures_object(figures_of(level)),
    }


def figures_object(figures: Figures) -> dict[str, Any]:
    """Figures for machines."""
    return {name: _spread(value) if isinstance(value, dict) else value for name, value in asdict(figures).items()}


def to_json(value: object) -> str:
    """Indented JSON."""
    return json.dumps(value, indent=2, allow_nan=False)


def is_resolved(levels: Sequence[LoadLevel]) -> bool:
    """Whether every block may be used."""
    return bool(levels) and not any(level.unsteady_reason or level.void_reason for level in levels)


def _spread(spread: dict[str, float | None]) -> dict[str, float | str | None]:
    return {name: "inf" if value is not None and math.isinf(value) else value for name, value in spread.items()}


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}" if value < 100 else f"{value:.0f}"  # noqa: PLR2004 - three digits


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value / 1000:.2f}"


def _tokens(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} tok"


def _gigabytes(value: int | None) -> str:
    return "-" if value is None else f"{value / 1e9:.2f} GB"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def limits_table(limits: Mapping[Lane, tuple[Sequence[Tried], Saturation]], *, title: str) -> Table:
    """One line per lane and load that was tried, what they say together in the caption."""
    table = Table(title=title, caption="\n".join(_limit_line(lane, *found) for lane, found in limits.items()))
    for heading in ("lane", "in flight", "tok/s", "within the bounds", "carried"):
        table.add_column(heading, justify="left" if heading == "lane" else "right")
    for lane, (tried, _) in limits.items():
        for one in sorted(tried, key=lambda each: each.streams):
            carried = "yes" if one.is_carried else "no" if one.is_sound else "unresolved"
            table.add_row(str(lane), str(one.streams), f"{one.tokens_per_s:.1f}", f"{one.good_share:.1%}", carried)
    return table


def limits_object(limits: Mapping[Lane, tuple[Sequence[Tried], Saturation]]) -> dict[str, Any]:
    """The search for machines."""
    return {
        str(lane): {**asdict(found), "tried": [asdict(one) | {"carried": one.is_carried} for one in tried]}
        for lane, (tried, found) in limits.items()
    }


def run_line(run: Mapping[str, Any]) -> str:
    """A stored run in one line."""
    whose = run["experiment_id"] or "a URL"
    began = run["began_at"].strftime("%Y-%m-%d %H:%M UTC")
    unresolved = f", {run['unsteady']} not steady, {run['void']} void" if run["unsteady"] or run["void"] else ""
    return f"{run['run_id']}  {whose}  {began}  {run['blocks']} blocks, {run['requests']} requests{unresolved}"


def run_object(run: Mapping[str, Any]) -> dict[str, Any]:
    """A stored run for machines."""
    return {**run, "began_at": run["began_at"].isoformat()}


def _limit_line(lane: Lane, tried: Sequence[Tried], found: Saturation) -> str:
    carried = f"carries {found.carried} in flight" if found.carried is not None else "carries not even the first load"
    is_known = all(one.is_sound for one in tried if one.streams == found.refused)
    refused = f", {'not' if is_known else 'unresolved at'} {found.refused}"
    refused = refused if found.refused is not None else ", and more was not tried"
    knee = f"; 95 % of its best throughput from {found.knee} on" if found.knee is not None else ""
    return f"{lane} {carried}{refused}{knee}"
