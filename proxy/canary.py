"""The mark by which capture knows Understudy's own canary: a header that only the holder of the key can write.

A marked exchange is never sampled out, and its suite keeps it out of every verdict. The seal covers the body and the
time, so that a header that somebody has seen is good for nothing but the same harmless request, for five minutes.
"""

import hashlib
import hmac
import re
from typing import Final

from proxy.exchange import Exchange, RawExchange

CANARY_HEADER: Final = "x-understudy-canary"
"""Request header of the mark, lower case; a gateway does not forward it."""

CANARY_SUITE: Final = "canary@1"
"""Suite of canaries; no suite file can have it, since those are named by a hash. Evidence leaves it out."""

CANARY_CATEGORY: Final = "canary"

_AGE_S = 300
_MARK = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


def mark_of(body: bytes, *, nonce: str, at: float, key: bytes) -> str:
    """The header's value for one request.

    Args:
        nonce: 32 hex digits, another one for each canary.
        at: Seconds since the epoch.
        key: Key of the pseudonyms.
    """
    return f"{int(at)}.{nonce}.{_seal(body, said=f'{int(at)}.{nonce}', key=key)}"


def nonce_of(raw: RawExchange, *, key: bytes) -> str | None:
    """The canary's nonce; None when the exchange is none, or its mark is forged, stale or another body's."""
    marks = [value for name, value in raw.headers if name == CANARY_HEADER]
    read = _MARK.fullmatch(marks[0]) if len(marks) == 1 else None
    if read is None:
        return None
    at, nonce, seal = read.groups()
    is_fresh = abs(raw.started_at - int(at)) <= _AGE_S
    is_sealed = hmac.compare_digest(seal, _seal(raw.body, said=f"{at}.{nonce}", key=key))
    return nonce if is_fresh and is_sealed else None


def marked(exchange: Exchange, raw: RawExchange, *, key: bytes) -> Exchange:
    """The exchange as it is, or as the canary that it is."""
    nonce = nonce_of(raw, key=key)
    if nonce is None:
        return exchange
    return exchange.model_copy(update={"suite": CANARY_SUITE, "category": CANARY_CATEGORY, "example_id": nonce})


def is_canary(exchange: Exchange) -> bool:
    """Whether admission found the mark; suite and mark are ours to give, never the client's."""
    return exchange.suite == CANARY_SUITE


def _seal(body: bytes, *, said: str, key: bytes) -> str:
    covered = b"\x1f".join((b"canary", said.encode(), hashlib.sha256(body).digest()))
    return hmac.new(key, covered, hashlib.sha256).hexdigest()
