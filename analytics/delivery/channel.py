"""What every channel is: a name and one method that delivers or says why not."""

from typing import Protocol

from analytics.delivery.parcel import Parcel


class Channel(Protocol):
    """A way to bring a parcel to somebody."""

    @property
    def name(self) -> str:
        """What the channel is called in schedules, outcomes and counts."""

    def deliver(self, parcel: Parcel) -> None:
        """Deliver it once.

        Delivering the same parcel again does no harm: files are replaced, and receivers can tell a repeat.

        Raises:
            Unavailable: the receiver does not answer or cannot take it now; trying again may help.
            Refused: it answered that it will not take it, or it is not on the allow list.
        """
