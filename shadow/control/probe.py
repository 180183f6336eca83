"""What a deployment says of itself: /version, /v1/models and /metrics, read once and kept in its fingerprint."""

import json
import re
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from pydantic import JsonValue

from proxy.errors import Refused, Unavailable
from shadow.deployment import Deployment

_CACHE_CONFIG = re.compile(r"^vllm:cache_config_info\{(?P<labels>[^}]*)\}", re.MULTILINE)
_LABEL = re.compile(r'(?P<name>\w+)="(?P<value>[^"]*)"')
_TIMEOUT = aiohttp.ClientTimeout(total=10)


def check_allowed(deployment: Deployment, *, allowed_hosts: frozenset[str]) -> None:
    """Refuse a deployment outside the allow list.

    Raises:
        Refused: its host is not listed, or its address is no plain http(s) URL.
    """
    try:
        url = urlsplit(deployment.base_url)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in {"http", "https"} or url.username or url.password:
        message = f"deployment {deployment.deployment_id}: the base URL must be http(s) without credentials"
        raise Refused(message)
    if url.hostname not in allowed_hosts:
        message = (
            f"deployment {deployment.deployment_id}: host {url.hostname} is not on the allow list; "
            "add it to UNDERSTUDY_SHADOW_ALLOWED_HOSTS"
        )
        raise Refused(message)


async def probe(deployment: Deployment, *, session: aiohttp.ClientSession) -> Deployment:
    """The deployment with what it says of itself filled in; what ops declared is kept.

    Raises:
        Unavailable: it does not answer, or does not serve the declared model.
    """
    base = deployment.base_url.rstrip("/")
    try:
        version = await _json(session, f"{base}/version")
        models = await _json(session, f"{base}/v1/models")
        metrics = await _text(session, f"{base}/metrics")
    except (aiohttp.ClientError, TimeoutError) as error:
        message = f"deployment {deployment.deployment_id} does not answer at its base URL ({type(error).__name__})"
        raise Unavailable(message) from error
    card = _card(models, deployment)
    context = card.get("max_model_len")
    owner = card.get("owned_by")
    return deployment.model_copy(
        update={
            "engine": str(version.get("engine") or owner or deployment.engine),
            "engine_version": str(version.get("version") or deployment.engine_version),
            "context_tokens": context if isinstance(context, int) else deployment.context_tokens,
            "probed": _cache_config(metrics),
        }
    )


def _card(models: dict[str, JsonValue], deployment: Deployment) -> dict[str, JsonValue]:
    data = models.get("data")
    cards = [card for card in data if isinstance(card, dict)] if isinstance(data, list) else []
    for card in cards:
        if card.get("id") == deployment.model:
            return card
    names = ", ".join(str(card.get("id")) for card in cards) or "none"
    message = f"deployment {deployment.deployment_id} does not serve model {deployment.model}; it serves: {names}"
    raise Unavailable(message)


def _cache_config(metrics: str) -> dict[str, JsonValue]:
    match = _CACHE_CONFIG.search(metrics)
    return {m["name"]: m["value"] for m in _LABEL.finditer(match["labels"])} if match else {}


async def _json(session: aiohttp.ClientSession, url: str) -> dict[str, JsonValue]:
    try:
        body = json.loads(await _text(session, url))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    """The body of a 200, else nothing; a redirect is not followed, for it may lead outside the allow list."""
    async with session.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
        return await response.text(errors="replace") if response.status == HTTPStatus.OK else ""
