import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from analytics.delivery.posting import Poster
from proxy.errors import Refused, Unavailable


@dataclass
class Receiver:
    """A server on loopback that answers with the statuses that it was given, one by one, and keeps what came."""

    url: str
    statuses: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            status = found.statuses.pop(0) if found.statuses else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def _post(receiver: Receiver, path: str = "/hooks/one", *, allowed: str = "/hooks/") -> None:
    Poster([receiver.url + allowed], timeout_s=5).post(receiver.url + path, b"{}", headers={"X-A": "b"})


def test_what_is_allowed_is_posted_with_its_headers(receiver: Receiver) -> None:
    _post(receiver)
    headers, body = receiver.came[0]
    assert (headers["X-A"], body) == ("b", b"{}")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_an_answer_that_may_pass_is_unavailable(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    with pytest.raises(Unavailable, match=str(status)):
        _post(receiver)


@pytest.mark.parametrize("status", [302, 400, 401, 404])
def test_any_other_answer_is_a_refusal_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    with pytest.raises(Refused, match=str(status)):
        _post(receiver)
    assert len(receiver.came) == 1


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 does not answer"):
        Poster(["http://127.0.0.1:1/"], timeout_s=5).post("http://127.0.0.1:1/x", b"", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/hooks/one",
        "http://hooks.example.org/services/one",
        "https://hooks.example.org:8443/services/one",
        "https://hooks.example.org/other",
        "https://hooks.example.org/services-evil/one",
        "https://hooks.example.org/services/../admin",
        "https://hooks.example.org@evil.example/services/one",
        "https://user:secret@hooks.example.org/services/one",
        "https://hooks.example.org.evil.example/services/one",
        "file:///etc/passwd",
    ],
)
def test_what_is_not_on_the_allow_list_is_never_asked(url: str) -> None:
    with pytest.raises(Refused, match="allow list") as caught:
        Poster(["https://hooks.example.org/services/"], timeout_s=5).post(url, b"", headers={})
    assert "secret" not in str(caught.value)


def test_an_empty_allow_list_allows_nothing(receiver: Receiver) -> None:
    with pytest.raises(Refused):
        Poster([], timeout_s=5).post(receiver.url, b"", headers={})
    assert receiver.came == []
