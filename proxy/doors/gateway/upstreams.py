"""Which upstream serves a path or a model, and which of several is tried first. Opens no connection, reads no body."""

import time
from collections.abc import Callable, Mapping, Sequence

from yarl import URL

from proxy.errors import UsageError


class Upstreams:
    """A small table from model, and from path prefix, to base URLs, with passive health.

    An upstream that did not take a connection comes last for a while; it is still tried when the others fail too,
    so that one upstream alone is always tried.

    Args:
        default: Base URLs of every path that no prefix names, in order of preference.
        routes: Base URLs by path prefix; the longest prefix that ends at a segment's border holds.
        models: Base URLs by the model that a request names; they stand above the routes.
        down_s: How long a failed upstream comes last, seconds.

    Raises:
        UsageError: a URL is no plain http(s) base URL, or a prefix does not start with a slash.
    """

    def __init__(
        self,
        default: Sequence[str],
        *,
        routes: Mapping[str, Sequence[str]] | None = None,
        models: Mapping[str, Sequence[str]] | None = None,
        down_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        table = {"": default} | {_prefix(prefix): bases for prefix, bases in (routes or {}).items()}
        self._table = [(prefix, [_base(url) for url in table[prefix]]) for prefix in sorted(table, key=len)[::-1]]
        self._models = {model: [_base(url) for url in bases] for model, bases in (models or {}).items()}
        if not all(bases for _, bases in [*self._table, *self._models.items()]):
            raise UsageError("an upstream is missing: every route needs one base URL or more")
        self._down_s = down_s
        self._clock = clock
        self._down_until: dict[URL, float] = {}

    @property
    def asks_for_models(self) -> bool:
        """Whether a request's model decides where it goes, so that its body must be looked at first."""
        return bool(self._models)

    def candidates(self, path: str, *, model: str = "") -> list[URL]:
        """Base URLs for a decoded path, and the model that the request names, in the order to try; never empty."""
        bases = self._models.get(model) or next(found for prefix, found in self._table if _is_under(path, prefix))
        return sorted(bases, key=self.is_down) if len(bases) > 1 else bases

    def is_down(self, base: URL) -> bool:
        """Whether the upstream failed to take a connection a short while ago."""
        return self._down_until.get(base, 0.0) > self._clock()

    def note(self, base: URL, *, took_connection: bool) -> None:
        """Remember how the last attempt went."""
        if took_connection:
            self._down_until.pop(base, None)
        else:
            self._down_until[base] = self._clock() + self._down_s


def split_urls(text: str) -> list[str]:
    """Base URLs from a setting's text, separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/") or not prefix


def _prefix(text: str) -> str:
    if not text.startswith("/"):
        message = f"the route {text!r} is no path: it must start with a slash"
        raise UsageError(message)
    return text.rstrip("/")


def _base(text: str) -> URL:
    try:
        url = URL(text.rstrip("/"))
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
        raise UsageError("an upstream is no base URL: write it as http://host:port, without user, query or fragment")
    return url
