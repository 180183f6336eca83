"""Records that tests build on: small, complete, and changed by keyword."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from proxy.exchange import Chunk, Door, Exchange, ExchangeOutcome, RawExchange, Shape
from proxy.wire.reply import Choice, Reply, Usage
from shadow.deployment import Deployment
from shadow.experiment import Experiment, State
from shadow.replay import Lane, Replay, ReplayOutcome, Timings

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def exchange(number: int = 0, **changes: Any) -> Exchange:
    """A chat exchange, the `number`th of its day: one a second."""
    fields: dict[str, Any] = {
        "exchange_id": f"exchange-{number:04d}",
        "conversation_id": f"conversation-{number:04d}",
        "captured_at": NOON + timedelta(seconds=number),
        "door": Door.GATEWAY,
        "shape": Shape.CHAT,
        "path": "/v1/chat/completions",
        "model": "production",
        "streamed": False,
        "category": "chat",
        "turn": 1,
        "request": {"model": "production", "messages": [{"role": "user", "content": f"question {number}"}]},
        "outcome": ExchangeOutcome.COMPLETE,
    }
    return Exchange.model_validate(fields | changes)


def deployment(name: str, *, base_url: str = "http://127.0.0.1:1", **changes: Any) -> Deployment:
    """A deployment called `name`."""
    fields: dict[str, Any] = {"deployment_id": name, "base_url": base_url, "model": name}
    return Deployment.model_validate(fields | changes)


def experiment(**changes: Any) -> Experiment:
    """An enabled experiment of candidate against baseline that expires a year from noon."""
    fields: dict[str, Any] = {
        "experiment_id": "trial",
        "owner": "ops@example.org",
        "expires_at": NOON + timedelta(days=365),
        "state": State.ENABLED,
        "baseline": deployment("baseline"),
        "candidate": deployment("candidate"),
        "updated_at": NOON,
        "updated_by": "ops@example.org",
    }
    return Experiment.model_validate(fields | changes)


def replay(number: int = 0, *, lane: Lane = Lane.CANDIDATE, text: str = "answer", **changes: Any) -> Replay:
    """A completed replay of the `number`th exchange."""
    answering = deployment("candidate" if lane is Lane.CANDIDATE else "baseline")
    fields: dict[str, Any] = {
        "experiment_id": "trial",
        "exchange_id": f"exchange-{number:04d}",
        "conversation_id": f"conversation-{number:04d}",
        "lane": lane,
        "deployment_id": answering.deployment_id,
        "fingerprint": answering.fingerprint,
        "outcome": ReplayOutcome.COMPLETED,
        "status": 200,
        "reply": Reply(choices=(Choice(text=text, finish_reason="stop"),), usage=Usage(completion_tokens=2)),
        "timings": Timings(
            schedule_delay_ms=0.5, e2e_ms=30.0, ttft_ms=10.0, ttft_scheduled_ms=10.5, itl_ms=(5.0, 15.0)
        ),
        "sent_at": NOON + timedelta(seconds=number),
        "in_flight": 1,
        "parameters_hash": "f" * 32,
    }
    return Replay(**(fields | changes))


def raw_exchange(**changes: Any) -> RawExchange:
    """A chat request with its whole reply, as a door saw it."""
    fields: dict[str, Any] = {
        "exchange_id": "raw-0001",
        "door": Door.GATEWAY,
        "method": "POST",
        "path": "/v1/chat/completions",
        "headers": (("content-type", "application/json"),),
        "body": json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]}).encode(),
        "status": 200,
        "reply_headers": (("content-type", "application/json"),),
        "reply": (Chunk(2_000_000, chat_body("hello to you")),),
        "started_at": NOON.timestamp(),
        "sent_ns": 1_000_000,
        "ended_ns": 3_000_000,
        "outcome": ExchangeOutcome.COMPLETE,
    }
    return RawExchange(**(fields | changes))


def chat_body(text: str) -> bytes:
    """A whole chat completion."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return json.dumps({"model": "m", "choices": [choice], "usage": usage}).encode()
