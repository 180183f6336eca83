"""What the coverage ledger says of the door and minute in which a canary was sent."""

from proxy.coverage import Disposition, LedgerEntry
from proxy.errors import BadRecord
from proxy.exchange import Door, Shape
from proxy.log.record import Consumer

_MINUTE_S = 60


class Books:
    """Follows the ledger's topic from before the canary is sent.

    The ledger counts and names nobody: what it says of the minute's chats may be of others too.

    Args:
        tail: Consumer of the coverage topic that reads what is appended from now on.
        door: Door of the canary.
    """

    def __init__(self, tail: Consumer, *, door: Door) -> None:
        self._tail = tail
        self._door = door
        self._entries: list[LedgerEntry] = []

    async def follow(self) -> None:
        """Read until cancelled."""
        async for batch in self._tail.batches():
            for record in batch:
                try:
                    entry = LedgerEntry.from_bytes(record.value)
                except BadRecord:
                    continue
                if entry.door is self._door and entry.route == Shape.CHAT:
                    self._entries.append(entry)

    def words(self, *, sent_at: float) -> str:
        """Why the canary may not have come to the log.

        Args:
            sent_at: When it was sent, seconds since the epoch.
        """
        minutes = [one for one in self._entries if one.minute.timestamp() >= sent_at // _MINUTE_S * _MINUTE_S]
        lost = {f"{one.disposition} {one.reason}".strip() for one in minutes if one.disposition in _LOST}
        if lost:
            return f"the {self._door}'s ledger counted in its minute: {', '.join(sorted(lost))}"
        if any(one.disposition is Disposition.PUBLISHED for one in minutes):
            return (
                "exchanges were published and this one was not among them: give the canary the key that the capture "
                "process has (the same state folder, or the same UNDERSTUDY_PROXY_PSEUDONYM_KEY)"
            )
        if minutes:
            return "the door saw it and nobody has accounted for it yet: is the capture process behind or spooling?"
        return (
            f"no ledger counted anything at the {self._door}: is `understudy capture` up, in the door's state folder?"
        )


_LOST = frozenset({Disposition.DROPPED, Disposition.SAMPLED_OUT})
