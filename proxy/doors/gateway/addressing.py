"""From an ASGI scope to the request that goes upstream: its URL and its headers. Sends nothing."""

from collections.abc import Collection

from yarl import URL

from proxy.wire.asgi import Scope
from proxy.wire.headers import end_to_end

_HANDSHAKE = frozenset(
    {
        b"sec-websocket-accept",
        b"sec-websocket-extensions",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
        b"sec-websocket-version",
    }
)


def target_of(scope: Scope, base: URL) -> URL:
    """The upstream's URL: its base, then path and query as the client wrote them."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return URL(f"{base}{path}{'?' + query if query else ''}", encoded=True)


def has_body(scope: Scope) -> bool:
    """Whether content follows the request's head. Source: RFC 9112 section 6."""
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


def announces_whole(scope: Scope) -> bool:
    """Whether the body has a length, and comes without being asked for; only then may it be looked at beforehand.

    Only a POST's: the client library sends a body in one piece again where the method allows it.
    """
    names = {name for name, _ in scope["headers"]}
    return (
        scope["method"] == "POST"
        and b"content-length" in names
        and b"expect" not in names
        and b"transfer-encoding" not in names
    )


def headers_for(scope: Scope, base: URL, *, hidden: Collection[bytes]) -> list[tuple[str, str]]:
    """What is passed on: end-to-end headers in order, duplicates kept, Host naming the upstream.

    An Expect without a body is left out, since nobody would ever fulfil it (RFC 9110 section 10.1.1); a
    websocket's handshake is made anew on each side.
    """
    left_out = {b"host", *hidden}
    if not has_body(scope):
        left_out.add(b"expect")
    if scope["type"] == "websocket":
        left_out |= _HANDSHAKE
    kept = [(_text(name), _text(value)) for name, value in end_to_end(scope["headers"]) if name.lower() not in left_out]
    return [("host", base.host_port_subcomponent or ""), *kept]


def _text(value: bytes) -> str:
    """The client library writes UTF-8: valid UTF-8 keeps its bytes, anything else is taken for latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
