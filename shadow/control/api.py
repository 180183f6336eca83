"""The control service: the registry over HTTP, behind a bearer token. Errors are problem+json (RFC 9457)."""

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import aiohttp
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse

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
    app.add_exception_handler(UnderstudyError, _problem)
    return app


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _allowed(parts: Annotated[Parts, Depends(_parts)], authorization: Annotated[str, Header()] = "") -> None:
    given = authorization.removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, parts.token.encode()):
        raise HTTPException(status_code=401, detail="give the control token as a bearer token")


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    body = {"type": "about:blank", "title": type(error).__name__, "status": status, "detail": str(error)}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


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
