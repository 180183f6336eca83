"""From what a lane heard to the replay that is stored."""

import asyncio
from datetime import datetime

from proxy.exchange import Exchange
from proxy.wire.assemble import Assembly, read_reply, reading_steps
from shadow.deployment import Deployment
from shadow.replay import Lane, Replay, ReplayOutcome, Timings
from shadow.worker.lane import Heard
from shadow.worker.preparation import Prepared
from shadow.worker.server_timing import server_ttft_ms
from shadow.worker.timing import timings


class Desk:
    """Parses what lanes heard, one reply at a time and a few events at a turn of the loop.

    Replies that end together, or one of 1,000 tokens, would else hold up the stamps of every other stream. A thread
    would too: the loop waits for the interpreter each time.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def read(self, heard: Heard, *, prepared: Prepared) -> Assembly:
        """Parse the bytes, in the order of asking."""
        async with self._turn:
            steps = reading_steps(prepared.shape, streamed=_is_stream(heard, prepared), chunks=heard.chunks)
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    assembly: Assembly = end.value
                    return assembly
                await asyncio.sleep(0)


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
    assembly: Assembly | None = None,
) -> Replay:
    """Parse the bytes, after the clock has stopped.

    A stream that ends without its terminal event is BROKEN_STREAM, whatever the status said.

    Args:
        assembly: The bytes as they were parsed; parsed here when it is left out.
    """
    if assembly is None:
        assembly = read_reply(prepared.shape, streamed=_is_stream(heard, prepared), chunks=heard.chunks)
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


def _is_stream(heard: Heard, prepared: Prepared) -> bool:
    return prepared.streamed and heard.status == 200  # noqa: PLR2004 - HTTP OK
