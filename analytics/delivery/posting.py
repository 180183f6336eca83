"""Posts JSON to addresses on the allow list. Follows no redirect and repeats no answer's text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3

from proxy.errors import Refused, Unavailable

_PORTS = {"https": 443, "http": 80}
_TRY_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts to where it may.

    Attributes:
        allowed: Prefixes of addresses, such as https://hooks.slack.com/services/; nothing else is ever asked.
        timeout_s: Bound of connecting and of each wait for bytes, s.
    """

    allowed: Sequence[str]
    timeout_s: float

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> None:
        """Post the body once.

        Raises:
            Unavailable: no answer in time, or one that says to try again (408, 425, 429, 5xx).
            Refused: the address is not on the allow list, or the answer is another one than 2xx.
        """
        host = self._check(url)
        with urllib3.PoolManager(retries=False, timeout=self.timeout_s) as pool:
            try:
                answer = pool.request("POST", url, body=body, headers=dict(headers), redirect=False)
            except urllib3.exceptions.HTTPError as error:
                message = f"{host} does not answer ({type(error).__name__})"
                raise Unavailable(message) from None
        if answer.status in _TRY_AGAIN or answer.status >= 500:  # noqa: PLR2004 - HTTP's server errors
            message = f"{host} answered {answer.status}: it cannot take the report now"
            raise Unavailable(message)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's successes
            message = f"{host} answered {answer.status} and will not take the report; redirects are not followed"
            raise Refused(message)

    def _check(self, url: str) -> str:
        """The host, which may be named; the rest of an address can be a secret."""
        asked = urlsplit(url)
        host = asked.hostname or "the address"
        if asked.username or asked.password or not any(_covers(urlsplit(one), asked) for one in self.allowed):
            message = f"{host} is not on the allow list; add its prefix to UNDERSTUDY_DELIVERY_ALLOWED_URLS"
            raise Refused(message)
        return host


def _covers(allowed: SplitResult, asked: SplitResult) -> bool:
    """Same scheme, host and port, and the path is the allowed one or below it."""
    if (allowed.scheme, allowed.hostname, _port(allowed)) != (asked.scheme, asked.hostname, _port(asked)):
        return False
    below = allowed.path.rstrip("/")
    return ".." not in asked.path and (asked.path == below or asked.path.startswith(f"{below}/"))


def _port(address: SplitResult) -> int | None:
    return address.port or _PORTS.get(address.scheme)
