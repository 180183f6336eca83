"""One migration at a time: ClickHouse has no locks, but of several that create the same table one succeeds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from proxy.errors import Unavailable
from shadow.store.clickhouse import Store

_POLL_S = 0.25


@contextmanager
def migrating_alone(store: Store, *, patience_s: float) -> Iterator[None]:
    """Hold the table `migrating` for the length of the block.

    Args:
        patience_s: How long to wait for whoever holds it, s.

    Raises:
        Unavailable: it is still held after that, maybe by somebody who was killed.
    """
    until = time.monotonic() + patience_s
    while not _taken(store):
        if time.monotonic() >= until:
            message = (
                f"another migration has held the table {store.database}.migrating for {patience_s:g} s; "
                "wait for it, or drop that table if none runs"
            )
            raise Unavailable(message)
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        store.command(_statement("release"))


def _taken(store: Store) -> bool:
    try:
        store.command(_statement("hold"))
    except Unavailable:
        store.tables()
        return False
    return True


def _statement(name: str) -> str:
    text = (files("shadow.store") / "migrations" / f"{name}.sql").read_text("utf-8")
    return text.rstrip().removesuffix(";")
