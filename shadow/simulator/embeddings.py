"""Embeddings without a model: unit vectors drawn from a hash of the text. Equal texts are equal, and that is all."""

import base64
import hashlib
import math
import sys
from array import array
from typing import Any

from proxy.errors import BadRecord
from proxy.wire.fields import Json
from shadow.simulator.tokens import split_tokens

_MOST_DIMENSIONS = 4096
_MOST_INPUTS = 2048
_HALF = 2**31


def read_inputs(body: Json) -> tuple[str, ...]:
    """The texts to embed; token ids stand as their own text.

    Raises:
        BadRecord: no input, an empty one, or one that is neither text nor token ids.
    """
    given: Any = body.get("input")
    many = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    inputs = tuple(_text(one) for one in many)
    if len(inputs) > _MOST_INPUTS or not all(inputs):
        message = f"input must be a text or up to {_MOST_INPUTS} texts, none of them empty"
        raise BadRecord(message)
    return inputs


def embeddings_body(inputs: tuple[str, ...], body: Json, *, model: str, dimensions: int) -> Json:
    """The body of a reply.

    Args:
        body: The request, for `dimensions` and `encoding_format`.
        dimensions: Length of the vectors where the request wants no other.

    Raises:
        BadRecord: the request wants dimensions or an encoding that there is not.
    """
    wanted = body.get("dimensions", dimensions)
    if not isinstance(wanted, int) or not 1 <= wanted <= _MOST_DIMENSIONS:
        message = f"dimensions must be from 1 to {_MOST_DIMENSIONS}"
        raise BadRecord(message)
    encoding = body.get("encoding_format") or "float"
    if encoding not in {"float", "base64"}:
        raise BadRecord("encoding_format must be float or base64")
    tokens = sum(len(split_tokens(text)) for text in inputs)
    rows = [
        {"object": "embedding", "index": place, "embedding": _encoded(unit_vector(text, dimensions=wanted), encoding)}
        for place, text in enumerate(inputs)
    ]
    return {"object": "list", "data": rows, "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


def unit_vector(text: str, *, dimensions: int) -> array[float]:
    """A vector of length 1 in 32-bit floats; the same text gives the same one."""
    drawn = array("I", hashlib.shake_256(text.encode("utf-8", "replace")).digest(4 * dimensions))
    if sys.byteorder == "big":
        drawn.byteswap()
    values = [value / _HALF - 1 for value in drawn]
    length = math.hypot(*values) or 1.0
    return array("f", [value / length for value in values])


def _encoded(vector: array[float], encoding: str) -> str | list[float]:
    if encoding == "float":
        return vector.tolist()
    if sys.byteorder == "big":
        vector.byteswap()
    return base64.b64encode(vector.tobytes()).decode()


def _text(given: Any) -> str:  # noqa: ANN401 - foreign JSON
    if isinstance(given, str):
        return given
    if isinstance(given, list) and all(isinstance(one, int) for one in given):
        return " ".join(map(str, given))
    return ""
