"""The connection to ClickHouse, the only one: SQL comes from files and values are bound, never pasted."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from proxy.errors import Unavailable, UnderstudyError
from shadow.settings import ClickHouseSettings

type Row = Mapping[str, Any]


class Store:
    """One connection; not shared between threads. Statements name the database as {database}."""

    def __init__(self, client: Any, *, database: str) -> None:  # noqa: ANN401 - clickhouse_connect has no public type
        self._client = client
        self._placeholders = {"{database}": database, "{on_cluster}": "", "{replacing}": "ReplacingMergeTree"}
        self._database = database

    @classmethod
    def connect(cls, settings: ClickHouseSettings) -> "Store":
        """Connect.

        Raises:
            Unavailable: nothing answers there.
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
            message = (
                f"no ClickHouse answers at {settings.host}:{settings.port} ({type(error).__name__}); "
                "start one with `understudy stack up` or set UNDERSTUDY_CLICKHOUSE_HOST"
            )
            raise Unavailable(message) from error
        return cls(client, database=settings.database)

    def _fill(self, sql: str) -> str:
        for name, value in self._placeholders.items():
            sql = sql.replace(name, value)
        return sql

    def command(self, sql: str) -> None:
        """Run one statement that returns no rows."""
        try:
            self._client.command(self._fill(sql))
        except ClickHouseError as error:
            raise _translated(error) from error

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Run a query; values are bound as {name:Type}, never pasted."""
        try:
            result = self._client.query(self._fill(sql), parameters=dict(parameters or {}))
        except ClickHouseError as error:
            raise _translated(error) from error
        return list(result.named_results())

    def read(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """Run the query in `queries/<name>.sql`."""
        sql = (files("shadow.store") / "queries" / f"{name}.sql").read_text("utf-8")
        return self.rows(sql, parameters)

    def insert(self, table: str, rows: Iterable[Row]) -> int:
        """Insert rows of one table; a row that is there already (same key) is not a second one.

        Args:
            rows: Mappings with the same keys, which are column names.

        Returns:
            Rows sent.

        Raises:
            Unavailable: the database did not take them; insert them again.
        """
        listed = list(rows)
        if not listed:
            return 0
        names = list(listed[0])
        try:
            self._client.insert(
                table, [[row[name] for name in names] for row in listed], column_names=names, database=self._database
            )
        except ClickHouseError as error:
            raise _translated(error) from error
        return len(listed)

    def tables(self) -> Sequence[str]:
        """Names of the tables and views of the database."""
        return [row["name"] for row in self.read("tables", database_name=self._database)]

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _translated(error: ClickHouseError) -> UnderstudyError:
    """Our exception for ClickHouse's: the server's text may quote rows, so only its first words are kept."""
    words = str(error).splitlines()[0][:200] if str(error) else ""
    return Unavailable(f"ClickHouse refused a statement ({type(error).__name__}): {words}")
