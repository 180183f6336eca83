"""Erasing by subject: whatever the store holds of one conversation goes, from every table, at once and for good."""

from collections.abc import Iterator, Mapping
from itertools import batched

from shadow.store.clickhouse import Store

TABLES = ("judgements", "lane_ledger", "load_requests", "replays", "exchanges")
"""Tables with rows about one exchange; `exchanges` comes last, so that an erasure that broke off can be repeated."""

_BATCH = 1_000


def erase_conversation(store: Store, conversation_id: str) -> Mapping[str, int]:
    """Erase every row about a conversation's exchanges.

    What is on its way through the log arrives later; erase again once it has. Decisions and reports stay: they hold
    counts, ids and the judges' sentences.

    Returns:
        Erased rows by table, repeated inserts included; all 0 when the store knows no such conversation.

    Raises:
        Refused: the user may not delete.
    """
    ids = [row["exchange_id"] for row in store.read("exchanges_of_conversation", conversation_id=conversation_id)]
    return {table: sum(_erased(store, table, ids)) for table in TABLES}


def _erased(store: Store, table: str, ids: list[str]) -> Iterator[int]:
    for batch in batched(ids, _BATCH, strict=False):
        some = list(batch)
        (row,) = store.read("rows_of_exchanges", table_name=table, exchange_ids=some)
        if row["stored"]:
            store.run("erase_rows", table_name=table, exchange_ids=some)
            store.run("erase_bytes", table_name=table)
        yield int(row["stored"])
