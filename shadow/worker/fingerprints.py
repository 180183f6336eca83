"""Whether the deployments are still the ones that the experiment names: asked again and again during the run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from proxy.errors import Unavailable, UnderstudyError
from shadow.deployment import Deployment

_LOG = logging.getLogger(__name__)

type Probe = Callable[[Deployment], Awaitable[Deployment]]
"""A deployment with what it says of itself now. Raises Unavailable."""

type Changed = Callable[[Sequence[Deployment], Mapping[str, datetime]], Awaitable[object]]
"""Takes deployments whose fingerprint is another one now, and when each, by its id, was last found to be the known one.

Raises UnderstudyError.
"""


class Fingerprints:
    """Probes deployments every so often and tells of changes.

    A change is seen at the next probe, so replays of at most that while carry the fingerprint of before; which these
    are follows from when the old one was last seen.

    Args:
        clock: Time of day, aware UTC.
    """

    def __init__(
        self,
        known: Sequence[Deployment],
        *,
        probe: Probe,
        changed: Changed,
        every_s: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._known = known
        self._probe = probe
        self._changed = changed
        self._every_s = every_s
        self._clock = clock
        self._last_seen: dict[str, datetime] = {}

    async def run(self) -> None:
        """Probe at once, then every so often, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(self._every_s)

    async def check(self) -> None:
        """Probe once. A deployment that does not answer is no other one, and who cannot be told is told next time."""
        found = await asyncio.gather(*(self._now(known) for known in self._known))
        changed = [now for now, known in zip(found, self._known, strict=True) if now.fingerprint != known.fingerprint]
        if not changed:
            return
        try:
            await self._changed(changed, self._last_seen)
        except UnderstudyError as error:
            _LOG.warning("a changed fingerprint was not told: %s", error)

    async def _now(self, known: Deployment) -> Deployment:
        began = self._clock()
        try:
            found = await self._probe(known)
        except Unavailable as error:
            _LOG.info("not probed: %s", error)
            return known
        if found.fingerprint == known.fingerprint:
            self._last_seen[known.deployment_id] = began
        return found
