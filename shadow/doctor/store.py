"""ClickHouse: its version, schema, clock and disk, and whether the books of the last hour balance."""

import time
from collections.abc import Callable, Iterator

from proxy.errors import Refused, UnderstudyError, UsageError
from shadow.doctor.finding import Finding, bad, doubtful, good
from shadow.settings import ClickHouseSettings
from shadow.store.clickhouse import Store
from shadow.store.schema import all_migrations, pending

_LEAST_VERSION = 25
_SKEW_S = (1.0, 5.0)
_FREE_RATIO = (0.15, 0.05)


def examine_store(settings: ClickHouseSettings, *, clock: Callable[[], float] = time.time) -> list[Finding]:
    """All about ClickHouse; what cannot be asked because an earlier answer was bad is left out.

    Args:
        clock: This machine's time, seconds since the epoch.
    """
    try:
        store = Store.connect(settings)
    except UnderstudyError as error:
        return [bad("ClickHouse", str(error), to_do="start it, or mend UNDERSTUDY_CLICKHOUSE_*")]
    try:
        return list(_examine(store, clock=clock))
    except UnderstudyError as error:
        return [bad("ClickHouse", str(error), to_do="see its log")]
    finally:
        store.close()


def _examine(store: Store, *, clock: Callable[[], float]) -> Iterator[Finding]:
    before = clock()
    (server,) = store.read("server_clock")
    after = clock()
    yield _version(server["version"])
    yield _skew(max(server["now_s"] - after, before - server["now_s"], 0.0))
    yield _disk(server["free_bytes"], server["free_ratio"])
    schema = _schema(store)
    yield schema
    if not schema.to_do:
        yield _books(store)


def _version(version: str) -> Finding:
    if int(version.partition(".")[0]) >= _LEAST_VERSION:
        return good("ClickHouse", f"version {version}")
    return bad("ClickHouse", f"version {version}", to_do=f"use {_LEAST_VERSION} or later")


def _skew(skew_s: float) -> Finding:
    words = f"at least {skew_s:.1f} s from this machine's" if skew_s else "as this machine's"
    if skew_s >= _SKEW_S[1]:
        return bad("ClickHouse's clock", words, to_do="set both by NTP: rows of one minute would not meet")
    if skew_s >= _SKEW_S[0]:
        return doubtful("ClickHouse's clock", words, to_do="set both by NTP")
    return good("ClickHouse's clock", words)


def _disk(free_bytes: int, free_ratio: float) -> Finding:
    words = f"{free_bytes / 1e9:.1f} GB free, {free_ratio:.0%}"
    if free_ratio < _FREE_RATIO[1]:
        return bad("ClickHouse's disk", words, to_do="make room: inserts will be refused and workers wait")
    if free_ratio < _FREE_RATIO[0]:
        return doubtful(
            "ClickHouse's disk", words, to_do="make room, or keep records for fewer days (docs/reference/store.md)"
        )
    return good("ClickHouse's disk", words)


def _schema(store: Store) -> Finding:
    try:
        missing = pending({int(row["number"]) for row in store.read("applied_migrations")})
    except UsageError:
        missing = list(all_migrations())
    except Refused as error:
        return bad("schema", str(error), to_do="use that version")
    if missing:
        words = f"{len(missing)} migrations are missing" if len(missing) > 1 else "1 migration is missing"
        return bad("schema", words, to_do="understudy migrate")
    return good("schema", f"migration {all_migrations()[-1].number}, the newest")


def _books(store: Store) -> Finding:
    (hour,) = store.read("ledger_last_hour")
    missing = hour["seen"] - hour["accounted"]
    words = f"{hour['seen']} requests in the last hour, {hour['accounted']} accounted for"
    if missing:
        return bad("books", words, to_do="is capture up and the spool drained? see docs/how-to/watch-capture.md")
    return good("books", words)
