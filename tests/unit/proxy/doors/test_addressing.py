from typing import Any

from yarl import URL

from proxy.doors.gateway.addressing import headers_for, target_of

_BASE = URL("http://up:81/base")


def _scope(*headers: tuple[bytes, bytes], kind: str = "http", **more: Any) -> dict[str, Any]:
    return {"type": kind, "path": "/a", "query_string": b"", "headers": list(headers)} | more


def test_path_and_query_are_taken_as_they_were_written() -> None:
    scope = _scope(path="/a/b c", raw_path=b"//a%2Fb%20c/../;x", query_string=b"q=%zz&=[]")
    assert str(target_of(scope, _BASE)) == "http://up:81/base//a%2Fb%20c/../;x?q=%zz&=[]"


def test_valid_utf8_keeps_its_bytes_and_anything_else_is_latin_1() -> None:
    sent = headers_for(_scope((b"x-u", "ü".encode()), (b"x-l", b"\xfc")), _BASE, hidden=())
    assert sent == [("host", "up:81"), ("x-u", "ü"), ("x-l", "ü")]


def test_an_expectation_without_a_body_is_not_passed_on() -> None:
    expect, length = (b"expect", b"100-continue"), (b"content-length", b"5")
    assert ("expect", "100-continue") not in headers_for(_scope(expect), _BASE, hidden=())
    assert ("expect", "100-continue") in headers_for(_scope(expect, length), _BASE, hidden=())


def test_a_websockets_handshake_is_not_passed_on() -> None:
    names = (b"sec-websocket-key", b"sec-websocket-extensions", b"upgrade", b"origin")
    sent = headers_for(_scope(*((name, b"v") for name in names), kind="websocket"), _BASE, hidden=())
    assert sent == [("host", "up:81"), ("origin", "v")]
