"""Header names that matter at a door: which are hop-by-hop, which hold credentials, which are ours."""

import functools
import re
from collections.abc import Iterable
from typing import Final

REPLAY_HEADER: Final = "x-understudy-replay"
"""Marks Understudy's own replays; a door passes them and never captures them."""

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers that end at a proxy. Source: RFC 9110 section 7.6.1, with the historic names that clients still send."""

_CREDENTIAL = re.compile(r"auth|token|secret|cookie|credential|password|signature|session|api[-_]?key|(?:^|[-_])key$")


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers that a proxy passes on, in order, duplicates kept, names as they came.

    Source: RFC 9110 section 7.6.1; names listed in Connection are dropped too.
    """
    pairs = list(headers)
    dropped = set(HOP_BY_HOP)
    for name, value in pairs:
        if name.lower() == b"connection":
            dropped.update(option.strip().lower() for option in value.split(b","))
    return [(name, value) for name, value in pairs if name.lower() not in dropped]


def without_credentials(
    headers: Iterable[tuple[bytes, bytes]], *, keep: frozenset[str] = frozenset()
) -> tuple[tuple[str, str], ...]:
    """Headers as a record may hold them: lower-case names, nothing that could be a credential.

    Args:
        keep: Lower-case names that are kept whatever they look like (the configured conversation header may be
            called x-session-id).
    """
    named = ((*_read_name(name), value) for name, value in headers)
    return tuple((name, value.decode("latin-1")) for name, safe, value in named if safe or name in keep)


@functools.lru_cache(maxsize=256)
def _read_name(raw: bytes) -> tuple[str, bool]:
    """A name in lower case, and whether its value can be no credential. Clients send few names, and many times."""
    name = raw.decode("latin-1").lower()
    return name, not _CREDENTIAL.search(name)
