import pytest

from proxy.exchange import Shape
from proxy.wire.routes import OTHER_ROUTE, PATHS, shape_of


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("", "/"), ("/openai", ""), ("/a/b", "/")])
def test_each_shape_has_a_path_and_prefixes_do_not_matter(shape: Shape, before: str, after: str) -> None:
    assert shape_of(f"{before}{PATHS[shape]}{after}") is shape


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"])
def test_only_what_creates_something_is_captured(method: str) -> None:
    assert shape_of("/v1/chat/completions", method=method) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/models",
        "/v1/messages/count_tokens",
        "/v1/responses/resp_1/cancel",
        "/v1/chat/completions/1",
        "/v1/chat/completions//",
        "/chat/completions",
        "/xv1/completions",
        "/v1/audio/transcriptions",
    ],
)
def test_other_paths_pass_through(path: str) -> None:
    assert shape_of(path) is None


def test_the_other_route_is_no_shape() -> None:
    assert OTHER_ROUTE not in set(Shape)
