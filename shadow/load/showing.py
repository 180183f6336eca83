"""Levels as the command line prints them: a table for people, an object for machines."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from shadow.load.figures import Figures, figures_of
from shadow.load.level import LoadLevel
from shadow.load.saturation import Saturation, Tried
from shadow.replay import Lane


def state_of(level: LoadLevel) -> str:
    """Whether the block may be used: steady, or why not."""
    if level.void_reason:
        return f"void ({level.void_reason})"
    return f"unresolved ({level.unsteady_reason})" if level.unsteady_reason else "steady"


def table_of(levels: Sequence[LoadLevel], *, title: str) -> Table:
    """One line per block; why some may not be used is said below."""
    reasons = [f"{name_of(one)}: {state_of(one)}" for one in levels if one.void_reason or one.unsteady_reason]
    caption = ["Failed and timed-out requests count as infinity in every quantile.", *reasons]
    table = Table(title=title, caption="\n".join(caption), caption_justify="left")
    for heading in ("load", "lane", "kept", "failed", "TTFT ms\np50/p95/p99", "TPOT ms\np50/p95", "E2E s\np50/p95",
                    "tok/s", "good/s", "KV\ntokens"):  # fmt: skip
        table.add_column(heading, justify="left" if heading in {"load", "lane"} else "right", no_wrap=True)
    for level in levels:
        table.add_row(*_cells(level), style="" if is_resolved([level]) else "dim")
    return table


def name_of(level: LoadLevel) -> str:
    """Load, lane and block in a few words."""
    return f"{level.load}, {level.lane}, block {level.block.number}"


def _cells(level: LoadLevel) -> list[str]:
    figures = figures_of(level)
    unresolved = "" if is_resolved([level]) else " *"
    return [
        f"{level.load}{unresolved}",
        f"{level.lane} {level.block.number}",
        str(figures.kept),
        str(figures.failed),
        "/".join(map(_ms, (figures.ttft_ms.p50, figures.ttft_ms.p95, figures.ttft_ms.p99))),
        "/".join(map(_ms, (figures.tpot_ms.p50, figures.tpot_ms.p95))),
        "/".join(map(_seconds, (figures.e2e_ms.p50, figures.e2e_ms.p95))),
        _plain(figures.tokens_per_s),
        _plain(figures.goodput_per_s),
        "-" if level.server.kv_peak_tokens is None else f"{level.server.kv_peak_tokens:.0f}",
    ]


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


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def limits_table(limits: Mapping[Lane, tuple[Sequence[Tried], Saturation]], *, title: str) -> Table:
    """One line per lane and load that was tried, what they say together in the caption."""
    table = Table(title=title, caption="\n".join(_limit_line(lane, found) for lane, (_, found) in limits.items()))
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


def _limit_line(lane: Lane, found: Saturation) -> str:
    carried = f"carries {found.carried} in flight" if found.carried is not None else "carries not even the first load"
    refused = f", not {found.refused}" if found.refused is not None else ", and more was not tried"
    knee = f"; 95 % of its best throughput from {found.knee} on" if found.knee is not None else ""
    return f"{lane} {carried}{refused}{knee}"
