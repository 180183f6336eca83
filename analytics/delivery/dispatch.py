"""Brings a parcel through every channel, with retries; a channel that fails keeps no other one from delivering."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from analytics.delivery.channel import Channel
from analytics.delivery.parcel import Parcel
from proxy.errors import UnderstudyError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one parcel in one channel.

    Attributes:
        error: Name of the error that it ended with; empty when it was delivered.
        detail: What the error said; empty when it was delivered.
    """

    channel: str
    attempts: int
    error: str = ""
    detail: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has it."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Channels and how often each is tried.

    Attributes:
        attempts: Tries per channel, the first one included.
        first_wait_s: Wait before the second try, s; it doubles each time, with jitter.
        sleep: How to wait.
    """

    channels: Sequence[Channel]
    attempts: int
    first_wait_s: float
    sleep: Callable[[float], None]

    def dispatch(self, parcel: Parcel, *, names: Sequence[str]) -> tuple[Delivery, ...]:
        """Deliver the parcel through the named channels; what came of each.

        The files stay where they are, whatever comes of it.
        """
        return tuple(self._deliver(parcel, one) for one in self.channels if one.name in names)

    def _deliver(self, parcel: Parcel, channel: Channel) -> Delivery:
        tries = Retrying(
            retry=retry_if_exception(_may_succeed),
            stop=stop_after_attempt(self.attempts),
            wait=wait_exponential(multiplier=self.first_wait_s, max=60) + wait_random(0, self.first_wait_s),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            tries(channel.deliver, parcel)
        except UnderstudyError as error:
            done = int(tries.statistics["attempt_number"])
            _LOG.warning("%s was not delivered by %s: %s", parcel.name, channel.name, error)
            return Delivery(channel.name, attempts=done, error=type(error).__name__, detail=str(error))
        return Delivery(channel.name, attempts=int(tries.statistics["attempt_number"]))


def _may_succeed(error: BaseException) -> bool:
    return isinstance(error, UnderstudyError) and error.retryable
