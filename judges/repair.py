"""Whether broken JSON can be mended: json-repair's word, for a label only. Nothing is ever judged by mended text."""

from typing import Final

_MOST_CHARACTERS: Final = 20_000
_MOST_OPENERS: Final = 200
"""Openers beyond which nothing is tried: mending recurses as deep as they nest."""
_BEGINNINGS: Final = ("{", "[", "```")


def is_repairable(text: str) -> bool:
    """Whether json-repair makes an object or list with something in it of a text that begins as JSON or a fence."""
    part = text[:_MOST_CHARACTERS]
    openers = part.count("{") + part.count("[")
    if not 0 < openers <= _MOST_OPENERS or not part.lstrip().startswith(_BEGINNINGS):
        return False
    from json_repair import loads

    try:
        mended = loads(part)
    except (ValueError, RecursionError, IndexError):
        return False
    return isinstance(mended, dict | list) and bool(mended)
