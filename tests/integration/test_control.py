"""The control service over HTTP, on a log in memory, before simulated deployments."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from proxy.errors import Unavailable
from proxy.log.memory import MemoryLog
from proxy.log.record import Record
from proxy.log.topics import EXPERIMENTS
from shadow.control.api import MAX_BODY_BYTES, Parts, control_app
from shadow.control.registry import Registry
from shadow.experiment import Experiment, Proposal, State, Through
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.serving import simulator_in_loop
from shadow.stack.processes import free_port
from shadow.worker.lane import open_session
from tests.integration.gateways import served
from tests.records import deployment, experiment

TOKEN = "t0ken"
type Answer = tuple[int, str, Any]


@dataclass
class Caller:
    """Calls the service; `log` is what it has written, `stored` what the recorder kept of it."""

    session: aiohttp.ClientSession
    base_url: str
    log: MemoryLog
    stored: list[Experiment]

    async def call(self, method: str, path: str, body: object = None, *, token: str | None = TOKEN) -> Answer:
        """Status, content type and body of the answer."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        async with self.session.request(method, self.base_url + path, json=body, headers=headers) as response:
            return response.status, response.content_type, await response.json(content_type=None)


@asynccontextmanager
async def control(*, token: str = TOKEN, store_is_away: bool = False) -> AsyncIterator[Caller]:
    log, stored = MemoryLog(), list[Experiment]()

    async def read_all(topic: str) -> list[Record]:
        return list(log.records[topic])

    async def read_stored(experiment_id: str) -> list[Experiment]:
        if store_is_away:
            raise Unavailable("no store")
        return [one for one in stored if one.experiment_id == experiment_id]

    @asynccontextmanager
    async def open_parts() -> AsyncIterator[Parts]:
        async with open_session() as session:
            registry = Registry(producer=log.producer(), read_all=read_all, through=Through.API)
            hosts = frozenset({"127.0.0.1"})
            yield Parts(registry, session, read_stored=read_stored, token=token, allowed_hosts=hosts)

    async with served(control_app(open_parts=open_parts)) as base_url, open_session() as session:
        yield Caller(session, base_url, log, stored)


@asynccontextmanager
async def lanes() -> AsyncIterator[tuple[str, str]]:
    async with (
        simulator_in_loop(Behaviour(model="baseline")) as left,
        simulator_in_loop(Behaviour(model="candidate", context_tokens=4_096)) as right,
    ):
        yield left, right


def wanted(baseline: str, candidate: str, **changes: Any) -> dict[str, Any]:
    """The body of a new experiment, as JSON."""
    made = experiment(
        baseline=deployment("baseline", base_url=baseline),
        candidate=deployment("candidate", base_url=candidate),
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
    return made.model_dump(mode="json", include=set(Proposal.model_fields)) | changes


@asynccontextmanager
async def speaking(reply: bytes) -> AsyncIterator[str]:
    """A server that says the same to whatever it is asked."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_nothing_is_told_or_done_without_the_token() -> None:
    calls = (("GET", "/experiments"), ("POST", "/experiments"), ("POST", "/experiments/a/enable?by=b"))
    async with control() as caller:
        for token, (method, path) in itertools.product((None, "", "wrong", TOKEN.upper(), "tökén"), calls):
            status, kind, body = await caller.call(method, path, token=token)
            assert (status, kind, body["status"]) == (401, "application/problem+json", 401)
        assert not caller.log.records[EXPERIMENTS.name]


async def test_a_service_without_a_token_opens_to_nobody() -> None:
    async with control(token="") as caller:
        assert (await caller.call("GET", "/experiments", token=None))[0] == 401
        assert (await caller.call("GET", "/experiments", token=""))[0] == 401


async def test_health_needs_no_token() -> None:
    async with control() as caller:
        assert await caller.call("GET", "/health", token=None) == (200, "application/json", {"status": "ok"})


async def test_an_experiment_is_created_with_what_its_deployments_say_then_enabled_and_listed() -> None:
    async with control() as caller, lanes() as urls:
        status, _, made = await caller.call("POST", "/experiments", wanted(*urls))
        assert (status, made["state"]) == (201, "created")
        assert made["candidate"]["engine"] == "understudy-simulator"
        assert made["candidate"]["context_tokens"] == 4_096
        status, _, enabled = await caller.call("POST", "/experiments/trial/enable?by=anna")
        assert (status, enabled["state"], enabled["updated_by"]) == (200, "enabled", "anna")
        assert (await caller.call("GET", "/experiments"))[2] == [enabled]
        assert (await caller.call("GET", "/experiments/trial"))[2] == enabled
        versions = [Experiment.from_bytes(record.value) for record in caller.log.records[EXPERIMENTS.name]]
    assert [version.state for version in versions] == [State.CREATED, State.ENABLED]
    assert [version.updated_through for version in versions] == [Through.API, Through.API]
    assert enabled["fingerprints"] == {arm: getattr(versions[1], arm).fingerprint for arm in ("baseline", "candidate")}
    assert (made["live"], enabled["live"]) == (False, True)


async def test_what_the_registry_refuses_is_a_problem() -> None:
    async with control() as caller, lanes() as urls:
        await caller.call("POST", "/experiments", wanted(*urls))
        for method, path, body, expected in (
            ("GET", "/experiments/other", None, 404),
            ("POST", "/experiments/other/enable?by=anna", None, 404),
            ("POST", "/experiments", wanted(*urls), 409),
            ("POST", "/experiments/trial/pause?by=anna", None, 409),
            ("POST", "/experiments", wanted(*urls, experiment_id="old", expires_at="2020-01-01T00:00:00Z"), 409),
            ("POST", "/experiments", wanted(*urls, experiment_id="far", expires_at="2999-01-01T00:00:00Z"), 409),
            ("POST", "/experiments", wanted(*urls, experiment_id="mine", state="enabled"), 422),
            ("POST", "/experiments?by=", wanted(*urls, experiment_id="mine"), 422),
            ("POST", "/experiments/trial/explode?by=anna", None, 404),
            ("POST", "/experiments/trial/enable", None, 422),
            ("POST", "/experiments/trial/enable?by=", None, 422),
            ("POST", f"/experiments/trial/enable?by={'b' * 201}", None, 422),
            ("POST", "/experiments/trial/extend?by=anna", None, 422),
            ("POST", "/experiments/trial/extend?by=anna&days=91", None, 422),
            ("POST", "/experiments/trial/extend?by=anna&days=90", None, 409),
            ("GET", "/experiments/other/log", None, 404),
            ("GET", "/problems/nothing", None, 404),
            ("GET", "/nothing", None, 404),
            ("DELETE", "/experiments", None, 405),
        ):
            status, kind, problem = await caller.call(method, path, body)
            assert (status, kind, problem["status"]) == (expected, "application/problem+json", expected), path
            assert problem["title"]
            assert problem["detail"]
            page = (await caller.call("GET", problem["type"], token=None))[2]
            assert page == {name: problem[name] for name in ("title", "status", "to_do")}
        assert len(caller.log.records[EXPERIMENTS.name]) == 1


async def test_an_extension_moves_the_end() -> None:
    async with control() as caller, lanes() as urls:
        _, _, made = await caller.call("POST", "/experiments", wanted(*urls))
        status, _, longer = await caller.call("POST", "/experiments/trial/extend?days=7&by=anna")
    end, new_end = (datetime.fromisoformat(one["expires_at"]) for one in (made, longer))
    assert (status, new_end - end) == (200, timedelta(days=7))


async def test_the_log_tells_who_did_what_from_the_topic_and_from_the_store() -> None:
    async with control() as caller, lanes() as urls:
        await caller.call("POST", "/experiments?by=anna", wanted(*urls))
        await caller.call("POST", "/experiments/trial/enable?by=ben", None)
        await caller.call("POST", "/experiments/trial/extend?by=cleo&days=2", None)
        records = caller.log.records[EXPERIMENTS.name]
        caller.stored += [Experiment.from_bytes(record.value) for record in records[:2]]
        del records[0]
        status, _, told = await caller.call("GET", "/experiments/trial/log")
    assert status == 200
    assert [(one["action"], one["by"], one["through"], one["missing"]) for one in told] == [
        ("create", "anna", "api", 0),
        ("enable", "ben", "api", 0),
        ("extend", "cleo", "api", 0),
    ]
    assert told[1]["fields"] == [{"field": "state", "old": "created", "new": "enabled"}]


async def test_without_the_store_the_log_says_how_many_versions_it_lacks() -> None:
    async with control(store_is_away=True) as caller, lanes() as urls:
        await caller.call("POST", "/experiments", wanted(*urls))
        await caller.call("POST", "/experiments/trial/enable?by=ben", None)
        del caller.log.records[EXPERIMENTS.name][0]
        (told,) = (await caller.call("GET", "/experiments/trial/log"))[2]
        assert (told["version"], told["action"], told["missing"]) == (2, "enable", 1)
        assert (await caller.call("GET", "/experiments/other/log"))[0] == 404


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("token", [None, TOKEN])
async def test_a_body_beyond_the_bound_is_refused(token: str | None, *, is_chunked: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b'"' + b"x" * (MAX_BODY_BYTES // 2)

    async with control() as caller:
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        body = chunks() if is_chunked else b"x" * (MAX_BODY_BYTES + 1)
        async with caller.session.post(f"{caller.base_url}/experiments", data=body, headers=headers) as response:
            problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["type"]) == (413, "/problems/too-large")


async def test_a_source_of_production_s_metrics_must_be_on_the_allow_list() -> None:
    limits = {"production_metrics_url": "http://169.254.169.254/metrics", "production_ttft_p95_ms": 500}
    async with control() as caller, lanes() as urls:
        status, _, problem = await caller.call("POST", "/experiments", wanted(*urls, distress=limits))
    assert (status, problem["title"]) == (409, "Refused")
    assert "production_metrics_url" in problem["detail"]


async def test_openapi_tells_every_route_with_its_problems_and_an_example_that_is_one() -> None:
    async with control() as caller:
        _, _, told = await caller.call("GET", "/openapi.json", token=None)
    actions = {f"/experiments/{{experiment_id}}/{name}" for name in ("enable", "pause", "disable", "extend", "log")}
    assert actions | {"/experiments", "/experiments/{experiment_id}"} <= set(told["paths"])
    for path, methods in told["paths"].items():
        for operation in methods.values():
            guarded = path.startswith("/experiments")
            assert operation["description"]
            assert ("401" in operation["responses"], "security" in operation) == (guarded, guarded), path
            for status, answer in operation["responses"].items():
                problem = answer["content"].get("application/problem+json")
                assert (problem is not None) == (int(status) >= 400), (path, status)
    body = told["paths"]["/experiments"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        assert Proposal.model_validate(example["value"]).budget.gpu_seconds == 36_000
    assert told["components"]["schemas"]["Problem"]["properties"]["to_do"]["description"]


async def test_an_experiment_without_an_end_is_no_experiment() -> None:
    async with control() as caller, lanes() as urls:
        body = wanted(*urls)
        del body["expires_at"]
        status, kind, problem = await caller.call("POST", "/experiments", body)
        assert (status, kind) == (422, "application/problem+json")
        assert "expires_at" in problem["detail"]


async def test_what_was_sent_is_not_sent_back_in_a_problem() -> None:
    async with control() as caller, lanes() as urls:
        _, _, problem = await caller.call("POST", "/experiments", wanted(*urls, speed="hunter2"))
        assert "speed" in problem["detail"]
        assert "hunter2" not in str(problem)


async def test_a_host_outside_the_allow_list_is_refused_before_it_is_called() -> None:
    hosts = ("http://169.254.169.254", "http://localhost", "http://127.0.0.1.example.org", "http://[::1", "file:///etc")
    async with control() as caller, lanes() as (left, _):
        for url in hosts:
            status, kind, problem = await caller.call("POST", "/experiments", wanted(left, url))
            assert (status, kind, problem["title"]) == (409, "application/problem+json", "Refused"), url
            assert "candidate" in problem["detail"]
        assert not caller.log.records[EXPERIMENTS.name]


async def test_a_deployment_cannot_lead_the_probe_to_another_host() -> None:
    visits = list[str]()

    async def inside(scope: Any, _receive: Any, send: Any) -> None:
        visits.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async with control() as caller, lanes() as (left, _), served(inside) as secret:
        place = secret.replace("127.0.0.1", "localhost").encode()
        reply = b"HTTP/1.1 302 Found\r\nlocation: " + place + b"/latest\r\ncontent-length: 0\r\n\r\n"
        async with speaking(reply) as url:
            status, _, _ = await caller.call("POST", "/experiments", wanted(left, url))
    assert status == 503
    assert "/latest" not in visits


async def test_a_deployment_that_speaks_no_json_is_said_to_lack_the_model() -> None:
    async with control() as caller, lanes() as (left, _):
        for body in (b"<html>", b"\xff\xfe", b"[]"):
            async with speaking(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)) as url:
                status, kind, problem = await caller.call("POST", "/experiments", wanted(left, url))
            assert (status, kind) == (503, "application/problem+json")
            assert "does not serve model candidate" in problem["detail"]


async def test_a_deployment_that_is_away_is_said_to_be() -> None:
    async with control() as caller, lanes() as (left, _):
        away = f"http://127.0.0.1:{free_port()}"
        status, _, problem = await caller.call("POST", "/experiments", wanted(left, away))
    assert (status, problem["title"]) == (503, "Unavailable")
    assert "deployment candidate does not answer" in problem["detail"]
