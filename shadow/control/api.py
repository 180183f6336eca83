"""The control service: the registry over HTTP, behind a bearer token. Errors are problem+json (RFC 9457)."""

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import aiohttp
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as HTTPProblem

from proxy.errors import Unavailable, UnderstudyError
from shadow.control.body_limit import BodyLimit
from shadow.control.history import Entry, history_of
from shadow.control.probe import check_allowed, check_url, probe
from shadow.control.problem import Kind, Problem, documented, kind_of, kind_with, told
from shadow.control.registry import MAX_DAYS, Registry
from shadow.control.shown import Shown
from shadow.experiment import Experiment, Proposal, State

MAX_BODY_BYTES = 262_144
"""Largest body that is read; an experiment is a few kilobytes."""

_LOG = logging.getLogger(__name__)

type ReadStored = Callable[[str], Awaitable[Sequence[Experiment]]]
"""The versions of an experiment that the recorder stored; raises `Unavailable` when the store does not answer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    registry: Registry
    session: aiohttp.ClientSession
    read_stored: ReadStored
    token: str
    allowed_hosts: frozenset[str]


class _Control(FastAPI):
    """Also describes `Problem`, which no route returns by itself."""

    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return schema


type OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def control_app(*, open_parts: OpenParts) -> FastAPI:
    """The application; `open_parts` opens what the routes need for the application's life."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts() as parts:
            app.state.parts = parts
            yield

    app = _Control(
        title="Understudy control",
        version="1",
        summary="Create, enable, change and end experiments.",
        description=_ABOUT,
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    app.include_router(_open)
    app.include_router(_guarded)
    app.add_exception_handler(UnderstudyError, _tell_ours)
    app.add_exception_handler(HTTPProblem, _tell_http)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(Exception, _tell_unforeseen)
    return app


_ABOUT = (
    "Every call but /health and /problems needs the control token as a bearer token. The token is one for all: `by` "
    "says who calls, and the audit log keeps it as it was given. Workers and capture follow within two seconds."
)
_EXAMPLE = {
    "experiment_id": "llama-awq",
    "owner": "ops@example.org",
    "expires_at": "2027-01-15T12:00:00Z",
    "sample_ratio": 0.1,
    "budget": {"gpu_seconds": 36_000},
    "target": {"concurrency": 32},
    "distress": {"max_waiting": 50},
    "baseline": {
        "deployment_id": "llama-bf16",
        "base_url": "http://127.0.0.1:8001",
        "model": "llama",
        "quantisation": "bf16",
    },
    "candidate": {
        "deployment_id": "llama-awq",
        "base_url": "http://127.0.0.1:8002",
        "model": "llama",
        "quantisation": "awq",
    },
}
_bearer = HTTPBearer(auto_error=False, description="The control token.")


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _allowed(
    parts: Annotated[Parts, Depends(_parts)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    token = given.credentials if given else ""
    if not parts.token or not hmac.compare_digest(token.encode(), parts.token.encode()):
        raise HTTPException(401, "the bearer token is missing or wrong", headers={"www-authenticate": "Bearer"})


async def _tell_ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, UnderstudyError)  # noqa: S101 - it is registered for these alone
    headers = {"retry-after": "5"} if isinstance(error, Unavailable) else None
    return told(kind_of(error), detail=str(error), headers=headers)


async def _tell_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPProblem)  # noqa: S101 - as above
    return told(kind_with(error.status_code), detail=error.detail, headers=error.headers)


async def _tell_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names the wrong fields and never quotes them: a body may hold secrets."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return told(Kind.INVALID, detail="; ".join(wrong))


async def _tell_unforeseen(_request: Request, error: Exception) -> JSONResponse:
    return told(Kind.INTERNAL, detail=f"an error that was not foreseen ({type(error).__name__})")


_open = APIRouter(tags=["service"])
_guarded = APIRouter(
    prefix="/experiments",
    tags=["experiments"],
    dependencies=[Depends(_allowed)],
    responses=documented(Kind.UNAUTHORISED, Kind.INVALID, Kind.UNAVAILABLE),
)
_Given = Annotated[Parts, Depends(_parts)]
_Id = Annotated[str, Path(min_length=1, max_length=200, description="Experiment id.", examples=["llama-awq"])]
_By = Annotated[
    str,
    Query(
        min_length=1, max_length=200, description="Who does this; goes to the audit log.", examples=["anna@example.org"]
    ),
]
_Days = Annotated[int, Query(ge=1, le=MAX_DAYS, description="Days to add.", examples=[7])]
_CHANGE: dict[int | str, dict[str, Any]] = documented(Kind.UNKNOWN, Kind.REFUSED)


@_open.get("/health")
async def health() -> dict[str, str]:
    """Whether the service answers."""
    return {"status": "ok"}


@_open.get("/problems/{slug}", responses=documented(Kind.UNKNOWN, Kind.INVALID))
async def problem(slug: str) -> dict[str, str | int]:
    """What a kind of problem means and what to do about it; `type` of every problem leads here."""
    for kind in Kind:
        if kind.slug == slug:
            return {"title": kind.title, "status": int(kind.status), "to_do": kind.to_do}
    raise HTTPException(404, "there is no such kind of problem")


@_guarded.get("")
async def experiments(parts: _Given) -> list[Shown]:
    """Every experiment, each in its last version."""
    return [_shown(one) for one in (await parts.registry.all()).values()]


@_guarded.post("", status_code=201, responses=documented(Kind.REFUSED, Kind.TOO_LARGE))
async def create(
    wanted: Annotated[Proposal, Body(openapi_examples={"a quantised candidate": {"value": _EXAMPLE}})],
    parts: _Given,
    by: Annotated[str | None, Query(min_length=1, max_length=200, description="Who does this; else the owner.")] = None,
) -> Shown:
    """Add an experiment once both of its deployments are on the allow list and answer.

    It starts as `created`: nothing is replayed until it is enabled.
    """
    ready = await probed(wanted, session=parts.session, allowed_hosts=parts.allowed_hosts)
    return _shown(await parts.registry.create(ready, by=by))


@_guarded.get("/{experiment_id}", responses=documented(Kind.UNKNOWN))
async def experiment(experiment_id: _Id, parts: _Given) -> Shown:
    """One experiment."""
    return _shown(await parts.registry.get(experiment_id))


@_guarded.get("/{experiment_id}/log", responses=documented(Kind.UNKNOWN))
async def log(experiment_id: _Id, parts: _Given) -> list[Entry]:
    """Who changed what, when and by which way, oldest first; `missing` counts versions that nobody kept."""
    return list(await changes_of(experiment_id, registry=parts.registry, read_stored=parts.read_stored))


@_guarded.post("/{experiment_id}/enable", responses=_CHANGE)
async def enable(experiment_id: _Id, by: _By, parts: _Given) -> Shown:
    """Start replaying."""
    return _shown(await parts.registry.change_state(experiment_id, to=State.ENABLED, by=by))


@_guarded.post("/{experiment_id}/pause", responses=_CHANGE)
async def pause(experiment_id: _Id, by: _By, parts: _Given) -> Shown:
    """Stop replaying for now; the place in the log is kept."""
    return _shown(await parts.registry.change_state(experiment_id, to=State.PAUSED, by=by))


@_guarded.post("/{experiment_id}/disable", responses=_CHANGE)
async def disable(experiment_id: _Id, by: _By, parts: _Given) -> Shown:
    """End an experiment for good."""
    return _shown(await parts.registry.change_state(experiment_id, to=State.DISABLED, by=by))


@_guarded.post("/{experiment_id}/extend", responses=_CHANGE)
async def extend(experiment_id: _Id, days: _Days, by: _By, parts: _Given) -> Shown:
    """Let an experiment end later, 90 days from now at most."""
    return _shown(await parts.registry.extend(experiment_id, days=days, by=by))


def _shown(one: Experiment) -> Shown:
    return Shown.of(one, now=datetime.now(UTC))


async def changes_of(experiment_id: str, *, registry: Registry, read_stored: ReadStored) -> tuple[Entry, ...]:
    """The audit log: what the topic still holds and what the recorder stored, together.

    Where the store does not answer, the topic's versions are told alone; those that compaction took show as missing.

    Raises:
        UnknownExperiment: neither knows it.
    """
    try:
        stored = await read_stored(experiment_id)
    except Unavailable as error:
        _LOG.warning("the log is of the topic alone: %s", error)
        stored = ()
    held = await registry.versions(experiment_id)
    if not stored and not held:
        await registry.get(experiment_id)
    return history_of([*stored, *held])


async def probed[Asked: Proposal](
    wanted: Asked, *, session: aiohttp.ClientSession, allowed_hosts: frozenset[str]
) -> Asked:
    """The proposal with both fingerprints filled in.

    Raises:
        Refused: a deployment, or the source of production's metrics, is not on the allow list.
        Unavailable: a deployment does not answer.
    """
    for deployment in (wanted.baseline, wanted.candidate):
        check_allowed(deployment, allowed_hosts=allowed_hosts)
    if wanted.distress.production_metrics_url is not None:
        check_url(wanted.distress.production_metrics_url, of="production_metrics_url", allowed_hosts=allowed_hosts)
    return wanted.model_copy(
        update={
            "baseline": await probe(wanted.baseline, session=session),
            "candidate": await probe(wanted.candidate, session=session),
        }
    )
