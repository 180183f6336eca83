"""The control service: the registry over HTTP, behind a bearer token. Errors are problem+json (RFC 9457)."""

import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

import aiohttp
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as HTTPProblem

from proxy.errors import Refused, Unavailable, UnderstudyError, UsageError
from shadow.control.probe import check_allowed, probe
from shadow.control.registry import Registry
from shadow.experiment import Experiment, State

_STATUS: dict[type[UnderstudyError], int] = {UsageError: 404, Refused: 409, Unavailable: 503}


class Action(StrEnum):
    """What can be done to an experiment."""

    ENABLE = "enable"
    PAUSE = "pause"
    DISABLE = "disable"


TARGETS = {Action.ENABLE: State.ENABLED, Action.PAUSE: State.PAUSED, Action.DISABLE: State.DISABLED}
"""The state that each action leads to."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    registry: Registry
    session: aiohttp.ClientSession
    token: str
    allowed_hosts: frozenset[str]


type OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def control_app(*, open_parts: OpenParts) -> FastAPI:
    """The application; `open_parts` opens what the routes need for the application's life."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts() as parts:
            app.state.parts = parts
            yield

    app = FastAPI(title="Understudy control", version="1", lifespan=lifespan)
    app.include_router(_open)
    app.include_router(_guarded)
    app.add_exception_handler(UnderstudyError, _tell_ours)
    app.add_exception_handler(HTTPProblem, _tell_http)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    return app


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _allowed(parts: Annotated[Parts, Depends(_parts)], authorization: Annotated[str, Header()] = "") -> None:
    expected = f"Bearer {parts.token}"
    if not parts.token or not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise HTTPException(401, "give the control token as a bearer token", headers={"www-authenticate": "Bearer"})


async def _tell_ours(_request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return _problem(status, title=type(error).__name__, detail=str(error))


async def _tell_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPProblem)  # noqa: S101 - it is registered for these alone
    title = HTTPStatus(error.status_code).phrase
    return _problem(error.status_code, title=title, detail=error.detail, headers=error.headers)


async def _tell_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names the wrong fields and never quotes them: a body may hold secrets."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return _problem(422, title="Unprocessable Content", detail="; ".join(wrong))


def _problem(status: int, *, title: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


_open = APIRouter()
_guarded = APIRouter(prefix="/experiments", dependencies=[Depends(_allowed)])
_Given = Annotated[Parts, Depends(_parts)]


@_open.get("/health")
async def health() -> dict[str, str]:
    """Whether the service answers."""
    return {"status": "ok"}


@_guarded.get("")
async def experiments(parts: _Given) -> list[Experiment]:
    """Every experiment, each in its last version."""
    return list((await parts.registry.all()).values())


@_guarded.get("/{experiment_id}")
async def experiment(experiment_id: str, parts: _Given) -> Experiment:
    """One experiment."""
    return await parts.registry.get(experiment_id)


@_guarded.post("", status_code=201)
async def create(wanted: Experiment, parts: _Given) -> Experiment:
    """Add an experiment once both of its deployments are on the allow list and answer."""
    return await parts.registry.create(await probed(wanted, session=parts.session, allowed_hosts=parts.allowed_hosts))


@_guarded.post("/{experiment_id}/{action}")
async def act(experiment_id: str, action: Action, by: str, parts: _Given) -> Experiment:
    """Enable, pause or disable; `by` goes to the audit log."""
    return await parts.registry.change_state(experiment_id, to=TARGETS[action], by=by)


async def probed(wanted: Experiment, *, session: aiohttp.ClientSession, allowed_hosts: frozenset[str]) -> Experiment:
    """The experiment with both fingerprints filled in.

    Raises:
        Refused: a deployment is not on the allow list.
        Unavailable: a deployment does not answer.
    """
    for deployment in (wanted.baseline, wanted.candidate):
        check_allowed(deployment, allowed_hosts=allowed_hosts)
    return wanted.model_copy(
        update={
            "baseline": await probe(wanted.baseline, session=session),
            "candidate": await probe(wanted.candidate, session=session),
        }
    )
