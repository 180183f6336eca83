"""Reading fields of foreign JSON without trusting it: a wrong type reads as missing, never as an exception."""

import json
import math
from collections.abc import Iterable
from typing import Any, Never

import msgspec

from proxy.errors import BadRecord

type Json = dict[str, Any]
"""A JSON object as it was decoded."""

MAX_DEPTH = 128
"""Deepest nesting that is read, levels. A record is written and read back by libraries that stop at about 200."""

_MAX_COUNT = 1 << 30
_DECODER = msgspec.json.Decoder()


def decode(data: bytes | str, *, surrogates: bool = False) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Decode one JSON text.

    Args:
        surrogates: Keep lone surrogates, which JSON allows and UTF-8 does not, because the other half may come with
            the next event; else they become U+FFFD.

    Raises:
        BadRecord: not JSON, not UTF-8, a number beyond a double, or nested deeper than `MAX_DEPTH`.
    """
    try:
        value = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        value = _decode_slowly(data, surrogates=surrogates)
    except RecursionError:
        raise BadRecord("the JSON text is nested too deeply") from None
    if _brackets(data) > MAX_DEPTH and not _is_shallow(value):
        raise BadRecord("the JSON text is nested too deeply")
    return value


def _brackets(data: bytes | str) -> int:
    if isinstance(data, str):
        return data.count("[") + data.count("{")
    return data.count(b"[") + data.count(b"{")


def _is_shallow(value: Any) -> bool:  # noqa: ANN401 - as above
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for held in level for inner in _held(held) if isinstance(inner, dict | list)]
        if not level:
            return True
    return False


def _held(value: Any) -> Iterable[Any]:  # noqa: ANN401 - as above
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


def _decode_slowly(data: bytes | str, *, surrogates: bool) -> Any:  # noqa: ANN401 - as above
    try:
        source = data if isinstance(data, str) else data.decode("utf-8-sig", "surrogatepass")
        value = json.loads(source, parse_constant=_refuse, parse_float=_finite)
        return value if surrogates else _mended(value)
    except (ValueError, UnicodeError, RecursionError):
        raise BadRecord("not a JSON text") from None


def _refuse(name: str) -> Never:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _mended(value: Any) -> Any:  # noqa: ANN401 - as above
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def text(source: Json, key: str) -> str:
    """The string at `key`, or an empty one."""
    value = source.get(key)
    return value if isinstance(value, str) else ""


def count(source: Json, key: str) -> int | None:
    """The count at `key`, at least 0, or None; also None where it is too large to be one of this world."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COUNT else None


def table(source: Json, key: str) -> Json:
    """The object at `key`, or an empty one."""
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def rows(source: Json, key: str) -> list[Json]:
    """The objects in the array at `key`; anything else in it is left out."""
    value = source.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def place(source: Json, key: str = "index") -> int:
    """The array index at `key`, 0 when it is missing or absurd."""
    value = count(source, key)
    return value if value is not None and value < 4096 else 0  # noqa: PLR2004 - no reply has more choices or items


def parts(content: Any) -> str:  # noqa: ANN401 - content is a string or a list of typed parts
    """Text of a content field: the string itself, or the text parts of a list, joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(text(part, "text") for part in content if isinstance(part, dict))
