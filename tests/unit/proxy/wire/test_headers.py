import pytest

from proxy.wire.headers import end_to_end, without_credentials


@pytest.mark.parametrize(
    "name",
    [
        b"Connection",
        b"keep-alive",
        b"Proxy-Authenticate",
        b"Proxy-Authorization",
        b"Proxy-Connection",
        b"TE",
        b"Trailer",
        b"Transfer-Encoding",
        b"Upgrade",
    ],
)
def test_a_hop_by_hop_header_ends_here(name: bytes) -> None:
    assert end_to_end([(name, b"x"), (b"Accept", b"y")]) == [(b"Accept", b"y")]


def test_headers_that_connection_lists_end_here_too() -> None:
    headers = [
        (b"connection", b"close, X-One"),
        (b"x-one", b"1"),
        (b"Connection", b" x-TWO "),
        (b"X-Two", b"2"),
        (b"X-Three", b"3"),
    ]
    assert end_to_end(headers) == [(b"X-Three", b"3")]


def test_the_rest_keeps_its_order_its_duplicates_and_its_spelling() -> None:
    headers = [(b"Accept", b"a"), (b"X-b", b"\xff"), (b"accept", b"c"), (b"Authorization", b"Bearer x")]
    assert end_to_end(iter(headers)) == headers


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Proxy-Authorization",
        "X-Amz-Security-Token",
        "Cookie",
        "Set-Cookie",
        "X-API-Key",
        "api-key",
        "apikey",
        "x_api_key",
        "api_key",
        "key",
        "X-Goog-Api-Key",
        "Ocp-Apim-Subscription-Key",
        "X-Client-Secret",
        "X-Session-Id",
        "X-Signature",
        "X-Password",
        "X-Credential",
    ],
)
def test_a_header_that_could_hold_a_credential_is_left_out(name: str) -> None:
    assert without_credentials([(name.encode(), b"planted")]) == ()


def test_other_headers_are_kept_in_lower_case() -> None:
    headers = [(b"Content-Type", b"application/json"), (b"X-Tenant-Id", b"caf\xe9"), (b"X-Monkey", b"1")]
    assert without_credentials(headers) == (
        ("content-type", "application/json"),
        ("x-tenant-id", "café"),
        ("x-monkey", "1"),
    )


def test_a_header_that_the_settings_name_is_kept_whatever_it_looks_like() -> None:
    found = without_credentials([(b"X-Session-Id", b"s"), (b"Cookie", b"c")], keep=frozenset({"x-session-id"}))
    assert found == (("x-session-id", "s"),)
