"""Seeded chance: the same parts give the same draws, in every process and in any order of asking."""

import hashlib
from random import Random


def chance(*parts: object) -> Random:
    """A generator of its own for what the parts name."""
    return Random("\x1f".join(map(str, parts)))  # noqa: S311 - repeatable draws are the point, not secrecy


def name_of(*parts: object) -> str:
    """24 hex digits that stand for the parts: an id that is the same each time."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:24]
