"""What a deployment says of itself, read on registration and again during the run; it makes the fingerprint.

Read are /version, the model's card of /v1/models, the cache configuration of /metrics, and where the server runs in
vLLM's development mode /server_info. What a server does not offer is left out; a server that fails is not read at all,
since half an answer would look like another deployment.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from pydantic import JsonValue

from proxy.errors import Refused, Unavailable
from shadow.deployment import Deployment

_TIMEOUT_S: Final = 10.0
_SERVER_INFO_TIMEOUT_S: Final = 60.0
"""The first answer of /server_info looks the machine over, which may take long; later ones do not."""

_MAX_BYTES: Final = 8_388_608
_CACHE_CONFIG: Final = "vllm:cache_config_info"
_FAILING: Final = frozenset({408, 425, 429, *range(500, 600)} - {HTTPStatus.NOT_IMPLEMENTED})
"""Statuses of a server that may answer later; every other one but 200 says that it does not offer the route."""

_CARD: Final = ("root", "parent")
_SERVER_INFO: Final = {
    "model_config": ("model", "revision", "tokenizer_revision", "dtype", "quantization", "max_model_len"),
    "parallel_config": ("tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size"),
    "scheduler_config": ("max_num_seqs", "max_num_batched_tokens"),
    "load_config": ("load_format",),
    "speculative_config": ("model", "method", "num_speculative_tokens"),
}
"""What is kept of vLLM's configuration; the rest of /server_info, the environment above all, is never read."""

type Findings = dict[str, JsonValue]


def check_allowed(deployment: Deployment, *, allowed_hosts: frozenset[str]) -> None:
    """Refuse a deployment outside the allow list.

    Raises:
        Refused: its host is not listed, or its address is no plain http(s) URL.
    """
    check_url(deployment.base_url, of=f"deployment {deployment.deployment_id}", allowed_hosts=allowed_hosts)


def check_url(address: str, *, of: str, allowed_hosts: frozenset[str]) -> None:
    """Refuse an address outside the allow list.

    Args:
        of: Whose address it is, for the message.

    Raises:
        Refused: its host is not listed, or it is no plain http(s) URL.
    """
    try:
        url = urlsplit(address)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in {"http", "https"} or url.username or url.password:
        message = f"{of}: the URL must be http(s) without credentials"
        raise Refused(message)
    if url.hostname not in allowed_hosts:
        message = f"{of}: host {url.hostname} is not on the allow list; add it to UNDERSTUDY_SHADOW_ALLOWED_HOSTS"
        raise Refused(message)


async def probe(deployment: Deployment, *, session: aiohttp.ClientSession) -> Deployment:
    """The deployment with what it says of itself filled in; what ops declared is kept.

    Raises:
        Unavailable: it does not answer, fails, or does not serve the declared model.
    """
    base = deployment.base_url.rstrip("/")
    try:
        version = _object(await _text(session, f"{base}/version"))
        models = _object(await _text(session, f"{base}/v1/models"))
        metrics = await _text(session, f"{base}/metrics")
        info = _object(await _text(session, f"{base}/server_info?config_format=json", timeout_s=_SERVER_INFO_TIMEOUT_S))
    except (aiohttp.ClientError, TimeoutError) as error:
        message = f"deployment {deployment.deployment_id} does not answer at its base URL ({type(error).__name__})"
        raise Unavailable(message) from error
    except _Failing as error:
        message = f"deployment {deployment.deployment_id} fails to say what it is ({error})"
        raise Unavailable(message) from error
    card = _card(models, deployment)
    context = card.get("max_model_len")
    return deployment.model_copy(
        update={
            "engine": str(version.get("engine") or card.get("owned_by") or deployment.engine),
            "engine_version": str(version.get("version") or deployment.engine_version),
            "context_tokens": context if isinstance(context, int) and context > 0 else deployment.context_tokens,
            "probed": _cache_config(metrics) | _card_findings(card) | _server_findings(info),
        }
    )


class _Failing(Exception):
    """The server answered with a failure, or without end."""


def _card(models: Mapping[str, JsonValue], deployment: Deployment) -> Mapping[str, JsonValue]:
    data = models.get("data")
    cards = [card for card in data if isinstance(card, dict)] if isinstance(data, list) else []
    for card in cards:
        if card.get("id") == deployment.model:
            return card
    names = ", ".join(str(card.get("id")) for card in cards) or "none"
    message = f"deployment {deployment.deployment_id} does not serve model {deployment.model}; it serves: {names}"
    raise Unavailable(message)


def _card_findings(card: Mapping[str, JsonValue]) -> Findings:
    return {f"card.{name}": card[name] for name in _CARD if card.get(name) is not None}


def _cache_config(metrics: str) -> Findings:
    """The labels of the cache's description; engines of one deployment that differ are told together."""
    lines = [line for line in metrics.splitlines() if line.startswith(_CACHE_CONFIG + "{")]
    try:
        families = list(text_string_to_metric_families("\n".join(lines) + "\n"))
    except ValueError:
        return {}
    engines = [sample.labels for family in families for sample in family.samples]
    names = sorted({name for engine in engines for name in engine} - {"engine"})
    found: Findings = {name: ", ".join(sorted({engine.get(name, "") for engine in engines})) for name in names}
    return found | ({"engines": len(engines)} if engines else {})


def _server_findings(info: Mapping[str, JsonValue]) -> Findings:
    config = info.get("vllm_config")
    found: Findings = {}
    for part, names in _SERVER_INFO.items():
        held = config.get(part) if isinstance(config, dict) else None
        if isinstance(held, dict):
            found |= {f"{part}.{name}": held[name] for name in names if held.get(name) is not None}
    return found


def _object(text: str) -> dict[str, JsonValue]:
    """The JSON object that a text is; an empty one when it is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


async def _text(session: aiohttp.ClientSession, url: str, *, timeout_s: float = _TIMEOUT_S) -> str:
    """The body of a 200; nothing where the server does not offer it.

    A redirect is not followed, for it may lead outside the allow list.

    Raises:
        _Failing: it fails for now, or does not end.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with session.get(url, timeout=timeout, allow_redirects=False) as response:
        if response.status in _FAILING:
            reason = f"HTTP {response.status}"
            raise _Failing(reason)
        if response.status != HTTPStatus.OK:
            return ""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise _Failing("an answer without end")
    return body.decode(errors="replace")
