import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from analytics.jobs.embedding import EndpointEmbedder
from proxy.errors import Unavailable


class _Server(BaseHTTPRequestHandler):
    """Gives the length of each text as a vector, the last text first; fails where a text says so."""

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts: list[str] = body["input"]
        status = 500 if "fail" in texts else 200
        rows = [{"index": place, "embedding": [len(text), 1]} for place, text in enumerate(texts)]
        said = json.dumps({"data": [] if "nothing" in texts else rows[::-1]}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def embedder(url: str) -> EndpointEmbedder:
    return EndpointEmbedder(base_url=url, model="m", token=SecretStr("t"), batch=2, timeout_s=10)


def test_vectors_come_in_the_order_of_their_texts_at_length_one(url: str) -> None:
    rows = embedder(url).encode(["a", "four", "ab"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert np.allclose(rows[:, 0] / rows[:, 1], [1, 4, 2])
    assert embedder(url).encode([]).shape == (0, 1)


@pytest.mark.parametrize("text", ["fail", "nothing"])
def test_an_error_or_too_few_vectors_are_unavailable(url: str, text: str) -> None:
    with pytest.raises(Unavailable):
        embedder(url).encode([text])


def test_no_server_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        embedder("http://127.0.0.1:9").encode(["a"])
