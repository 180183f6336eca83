from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from proxy.settings import ProxySettings
from shadow.doctor.finding import Finding, Health
from shadow.doctor.services import examine_deployments, examine_doors
from shadow.settings import ShadowSettings
from shadow.stack.processes import free_port
from tests.records import deployment, experiment


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[int]:
    """Port of a server that is a healthy control service, a failing gateway, and a deployment of one model."""

    async def answer(request: web.Request) -> web.Response:
        match request.path:
            case "/health":
                return web.json_response({"status": "ok"})
            case "/v1/models":
                return web.json_response({"data": [{"id": "candidate", "owned_by": "vllm"}]})
            case "/__understudy/health":
                return web.Response(status=500)
            case _:
                return web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


async def test_doors_are_asked_where_they_listen(server: int, session: aiohttp.ClientSession) -> None:
    proxy = ProxySettings(host="0.0.0.0", port=server)  # noqa: S104 - an address that no client can call
    shadow = ShadowSettings(control_port=server)
    found = await examine_doors(proxy, shadow, session=session)
    assert [(one.part, one.health) for one in found] == [("gateway", Health.BAD), ("control", Health.GOOD)]


async def test_a_door_that_is_not_here_may_be_elsewhere(session: aiohttp.ClientSession) -> None:
    proxy, shadow = ProxySettings(port=free_port()), ShadowSettings(control_port=free_port())
    assert {one.health for one in await examine_doors(proxy, shadow, session=session)} == {Health.DOUBTFUL}


async def _examined(base_url: str, *, session: aiohttp.ClientSession, hosts: frozenset[str]) -> dict[str, Finding]:
    trial = experiment(
        baseline=deployment("baseline", base_url=f"http://127.0.0.1:{free_port()}"),
        candidate=deployment("candidate", base_url=base_url),
    )
    found = await examine_deployments([trial], allowed_hosts=hosts, session=session)
    return {one.part: one for one in found}


async def test_deployments_of_live_experiments_are_asked(server: int, session: aiohttp.ClientSession) -> None:
    url = f"http://127.0.0.1:{server}"
    found = await _examined(url, session=session, hosts=frozenset({"127.0.0.1"}))
    assert found["experiments"].health is Health.GOOD
    assert found["trial/baseline"].health is Health.BAD
    assert "is another one than it was" in found["trial/candidate"].words


async def test_a_deployment_outside_the_allow_list_is_not_asked(server: int, session: aiohttp.ClientSession) -> None:
    found = await _examined(f"http://127.0.0.1:{server}", session=session, hosts=frozenset())
    assert "not on the allow list" in found["trial/candidate"].words


async def test_no_live_experiment_is_worth_a_word(session: aiohttp.ClientSession) -> None:
    (found,) = await examine_deployments([], allowed_hosts=frozenset(), session=session)
    assert (found.part, found.health) == ("experiments", Health.DOUBTFUL)
