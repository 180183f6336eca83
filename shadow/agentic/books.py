"""Transcripts in the store: kept one by one, read back, and which runs are done. Threads, since the client blocks."""

import asyncio

from shadow.agentic.run import Key
from shadow.agentic.transcript import Transcript
from shadow.replay import Lane
from shadow.store.clickhouse import Store
from shadow.store.rows import transcript_row


class Books:
    """The transcripts of one experiment.

    Args:
        store: Used by one thread at a time; nobody else may use it meanwhile.
    """

    def __init__(self, store: Store, *, experiment_id: str) -> None:
        self._store = store
        self._experiment_id = experiment_id
        self._turn = asyncio.Lock()

    async def keep(self, transcript: Transcript) -> None:
        """Store a transcript; the same run again takes the place of the first.

        Raises:
            Unavailable: the database did not take it.
        """
        async with self._turn:
            await asyncio.to_thread(self._store.insert, "transcripts", [transcript_row(transcript)])

    def done(self, *, suite: str) -> frozenset[Key]:
        """Runs of a suite that ended in any way but the lane's own failure."""
        rows = self._store.read("transcripts_done", experiment_id=self._experiment_id, suite=suite)
        return frozenset((Lane(row["lane"]), row["task_id"], row["trial"], row["fingerprint"]) for row in rows)

    def all(self) -> tuple[Transcript, ...]:
        """Every transcript, in the order of suite, task, lane and trial."""
        rows = self._store.read("transcripts_of", experiment_id=self._experiment_id)
        return tuple(Transcript.from_bytes(row["record"].encode()) for row in rows)

    def of_task(self, task_id: str) -> tuple[Transcript, ...]:
        """Every transcript of one task, in the order of lane and trial."""
        rows = self._store.read("transcripts_of_task", experiment_id=self._experiment_id, task_id=task_id)
        return tuple(Transcript.from_bytes(row["record"].encode()) for row in rows)
