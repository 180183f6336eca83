"""Load levels as rows, and back: column for column as the migration of the load tables says."""

from collections.abc import Mapping, Sequence
from typing import Any

from shadow.load.level import Block, Load, LoadLevel, LoadRequest, Loop, ServerSide, Slo
from shadow.replay import Lane, ReplayOutcome, Timings
from shadow.worker.histogram import Histogram
from shadow.worker.watch import SelfCheck

type Row = Mapping[str, Any]


def level_row(level: LoadLevel) -> dict[str, Any]:
    """Row of `load_levels`."""
    return _key(level.block) | {
        "deployment_id": level.deployment_id,
        "fingerprint": level.fingerprint,
        "weight_bytes": level.weight_bytes,
        "started_at": level.started_at,
        "streams": level.streams,
        "clients": level.clients,
        "window_from_s": level.window_from_s,
        "window_to_s": level.window_to_s,
        "unsteady_reason": level.unsteady_reason,
        "void_reason": level.void_reason,
        "loop_lag_p99_ms": level.check.loop_lag_p99_ms,
        "cpu_share": level.check.cpu_share,
        "schedule_delay_median_ms": level.check.schedule_delay_median_ms,
        "null_ttft_error_ms": level.check.null_ttft_error_ms,
        "residual": level.check.residual,
        "kv_peak_usage": level.server.kv_peak_usage,
        "kv_size_tokens": level.server.kv_size_tokens,
        "waiting_peak": level.server.waiting_peak,
        "preemptions": level.server.preemptions,
        "ttft_seconds_le": list(level.server.ttft.le),
        "ttft_counts": list(level.server.ttft.counts),
        "slo_ttft_ms": level.slo.ttft_ms,
        "slo_tpot_ms": level.slo.tpot_ms,
        "slo_e2e_ms": level.slo.e2e_ms,
        "plan_hash": level.plan_hash,
        "requests": len(level.requests),
    }


def request_rows(level: LoadLevel) -> list[dict[str, Any]]:
    """Rows of `load_requests`."""
    key = _key(level.block) | {"started_at": level.started_at}
    return [key | _request_row(request) for request in level.requests]


def block_of(row: Row) -> Block:
    """The key that a row of either table holds."""
    load = Load(Loop(row["loop"]), row["amount"])
    return Block(row["experiment_id"], row["run_id"], load, Lane(row["lane"]), row["block"])


def levels_from_rows(levels: Sequence[Row], requests: Sequence[Row]) -> tuple[LoadLevel, ...]:
    """The levels of rows of `load_levels`, in their order, each with its requests."""
    by_block: dict[Block, list[LoadRequest]] = {}
    for row in requests:
        by_block.setdefault(block_of(row), []).append(_request(row))
    return tuple(_level(row, requests=by_block.get(block_of(row), ())) for row in levels)


def _key(block: Block) -> dict[str, Any]:
    return {
        "experiment_id": block.experiment_id,
        "run_id": block.run_id,
        "loop": str(block.load.loop),
        "amount": block.load.amount,
        "lane": str(block.lane),
        "block": block.number,
    }


def _request_row(request: LoadRequest) -> dict[str, Any]:
    timings = request.timings
    return {
        "number": request.number,
        "exchange_id": request.exchange_id,
        "kept": request.kept,
        "outcome": str(request.outcome),
        "status": request.status,
        "scheduled_s": request.scheduled_s,
        "sent_s": request.sent_s,
        "ended_s": request.ended_s,
        "schedule_delay_ms": timings.schedule_delay_ms,
        "ttft_ms": timings.ttft_ms,
        "ttft_scheduled_ms": timings.ttft_scheduled_ms,
        "tpot_ms": timings.tpot_ms,
        "e2e_ms": timings.e2e_ms,
        "itl_ms": list(timings.itl_ms),
        "server_ttft_ms": timings.server_ttft_ms,
        "in_flight": request.in_flight,
        "prompt_tokens": request.prompt_tokens,
        "completion_tokens": request.completion_tokens,
        "cached_tokens": request.cached_tokens,
        "attempts": min(request.attempts, 255),
        "error": request.error,
    }


def _request(row: Row) -> LoadRequest:
    return LoadRequest(
        number=row["number"],
        exchange_id=row["exchange_id"],
        outcome=ReplayOutcome(row["outcome"]),
        status=row["status"],
        timings=Timings(
            schedule_delay_ms=row["schedule_delay_ms"],
            e2e_ms=row["e2e_ms"],
            ttft_ms=row["ttft_ms"],
            ttft_scheduled_ms=row["ttft_scheduled_ms"],
            tpot_ms=row["tpot_ms"],
            itl_ms=tuple(row["itl_ms"]),
            server_ttft_ms=row["server_ttft_ms"],
        ),
        scheduled_s=row["scheduled_s"],
        sent_s=row["sent_s"],
        ended_s=row["ended_s"],
        in_flight=row["in_flight"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        cached_tokens=row["cached_tokens"],
        attempts=row["attempts"],
        error=row["error"],
        kept=row["kept"],
    )


def _level(row: Row, *, requests: Sequence[LoadRequest]) -> LoadLevel:
    return LoadLevel(
        block=block_of(row),
        deployment_id=row["deployment_id"],
        fingerprint=row["fingerprint"],
        weight_bytes=row["weight_bytes"],
        started_at=row["started_at"],
        streams=row["streams"],
        clients=row["clients"],
        window_from_s=row["window_from_s"],
        window_to_s=row["window_to_s"],
        unsteady_reason=row["unsteady_reason"],
        check=SelfCheck(
            window_start=row["started_at"],
            loop_lag_p99_ms=row["loop_lag_p99_ms"],
            cpu_share=row["cpu_share"],
            schedule_delay_median_ms=row["schedule_delay_median_ms"],
            null_ttft_error_ms=row["null_ttft_error_ms"],
            residual=row["residual"],
        ),
        server=ServerSide(
            kv_peak_usage=row["kv_peak_usage"],
            kv_size_tokens=row["kv_size_tokens"],
            ttft=Histogram(tuple(row["ttft_seconds_le"]), tuple(row["ttft_counts"])),
            waiting_peak=row["waiting_peak"],
            preemptions=row["preemptions"],
        ),
        slo=Slo(row["slo_ttft_ms"], row["slo_tpot_ms"], row["slo_e2e_ms"]),
        plan_hash=row["plan_hash"],
        requests=tuple(requests),
    )
