"""What can go wrong at the control service, as problem+json (RFC 9457): a closed list, each with what to do."""

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from proxy.errors import BadRecord, Refused, Unavailable, UnderstudyError, UsageError
from shadow.control.registry import UnknownExperiment

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(
        description="Address of the problem's page, relative to the service.", examples=["/problems/refused"]
    )
    title: str = Field(description="The kind of problem, always the same words.", examples=["Refused"])
    status: int = Field(description="HTTP status.", examples=[409])
    detail: str = Field(
        description="What is wrong this time; it never quotes what was sent.",
        examples=["experiment llama-awq is disabled and cannot become enabled"],
    )
    to_do: str = Field(
        description="What to do about it.", examples=["Read the experiment's state, then ask otherwise."]
    )


class Kind(Enum):
    """The kinds of problems: status, title, what to do."""

    BAD_REQUEST = HTTPStatus.BAD_REQUEST, "Bad request", "Send HTTP with a JSON body."
    UNAUTHORISED = HTTPStatus.UNAUTHORIZED, "Unauthorised", "Send `Authorization: Bearer` with the control token."
    UNKNOWN = HTTPStatus.NOT_FOUND, "Unknown", "List what there is: GET /experiments; the routes are in /openapi.json."
    WRONG_METHOD = HTTPStatus.METHOD_NOT_ALLOWED, "Wrong method", "Use a method that /openapi.json names for the route."
    REFUSED = HTTPStatus.CONFLICT, "Refused", "Read the experiment's state and the detail, then ask otherwise."
    TOO_LARGE = HTTPStatus.CONTENT_TOO_LARGE, "Too large", "Send a smaller body; an experiment is a few kilobytes."
    INVALID = HTTPStatus.UNPROCESSABLE_CONTENT, "Invalid", "Mend the fields that the detail names."
    UNAVAILABLE = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Unavailable",
        "Start the service that the detail names, then try again.",
    )
    INTERNAL = HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", "Report it with the service's log."

    def __init__(self, status: HTTPStatus, title: str, to_do: str) -> None:
        self.status = status
        self.title = title
        self.to_do = to_do

    @property
    def slug(self) -> str:
        """The kind's name in addresses."""
        return self.name.lower().replace("_", "-")


_OURS: tuple[tuple[type[UnderstudyError], Kind], ...] = (
    (UnknownExperiment, Kind.UNKNOWN),
    (UsageError, Kind.INVALID),
    (BadRecord, Kind.INVALID),
    (Refused, Kind.REFUSED),
    (Unavailable, Kind.UNAVAILABLE),
)


def kind_of(error: UnderstudyError) -> Kind:
    """The kind of problem that an exception of ours is."""
    return next((kind for ours, kind in _OURS if isinstance(error, ours)), Kind.INTERNAL)


def kind_with(status: int) -> Kind:
    """The kind of problem with an HTTP status."""
    unlisted = Kind.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else Kind.INTERNAL
    return next((kind for kind in Kind if kind.status == status), unlisted)


def told(kind: Kind, *, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that tells a problem."""
    body = Problem(type=f"/problems/{kind.slug}", title=kind.title, status=kind.status, detail=detail, to_do=kind.to_do)
    return JSONResponse(body.model_dump(), status_code=kind.status, headers=headers, media_type=MEDIA_TYPE)


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI tells that a route may answer with these."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        int(kind.status): {"description": f"{kind.title}: {kind.to_do}", "content": {MEDIA_TYPE: schema}}
        for kind in kinds
    }
