"""From what a lane heard to the replay that is stored."""

from datetime import datetime

from proxy.exchange import Exchange
from proxy.wire.assemble import Assembly, read_reply
from shadow.deployment import Deployment
from shadow.replay import Lane, Replay, ReplayOutcome, Timings
from shadow.worker.lane import Heard
from shadow.worker.preparation import Prepared
from shadow.worker.server_timing import server_ttft_ms
from shadow.worker.timing import timings


def to_replay(
    heard: Heard,
    *,
    exchange: Exchange,
    prepared: Prepared,
    experiment_id: str,
    deployment: Deployment,
    lane: Lane,
    scheduled_ns: int,
    sent_at: datetime,
) -> Replay:
    """Parse the bytes, after the clock has stopped.

    A stream that ends without its terminal event is BROKEN_STREAM, whatever the status said.
    """
    is_stream = prepared.streamed and heard.status == 200  # noqa: PLR2004 - HTTP OK
    assembly = read_reply(prepared.shape, streamed=is_stream, chunks=heard.chunks)
    outcome, error = heard.outcome, heard.error
    if outcome is ReplayOutcome.COMPLETED and (not assembly.ended or assembly.reply.error):
        outcome, error = ReplayOutcome.BROKEN_STREAM, assembly.reply.error or "stream_ended_early"
    if outcome is ReplayOutcome.HTTP_ERROR:
        error = f"http_{heard.status}"
    return Replay(
        experiment_id=experiment_id,
        exchange_id=exchange.exchange_id,
        conversation_id=exchange.conversation_id,
        lane=lane,
        deployment_id=deployment.deployment_id,
        fingerprint=deployment.fingerprint,
        outcome=outcome,
        status=heard.status,
        reply=assembly.reply,
        timings=_timings(heard, assembly, scheduled_ns=scheduled_ns),
        sent_at=sent_at,
        in_flight=heard.in_flight,
        parameters_hash=prepared.parameters_hash,
        rewrites=prepared.rewrites,
        attempts=heard.attempts,
        error=error,
    )


def _timings(heard: Heard, assembly: Assembly, *, scheduled_ns: int) -> Timings:
    """What was never sent has no times but its delay; an error's body is no output."""
    if heard.outcome is ReplayOutcome.NOT_SENT:
        return Timings(schedule_delay_ms=max(heard.sent_ns - scheduled_ns, 0) / 1e6)
    return timings(
        scheduled_ns=scheduled_ns,
        sent_ns=heard.sent_ns,
        ended_ns=heard.ended_ns,
        output_ns=assembly.output_events_ns if heard.outcome is not ReplayOutcome.HTTP_ERROR else (),
        output_tokens=assembly.reply.usage.completion_tokens,
        server_ttft_ms=server_ttft_ms(heard.chunks),
    )
