"""JSON inside strings, such as tool arguments: its strings and numbers are rewritten where they stand.

Nothing else changes: order, spaces, repeated keys and the way numbers are written stay as the sender wrote them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from proxy.errors import BadRecord
from proxy.wire.fields import decode

_TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+")(?P<key>\s*+:)?|(?P<number>-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)'
    r"|(?P<opens>[{\[])|[}\]]",
    re.DOTALL,
)
_FRAMES: Final = (("{", "}"), ("[", "]"))


@dataclass(frozen=True, slots=True)
class Literal:
    """One string or number in a JSON text.

    Attributes:
        raw: As it is written, a string with its quotes.
        value: The decoded string, or the digits of the number.
        path: Keys on the way to it, `*` for an item of an array; a key itself has an empty one at the end.
    """

    start: int
    raw: str
    value: str
    path: tuple[str, ...]
    is_number: bool

    @property
    def key(self) -> str:
        """The nearest key in front of it; empty for a key itself."""
        return next((step for step in reversed(self.path) if step != "*"), "")


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or array, complete and valid."""
    bare = text.strip()
    if (bare[:1], bare[-1:]) not in _FRAMES:
        return False
    try:
        decode(text)
    except BadRecord:
        return False
    return True


def literals(text: str) -> Iterator[Literal]:
    """Every string and number of a valid JSON text, keys included."""
    path: list[str] = [""]
    for token in _TOKEN.finditer(text):
        if token["opens"]:
            path.append("" if token["opens"] == "{" else "*")
        elif (raw := token["string"] or token["number"]) is None:
            path.pop()
        elif token["key"] is not None:
            path[-1] = json.loads(raw, strict=False)
            yield Literal(token.start(), raw, path[-1], (*path[1:-1], ""), is_number=False)
        else:
            value = raw if token["number"] else json.loads(raw, strict=False)
            yield Literal(token.start(), raw, value, tuple(path[1:]), is_number=token["number"] is not None)


def write(literal: Literal, *, value: str) -> str:
    """A value as a JSON string in place of a literal; ASCII where the literal was, or where UTF-8 cannot hold it."""
    plain = literal.raw.isascii() or any("\ud800" <= letter <= "\udfff" for letter in value)
    return json.dumps(value, ensure_ascii=plain)
