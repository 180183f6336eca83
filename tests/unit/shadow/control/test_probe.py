import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from proxy.errors import Refused, Unavailable
from shadow.control.probe import check_allowed, check_url, probe
from shadow.deployment import Deployment
from tests.integration.gateways import served
from tests.records import deployment

ALLOWED = frozenset({"127.0.0.1"})
type Answers = dict[str, Any]

CACHE = 'vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",num_gpu_blocks="%d"} 1.0\n'
CARD = {
    "id": "d",
    "created": 1,
    "owned_by": "vllm",
    "root": "org/model",
    "max_model_len": 4096,
    "permission": [{"id": 1}],
}
VLLM: Answers = {
    "/version": {"version": "0.32.0"},
    "/v1/models": {"data": [CARD]},
    "/metrics": "# TYPE vllm:cache_config_info gauge\n" + CACHE % 100 + "vllm:num_requests_running 3.0\n",
}


@asynccontextmanager
async def answering(answers: Answers) -> AsyncIterator[Deployment]:
    """A deployment that answers each path as given, a number as a status, and 404 elsewhere."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        found = answers.get(scope["path"], 404)
        status = found if isinstance(found, int) else 200
        body = found if isinstance(found, str) else json.dumps(found)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body.encode()})

    async with served(app) as url:
        yield deployment("d", base_url=url)


async def probed(answers: Answers) -> Deployment:
    async with answering(answers) as asked, aiohttp.ClientSession() as session:
        return await probe(asked, session=session)


def test_a_listed_host_is_allowed() -> None:
    check_allowed(deployment("d"), allowed_hosts=ALLOWED)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://127.0.0.1@evil.example/", "file:///etc/passwd", "http://a:b@127.0.0.1/"],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="deployment d"):
        check_allowed(deployment("d", base_url=url), allowed_hosts=ALLOWED)
    with pytest.raises(Refused, match="production_metrics_url"):
        check_url(url, of="production_metrics_url", allowed_hosts=ALLOWED)


async def test_version_model_card_and_cache_are_read() -> None:
    found = await probed(VLLM)
    assert (found.engine, found.engine_version, found.context_tokens) == ("vllm", "0.32.0", 4096)
    assert found.probed == {
        "block_size": "16",
        "cache_dtype": "auto",
        "num_gpu_blocks": "100",
        "engines": 1,
        "card.root": "org/model",
    }


async def test_what_differs_at_every_probe_is_no_new_fingerprint() -> None:
    later = VLLM | {
        "/v1/models": {"data": [CARD | {"created": 2, "permission": [{"id": 2}]}]},
        "/metrics": CACHE % 101 + "vllm:num_requests_running 900.0\n",
    }
    assert (await probed(VLLM)).fingerprint == (await probed(later)).fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"/version": {"version": "0.33.0"}},
        {"/v1/models": {"data": [CARD | {"root": "org/other"}]}},
        {"/v1/models": {"data": [CARD | {"max_model_len": 8192}]}},
        {"/metrics": (CACHE % 100).replace("auto", "fp8")},
        {"/metrics": CACHE % 100 + (CACHE % 100).replace('engine="0"', 'engine="1"')},
        {"/server_info": {"vllm_config": {"model_config": {"dtype": "bfloat16"}}}},
    ],
)
async def test_another_server_is_a_new_fingerprint(changes: Answers) -> None:
    assert (await probed(VLLM)).fingerprint != (await probed(VLLM | changes)).fingerprint


async def test_of_the_development_server_s_configuration_only_the_listed_fields_are_kept() -> None:
    config = {"model_config": {"dtype": "bfloat16", "seed": 4, "hf_token": "secret"}, "load_config": None}
    info = {"vllm_config": config, "vllm_env": {"VLLM_API": "secret"}, "system_env": {"os": "secret"}}
    found = await probed(VLLM | {"/server_info": info})
    assert found.probed["model_config.dtype"] == "bfloat16"
    assert "secret" not in found.model_dump_json()


@pytest.mark.parametrize("path", ["/version", "/v1/models", "/metrics", "/server_info"])
@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_server_that_fails_is_not_taken_for_another_one(path: str, status: int) -> None:
    with pytest.raises(Unavailable, match=f"HTTP {status}"):
        await probed(VLLM | {path: status})


async def test_a_server_without_version_and_metrics_keeps_what_ops_declared() -> None:
    async with answering({"/v1/models": {"data": [{"id": "d"}]}}) as asked, aiohttp.ClientSession() as session:
        declared = asked.model_copy(update={"engine": "own", "engine_version": "1", "quantisation": "awq"})
        assert await probe(declared, session=session) == declared


@pytest.mark.parametrize("metrics", ['vllm:cache_config_info{block_size="16', "vllm:cache_config_info{} x", "\0"])
async def test_metrics_that_are_none_tell_nothing(metrics: str) -> None:
    assert (await probed(VLLM | {"/metrics": metrics})).probed == {"card.root": "org/model"}


async def test_an_answer_without_end_is_not_read_to_it() -> None:
    with pytest.raises(Unavailable, match="without end"):
        await probed(VLLM | {"/metrics": "x" * 9_000_000})
