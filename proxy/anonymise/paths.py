"""Paths to fields of a request that have rules of their own, and where a walk is among them."""

import re
from typing import Final

type Steps = dict[str, "Steps"]
"""What paths have next, by key; `*` is any key and any index. A path ends where its steps have an empty one."""

_PATH: Final = re.compile(r"[\w$-]+(?:\.(?:[\w$-]+|\*))*")

STRUCTURAL: Final = (
    *("model", "tool_choice", "tool_choice.type", "tool_choice.name", "tool_choice.function.name"),
    *("response_format.type", "response_format.json_schema.name", "text.format.type", "text.format.name"),
    *("messages.*.role", "messages.*.content.*.type", "messages.*.tool_calls.*.type", "messages.*.tool_calls.*.id"),
    *("messages.*.tool_calls.*.function.name", "messages.*.tool_call_id", "messages.*.content.*.name"),
    *("messages.*.content.*.id", "messages.*.content.*.tool_use_id"),
    *("input.*.role", "input.*.type", "input.*.name", "input.*.call_id", "input.*.id", "input.*.content.*.type"),
    *("tools.*.type", "tools.*.name", "tools.*.function.name", "functions.*.name"),
)
"""Fields by which a request works. Names are not looked for in them; identifiers and secrets are, as everywhere."""


def is_path(path: str) -> bool:
    """Whether a path is well written: keys and `*`, joined by dots, a key first."""
    return _PATH.fullmatch(path) is not None


class Place:
    """Where a walk is, and where the paths that are left go on from here.

    Attributes:
        is_allowed: Nothing here is ever masked.
        is_structural: A request works by what is here.
    """

    __slots__ = ("_below", "_elsewhere", "is_allowed", "is_structural")

    def __init__(self, *, allowed: tuple[Steps, ...], structural: tuple[Steps, ...]) -> None:
        self.is_allowed = any("" in steps for steps in allowed)
        self.is_structural = any("" in steps for steps in structural)
        keys = {key for steps in (*allowed, *structural) for key in steps if key}
        self._below = {key: _place(_next(allowed, key), _next(structural, key)) for key in keys}
        self._elsewhere = self._below.get("*")

    def below(self, key: str) -> "Place | None":
        """The place below a key (`*` for an item of an array), or None if no path goes there."""
        return self._below.get(key, self._elsewhere)


def root(allow: tuple[str, ...]) -> Place:
    """The place of a whole request, with the paths of a policy."""
    return Place(allowed=(_steps(allow),), structural=(_steps(STRUCTURAL),))


def _steps(paths: tuple[str, ...]) -> Steps:
    tree: Steps = {}
    for path in paths:
        here = tree
        for key in path.split("."):
            here = here.setdefault(key, {})
        here[""] = {}
    return tree


def _place(allowed: tuple[Steps, ...], structural: tuple[Steps, ...]) -> Place | None:
    return Place(allowed=allowed, structural=structural) if allowed or structural else None


def _next(steps: tuple[Steps, ...], key: str) -> tuple[Steps, ...]:
    return tuple(one[name] for one in steps for name in sorted({key, "*"}) if name in one)
