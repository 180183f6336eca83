"""Records as rows: one function per table, column for column as the migrations say."""

import json
from collections.abc import Mapping
from typing import Any

from proxy.coverage import LedgerEntry
from proxy.exchange import Exchange
from proxy.wire.reply import Reply
from shadow.agentic.transcript import Transcript
from shadow.experiment import Experiment
from shadow.replay import Lane, Replay, ReplayOutcome, Timings
from shadow.suites.example import Example
from shadow.worker.watch import SelfCheck


def exchange_row(exchange: Exchange) -> dict[str, Any]:
    """Row of `exchanges`."""
    return {
        "exchange_id": exchange.exchange_id,
        "conversation_id": exchange.conversation_id,
        "captured_at": exchange.captured_at,
        "door": str(exchange.door),
        "shape": str(exchange.shape),
        "model": exchange.model,
        "streamed": exchange.streamed,
        "category": exchange.category,
        "turn": min(exchange.turn, 65_535),
        "tenant": exchange.tenant,
        "language": exchange.language,
        "request": _json(exchange.request),
        "live_text": exchange.reply.first.text if exchange.reply else "",
        "live_reply": exchange.reply.model_dump_json() if exchange.reply else "",
        "status": exchange.status,
        "outcome": str(exchange.outcome),
        "live_ttft_ms": exchange.timing.ttft_ms,
        "live_e2e_ms": exchange.timing.e2e_ms,
        "masked": exchange.masked,
        "anonymiser": exchange.anonymiser,
        "weight": exchange.weight,
        "draw": exchange.draw,
        "by_floor": exchange.by_floor,
        "suite": exchange.suite,
        "example_id": exchange.example_id,
        "experiment_id": exchange.experiment_id,
        "record": exchange.to_bytes().decode(),
    }


def replay_row(replay: Replay, *, exchange: Exchange | None = None, weight: float | None = None) -> dict[str, Any]:
    """Row of `replays`.

    Args:
        exchange: The exchange that was replayed: what analysts group by is taken from it, so that no view has to join
            every exchange. Without it these columns keep their defaults.
        weight: What the exchange weighs within the experiment; what it weighs at capture when left out.
    """
    first, usage, timings = replay.reply.first, replay.reply.usage, replay.timings
    return (_asked(exchange, weight=exchange.weight if weight is None else weight) if exchange else {}) | {
        "experiment_id": replay.experiment_id,
        "exchange_id": replay.exchange_id,
        "lane": str(replay.lane),
        "conversation_id": replay.conversation_id,
        "deployment_id": replay.deployment_id,
        "fingerprint": replay.fingerprint,
        "outcome": str(replay.outcome),
        "status": replay.status,
        "text": first.text,
        "reasoning": first.reasoning,
        "tool_calls": _json([call.model_dump() for call in first.tool_calls]) if first.tool_calls else "",
        "finish_reason": first.finish_reason,
        "choices": min(len(replay.reply.choices), 65_535),
        "reply": replay.reply.model_dump_json(),
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cached_tokens": usage.cached_tokens,
        "schedule_delay_ms": timings.schedule_delay_ms,
        "ttft_ms": timings.ttft_ms,
        "ttft_scheduled_ms": timings.ttft_scheduled_ms,
        "tpot_ms": timings.tpot_ms,
        "e2e_ms": timings.e2e_ms,
        "itl_ms": list(timings.itl_ms),
        "server_ttft_ms": timings.server_ttft_ms,
        "sent_at": replay.sent_at,
        "in_flight": replay.in_flight,
        "parameters_hash": replay.parameters_hash,
        "rewrites": list(replay.rewrites),
        "void_reason": replay.void_reason,
        "attempts": min(replay.attempts, 255),
        "error": replay.error,
    }


def _asked(exchange: Exchange, *, weight: float) -> dict[str, Any]:
    return {
        "captured_at": exchange.captured_at,
        "shape": str(exchange.shape),
        "category": exchange.category,
        "language": exchange.language,
        "tenant": exchange.tenant,
        "turn": min(exchange.turn, 65_535),
        "suite": exchange.suite,
        "example_id": exchange.example_id,
        "weight": weight,
    }


def replay_from_row(row: Mapping[str, Any]) -> Replay:
    """The replay that a row of `replays` holds."""
    return Replay(
        experiment_id=row["experiment_id"],
        exchange_id=row["exchange_id"],
        conversation_id=row["conversation_id"],
        lane=Lane(row["lane"]),
        deployment_id=row["deployment_id"],
        fingerprint=row["fingerprint"],
        outcome=ReplayOutcome(row["outcome"]),
        status=row["status"],
        reply=Reply.model_validate_json(row["reply"]),
        timings=Timings(
            schedule_delay_ms=row["schedule_delay_ms"],
            e2e_ms=row["e2e_ms"],
            ttft_ms=row["ttft_ms"],
            ttft_scheduled_ms=row["ttft_scheduled_ms"],
            tpot_ms=row["tpot_ms"],
            itl_ms=tuple(row["itl_ms"]),
            server_ttft_ms=row["server_ttft_ms"],
        ),
        sent_at=row["sent_at"],
        in_flight=row["in_flight"],
        parameters_hash=row["parameters_hash"],
        rewrites=tuple(row["rewrites"]),
        void_reason=row["void_reason"],
        attempts=row["attempts"],
        error=row["error"],
    )


def experiment_row(experiment: Experiment) -> dict[str, Any]:
    """Row of `experiment_versions`."""
    return {
        "experiment_id": experiment.experiment_id,
        "updated_at": experiment.updated_at,
        "updated_by": experiment.updated_by,
        "state": str(experiment.state),
        "record": experiment.to_bytes().decode(),
    }


def example_row(example: Example, *, suite_id: str) -> dict[str, Any]:
    """Row of `examples`."""
    return {
        "suite": suite_id,
        "example_id": example.id,
        "category": example.category,
        "checks": _json(list(example.checks)),
        "reference": example.reference,
        "weight": example.weight,
        "danger": example.danger,
        "canary": example.canary,
        "family": example.family,
        "record": example.to_line(),
    }


def transcript_row(transcript: Transcript) -> dict[str, Any]:
    """Row of `transcripts`."""
    messages = transcript.messages
    return {
        "experiment_id": transcript.experiment_id,
        "suite": transcript.suite,
        "task_id": transcript.task_id,
        "lane": str(transcript.lane),
        "trial": transcript.trial,
        "transcript_id": transcript.transcript_id,
        "world": transcript.world,
        "deployment_id": transcript.deployment_id,
        "fingerprint": transcript.fingerprint,
        "ending": str(transcript.ending),
        "error": transcript.error,
        "solved": transcript.solved,
        "calls": sum(len(message.calls) for message in messages),
        "failed_calls": sum(message.is_error is True for message in messages),
        "reference_steps": transcript.reference_steps,
        "prompt_tokens": sum(message.prompt_tokens or 0 for message in messages),
        "completion_tokens": sum(message.completion_tokens or 0 for message in messages),
        "run_ms": transcript.ms,
        "record": transcript.to_bytes().decode(),
        "started_at": transcript.started_at,
    }


def ledger_row(entry: LedgerEntry) -> dict[str, Any]:
    """Row of `ledger`."""
    return {
        "source_id": entry.source_id,
        "minute": entry.minute,
        "door": entry.door,
        "route": entry.route,
        "disposition": entry.disposition,
        "reason": entry.reason,
        "requests": entry.requests,
    }


def self_check_row(check: SelfCheck, *, experiment_id: str, worker_id: str) -> dict[str, Any]:
    """Row of `self_checks`."""
    return {
        "experiment_id": experiment_id,
        "worker_id": worker_id,
        "window_start": check.window_start,
        "loop_lag_p99_ms": check.loop_lag_p99_ms,
        "cpu_share": check.cpu_share,
        "schedule_delay_median_ms": check.schedule_delay_median_ms,
        "null_ttft_error_ms": check.null_ttft_error_ms,
        "residual": check.residual,
        "passed": not check.reason,
        "reason": check.reason,
    }


def _json(value: object) -> str:
    """Compact JSON that ClickHouse can store: a lone surrogate, which UTF-8 cannot hold, stays escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
