"""Equality of JSON values as tool calls need it: canonical numbers, and texts strictly or as BFCL compares them."""

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from pydantic import JsonValue

type SameText = Callable[[str, str], bool]
"""Whether two texts say the same."""

_PUNCTUATION: Final = re.compile(r"[\s,./\-_*^]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def same_value(one: JsonValue, other: JsonValue, *, same_text: SameText) -> bool:
    """Whether two JSON values are the same: 5 is 5.0 but neither "5" nor true, lists in order, objects in any."""
    match one, other:
        case bool() | None, _:
            return one is other
        case str(), str():
            return same_text(one, other)
        case int() | float(), int() | float() if not isinstance(other, bool):
            return same_number(one, other)
        case list(), list():
            return len(one) == len(other) and all(
                same_value(mine, yours, same_text=same_text) for mine, yours in zip(one, other, strict=True)
            )
        case dict(), dict():
            return one.keys() == other.keys() and all(
                same_value(mine, other[name], same_text=same_text) for name, mine in one.items()
            )
        case _:
            return False


def same_number(one: float, other: float) -> bool:
    """Whether two numbers are one, up to the last bits that arithmetic in binary costs."""
    return one == other or math.isclose(one, other, rel_tol=1e-12)


def strict_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for Unicode's spelling and white space around and between words."""
    return _spelled(one) == _spelled(other)


def lenient_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, white space and the punctuation , . / - _ * ^ and quotes.

    Texts that are numbers are compared as numbers: without that, 1.5 would be 15 and -3 would be 3.

    Source: BFCL's string checker (`standardize_string`), which knows no such exception.
    """
    if _NUMBER.fullmatch(one.strip()) and _NUMBER.fullmatch(other.strip()):
        return float(one) == float(other)
    return _standard(one) == _standard(other)


def _spelled(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _standard(text: str) -> str:
    return _PUNCTUATION.sub("", unicodedata.normalize("NFC", text)).casefold().replace("'", '"')
