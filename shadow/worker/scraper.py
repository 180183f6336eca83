"""Asks servers for their /metrics every few seconds while replays run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import aiohttp

from shadow.worker.server_metrics import ServerMetrics, read_metrics

_LOG = logging.getLogger(__name__)
_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 8_388_608

type Found = Callable[[str, ServerMetrics], Awaitable[None]]
"""Takes a reading of the server of that name."""


class Scraper:
    """Reads the metrics of a few servers side by side.

    Args:
        urls: Address of each server's metrics, by a name of ours.
        is_wanted: Whether replays run; nobody is asked while none do.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        urls: Mapping[str, str],
        *,
        every_s: float,
        is_wanted: Callable[[], bool],
        found: Found,
    ) -> None:
        self._session = session
        self._urls = urls
        self._every_s = every_s
        self._is_wanted = is_wanted
        self._found = found

    async def run(self) -> None:
        """Scrape until cancelled; a server that does not answer is passed over."""
        while True:
            await asyncio.sleep(self._every_s)
            if self._is_wanted():
                await asyncio.gather(*(self._scrape(name, url) for name, url in self._urls.items()))

    async def _scrape(self, name: str, url: str) -> None:
        try:
            text = await _text(self._session, url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            _LOG.info("the metrics of %s were not read (%s)", name, type(error).__name__)
            return
        if text:
            await self._found(name, read_metrics(text))


async def _text(session: aiohttp.ClientSession, url: str) -> str:
    """The body of a 200, nothing otherwise. A redirect is not followed, for it may lead outside the allow list."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with session.get(url, timeout=timeout, allow_redirects=False) as response:
        if response.status != HTTPStatus.OK:
            return ""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _MOST_BYTES:
                return ""
    return body.decode(errors="replace")
