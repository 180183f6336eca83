"""Placeholders: what stands in place of a masked span. Keyed, so that nobody without the key can try values."""

import hashlib
import hmac
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from proxy.anonymise.found import EntityType
from proxy.anonymise.reading import read

PLACEHOLDER: Final = re.compile(rf"<(?:{'|'.join(EntityType)})_[0-9a-f]{{6}}>")
"""A placeholder in a text; nothing is ever found in one."""

_EXACT: Final = frozenset({EntityType.SECRET, EntityType.IMAGE, EntityType.AUDIO, EntityType.VIDEO, EntityType.FILE})
_SPACED: Final = frozenset({EntityType.PERSON, EntityType.ADDRESS, EntityType.BIRTH_DATE})
_POINTED: Final = frozenset({EntityType.EMAIL, EntityType.IP})


def pseudonym(key: bytes, *, conversation: str, type_: EntityType, value: str) -> str:
    """The placeholder of a value: the same within a conversation, another one in any other or with another key.

    The six hex digits are the start of HMAC-SHA256 over conversation, type and normalised value.
    """
    return f"<{type_}_{identity(key, conversation=conversation, type_=type_, value=value).hex()[:6]}>"


def identity(key: bytes, *, conversation: str, type_: EntityType, value: str, attempt: int = 0) -> bytes:
    """The keyed digest that stands for a value in a conversation, 32 bytes; each attempt gives another one."""
    again = (str(attempt),) if attempt else ()
    message = "\x1f".join((conversation, type_, _normalised(type_, value), *again))
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _normalised(type_: EntityType, value: str) -> str:
    """One form for all ways of writing the same thing: case, spaces, dashes and percent signs do not count."""
    if type_ in _EXACT:
        return value
    plain = (value if value.isascii() else unicodedata.normalize("NFKC", read(value).text)).casefold()
    if type_ in _SPACED:
        return " ".join(plain.split())
    if type_ in _POINTED:
        return unquote(plain)
    bare = "".join(filter(str.isalnum, plain))
    return bare.removeprefix("00") if type_ is EntityType.PHONE else bare or plain
