"""The HTTP client towards the upstreams, set up to change nothing that passes."""

import asyncio
import functools

import aiohttp

from proxy.doors.gateway.limits import Limits

_AUTO_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_IDLE_S = 4.0
"""Shorter than the 5 s after which uvicorn, and with it vLLM, closes an idle connection, so that the upstream is
rarely the one that closes first; a POST that meets a closing connection may not be sent again (RFC 9110 9.2.2)."""
_MAX_LINE_BYTES = 65_536
_MAX_HEADERS = 1_000


def open_session(limits: Limits) -> aiohttp.ClientSession:
    """No connection limit, no cookies kept, no redirects or proxies of its own, bodies as they came."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=_IDLE_S),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_s, sock_read=limits.silence_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_AUTO_HEADERS,
        auto_decompress=False,
        trust_env=False,
        read_bufsize=2**18,
        max_line_size=_MAX_LINE_BYTES,
        max_field_size=_MAX_LINE_BYTES,
        max_headers=_MAX_HEADERS,
        request_class=type("Request", (_Request,), {"continue_s": limits.continue_s}),
    )


class _Request(aiohttp.ClientRequest):
    """A request that stops waiting for a 100 which never comes, as RFC 9110 section 10.1.1 asks."""

    continue_s: float

    def update_expect_continue(self, expect: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        super().update_expect_continue(expect)
        if self._continue is not None:
            self.loop.call_later(self.continue_s, functools.partial(_release, self._continue))


def _release(waiting: asyncio.Future[bool]) -> None:
    if not waiting.done():
        waiting.set_result(False)
