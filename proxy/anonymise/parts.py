"""Parts: a request cut into what is masked by itself, so that what a conversation repeats is masked once."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

_LISTS: Final = ("messages", "input", "tools")
_ENCODER: Final = msgspec.json.Encoder()

type Body = dict[str, Any]
"""A JSON object, decoded."""


class Part[T](NamedTuple):
    """What is masked by itself.

    Attributes:
        digest: Keyed hash of the value; None where it is not worth remembering, or cannot be encoded.
        size: Bytes of the value as JSON, at least 1.
    """

    value: T
    digest: bytes | None = None
    size: int = 1


class Cutter:
    """Cuts requests into parts.

    Args:
        key: Key of the digests; 64 bytes of it count.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = hashlib.blake2b(key=key[:64], digest_size=16)

    def cut(self, body: Body) -> list[Part[Body]]:
        """A request without the items of its long lists, and each item in a body of its own."""
        lists = {name: body[name] for name in _LISTS if isinstance(body.get(name), list)}
        frame = {name: [] if name in lists else value for name, value in body.items()} if lists else body
        parts = [*self._named("", [frame], [frame])]
        for name, items in lists.items():
            parts += self._named(name, items, [{name: [item]} for item in items])
        return parts

    def _named(self, name: str, items: list[Any], values: list[Body]) -> Iterator[Part[Body]]:
        try:
            lines = _ENCODER.encode_lines(items).splitlines()
        except (TypeError, ValueError, RecursionError):
            yield from map(Part, values)
            return
        keyed = self._keyed.copy()
        keyed.update(f"{name}:".encode())
        for line, value in zip(lines, values, strict=True):
            digest = keyed.copy()
            digest.update(line)
            yield Part(value, digest.digest(), len(line))


def joined(bodies: Iterable[Body]) -> Body:
    """One request again, of parts in the order in which it was cut."""
    frame, *items = bodies
    whole = {
        name: list(value) if name in _LISTS and isinstance(value, list) else value for name, value in frame.items()
    }
    for item in items:
        for name, held in item.items():
            whole[name] += held
    return whole
