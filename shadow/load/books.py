"""What a load run has stored: read when it is taken up again, added to with each complete block."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from proxy.errors import Refused
from shadow.load.level import LoadLevel
from shadow.store.load_rows import level_row, levels_from_rows, request_rows

_BATCH: Final = 5_000


class Shelf(Protocol):
    """Where rows are; see `shadow.store.clickhouse.Store`."""

    def read(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """Run a query of ours."""
        ...

    def insert(self, table: str, rows: list[dict[str, Any]]) -> int:
        """Insert rows; a repeated one is no second one."""
        ...


class Books:
    """The stored blocks of one run.

    Args:
        shelf: None keeps nothing beyond this process.
    """

    def __init__(self, shelf: Shelf | None, *, experiment_id: str, run_id: str) -> None:
        self._shelf = shelf
        self._key = {"experiment_id": experiment_id, "run_id": run_id}
        self._kept: list[LoadLevel] = []

    def stored(self, *, plan_hash: str) -> tuple[LoadLevel, ...]:
        """The blocks that are there already, each complete.

        Raises:
            Refused: the run was made by another plan.
        """
        levels = self.levels()
        if any(level.plan_hash != plan_hash for level in levels):
            message = (
                f"run {self._key['run_id']} was begun with other prompts, bounds or deployments; take it up with the "
                "same ones, or begin another one with --run NAME"
            )
            raise Refused(message)
        return levels

    def levels(self) -> tuple[LoadLevel, ...]:
        """The blocks of the run, whatever its plan; one of which a request is missing is not complete."""
        if self._shelf is None:
            return tuple(self._kept)
        rows, requests = (
            self._shelf.read("load_blocks", **self._key),
            self._shelf.read("load_block_requests", **self._key),
        )
        expected = [int(row["requests"]) for row in rows]
        levels = levels_from_rows(rows, requests)
        return tuple(one for one, count in zip(levels, expected, strict=True) if len(one.requests) == count)

    def keep(self, level: LoadLevel) -> None:
        """Store a block; its own row comes last, so that a block that is there is there as a whole."""
        if self._shelf is None:
            self._kept.append(level)
            return
        rows = request_rows(level)
        for start in range(0, len(rows), _BATCH):
            self._shelf.insert("load_requests", rows[start : start + _BATCH])
        self._shelf.insert("load_levels", [level_row(level)])

    def runs(self) -> Sequence[dict[str, Any]]:
        """Every run of the experiment, latest first; of all experiments when it has no name."""
        return [] if self._shelf is None else self._shelf.read("load_runs", experiment_id=self._key["experiment_id"])
