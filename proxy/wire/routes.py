"""Which paths carry which API shape. Knows paths and methods only, never bodies."""

from typing import Final

from proxy.exchange import Shape

PATHS: Final[dict[Shape, str]] = {
    Shape.CHAT: "/v1/chat/completions",
    Shape.COMPLETIONS: "/v1/completions",
    Shape.RESPONSES: "/v1/responses",
    Shape.MESSAGES: "/v1/messages",
    Shape.EMBEDDINGS: "/v1/embeddings",
}
"""The canonical path of each shape; also what an `Exchange` records, whatever prefix the client used."""

OTHER_ROUTE: Final = "other"
"""Route of everything that passes through and is only counted."""

_SHAPES = sorted(((path, shape) for shape, path in PATHS.items()), key=lambda pair: -len(pair[0]))


def shape_of(path: str, *, method: str = "POST") -> Shape | None:
    """Shape of a request, or None when it is to pass through uncaptured.

    Args:
        path: Path without the query; a prefix before `/v1/` and one trailing slash are accepted.
        method: HTTP method; only POST creates something to replay (GET lists what the server stored).
    """
    if method != "POST":
        return None
    trimmed = path.removesuffix("/")
    return next((shape for known, shape in _SHAPES if trimmed.endswith(known)), None)
