"""The types of an ASGI application, and the one path that every door keeps for itself."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEALTH_PATH: Final = "/__understudy/health"
"""Answered by the door itself, never captured and never counted."""
