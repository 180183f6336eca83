"""Wiring of suites from the store's traffic: reads members and texts, and writes suite and lock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from proxy.errors import UsageError
from proxy.exchange import Exchange
from shadow.store.clickhouse import Store
from shadow.suites.lock import Lock, lock_file, write_lock
from shadow.suites.strata import Member
from shadow.suites.suite import Suite
from shadow.suites.traffic import Built, Text, Wanted, build


def build_from_traffic(store: Store, wanted: Wanted, *, since: datetime, until: datetime, file: Path) -> Built:
    """Draw a suite from live exchanges, write it to a file and lock it.

    Args:
        since: Of the capture time, aware UTC; `until` is no longer in it.

    Raises:
        UsageError: the file belongs to a locked suite, or the traffic gives no example.
    """
    if lock_file(file).exists():
        message = f"{file} is locked; give the new suite another name"
        raise UsageError(message)
    built = build(_members(store, since=since, until=until), wanted, fetch=lambda ids: _texts(store, ids))
    if not built.suite.examples:
        message = f"the traffic gives no example: {dict(built.left_out) or 'there is none in that time'}"
        raise UsageError(message)
    suite = Suite(name=file.stem, examples=built.suite.examples)
    suite.save(file)
    write_lock(Lock(suite.id, ratio=wanted.ratio, salt=wanted.salt, seed=wanted.seed), file)
    return Built(suite, built.left_out)


def _members(store: Store, *, since: datetime, until: datetime) -> list[Member]:
    return [
        Member(
            exchange_id=row["exchange_id"],
            conversation_id=row["conversation_id"],
            category=row["category"],
            route=row["shape"],
            language=row["language"],
            characters=row["characters"],
        )
        for row in store.read("traffic_strata", since=since, until=until)
    ]


def _texts(store: Store, exchange_ids: Sequence[str]) -> Mapping[str, Text]:
    rows = store.read("traffic_texts", exchange_ids=list(exchange_ids))
    return {
        row["exchange_id"]: Text(
            exchange=Exchange.from_bytes(row["record"].encode()), answer=row["baseline_text"] or row["live_text"]
        )
        for row in rows
    }
