"""What a lane is sent: the captured request, made replayable, with every change written down.

Both lanes of a pair get byte-equal parameters. Only `model` and `cache_salt` may differ; `stream` is forced on
so that first tokens can be timed; whatever would act outside the model (server-side tools, stored responses,
webhooks) is stripped.
"""

import hashlib
import json
from dataclasses import dataclass

from pydantic import JsonValue

from proxy.exchange import Exchange, Shape
from proxy.wire.routes import PATHS
from shadow.deployment import Deployment
from shadow.replay import Lane

_STREAMED = {Shape.CHAT, Shape.COMPLETIONS, Shape.RESPONSES, Shape.MESSAGES}
_ACTS_OUTSIDE = ("store", "metadata", "background", "webhook", "service_tier", "conversation", "previous_response_id")
_SALTED = {Shape.CHAT, Shape.COMPLETIONS, Shape.RESPONSES}
_LANE_FIELDS = {"model", "cache_salt"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The request of one lane.

    Attributes:
        body: UTF-8 JSON.
        streamed: Whether the reply will be a stream of events.
        parameters_hash: Hash of the body without the fields that differ between lanes.
        rewrites: What was changed in the captured request, sorted.
    """

    shape: Shape
    path: str
    body: bytes
    streamed: bool
    parameters_hash: str
    rewrites: tuple[str, ...]


def prepare(exchange: Exchange, *, deployment: Deployment, lane: Lane, run: str) -> Prepared:
    """Make one lane's request of a captured exchange.

    Args:
        run: Name of the run; with the lane it salts the prefix cache, so that lanes never warm each other.
    """
    body, rewrites = _without_side_effects(exchange.request)
    if exchange.shape in _STREAMED:
        rewrites += _force_stream(body, exchange.shape)
    parameters = {name: value for name, value in body.items() if name not in _LANE_FIELDS}
    body["model"] = deployment.model
    rewrites.append("model")
    if exchange.shape in _SALTED and deployment.takes_cache_salt:
        body["cache_salt"] = hashlib.sha256(f"{run}:{lane}".encode()).hexdigest()[:32]
        rewrites.append("cache_salt")
    return Prepared(
        shape=exchange.shape,
        path=PATHS[exchange.shape],
        body=_canonical(body),
        streamed=body.get("stream") is True,
        parameters_hash=hashlib.sha256(_canonical(parameters)).hexdigest()[:32],
        rewrites=tuple(sorted(set(rewrites))),
    )


def _without_side_effects(request: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], list[str]]:
    body = {name: value for name, value in request.items() if name not in _ACTS_OUTSIDE}
    rewrites = [f"-{name}" for name in request if name in _ACTS_OUTSIDE]
    tools = body.get("tools")
    if isinstance(tools, list):
        kept = [tool for tool in tools if _is_client_tool(tool)]
        if len(kept) < len(tools):
            rewrites.append("-server_side_tools")
            body["tools"] = kept
            if not kept:
                del body["tools"]
                body.pop("tool_choice", None)
    return body, rewrites


def _is_client_tool(tool: JsonValue) -> bool:
    """A tool that the client would run; without a type it is the Anthropic shape's custom tool."""
    return isinstance(tool, dict) and tool.get("type", "custom") in {"function", "custom"}


def _force_stream(body: dict[str, JsonValue], shape: Shape) -> list[str]:
    rewrites = []
    if body.get("stream") is not True:
        body["stream"] = True
        rewrites.append("stream")
    if shape in {Shape.CHAT, Shape.COMPLETIONS}:
        options = body.get("stream_options")
        held = options if isinstance(options, dict) else {}
        if held.get("include_usage") is not True:
            body["stream_options"] = {**held, "include_usage": True}
            rewrites.append("stream_options")
    return rewrites


def _canonical(value: object) -> bytes:
    """JSON bytes that depend on the content alone; a lone surrogate stays escaped, as it arrived."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
