"""A door's side of capture while it serves: the channel runs, and the ledger's counts go with what it carries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proxy.channel import ChannelSender
from proxy.coverage import Ledger

_LEDGER_S = 1.0
_FLUSH_S = 5.0


@asynccontextmanager
async def kept_books(channel: ChannelSender, ledger: Ledger) -> AsyncIterator[None]:
    """Send what the door offers, and its counts once a second; at the end all of it, within 5 s.

    What is not handed over by then is left to the door's journal, from which the capture process counts it.
    """
    tasks = [asyncio.create_task(channel.run()), asyncio.create_task(_note_regularly(channel, ledger))]
    try:
        yield
    finally:
        _note(channel, ledger)
        await channel.flush(timeout_s=_FLUSH_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _note_regularly(channel: ChannelSender, ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(_LEDGER_S)
        # What was told to nobody would be forgotten.
        if channel.is_connected:
            _note(channel, ledger)


def _note(channel: ChannelSender, ledger: Ledger) -> None:
    for entry in ledger.changed():
        channel.note(entry)
