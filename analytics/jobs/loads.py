"""Reads an experiment's load levels from the store. Decides nothing."""

from shadow.experiment import Experiment
from shadow.load.level import LoadLevel
from shadow.store.clickhouse import Store
from shadow.store.load_rows import levels_from_rows


def load_levels(store: Store, experiment: Experiment) -> tuple[LoadLevel, ...]:
    """Every complete block of the experiment's load runs, with its requests, oldest first."""
    found: list[LoadLevel] = []
    for run in store.read("load_runs", experiment_id=experiment.experiment_id):
        key = {"experiment_id": run["experiment_id"], "run_id": run["run_id"]}
        rows = store.read("load_blocks", **key)
        levels = levels_from_rows(rows, store.read("load_block_requests", **key))
        found += [one for one, row in zip(levels, rows, strict=True) if len(one.requests) == row["requests"]]
    return tuple(sorted(found, key=lambda level: (level.started_at, level.block.number)))
