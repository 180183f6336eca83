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
_ACTS_OUTSIDE = (
    "store", "metadata", "background", "webhook", "service_tier", "conversation", "previous_response_id",
    "web_search_options", "mcp_servers", "container",
)  # fmt: skip
_SALTED = {Shape.CHAT, Shape.COMPLETIONS, Shape.RESPONSES}
_LANE_FIELDS = {"model", "cache_salt"}
_NAMELESS_CHOICES = {"auto", "any", "none"}


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
    if exchange.shape in _STREAMED and not _needs_whole_body(body):
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
        body=_json(body),
        streamed=body.get("stream") is True,
        parameters_hash=hashlib.sha256(_json(parameters)).hexdigest()[:32],
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
            if not kept or _chooses_another(body.get("tool_choice"), kept):
                rewrites += ["-tool_choice"] if body.pop("tool_choice", None) is not None else []
    return body, rewrites


def _chooses_another(choice: JsonValue, kept: list[JsonValue]) -> bool:
    """Whether a choice names a tool that is gone: servers refuse such a request, whatever the model could do."""
    if not isinstance(choice, dict) or choice.get("type") in _NAMELESS_CHOICES:
        return False
    return _name(choice) not in {_name(tool) for tool in kept if isinstance(tool, dict)}


def _name(tool: dict[str, JsonValue]) -> str:
    """Name of a tool or of a choice; chat alone keeps it one level down."""
    inner = tool.get("function") or tool.get("custom")
    name = (inner if isinstance(inner, dict) else tool).get("name")
    return name if isinstance(name, str) else ""


def _is_client_tool(tool: JsonValue) -> bool:
    """A tool that the client would run; without a type it is the Anthropic shape's custom tool."""
    return isinstance(tool, dict) and tool.get("type", "custom") in {"function", "custom"}


def _needs_whole_body(body: dict[str, JsonValue]) -> bool:
    """Searches over several answers are refused as streams.

    Source: vLLM's and OpenAI's completions reference: no stream with beam search, nor with best_of above n.
    """
    best_of = body.get("best_of")
    return body.get("use_beam_search") is True or (best_of is not None and best_of != body.get("n", 1))


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


def _json(value: object) -> bytes:
    """JSON bytes, fields in the order of the capture.

    A server that decodes by a schema writes the properties in its order, and a chat template prints tools as they
    stand, so sorting would ask for something else. A lone surrogate stays escaped, as it arrived.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()
