"""The connection to ClickHouse, the only one: SQL comes from files and values are bound, never pasted."""

import logging
import struct
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError, Error

from proxy.errors import BadRecord, Unavailable
from shadow.settings import ClickHouseSettings
from shadow.store.failure import is_doubtful, translated
from shadow.store.halving import Refusal, RowsRefused, refused_rows

if TYPE_CHECKING:
    import pyarrow as pa

type Row = Mapping[str, Any]

# It logs the value that a column's type cannot hold; that may be payload.
logging.getLogger("clickhouse_connect.driver.transform").setLevel(logging.CRITICAL)

_AS_COLUMNS = {"output_format_arrow_low_cardinality_as_dictionary": 1}

_UNFIT = (AttributeError, OverflowError, TypeError, ValueError, struct.error)
"""What clickhouse-connect raises for a value that its column's type cannot hold."""


def placeholders(*, database: str, cluster: str = "") -> Mapping[str, str]:
    """What stands in SQL files for the names of one installation.

    Args:
        cluster: Name of a cluster whose replicas all hold everything; empty for a single server.
    """
    return {
        "{database}": database,
        "{on_cluster}": f"ON CLUSTER '{cluster}'" if cluster else "",
        "{replacing}": "ReplicatedReplacingMergeTree" if cluster else "ReplacingMergeTree",
    }


class Store:
    """One connection; not shared between threads. Statements name the database as {database}."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - clickhouse_connect has no public type
        *,
        database: str,
        cluster: str = "",
    ) -> None:
        self._client = client
        self._placeholders = placeholders(database=database, cluster=cluster)
        self.database = database

    @classmethod
    def connect(cls, settings: ClickHouseSettings, *, cluster: str = "") -> "Store":
        """Connect.

        Args:
            cluster: As for `placeholders`.

        Raises:
            Unavailable: nothing answers there.
            Refused: the user or the password is wrong.
        """
        try:
            client = clickhouse_connect.get_client(
                host=settings.host,
                port=settings.port,
                username=settings.user,
                password=settings.password.get_secret_value(),
                secure=settings.secure,
                autogenerate_session_id=False,
                tz_mode="aware",
            )
        except (ClickHouseError, OSError) as error:
            if isinstance(error, Error) and error.code is not None:
                raise translated(error) from None
            message = (
                f"no ClickHouse answers at {settings.host}:{settings.port} ({type(error).__name__}); "
                "start one with `understudy stack up` or set UNDERSTUDY_CLICKHOUSE_HOST"
            )
            raise Unavailable(message) from error
        return cls(client, database=settings.database, cluster=cluster)

    def _fill(self, sql: str) -> str:
        for name, value in self._placeholders.items():
            sql = sql.replace(name, value)
        return sql

    def command(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run one statement that returns no rows; values are bound as for `rows`."""
        try:
            self._client.command(self._fill(sql), parameters=dict(parameters or {}))
        except ClickHouseError as error:
            raise translated(error) from None

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Run a query; values are bound as {name:Type}, never pasted."""
        try:
            result = self._client.query(self._fill(sql), parameters=dict(parameters or {}))
        except ClickHouseError as error:
            raise translated(error) from None
        return list(result.named_results())

    def read(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """Run the query in `queries/<name>.sql`."""
        return self.rows(_query(name), parameters)

    def table(self, name: str, **parameters: object) -> "pa.Table":
        """Run the query in `queries/<name>.sql` and give its columns, words as dictionaries; for very many rows."""
        try:
            return self._client.query_arrow(self._fill(_query(name)), parameters=parameters, settings=_AS_COLUMNS)
        except ClickHouseError as error:
            raise translated(error) from None

    def run(self, name: str, **parameters: object) -> None:
        """Run the statement in `queries/<name>.sql`, which returns no rows."""
        self.command(_query(name), parameters)

    def insert(self, table: str, rows: Iterable[Row]) -> int:
        """Insert rows of one table; a row that is there already (same key) is not a second one.

        A row that ClickHouse refuses keeps no other one out: all others are inserted before the error is raised.

        Args:
            rows: Mappings with the same keys, which are column names.

        Returns:
            Rows sent.

        Raises:
            RowsRefused: some rows cannot be stored, now or later; all others are in.
            Unavailable: the database did not take them; insert them again.
        """
        listed = list(rows)
        if not listed:
            return 0
        refused = refused_rows(len(listed), lambda start, end: self._refusal(table, listed[start:end]))
        if refused:
            message = f"{len(refused)} of {len(listed)} rows of {table} were not stored: {refused[0].why}"
            raise RowsRefused(message, rows=refused)
        return len(listed)

    def _refusal(self, table: str, rows: Sequence[Row]) -> Refusal | None:
        """Insert rows as one; why some of them may not be storable, or None when all were stored."""
        names = list(rows[0])
        try:
            self._client.insert(table, _values(rows, names=names), column_names=names, database=self.database)
        except (ClickHouseError, *_UNFIT) as error:
            failure = translated(error)
            if isinstance(failure, BadRecord) or is_doubtful(error):
                return Refusal(failure, is_certain=isinstance(failure, BadRecord))
            raise failure from None
        return None

    def tables(self) -> Sequence[str]:
        """Names of the tables and views of the database."""
        return [row["name"] for row in self.read("tables", database_name=self.database)]

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _query(name: str) -> str:
    return (files("shadow.store") / "queries" / f"{name}.sql").read_text("utf-8")


def _values(rows: Sequence[Row], *, names: Sequence[str]) -> list[Sequence[object]]:
    """The rows without their names, in the names' order; one call per row, since thousands come at a time."""
    if len(names) == 1:
        return [[row[names[0]]] for row in rows]
    return list(map(itemgetter(*names), rows))
